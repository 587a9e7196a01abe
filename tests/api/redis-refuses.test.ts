/** A Redis that answers every question and takes no writes: one that is full, and a read-only replica. */
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, inject, vi } from 'vitest'
import type { Job } from '../../core/job.js'
import { provideRedis, startRedis } from '../../scripts/lib/redis.js'
import { test as base } from '../support/fixtures.js'
import { type Api, startApi } from './support.js'

interface Scene {
  readonly api: Api
  /** Of the API's Redis, which is the test's own. */
  readonly admin: Redis
}

const test = base.extend<{ scene: Scene }>({
  scene: async ({ database, prefix }, use) => {
    const server = await startRedis({ server: await provideRedis({ path: process.env.PATH ?? '' }), dir: await mkdtemp(join(inject('tempDir'), 'redis-')) })
    const admin = new Redis(server.url)
    const api = await startApi({ databaseUrl: database.url, redisUrl: server.url, prefix })
    await use({ api, admin })
    await api.close()
    admin.disconnect()
    await server.stop()
  }
})

const REFUSALS = [
  ['full', async (admin: Redis) => admin.config('SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '1'), async (admin: Redis) => admin.config('SET', 'maxmemory', '0'), /OOM/],
  ['a read-only replica', async (admin: Redis) => admin.replicaof('127.0.0.1', 1), async (admin: Redis) => admin.replicaof('NO', 'ONE'), /READONLY/]
] as const

const WAIT = { timeout: 10_000 }
const later = () => ({ type: 'log', scheduled_at: new Date(Date.now() + 600_000).toISOString() })
const readiness = async (api: Api) => (await api.get('/readyz')).json<{ status: string; checks: { redis: { detail?: string } } }>()
const idsIn = async (api: Api) => (await api.timeline.list('default', 0, 0, 100)).map(({ id }) => id).sort()

test.for(REFUSALS)('while Redis is %s, it is down once and stays down, and readiness says why', async ([, refuse, allow, words], { scene: { api, admin } }) => {
  await refuse(admin)
  const answer = await api.get('/readyz')
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toMatchObject({ status: 'degraded', checks: { redis: { status: 'down', detail: expect.stringMatching(words) as string } } })
  const probes = vi.spyOn(api.timeline, 'probe')
  await vi.waitFor(() => expect(probes.mock.calls.length).toBeGreaterThanOrEqual(2), WAIT) // it has tried, too
  expect((await api.post({ type: 'log' })).statusCode).toBe(201)
  expect(api.logged.map(({ msg }) => msg)).toEqual([expect.stringMatching(/^Redis takes no jobs/)])

  await allow(admin)
  await vi.waitFor(async () => expect((await readiness(api)).status).toBe('ok'), WAIT)
  expect(api.logged.map(({ msg }) => msg)).toEqual([expect.stringMatching(/^Redis takes no jobs/), 'Redis takes jobs again'])
})

test.for(REFUSALS)('when Redis is %s, jobs of before that was noticed are added later, others by the outbox', async ([, refuse, allow], { scene: { api, admin }, sql }) => {
  await refuse(admin)
  const unnoticed = (await Promise.all([api.post(later()), api.post(later())])).map((answer) => answer.json<Job>().id).sort()
  await vi.waitFor(() => expect(api.logged).toHaveLength(1), WAIT)
  expect(await sql`select from duly.timeline_outbox`).toHaveLength(0)
  const noticed = (await api.post(later())).json<Job>().id
  expect(await sql`select job_id from duly.timeline_outbox`).toEqual([{ job_id: noticed }])

  await allow(admin)
  await vi.waitFor(async () => expect(await idsIn(api)).toEqual(unnoticed), WAIT)
})
