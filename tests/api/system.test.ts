import { mkdir, mkdtemp, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject, vi } from 'vitest'
import { loadConfig } from '../../core/config.js'
import { SCHEMA_VERSION } from '../../core/store/schema-version.js'
import { keysOf } from '../../core/timeline/keys.js'
import { test as base } from '../support/fixtures.js'
import { ask, inMs, newJob } from './asking.js'
import { bearer, KEYS, SECRETS } from './keys.js'
import { type Api, expectProblem, startApi, type Where } from './support.js'

const PASSWORD = 's3cret-of-the-mail-server'

const test = base.extend<{ start: (where?: Partial<Where>) => Promise<Api>; dataDir: string }>({
  dataDir: async ({}, use) => use(await mkdtemp(join(inject('tempDir'), 'system-'))),
  start: async ({ database, prefix }, use) => {
    const started: Api[] = []
    await use(async (where = {}) => {
      const api = await startApi({ databaseUrl: database.url, redisUrl: inject('redisUrl'), prefix, ...where })
      started.push(api)
      return api
    })
    await Promise.all(started.map((api) => api.close()))
  }
})

interface Synced { dry_run: boolean; count?: number; agree?: boolean; queues: Array<Record<string, unknown>>; missing?: Array<{ id: string }> }

describe('GET /system', () => {
  test('tells versions, the health of both stores, whether they agree, and how mail goes', async ({ start, dataDir, database }) => {
    await mkdir(join(dataDir, 'outbox'))
    for (const [name, at] of [['01934b7e.eml', 1], ['01934b80.eml', 2], ['.01934b81.eml.tmp', 3], ['note.txt', 4]] as const) {
      await writeFile(join(dataDir, 'outbox', name), 'mail')
      await utimes(join(dataDir, 'outbox', name), at, at)
    }
    const api = await start({ config: loadConfig({ DATA_DIR: dataDir, DATABASE_URL: database.url, REDIS_URL: 'redis://localhost' }) })
    const answer = (await api.get('/system')).json<Record<string, unknown>>()
    expect(answer).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      node: process.version,
      store: { status: 'ok', transport: 'postgres', version: expect.stringMatching(/^\d+/) as string, schema_version: SCHEMA_VERSION },
      redis: { status: 'ok', version: expect.stringMatching(/^(redis|valkey) \d+\./) as string },
      agreement: { missing: 0, ghost: 0, late: 0, compared: 0, complete: true, lost_queues: 0 },
      mail: { mode: 'files', server: null, from: 'Duly <duly@localhost>', kept: { count: 2, newest_at: '1970-01-01T00:00:02.000Z' } }
    })
    expect(Math.abs((answer.store as { clock_offset_ms: number }).clock_offset_ms)).toBeLessThan(60_000)
  })

  test('shows the configuration to an admin alone, and no secret to anybody', async ({ start, database }) => {
    const api = await start({ access: { apiKeys: KEYS }, config: loadConfig({ DATABASE_URL: database.url, REDIS_URL: 'redis://:s3cret-of-redis@localhost', SMTP_URL: `smtp://user:${PASSWORD}@mail.example:587` }) })
    for (const scope of ['read', 'write'] as const) expect((await ask(api, 'GET', '/system', undefined, bearer(SECRETS[scope]))).json()).toMatchObject({ configuration: null })
    const answer = await ask(api, 'GET', '/system', undefined, bearer(SECRETS.admin))
    expect(answer.json()).toMatchObject({ mail: { mode: 'smtp', server: 'smtp://***@mail.example:587', kept: null } })
    expect(answer.json<{ configuration: unknown[] }>().configuration).toContainEqual({ name: 'REDIS_URL', value: 'redis://***@localhost', is_default: false })
    for (const secret of [PASSWORD, 's3cret-of-redis', ...Object.values(SECRETS)]) expect(answer.body).not.toContain(secret)
  })

  test('tells what Redis does not know, has too late, or should not have', async ({ start, prefix, redis }) => {
    const api = await start()
    const [missing, late, fine] = await api.store.createJobs([newJob({ scheduled_at: inMs(60_000) }), newJob({ scheduled_at: inMs(60_000) }), newJob({ scheduled_at: inMs(60_000) })])
    await api.timeline.add([late!, fine!].map((job) => ({ ...job, run_at_ms: Date.parse(job.run_at) })))
    await redis.zadd(keysOf(prefix, 'default').timelines[9]!, Date.parse(late!.run_at) + 600_000, late!.id)
    await redis.zadd(keysOf(prefix, 'default').timelines[9]!, Date.now() + 60_000, '01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71')
    expect((await api.get('/system')).json()).toMatchObject({ agreement: { lost_queues: 1, compared: 0 } }) // nobody vouches for it yet
    void missing
    await ask(api, 'POST', '/sync', { dry_run: true }) // changes nothing
    const { generation } = await api.timeline.openWindow('default')
    await api.timeline.moveEdge('default', generation, Date.now() + 3_600_000)
    await vi.waitFor(async () => expect((await api.get('/system')).json()).toMatchObject({ agreement: { missing: 1, ghost: 1, late: 1, lost_queues: 0 } }), { timeout: 25_000, interval: 500 })
  })

  test('says which of the two is away', async ({ start }) => {
    const api = await start({ redisUrl: 'redis://127.0.0.1:1' })
    expect((await api.get('/system')).json()).toMatchObject({ store: { status: 'ok' }, redis: { status: 'down', version: null }, agreement: null })
  })

  test('is asked once for many who look', async ({ start }) => {
    const api = await start()
    const ping = vi.spyOn(api.store, 'ping')
    await Promise.all(Array.from({ length: 10 }, () => api.get('/system')))
    expect(ping).toHaveBeenCalledTimes(1)
  })
})

