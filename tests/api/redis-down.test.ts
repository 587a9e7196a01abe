import { expect, inject, vi } from 'vitest'
import type { Job } from '../../core/job.js'
import { test as base } from './fixtures.js'
import { type Mode, type Proxy, startProxy } from '../support/proxy.js'
import { type Api, startApi } from './support.js'

/** `proxied` reaches Redis through `proxy`. */
const test = base.extend<{ proxy: Proxy; proxied: Api }>({
  proxy: async ({}, use) => {
    const proxy = await startProxy(inject('redisUrl'))
    await use(proxy)
    await proxy.close()
  },
  proxied: async ({ proxy, database, prefix }, use) => {
    const api = await startApi({ databaseUrl: database.url, redisUrl: proxy.url, prefix })
    await use(api)
    await api.close()
  }
})

/** Far above what a create takes here, far below any timeout of the store; a client that waits for Redis without an end fails it. */
const PATIENCE_MS = 5_000

const readiness = async (api: Api) => (await api.get('/readyz')).json<{ status: string }>().status

test.for(['refuse', 'swallow'] as Mode[])('while Redis does this to connections: %s, jobs are created and left for a worker to add', async (mode, { proxied, proxy, sql }) => {
  proxy.mode = mode
  const startMs = performance.now()
  const first = await proxied.post({ type: 'log' })
  expect(first.statusCode).toBe(201)
  await vi.waitFor(async () => expect(await readiness(proxied)).toBe('degraded'), { timeout: PATIENCE_MS })

  const second = await proxied.post({ type: 'log' })
  expect(second.statusCode).toBe(201)
  expect(performance.now() - startMs).toBeLessThan(PATIENCE_MS)
  expect(await sql`select job_id from duly.timeline_outbox`).toEqual([{ job_id: second.json<Job>().id }])
})

test('an outage is logged once, and so is its end', async ({ proxied, proxy }) => {
  proxy.mode = 'refuse'
  await vi.waitFor(async () => expect(await readiness(proxied)).toBe('degraded'), { timeout: 10_000 })
  await Promise.all(Array.from({ length: 20 }, () => proxied.post({ type: 'log' })))
  proxy.mode = 'pass'
  await vi.waitFor(async () => expect(await readiness(proxied)).toBe('ok'), { timeout: 10_000 })
  expect(proxied.logged.map((line) => line.msg)).toEqual([expect.stringMatching(/^Redis takes no jobs/), 'Redis takes jobs again'])
})

test('when Redis is back, the API finds it by itself and adds jobs again', async ({ proxied, proxy, sql }) => {
  proxy.mode = 'refuse'
  await vi.waitFor(async () => expect(await readiness(proxied)).toBe('degraded'), { timeout: 10_000 })
  proxy.mode = 'pass'
  await vi.waitFor(() => expect(proxied.logged).toContainEqual(expect.objectContaining({ msg: 'Redis takes jobs again' })), { timeout: 10_000 })

  const { id } = (await proxied.post({ type: 'log', scheduled_at: new Date(Date.now() + 60_000).toISOString() })).json<Job>()
  await vi.waitFor(async () => expect(await proxied.timeline.list('default', 0, 0, 10)).toMatchObject([{ id }]))
  expect(await sql`select from duly.timeline_outbox`).toHaveLength(0)
})

test('a job can be cancelled while Redis is down', async ({ proxied, proxy }) => {
  const { id } = (await proxied.post({ type: 'log', scheduled_at: '2999-01-01T00:00:00Z' })).json<Job>()
  proxy.mode = 'refuse'
  expect((await proxied.put(`/jobs/${id}/cancel`)).json()).toMatchObject({ status: 'cancelled' })
})

test('the API starts and serves while Redis has never been there', async ({ fileDatabase, proxy, prefix }) => {
  proxy.mode = 'refuse'
  const api = await startApi({ databaseUrl: fileDatabase.url, redisUrl: proxy.url, prefix })
  expect((await api.post({ type: 'log' })).statusCode).toBe(201)
  expect(await readiness(api)).toBe('degraded')
  await api.close()
})
