/** The Postman collection: what openapi-to-postmanv2 makes of the document, with real values, assertions and ids that stay. */
import { createHash } from 'node:crypto'
import { convertV2 } from 'openapi-to-postmanv2'
import { type Document, operationsOf, type Parameter, type Place } from '../../api/openapi/document.js'
import { LIFE_OF_A_JOB } from './life-of-a-job.js'
import { PREPARE, scriptOf, type Step } from './steps.js'

interface Item {
  id: string
  name: string
  description?: string
  request: Request
  response: SavedAnswer[]
  event?: Event[]
}
interface Request {
  name?: string
  method: string
  url: Url
  header: Array<{ key: string; value: string }>
  body?: { mode?: string; raw?: string; options?: unknown }
  auth?: { type: string } | null
  description?: unknown
}
interface Url {
  raw?: string
  host: string[]
  path: string[]
  query: Array<{ key: string; value: string; disabled?: boolean; description?: unknown }>
  variable?: Array<{ key: string; value: string; description?: unknown }>
}
interface SavedAnswer {
  id: string
  name: string
  code: number
  header: Array<{ key: string; value: string; disabled?: boolean }>
  originalRequest: Request
}
interface Event {
  listen: 'test' | 'prerequest'
  script: { type: 'text/javascript'; exec: readonly string[] }
}
interface Folder {
  id?: string
  name: string
  description?: string
  item: Item[]
}

const BEARER = { type: 'bearer', bearer: [{ key: 'token', value: '{{api_key}}', type: 'string' }] }

