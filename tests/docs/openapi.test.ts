/** The description of the API is complete: a route that forgets something is told so here, in words that say what to write. */
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, inject, test } from 'vitest'
import { jobs as examples } from '../../api/examples/jobs.js'
import { type Answer, type Example, type Media, operationsOf, type Place, type Schema } from '../../api/openapi/document.js'
import { TAGS } from '../../api/openapi/parts.js'
import { ERRORS, type ErrorCode } from '../../core/errors.js'
import { generatedFiles, readDocument } from '../../scripts/openapi/files.js'
import { type Api, startApi } from '../api/support.js'
import { test as base } from '../support/fixtures.js'
import { readText } from './support.js'

/** Each test has a database of its own: examples say how many jobs there are. */
const withApi = base.extend<{ api: Api }>({
  api: async ({ database, prefix }, use) => {
    const api = await startApi({ databaseUrl: database.url, redisUrl: inject('redisUrl'), prefix, access: { maxEventLoopDelayMs: 0 } })
    await use(api)
    await api.close()
  }
})

const document = await readDocument()
const places = operationsOf(document)
const nameOf = ({ method, path }: Place) => `${method.toUpperCase()} ${path}`

const problemExamples = document.components.examples as Record<ErrorCode, Example>
const valueOf = (name: string, example: Example | { $ref: string }) => ('$ref' in example ? problemExamples[name as ErrorCode] : example)?.value

/** Every body and every answer that has one, with where it is in the route. */
const contents = (place: Place): Array<{ where: string; type: string; media: Media }> => {
  const of = (where: string, content: Record<string, Media> = {}) => Object.entries(content).map(([type, media]) => ({ where: `${nameOf(place)}, ${where}`, type, media }))
  const { requestBody, responses } = place.operation
  return [...of('body', requestBody?.content), ...Object.entries(responses).flatMap(([status, { content }]) => of(status, content))]
}
const everyContent = places.flatMap(contents)

/** @returns Those of `items` that fail, as `where: what to write`. */
const lacking = <Item>(items: readonly Item[], where: (item: Item) => string, missing: (item: Item) => Array<string | false>) =>
  items.flatMap((item) => missing(item).flatMap((what) => (what ? [`${where(item)}: ${what}`] : [])))

const isProblem = (media: Media) => media.schema.$ref === '#/components/schemas/Problem'

describe('the description of the API', () => {
  test('is valid OpenAPI 3.1', async () => {
    const config = await createConfig({
      rules: {
        struct: 'error',
        'no-unresolved-refs': 'error',
        'no-unused-components': 'error',
        'operation-operationId-unique': 'error',
        'operation-parameters-unique': 'error',
        'path-parameters-defined': 'error',
        'no-identical-paths': 'error',
        'path-declaration-must-exist': 'error',
        'security-defined': 'error'
      }
    })
    const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: 'openapi.json', config })
    expect(problems.map(({ message, location }) => `${location[0]?.pointer} ${message}`)).toEqual([])
    expect(document.openapi).toBe('3.1.0')
  })

  test('says of each route what it is', () => {
    expect(
      lacking(places, nameOf, ({ operation: { operationId, summary, description, tags = [], parameters = [] } }) => [
        !/^[a-z][a-z_]+$/.test(operationId ?? '') && 'schema.operationId is missing, or not in snake_case such as create_job',
        !summary && 'schema.summary is missing: a few words, as a button would say it',
        !description?.replace(/Needs the scope.*/, '') && 'schema.description is missing: what the summary leaves out',
        !(tags.length === 1 && TAGS.some(({ name }) => name === tags[0])) && `schema.tags must be one of ${TAGS.map(({ name }) => name).join(', ')}`,
        ...parameters.map(({ name, description }) => !description && `the parameter ${name} has no description`),
        ...parameters.map(({ name, in: where, example }) => where === 'path' && example === undefined && `the parameter ${name} has no example: give its schema \`examples: [...]\``)
      ])
    ).toEqual([])
  })

  test('gives each operation an id of its own', () => {
    const ids = places.map(({ operation }) => operation.operationId)
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([])
  })

  test('has for each route an answer that is no refusal', () => {
    expect(lacking(places, nameOf, ({ operation }) => [!Object.keys(operation.responses).some((status) => Number(status) < 300) && 'schema.response has no 2xx'])).toEqual([])
  })

  test('names the codes of every refusal, and each code has the status that it stands under', () => {
    const answers = places.flatMap((place) => Object.entries(place.operation.responses).map(([status, answer]) => ({ place, status: Number(status), answer })))
    const codesOf = ({ content = {} }: Answer) => Object.values(content).filter(isProblem).flatMap((media) => Object.keys(media.examples ?? {}))
    expect(
      lacking(answers, ({ place, status }) => `${nameOf(place)}, ${status}`, ({ status, answer }) => [
        status >= 400 && Object.values(answer.content ?? {}).every(isProblem) && codesOf(answer).length === 0 && "names no code: write response: { ...problems('job_not_found') }",
        ...codesOf(answer).map((code) => ERRORS[code as ErrorCode]?.status !== status && `${code} is no code with this status in core/errors.ts`)
      ])
    ).toEqual([])
    const answered = new Set(answers.flatMap(({ answer }) => codesOf(answer)))
    expect(Object.keys(problemExamples).sort()).toEqual([...answered].sort())
  })

  test('lets everything that has a scope answer that the server cannot serve, and asks for a key there only', () => {
    expect(
      lacking(places, nameOf, ({ operation: { responses, security = [] } }) => [
        (security.length > 0) !== ('store_unavailable' in (responses['503']?.content?.['application/problem+json']?.examples ?? {})) && 'has a scope and no 503 store_unavailable, or the other way round'
      ])
    ).toEqual([])
  })

  test('has a named schema for every body and every answer', () => {
    const json = everyContent.filter(({ type }) => /^application\/(?:problem\+)?json$/.test(type))
    expect(lacking(json, ({ where }) => where, ({ media }) => [!('$ref' in media.schema) && "has a schema without a name: give it { title: 'JobPage' } or the like, unlike any other"])).toEqual([])
  })
})

