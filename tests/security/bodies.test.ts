/** What no route may be broken by. What exactly POST /jobs says about its own fields is in tests/api/bad-input.test.ts. */
import { describe, expect } from 'vitest'
import { test } from '../api/fixtures.js'
import { type Answer, type Api, expectProblem } from '../api/support.js'
import { requestFor, routesOf, takesBody, titleOf } from './support.js'

interface Schema {
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly properties?: Record<string, Schema>
  readonly items?: Schema
}

const deepArray = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
const deepObject = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`

/** As JSON text. No field takes any of them. */
const HOSTILE = {
  'an array of 20,000 levels': deepArray(20_000), // more than the stack of a recursive function holds
  'an object of 20,000 levels': deepObject(20_000),
  NUL: '"a\\u0000b"',
  'half of a surrogate pair': '"a\\ud800"',
  'a number that is infinite': '1e400',
  '__proto__': '{"__proto__": {"admin": true}}',
  'constructor.prototype': '{"constructor": {"prototype": {}}}'
}

const TIMES = ['2026-01-31T09:30:00', '2026-01-31', '+275760-09-13T00:00:00Z', '10000-01-01T00:00:00Z', 'infinity', '-infinity', 'NaN', 'epoch', 'now', '2026-02-30T00:00:00Z', '\u0662\u0660\u0662\u0666-01-01T00:00:00Z']

interface Field {
  readonly name: string
  readonly schema: Schema
  /** A body in which this field has this JSON text for its value, and whatever else is needed is right. */
  readonly body: (json: string) => string
}

/** Every field of a body: those of objects within, and the items of lists, included. */
function fieldsOf(schema: Schema, wrap: Field['body'] = (json) => json): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const body: Field['body'] = (json) => wrap(withField(schema, name, json))
    const item: Field['body'] = (json) => body(`[${json}]`)
    const ofItems = inner.items ? [{ name, schema: inner.items, body: item }, ...fieldsOf(inner.items, item)] : []
    return [{ name, schema: inner, body }, ...fieldsOf(inner, body), ...ofItems]
  })
}

/** Where a job is described, one that would be taken but for this field. */
function withField({ properties = {} }: Schema, name: string, json: string): string {
  const others = 'type' in properties && 'payload' in properties ? { type: '"log"', payload: '{"message": "m"}' } : {}
  return `{${Object.entries({ ...others, [name]: json }).map(([field, value]) => `${JSON.stringify(field)}: ${value}`).join(', ')}}`
}

function expectRefusal(answer: Answer): void {
  expect(answer.statusCode, answer.body.slice(0, 300)).toBeGreaterThanOrEqual(400)
  expect(answer.statusCode, answer.body.slice(0, 300)).toBeLessThan(500)
  expectProblem(answer, answer.json<{ code: 'invalid_request' }>().code)
  expect(answer.body.length).toBeLessThan(20_000) // it does not send back what it was sent
}

/** Routes that take a body which they describe. */
const bodyRoutes = (api: Api) => routesOf(api).filter(({ schema, method }) => schema.body && takesBody(method)).map((route) => ({ route, fields: fieldsOf(route.schema.body as Schema) }))

/** Hundreds of requests take a while where other suites run beside this one. */
const TIMEOUT_MS = 120_000

describe('every route that takes a body refuses', { timeout: TIMEOUT_MS }, () => {
  test('one of 100,000 levels', async ({ api }) => {
    for (const { route } of bodyRoutes(api)) {
      for (const json of [deepArray(100_000), deepObject(100_000)]) expectRefusal(await api.app.inject(requestFor(route, json)))
    }
  })

  test.for(Object.entries(HOSTILE))('%s, as the body and in each of its fields', async ([, json], { api }) => {
    for (const { route, fields } of bodyRoutes(api)) {
      expectRefusal(await api.app.inject(requestFor(route, json)))
      for (const { body } of fields) expectRefusal(await api.app.inject(requestFor(route, body(json))))
    }
    expect((await api.get('/jobs')).json()).toMatchObject({ data: [] })
  })

  test('fields that it does not know, and those of the server', async ({ api }) => {
    for (const { route, fields } of bodyRoutes(api)) {
      const known = fields.map(({ name }) => name)
      for (const name of ['id', 'status', 'fence', 'attempt', 'worker_id', 'created_at', 'run_at', 'toString', 'no_such_field'].filter((name) => !known.includes(name))) {
        expectRefusal(await api.app.inject(requestFor(route, withField(route.schema.body as Schema, name, '1'))))
      }
    }
  })

  test('times that are none, or not exactly one', async ({ api }) => {
    for (const { route, fields } of bodyRoutes(api)) {
      for (const { body } of fields.filter(({ schema }) => schema.format === 'date-time')) {
        for (const time of TIMES) expectRefusal(await api.app.inject(requestFor(route, body(JSON.stringify(time)))))
      }
    }
  })
})

test('no route reads a body of more than it says, and none says more than 16 MiB', async ({ api }) => {
  for (const route of routesOf(api).filter(({ method }) => takesBody(method))) {
    const { bodyLimit = 1024 * 1024 } = route
    expect(bodyLimit, titleOf(route)).toBeLessThanOrEqual(16 * 1024 * 1024)
    expectProblem(await api.app.inject(requestFor(route, `{"a": "${'x'.repeat(bodyLimit)}"}`)), 'body_too_large')
  }
})

test('no route fails on a body that it does not expect', async ({ api }) => {
  for (const route of routesOf(api).filter(({ method, schema }) => !schema.body && takesBody(method))) {
    for (const json of Object.values(HOSTILE)) expect((await api.app.inject(requestFor(route, json))).statusCode, titleOf(route)).toBeLessThan(500)
  }
})

test('no route fails on what stands in its query or its path', { timeout: TIMEOUT_MS }, async ({ api }) => {
  const values = ['%00', 'a%00b', '%ED%A0%80', '%F0%9F', '1e400', '-1', '99999999999999999999', 'NaN', '__proto__', 'constructor', '%25', "'%3B--", '%5C', '..%2F..', 'x'.repeat(5_000), ...TIMES.map(encodeURIComponent)]
  for (const route of routesOf(api).filter(({ scope, method }) => scope !== 'none' && method !== 'HEAD')) {
    const names = Object.keys((route.schema.querystring as Schema | undefined)?.properties ?? {})
    const { url, ...request } = requestFor(route)
    const path = url as string
    const urls = [
      ...names.flatMap((name) => [`${path}?${name}=1&${name}=1`, `${path}?${name}[]=1`, ...values.map((value) => `${path}?${name}=${value}`)]),
      `${path}?__proto__=1&constructor=1`,
      ...(route.url.includes(':') ? values.map((value) => route.url.replaceAll(/:\w+/g, value)) : [])
    ]
    for (const url of urls) {
      const answer = await api.app.inject({ ...request, url })
      expect(answer.statusCode, `${route.method} ${url.slice(0, 200)} ${answer.body.slice(0, 300)}`).toBeLessThan(500)
    }
  }
})
