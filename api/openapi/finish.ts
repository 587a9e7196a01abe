/** The whole document, after @fastify/swagger has put the routes together: examples, headers, named schemas, clean JSON Schema. */
import { STATUS_CODES } from 'node:http'
import { isDeepStrictEqual } from 'node:util'
import { ERRORS } from '../../core/errors.js'
import { problemExample } from '../examples/problems.js'
import { ALL_CODES, FACTS, type RouteFacts } from './describe.js'
import { type Answer, type Document, type Example, type Media, type Operation, operationsOf, type Schema } from './document.js'
import { HEADERS, type HeaderName } from './parts.js'
import type { Named } from './route.js'

export function finishDocument(document: Document): Document {
  const places = operationsOf(document)
  for (const { path, method, operation: shared } of places) {
    const { [FACTS]: facts, ...operation } = structuredClone(shared) as Operation & { [FACTS]: RouteFacts } // the methods of one route share it
    const first = places.find((other) => other.path === path && other.operation.operationId === operation.operationId)
    if (operation.operationId && first?.method !== method) operation.operationId += `_by_${method}`
    if (operation.requestBody && facts.optionalBody) operation.requestBody.required = false
    addExamples(operation, facts)
    for (const [status, answer] of Object.entries(operation.responses)) addWords(answer, Number(status), facts)
    document.paths[path]![method] = operation
  }

  const schemas = new Map<string, Schema>()
  document.paths = tidy(document.paths, schemas) as Document['paths']
  const text = JSON.stringify(document.paths)
  const used = <Part>(kind: string, parts: Record<string, Part>) => Object.fromEntries(Object.entries(parts).filter(([name]) => text.includes(`"#/components/${kind}/${name}"`)))
  document.components = {
    ...document.components,
    schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
    headers: used('headers', HEADERS),
    examples: used('examples', PROBLEM_EXAMPLES)
  }
  return document
}

/** What each refusal looks like. */
const PROBLEM_EXAMPLES: Record<string, Example> = Object.fromEntries(ALL_CODES.map((code) => [code, { summary: ERRORS[code].title, value: problemExample(code) }]))

function addExamples({ requestBody, responses }: Operation, { examples, codes }: RouteFacts): void {
  for (const media of Object.values(requestBody?.content ?? {})) setExamples(media, examples.body)
  for (const [key, { content = {} }] of Object.entries(responses)) {
    const status = Number(key)
    for (const [type, media] of Object.entries(content)) {
      if (codes[status]) media.examples = Object.fromEntries(codes[status].map((code) => [code, { $ref: `#/components/examples/${code}` }]))
      else setExamples(media, examples[`${status} ${type}`] ?? examples[status])
    }
  }
}

/** Without names those that the schema brings along; @fastify/swagger has put some of them beside it. */
function setExamples(media: Media & { example?: unknown }, named: Named | undefined): void {
  const { example, examples = {} } = media
  const { examples: within = [], ...schema } = media.schema as Schema & { examples?: unknown[] }
  const values = example !== undefined ? [example] : [...Object.values(examples).flatMap((each) => ('value' in each ? [each.value] : [])), ...within]
  const chosen = named ?? Object.fromEntries(values.map((value, i) => [i === 0 ? 'example' : `example_${i + 1}`, value]))
  delete media.example
  media.schema = schema
  media.examples = Object.fromEntries(Object.entries(chosen).map(([name, value]) => [name, { summary: inWords(name), value }]))
}

const inWords = (name: string) => (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll('_', ' ')

function addWords(answer: Answer, status: number, { codes, answerHeaders }: RouteFacts): void {
  const refusals = codes[status]
  if (refusals) answer.description = refusals.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join('\n\n')
  else if (answer.description === 'Default Response') answer.description = STATUS_CODES[status] ?? ''
  const names: HeaderName[] = ['X-Request-Id', ...(refusals && (status === 503 || status === 429) ? ['Retry-After' as const] : []), ...(refusals && status === 401 ? ['WWW-Authenticate' as const] : []), ...(answerHeaders[status] ?? [])]
  answer.headers = Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}

/** Their members are no schemas: names that somebody chose, or values. */
const VALUES = new Set(['default', 'const', 'enum', 'example', 'examples', 'required'])

/**
 * A copy without what only our validation reads. A schema with a title becomes a component of that name.
 *
 * @throws {Error} When two different schemas have the same title.
 */
function tidy(value: unknown, schemas: Map<string, Schema>): unknown {
  if (Array.isArray(value)) return value.map((item) => tidy(item, schemas))
  if (typeof value !== 'object' || value === null) return value
  const copy: Schema = {}
  for (const [key, child] of Object.entries(value)) {
    if (key === 'properties') copy[key] = Object.fromEntries(Object.entries(child as Schema).map(([name, schema]) => [name, tidy(schema, schemas)]))
    else if (VALUES.has(key)) copy[key] = child
    else if (!key.startsWith('x-')) copy[key] = tidy(child, schemas)
  }
  const { title, ...described } = withTypes(copy)
  if (typeof title !== 'string') return described

  const { examples: _examples, ...schema } = described // those of the whole stand where it is used

  const known = schemas.get(title)
  if (known && !isDeepStrictEqual(known, schema)) throw new Error(`two schemas have the title ${title}: give one of them another`)
  schemas.set(title, schema)
  return { $ref: `#/components/schemas/${title}` }
}

/** Says the type of an enum, which TypeBox leaves out, and writes "this or null" in one line. */
function withTypes(schema: Schema): Schema {
  if (Array.isArray(schema.enum) && schema.type === undefined) {
    const types = [...new Set(schema.enum.map((item) => (item === null ? 'null' : typeof item)))]
    return { type: types.length === 1 ? types[0] : types, ...schema }
  }
  const { anyOf, ...others } = schema
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return schema
  const [one, none] = anyOf as [Schema, Schema]
  if (typeof one.type !== 'string' || one.enum !== undefined || !isDeepStrictEqual(none, { type: 'null' })) return schema
  return { ...one, ...others, type: [one.type, 'null'] }
}