describe('the examples', () => {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'duly', $defs: JSON.parse(JSON.stringify(document.components.schemas).replaceAll('#/components/schemas/', '#/$defs/')) as Schema })
  const compile = (schema: Schema) => ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', 'duly#/$defs/')) as Schema)

  test('are there for every body and every answer', () => {
    expect(
      lacking(everyContent, ({ where, type }) => `${where} ${type}`, ({ media }) => [
        Object.keys(media.examples ?? {}).length === 0 && 'has no example: write schema.examples: { body: { order_reminder: {...} }, 201: { scheduled: {...} } }, the values in api/examples/'
      ])
    ).toEqual([])
  })

  test('fit their schemas, which are clean JSON Schema 2020-12', () => {
    expect(
      everyContent.flatMap(({ where, media }) => {
        const fits = compile(media.schema)
        return Object.entries(media.examples ?? {}).flatMap(([name, example]) => (fits(valueOf(name, example)) ? [] : [`${where}, ${name}: ${ajv.errorsText(fits.errors)}`]))
      })
    ).toEqual([])
  })

  test('of parameters and headers fit theirs', () => {
    const headers = Object.entries(document.components.headers as Record<string, { schema: Schema; example: unknown }>).map(([where, { schema, example }]) => ({ where, schema, example }))
    const parameters = places.flatMap((place) => (place.operation.parameters ?? []).map(({ name, schema, example }) => ({ where: `${nameOf(place)} ${name}`, schema, example })))
    const wrong = [...headers, ...parameters].filter(({ schema, example }) => {
      const fits = compile(schema)
      return example !== undefined && !fits(example)
    })
    expect(wrong).toEqual([])
    expect(headers.filter(({ example }) => example === undefined)).toEqual([])
  })

  const bodies = places.flatMap((place) => Object.values(place.operation.requestBody?.content ?? {}).flatMap((media) => Object.entries(media.examples ?? {}).map(([name, example]) => ({ place, name, example }))))

  const optional = places.filter(({ operation }) => operation.requestBody?.required === false)

  withApi.for(optional.map((place) => [nameOf(place), place] as const))('%s is accepted without the body that is optional', async ([, place], { api }) => {
    const answer = await api.app.inject({ method: place.method, url: fill(place.path, await prepare(place, api)) })
    expect(answer.json().code, answer.payload).not.toBe('invalid_request') // a template may want variables
    expect(answer.statusCode, answer.payload).toBeLessThan(500)
  })

  withApi.for(bodies.map((body) => [`${nameOf(body.place)}: ${body.name}`, body] as const))('%s is accepted by the API', async ([, { place, name, example }], { api }) => {
    const answer = await api.app.inject({ method: place.method, url: fill(place.path, await prepare(place, api)), headers: { 'content-type': 'application/json' }, payload: JSON.stringify(valueOf(name, example)) })
    expect(answer.statusCode, answer.payload).toBeLessThan(300)
    const documented = place.operation.responses[answer.statusCode]
    expect(documented, `${answer.statusCode} is not documented`).toBeDefined()
    const [media] = Object.values(documented!.content ?? {})
    if (media) {
      const fits = compile(media.schema)
      expect(fits(answer.json()), ajv.errorsText(fits.errors)).toBe(true)
    } else expect(answer.body).toBe('')
    for (const header of Object.keys(documented!.headers ?? {})) expect(answer.headers[header.toLowerCase()], header).toBeDefined()
  })
})

type Parts = Record<string, string>
const fill = (path: string, parts: Parts) => path.replaceAll(/\{(\w+)\}/g, (_, part: string) => parts[part] ?? `no-${part}-prepared`)

/** A job that is not due while the test runs. */
const later = async (api: Api): Promise<Parts> => ({ id: (await api.post({ ...examples.create_job.body.order_reminder, scheduled_at: '2100-01-01T00:00:00Z', expires_at: null })).json<{ id: string }>().id })

/** What has to be there before a request with a body is accepted, by operation id; answers with the parts of its path. */
const PREPARED: Record<string, (api: Api) => Promise<Parts>> = {
  /** As the example saw it: cancelled before it ran. */
  async retry_job(api) {
    const { id } = await later(api)
    await api.store.cancelJobs([id!])
    return { id: id! }
  },
  use_template: newTemplate,
  replace_template: newTemplate
}

async function newTemplate({ app }: Api): Promise<Parts> {
  const { operation } = places.find(({ operation }) => operation.operationId === 'create_template')!
  const [[name, example] = []] = Object.entries(operation.requestBody!.content['application/json']!.examples!)
  const answer = await app.inject({ method: 'POST', url: '/templates', payload: valueOf(name!, example!) as object })
  return { id: answer.json<{ id: string }>().id }
}

function prepare({ path, operation }: Place, api: Api): Promise<Parts> {
  const own = PREPARED[operation.operationId!]
  if (own) return own(api)
  if (path.startsWith('/jobs/bulk/')) return later(api).then(() => later(api)) // the two that the examples expect
  return path.startsWith('/jobs/{id}') ? later(api) : Promise.resolve({})
}

test.each(Object.entries(await generatedFiles()))('%s is what the routes say', async (path, text) => {
  const committed = await readText(path).catch(() => '')
  expect(committed === text, `${path} is stale: run npm run openapi`).toBe(true)
})
