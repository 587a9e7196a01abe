/** Hostile requests, made from an OpenAPI document: each begins as one that would be right, and then something is wrong with it. The same seed makes the same requests. */

type Schema = Record<string, unknown>

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header' | 'cookie'
  readonly schema: Schema
}

interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly responses?: Readonly<Record<string, { readonly content?: object } | undefined>>
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Schema }> }
}

export interface OpenApi {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components?: { readonly schemas?: Record<string, Schema> }
}

export interface HostileRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: Record<string, string>
  /** Bytes as they are sent; JSON that no JSON.stringify would write, too. */
  readonly body: string | undefined
}

export class Hostile {
  readonly #api: OpenApi
  readonly #operations: ReadonlyArray<{ readonly path: string; readonly method: string; readonly operation: Operation }>
  readonly #ids: () => readonly string[]
  #state: number

  /** @param ids - Ids of jobs that exist. */
  constructor(api: OpenApi, seed: number, ids: () => readonly string[] = () => []) {
    this.#api = api
    this.#ids = ids
    this.#state = seed >>> 0
    this.#operations = Object.entries(api.paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([, { responses }]) => !('text/event-stream' in (responses?.['200']?.content ?? {}))) // which does not end
        .filter(([method]) => ['get', 'put', 'post', 'patch', 'delete'].includes(method))
        .map(([method, operation]) => ({ path, method, operation }))
    )
  }

  next(): HostileRequest {
    const { path, method, operation } = this.#pick(this.#operations)
    const parameters = operation.parameters ?? []
    const url = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const parameter = parameters.find((candidate) => candidate.in === 'path' && candidate.name === name)
      return this.#chance(0.7) ? encodeURIComponent(String(this.#valid(parameter?.schema ?? {}))) : this.#pick(PATH_PARTS)
    })
    const query = parameters.filter((parameter) => parameter.in === 'query' && this.#chance(0.4)).map(({ name, schema }) => `${name}=${this.#chance(0.5) ? encodeURIComponent(this.#text(this.#valid(schema))) : this.#pick(QUERY_VALUES)}`)
    if (this.#chance(0.1)) query.push(this.#pick(QUERY_PARTS))

    const headers: Record<string, string> = {}
    if (this.#chance(0.1)) headers['idempotency-key'] = this.#pick(['k', 'k'.repeat(255), 'k'.repeat(256), 'with space', `k${this.#int(5)}`])
    if (this.#chance(0.05)) headers['x-request-id'] = this.#pick(['ok', 'x'.repeat(300), '../..', '<script>'])
    if (this.#chance(0.05)) headers.accept = this.#pick(['text/csv', 'application/x-ndjson', 'image/png', '*/*;q=0', ','])

    const schema = operation.requestBody?.content['application/json']?.schema
    const body = schema ? this.#body(schema) : this.#chance(0.1) ? this.#pick(BODIES) : undefined
    if (body !== undefined) headers['content-type'] = this.#chance(0.95) ? 'application/json' : this.#pick(['text/plain', 'application/xml', 'application/json; charset=utf-16', 'nonsense'])
    return { method: method.toUpperCase(), url: query.length > 0 ? `${url}?${query.join('&')}` : url, headers, body }
  }

  #body(schema: Schema): string {
    if (this.#chance(0.1)) return this.#pick(BODIES)
    const value = this.#valid(schema)
    let text = JSON.stringify(value) ?? 'null'
    const wrongs = this.#int(3)
    for (let i = 0; i < wrongs; i++) text = this.#spoil(text)
    return text
  }

  /** Puts something hostile in the place of a scalar, or into an object. */
  #spoil(text: string): string {
    const places = [...text.matchAll(/(?<=[:[,])("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null|\{\}|\[\])(?=[,}\]])/g)]
    const place = places.length > 0 && this.#chance(0.8) ? this.#pick(places) : undefined
    if (place) return text.slice(0, place.index) + this.#pick(JSON_VALUES) + text.slice(place.index + place[0].length)
    return text.replace('{', `{${this.#pick(JSON_MEMBERS)},`)
  }

  /** A value that the schema allows, most of the time. */
  #valid(given: Schema, depth = 0): unknown {
    const schema = this.#resolve(given)
    if (depth > 6) return null
    if ('const' in schema) return schema.const
    if (Array.isArray(schema.enum)) return this.#pick(schema.enum as unknown[])
    const examples = schema.examples as unknown[] | undefined
    if (examples?.length && this.#chance(0.3)) return structuredClone(this.#pick(examples))
    const union = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined
    if (union) return this.#valid(this.#pick(union), depth + 1)
    if (Array.isArray(schema.allOf)) return Object.assign({}, ...(schema.allOf as Schema[]).map((part) => this.#valid(part, depth + 1))) as unknown
    const type = Array.isArray(schema.type) ? this.#pick(schema.type as string[]) : (schema.type as string | undefined)
    switch (type) {
      case 'object': {
        const required = (schema.required as string[] | undefined) ?? []
        const properties = Object.entries((schema.properties as Record<string, Schema> | undefined) ?? {})
        const chosen = properties.filter(([name]) => required.includes(name) || this.#chance(0.5)).map(([name, property]) => [name, this.#valid(property, depth + 1)])
        return Object.fromEntries(chosen)
      }
      case 'array': return Array.from({ length: this.#int(3) + Number(schema.minItems ?? 0) }, () => this.#valid((schema.items as Schema | undefined) ?? {}, depth + 1))
      case 'integer': return this.#pick([Number(schema.minimum ?? 0), Number(schema.maximum ?? 10), this.#int(100)])
      case 'number': return this.#pick([0, 1.5, 1e9])
      case 'boolean': return this.#chance(0.5)
      case 'null': return null
      case 'string': return this.#string(schema)
      default: return this.#pick<unknown>(['text', 1, null, {}, [], { nested: { value: [1, 'two'] } }])
    }
  }

  #string({ format, pattern, maxLength }: Schema): string {
    const ids = this.#ids()
    if (format === 'uuid' || String(pattern).includes('[0-9A-Fa-f]{8}')) return ids.length > 0 && this.#chance(0.8) ? this.#pick(ids) : '01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71'
    if (format === 'date-time') return this.#pick(['2030-01-01T00:00:00Z', '2026-01-31T09:30:00.123+01:00', '1999-12-31T23:59:59Z', new Date(1.8e12 + this.#int(1e9)).toISOString()])
    return this.#pick(['log', 'default', 'a', 'send_email', 'x'.repeat(Math.min(200, Number(maxLength ?? 50))), 'failed', 'é😀'])
  }

  #resolve(schema: Schema): Schema {
    const ref = schema.$ref as string | undefined
    return ref ? this.#resolve(this.#api.components?.schemas?.[ref.split('/').at(-1)!] ?? {}) : schema
  }

  #text(value: unknown): string {
    return typeof value === 'string' ? value : Array.isArray(value) ? value.join(',') : JSON.stringify(value)
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#int(list.length)]!
  }

  #chance(share: number): boolean {
    return this.#random() < share
  }

  #int(below: number): number {
    return Math.floor(this.#random() * below)
  }

  /** Mulberry32. @see https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const DEEP = '['.repeat(5_000) + ']'.repeat(5_000)
const JSON_VALUES = [
  'null', 'true', '-1', '0', '1e400', '-1e400', '1e-400', '9007199254740993', '99999999999999999999', '0.1', '""', '"\\u0000"', '"\\ud800"', '"\\udc00x"', '"a\\u0000b"',
  '{}', '[]', '[[]]', '[null]', '{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{}}}', DEEP, `"${'x'.repeat(70_000)}"`,
  '"2026-01-01T00:00:00"', '"275760-09-13T00:00:00Z"', '"infinity"', '"-infinity"', '"now"', '"NaN"', '"2026-02-30T00:00:00Z"', '"0000-00-00T00:00:00Z"', '"1e9d"', '"1h1h"', '"-5s"', '"99999999999w"',
  `"'; drop table duly.jobs; --"`, '"%"', '"_"', '"\\\\"', '"{1,2}"', '"{}"', '"\\u202e"', '"../../etc/passwd"', '"{{ x }}"', '"{% for i in (1..1000000000) %}x{% endfor %}"', '"{% include \'x\' %}"',
  '"00000000-0000-0000-0000-000000000000"', '"ffffffff-ffff-ffff-ffff-ffffffffffff"'
]
const JSON_MEMBERS = ['"__proto__":1', '"constructor":1', '"toString":1', '"id":"x"', '"status":"completed"', '"fence":-1', '"":0', '"\\u0000":1', '"payload":null', `"deep":${DEEP}`, '"type":["log"]', '"type":"log","type":"x"']
const BODIES = ['', 'null', '[]', '{}', '0', '"x"', '{', '{"type":', 'undefined', '\u0000', '{"type":"log"}}', '{"type":"log",}', "{'type':'log'}", DEEP, `{"type":"log","payload":${DEEP}}`, `[${'1,'.repeat(20_000)}1]`, '{"__proto__":{"type":"log"}}', '\ufeff{"type":"log"}']
const PATH_PARTS = ['', '.', '..', '%2e%2e', '%00', '%2f', '%', '%zz', '%ff', 'null', '0', '-1', 'x'.repeat(5_000), '00000000-0000-0000-0000-000000000000', "'%20or%201=1", '*', ':id', '%F0%9F%98%80', 'default', 'bulk', 'export']
const QUERY_VALUES = ['', '%00', '%ff', '-1', '0', '1e9', '99999999999999999999', '1.5', 'NaN', 'null', '%5B%5D', 'x'.repeat(3_000), "'--", '%25', '_', '%5C', ',', ',,,', 'failed,,x', '2026-01-01', 'infinity', 'YXNk', 'cyswLjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMA', '%F0%9F%98%80', '%ED%A0%80', 'true', 'exact']
const QUERY_PARTS = ['limit=1&limit=2', 'status[]=failed', 'status[x]=1', '__proto__[x]=1', 'unknown=1', '&&&', '=', 'cursor', 'page=1000000000', 'constructor=1', 'toString=1', 'limit=100&page=1001']