export async function collectionOf(document: Document): Promise<unknown> {
  const places = operationsOf(document).filter((place) => !isEndless(place))
  const folders = (await convert(withoutEndless(document))).filter(({ item }) => item.length > 0)
  for (const folder of folders) {
    folder.id = idOf(folder.name)
    for (const item of folder.item) finish(item, placeOf(item, places))
  }
  return {
    info: { _postman_id: idOf('collection'), name: 'Duly', description: document.info.description, schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
    auth: BEARER,
    variable: [
      { key: 'base_url', value: 'http://127.0.0.1:3000' },
      { key: 'api_key', value: '' },
      ...[...new Map(places.flatMap(({ path, operation: { parameters = [] } }) => parameters.filter((parameter) => parameter.in === 'path').map((parameter) => [variableOf(path, parameter.name), exampleOf(parameter)])))].map(([key, value]) => ({ key, value }))
    ],
    item: [lifeFolder(), ...folders]
  }
}

export function environmentOf(name: string, baseUrl: string): unknown {
  return {
    id: idOf(name),
    name,
    values: [
      { key: 'base_url', value: baseUrl, type: 'default', enabled: true },
      { key: 'api_key', value: '', type: 'secret', enabled: true }
    ],
    _postman_variable_scope: 'environment'
  }
}

/** A stream that does not end is nothing for a tool that waits for the whole of an answer. */
const isEndless = ({ operation }: Pick<Place, 'operation'>): boolean => 'text/event-stream' in (operation.responses['200']?.content ?? {})

function withoutEndless(document: Document): Document {
  const paths = Object.entries(document.paths).map(([path, item]) => [path, Object.fromEntries(Object.entries(item).filter(([, operation]) => !isEndless({ operation })))] as const)
  return { ...document, paths: Object.fromEntries(paths.filter(([, item]) => Object.keys(item).length > 0)) }
}

function convert(document: Document): Promise<Folder[]> {
  const options = { folderStrategy: 'Tags', requestNameSource: 'Fallback', parametersResolution: 'Example', enableOptionalParameters: false, alwaysInheritAuthentication: true }
  return new Promise((resolve, reject) => {
    convertV2({ type: 'json', data: structuredClone(document) }, options as never, ((error: Error | null, made: { result: boolean; reason?: string; output?: Array<{ data: { item: Folder[] } }> }) => {
      if (error || !made.result) reject(error ?? new Error(made.reason))
      else resolve(made.output![0]!.data.item)
    }) as never)
  })
}

/** The operation that a request was made of. */
function placeOf({ request }: Item, places: readonly Place[]): Place {
  const path = `/${request.url.path.map((segment) => (segment.startsWith(':') ? `{${segment.slice(1)}}` : segment)).join('/')}`
  const place = places.find((each) => each.path === path && each.method.toUpperCase() === request.method)
  if (!place) throw new Error(`${request.method} ${path} of the collection is no operation of the document`)
  return place
}

function finish(item: Item, { method, path, operation }: Place): void {
  const id = `${method} ${path}`
  item.id = idOf(id)
  item.event = [test(documentedLines(Object.keys(operation.responses).map(Number)))]
  const parameters = operation.parameters ?? []
  const fill = (request: Request) => {
    delete request.auth
    delete request.name
    const { url } = request
    url.host = ['{{base_url}}']
    for (const variable of url.variable ?? []) variable.value = `{{${variableOf(path, variable.key)}}}`
    for (const query of url.query) query.value = exampleOf(parameters.find(({ in: where, name }) => where === 'query' && name === query.key))
    url.raw = `{{base_url}}/${url.path.join('/')}`
  }
  fill(item.request)
  if (operation.security?.length === 0) item.request.auth = { type: 'noauth' }
  item.response = item.response.filter(({ code }) => code < 300) // refusals are in the document; here they would be most of the file
  item.response.forEach((answer, i) => {
    answer.id = idOf(`${id} ${answer.code} ${i}`)
    answer.header = answer.header.filter(({ disabled }) => !disabled)
    fill(answer.originalRequest)
  })
}

/** `/jobs/{id}` has `job_id`: set by "Life of a job", and the example of the document until then. */
const variableOf = (path: string, name: string): string => `${path.split('/')[1]!.replace(/s$/, '')}_${name}`

function exampleOf(parameter: Parameter | undefined): string {
  const value = parameter?.example ?? parameter?.schema.default ?? ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function documentedLines(statuses: readonly number[]): string[] {
  return [
    `const documented = ${JSON.stringify(statuses)}`,
    "pm.test('answers with a status that is documented', () => pm.expect(documented, pm.response.text()).to.include(pm.response.code))",
    "pm.test('is no failure of the server', () => pm.expect(pm.response.code, pm.response.text()).to.be.below(500))"
  ]
}

function lifeFolder(): Folder {
  return {
    id: idOf('Life of a job'),
    name: 'Life of a job',
    description: 'Run this folder as a whole: its requests build on each other. It needs a worker.',
    item: LIFE_OF_A_JOB.map((step, i) => itemOf(step, i === 0 ? PREPARE : undefined))
  }
}

function itemOf(step: Step, before?: readonly string[]): Item {
  const [path = '', query = ''] = step.path.split('?')
  return {
    id: idOf(step.name),
    name: step.name,
    event: [...(before ? [{ listen: 'prerequest' as const, script: { type: 'text/javascript' as const, exec: before } }] : []), test(scriptOf(step))],
    request: {
      method: step.method,
      header: Object.entries({ ...(step.body !== undefined && { 'content-type': 'application/json' }), ...step.requestHeaders }).map(([key, value]) => ({ key, value })),
      url: {
        raw: `{{base_url}}${step.path}`,
        host: ['{{base_url}}'],
        path: path.slice(1).split('/'),
        query: [...new URLSearchParams(query)].map(([key, value]) => ({ key, value }))
      },
      ...(step.body !== undefined && { body: { mode: 'raw', raw: JSON.stringify(step.body, null, 2), options: { raw: { language: 'json' } } } })
    },
    response: []
  }
}

const test = (exec: readonly string[]): Event => ({ listen: 'test', script: { type: 'text/javascript', exec } })

/** A UUID that is always the same for the same name: those that the converter makes are random. */
function idOf(name: string): string {
  const hex = createHash('sha256').update(`duly postman ${name}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
