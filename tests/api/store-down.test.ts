import { expect, inject, vi } from 'vitest'
import { uuidv7 } from 'uuidv7'
import { test as base } from './fixtures.js'
import { type Mode, type Proxy, startProxy } from '../support/proxy.js'
import { type Api, expectProblem, startApi } from './support.js'

/** `proxied` reaches Postgres through `proxy`. */
const test = base.extend<{ proxy: Proxy; proxied: Api }>({
  proxy: async ({ fileDatabase }, use) => {
    const proxy = await startProxy(fileDatabase.url)
    await use(proxy)
    await proxy.close()
  },
  proxied: async ({ proxy, prefix }, use) => {
    const api = await startApi({ databaseUrl: proxy.url, redisUrl: inject('redisUrl'), prefix, storeTimeoutMs: 1_000 })
    await use(api)
    await api.close()
  }
})

const MODES: Mode[] = ['refuse', 'swallow']

test.for(MODES)('while the store does this to connections: %s, every route says 503 and when to come back', async (mode, { proxied, proxy }) => {
  await proxied.get('/jobs') // so that connections are open
  proxy.mode = mode
  const answers = await Promise.all([proxied.post({ type: 'log' }), proxied.get('/jobs'), proxied.get(`/jobs/${uuidv7()}`), proxied.put(`/jobs/${uuidv7()}/cancel`)])
  for (const answer of answers) {
    expectProblem(answer, 'store_unavailable')
    expect(answer.headers['retry-after']).toBe('1')
  }
})

test.for(MODES)('readiness answers in time while the store does this: %s', async (mode, { proxied, proxy }) => {
  proxy.mode = mode
  for (const path of ['/readyz', '/healthz']) {
    const answer = await proxied.get(path)
    expect(answer.statusCode).toBe(503)
    expect(answer.json()).toMatchObject({ status: 'unavailable', checks: { store: { status: 'down', detail: 'does not answer' }, redis: { status: 'ok' } } })
    expect(answer.json<{ checks: { store: { latency_ms: number } } }>().checks.store.latency_ms).toBeLessThan(2_000)
  }
  expect((await proxied.get('/livez')).statusCode).toBe(200)
})

test('bad input is refused before the store is asked', async ({ proxied, proxy }) => {
  proxy.mode = 'refuse'
  expectProblem(await proxied.post({ type: 'log', priority: 10 }), 'invalid_request')
})

test('a type that only a worker could know is not called unknown while nobody can tell', async ({ proxied, proxy }) => {
  proxy.mode = 'refuse'
  expectProblem(await proxied.post({ type: 'nothing' }), 'store_unavailable')
})

test('when the store is back, the next request is served', async ({ proxied, proxy }) => {
  proxy.mode = 'swallow'
  expectProblem(await proxied.post({ type: 'log' }), 'store_unavailable')
  proxy.mode = 'refuse' // what hangs is cut
  proxy.mode = 'pass'
  await vi.waitFor(async () => expect((await proxied.post({ type: 'log' })).statusCode).toBe(201), { timeout: 10_000 })
})

test('a schema that does not fit is named by readiness', async ({ database, prefix, sql }) => {
  await sql`drop function public.duly_ping()`
  const api = await startApi({ databaseUrl: database.url, redisUrl: inject('redisUrl'), prefix })
  const answer = await api.get('/readyz')
  expect(answer.statusCode).toBe(503)
  expect(answer.json()).toMatchObject({ checks: { store: { detail: expect.stringContaining('npm run migrate') } } })
  await api.close()
})