describe('POST /sync', () => {
  test('with dry_run compares and changes nothing; without it Redis has everything', async ({ start }) => {
    const api = await start()
    const jobs = await api.store.createJobs(Array.from({ length: 5 }, (_, i) => newJob({ scheduled_at: inMs(60_000), queue: i < 3 ? 'default' : 'mail' })))
    const before = (await ask(api, 'POST', '/sync', { dry_run: true })).json<Synced>()
    expect(before).toMatchObject({ dry_run: true, agree: false, queues: [{ queue: 'default', pending: 3, in_redis: 0, missing: 3, verdict: 'lost' }, { queue: 'mail', missing: 2, verdict: 'lost' }] })
    expect(before.missing!.map(({ id }) => id).sort()).toEqual(jobs.map(({ id }) => id).sort())
    expect(await api.timeline.list('default', 0, 0, 10)).toEqual([])

    expect((await ask(api, 'POST', '/sync', { queue: 'mail' })).json()).toMatchObject({ dry_run: false, count: 2, queues: [{ queue: 'mail', count: 2 }] })
    expect((await ask(api, 'POST', '/sync')).json()).toMatchObject({ dry_run: false, count: 5 })
    expect(await api.timeline.list('default', 0, 0, 10)).toHaveLength(3)
    expect((await ask(api, 'POST', '/sync', { dry_run: true })).json()).toMatchObject({ agree: true, missing: [], ghost: [], late: [] })
  })

  test('runs once for those who ask at the same moment', async ({ start }) => {
    const api = await start()
    await api.store.createJobs([newJob()])
    const count = vi.spyOn(api.store, 'countPending')
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(api, 'POST', '/sync')))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200])
    expect(count).toHaveBeenCalledTimes(1)
  })

  test('says how many of the jobs Redis lacked, or had too late', async ({ start, prefix, redis }) => {
    const api = await start()
    const jobs = await api.store.createJobs(Array.from({ length: 5 }, () => newJob({ scheduled_at: inMs(60_000) })))
    expect((await ask(api, 'POST', '/sync')).json()).toMatchObject({ count: 5, added: 5, queues: [{ queue: 'default', count: 5, added: 5 }] })
    const { timelines } = keysOf(prefix, 'default')
    await redis.zrem(timelines[9]!, jobs[0]!.id)
    await redis.zadd(timelines[9]!, Date.now() + 600_000, jobs[1]!.id)
    expect((await ask(api, 'POST', '/sync')).json()).toMatchObject({ count: 5, added: 2 })
    expect((await ask(api, 'POST', '/sync')).json()).toMatchObject({ count: 5, added: 0 })
  })

  test('runs one at a time, whatever is asked for: all of it, one queue, one that is called "undefined", or a look', async ({ start }) => {
    const api = await start()
    await api.store.createJobs(['default', 'mail', 'undefined'].map((queue) => newJob({ queue })))
    let running = 0
    let most = 0
    const alone = <Method extends 'scanPending' | 'listQueues'>(name: Method) => {
      const method = api.store[name].bind(api.store) as (...args: unknown[]) => Promise<unknown>
      vi.spyOn(api.store, name).mockImplementation((async (...args: unknown[]) => {
        most = Math.max(most, ++running)
        return method(...args).finally(() => running--)
      }) as never)
    }
    alone('scanPending')
    alone('listQueues')
    const answers = await Promise.all([{}, { queue: 'mail' }, { queue: 'undefined' }, { dry_run: true }].map((body) => ask(api, 'POST', '/sync', body)))
    expect(answers.map((answer) => answer.json<Synced>().queues.map(({ queue }) => queue))).toEqual([['default', 'mail', 'undefined'], ['mail'], ['undefined'], ['default', 'mail', 'undefined']])
    expect(most).toBe(1)
  })

  test('refuses a queue that there is not, and says when Redis is away', async ({ start }) => {
    expectProblem(await ask(await start(), 'POST', '/sync', { queue: 'nothing' }), 'queue_not_found')
    const away = await start({ redisUrl: 'redis://127.0.0.1:1' })
    await away.store.createJobs([newJob()])
    const answer = await ask(away, 'POST', '/sync')
    expectProblem(answer, 'timeline_unavailable')
    expect(answer.headers['retry-after']).toBe('1')
  })
})
