/** The routes about many jobs at once: what they answer fits its description, on a store with real rollups. */
import Fastify, { type RouteOptions } from 'fastify'
import { Value } from 'typebox/value'
import type { TSchema } from 'typebox'
import { uuidv7 } from 'uuidv7'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test as base, vi } from 'vitest'
import { bucketOf } from '../../core/histogram.js'
import { PERIOD_MS } from '../../core/stats.js'
import type { StatsRow } from '../../core/store/index.js'
import { cached } from '../../api/cached.js'
import { KnownTypes } from '../../api/known-types.js'
import queues from '../../api/routes/queues.js'
import stats from '../../api/routes/stats.js'
import workers from '../../api/routes/workers.js'
import { MAX_POINTS, readRange } from '../../api/stats.js'
import { openRedis } from '../../core/timeline/index.js'
import { listenForWakeUps } from '../../core/timeline/wake-ups.js'
import { type Stack, startStack } from '../support/stacks.js'
import { newJob } from '../store/support.js'
import { type Api, expectProblem, startApi } from './support.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let stack: Stack
beforeAll(async () => {
  stack = await startStack('postgres')
})
afterAll(() => stack.stop())

const test = base.extend<{ api: Api & { prefix: string } }>({
  api: async ({}, use) => {
    const prefix = `test:${uuidv7()}`
    const api = await startApi({ ...stack, redisUrl: inject('redisUrl'), prefix })
    await use({ ...api, prefix })
    await api.close()
    await stack.sql('truncate duly.jobs, duly.job_stats, duly.workers, duly.queues cascade')
  }
})

/** A histogram with everything in the bucket of one time. */
const times = (count: number, ms: number) => ({ sum_ms: count * ms, buckets: `{${[...new Array<number>(bucketOf(ms)).fill(0), count].join(',')}}` })
const row = (fields: Partial<StatsRow>): StatsRow => ({ resolution: 'minute', period_start_ms: 0, queue: 'default', type: 'log', outcome: 'completed', count: 10, times: { wait: times(10, 100), lateness: times(10, 4), run: times(10, 50) }, ...fields })

interface Point { period_start: string; completed: number; failed: number; lateness_ms: { p50: number } | null; run_ms: { p50: number } | null }
interface Answer { range: { from: string; to: string; resolution: string }; series: Point[]; failure_rate: number | null; completed: number; failed: number; retried: number; latency: Record<string, { average: number; p50: number; p95: number; p99: number } | null>; counts: { total: number; estimated: boolean }; workers: Array<{ id: string }> }

describe('GET /stats', () => {
  test('tells of nothing in nothing but zeros and nulls, a point for every minute of the last hour', async ({ api }) => {
    const answer = (await api.get('/stats')).json<Answer>()
    expect(answer).toMatchObject({ completed: 0, failure_rate: null, latency: { wait_ms: null, lateness_ms: null, run_ms: null }, workers: [], counts: { total: 0, estimated: false }, range: { resolution: 'minute' } })
    expect(answer.series).toHaveLength(61) // the one under way, too
    expect(answer.series.at(-1)).toMatchObject({ completed: 0, lateness_ms: null })
    expect(Date.parse(answer.range.to) - Date.parse(answer.series.at(-1)!.period_start)).toBeLessThanOrEqual(MINUTE)
  })

  test('adds up what workers have counted: outcomes, percentiles, the rate of failures, and a series', async ({ api }) => {
    const { now_ms } = await api.store.ping()
    const minute = Math.floor(now_ms / MINUTE) * MINUTE - 10 * MINUTE
    await api.store.flushStats(uuidv7(), [
      row({ period_start_ms: minute }),
      row({ period_start_ms: minute, outcome: 'failed', count: 2, times: { wait: times(2, 100), lateness: times(2, 4), run: times(2, 1_000) } }),
      row({ period_start_ms: minute + MINUTE, outcome: 'retry' })
    ])
    await api.store.flushStats(uuidv7(), [row({ period_start_ms: minute, queue: 'mail', type: 'email' })])
    const worker = uuidv7()
    await api.store.registerWorker({ id: worker, host: 'here', pid: 1, concurrency: 5, types: ['log'], queues: [], lease_ms: 60_000 })

    const answer = (await api.get('/stats')).json<Answer>()
    expect(answer).toMatchObject({ completed: 20, failed: 2, retried: 10, failure_rate: Math.round(2 / 22 * 1e6) / 1e6, workers: [{ id: worker, status: 'alive' }] })
    const run = answer.latency.run_ms!
    expect(run.average).toBeCloseTo((30 * 50 + 2 * 1_000) / 32, 1)
    expect(run.p50 / 50).toBeCloseTo(1, 0)
    expect(run.p99 / 1_000).toBeCloseTo(1, 0)
    const points = answer.series.filter((point) => point.lateness_ms !== null)
    expect(points).toMatchObject([{ period_start: new Date(minute).toISOString(), completed: 20, failed: 2, retried: 0 }, { period_start: new Date(minute + MINUTE).toISOString(), completed: 0, retried: 10 }])

    expect((await api.get('/stats?queue=mail')).json()).toMatchObject({ completed: 10, failed: 0, failure_rate: 0 })
    expect((await api.get('/stats?type=log')).json()).toMatchObject({ completed: 10, failed: 2 })
    expect((await api.get('/stats?type=log&queue=mail')).json()).toMatchObject({ completed: 0, failure_rate: null })
  })

  test('makes days of hours', async ({ api }) => {
    const { now_ms } = await api.store.ping()
    const day = Math.floor(now_ms / DAY) * DAY - 2 * DAY
    await api.store.flushStats(uuidv7(), [row({ resolution: 'hour', period_start_ms: day }), row({ resolution: 'hour', period_start_ms: day + 23 * HOUR })])
    const answer = (await api.get(`/stats?resolution=day&from=${new Date(day).toISOString()}`)).json<Answer>()
    expect(answer.series.map((point) => point.completed)).toEqual([20, 0, 0])
  })

  test('makes points of as many minutes as a step has, with the percentiles of all of them', async ({ api }) => {
    const { now_ms } = await api.store.ping()
    const start = Math.floor(now_ms / (10 * MINUTE)) * 10 * MINUTE - 20 * MINUTE
    await api.store.flushStats(uuidv7(), [
      row({ period_start_ms: start }),
      row({ period_start_ms: start + 9 * MINUTE, outcome: 'failed', count: 30, times: { wait: times(30, 100), lateness: times(30, 4), run: times(30, 1_000) } }),
      row({ period_start_ms: start + 10 * MINUTE })
    ])
    const answer = (await api.get(`/stats?step=10m&from=${new Date(start).toISOString()}`)).json<Answer>()
    expect(answer.range).toMatchObject({ from: new Date(start).toISOString(), resolution: 'minute', step_ms: 10 * MINUTE })
    expect(answer.series.slice(0, 2)).toMatchObject([{ period_start: new Date(start).toISOString(), completed: 10, failed: 30 }, { period_start: new Date(start + 10 * MINUTE).toISOString(), completed: 10, failed: 0 }])
    expect(answer.series[0]!.run_ms!.p50 / 1_000).toBeCloseTo(1, 0)
  })

  test('counts jobs by status, type and queue', async ({ api }) => {
    await api.store.createJobs([newJob(), newJob({ type: 'email', queue: 'mail' }), newJob()])
    expect((await api.get('/stats')).json()).toMatchObject({
      counts: { total: 3, by_status: { pending: 3, completed: 0 }, by_type: [{ type: 'log', count: 2 }, { type: 'email', count: 1 }], by_queue: [{ queue: 'default', count: 2 }, { queue: 'mail', count: 1 }], estimated: false }
    })
  })

  test('counts once for many who ask at the same moment', async ({ api }) => {
    const count = vi.spyOn(api.store, 'countAllJobs')
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.get('/stats')))
    expect(answers.map((answer) => answer.statusCode)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(count).toHaveBeenCalledTimes(1)
  })

  test('refuses what cannot be read, or makes too many points, and says what fits', async ({ api }) => {
    expect(expectProblem(await api.get('/stats?resolution=week&limit=1&from=yesterday'), 'invalid_request')).toHaveLength(2)
    expect(expectProblem(await api.get('/stats?from=yesterday'), 'invalid_request')).toEqual([expect.stringContaining('?from must be a time with an offset')])
    const from = new Date(Date.now() - 20 * DAY).toISOString()
    expect(expectProblem(await api.get(`/stats?resolution=minute&from=${from}`), 'invalid_request')).toEqual([expect.stringMatching(/^\?resolution would make 28,80\d points by the minute, and at most 720 are answered: use hour$/)])
    expect((await api.get(`/stats?from=${from}`)).json<Answer>().range.resolution).toBe('hour')
  })
})

describe('a range', () => {
  const NOW = Date.UTC(2026, 5, 15, 12, 30, 20)
  const iso = (ms: number) => new Date(ms).toISOString()
  const read = (given: Parameters<typeof readRange>[0]) => readRange(given, NOW)

  test.each([
    [{}, 'minute', Date.UTC(2026, 5, 15, 11, 30)],
    [{ resolution: 'hour' }, 'hour', Date.UTC(2026, 5, 14, 12)],
    [{ resolution: 'day' }, 'day', Date.UTC(2026, 4, 16)],
    [{ from: iso(NOW - 12 * HOUR + MINUTE) }, 'minute', Date.UTC(2026, 5, 15, 0, 31)],
    [{ from: iso(NOW - 13 * HOUR) }, 'hour', Date.UTC(2026, 5, 14, 23)],
    [{ from: iso(NOW - 100 * DAY) }, 'day', Date.UTC(2026, 2, 7)],
    [{ from: iso(NOW - 5 * DAY), to: iso(NOW - 5 * DAY + HOUR) }, 'hour', Date.UTC(2026, 5, 10, 12)] // its minutes are gone
  ] as const)('of %j is by the %s', (given, resolution, fromMs) => {
    expect(read(given)).toEqual({ range: { resolution, stepMs: PERIOD_MS[resolution], fromMs, toMs: 'to' in given ? Date.parse(given.to) : NOW }, faults: [] })
  })

  test.each([
    [{ step: '5m' }, 'minute', 5 * MINUTE, Date.UTC(2026, 5, 15, 11, 30)],
    [{ step: '10m', from: iso(NOW - 2 * DAY) }, 'minute', 10 * MINUTE, Date.UTC(2026, 5, 13, 12, 30)],
    [{ step: '90m', from: iso(NOW - DAY) }, 'minute', 90 * MINUTE, Date.UTC(2026, 5, 14, 12)],
    [{ step: '2h', from: iso(NOW - 7 * DAY) }, 'hour', 2 * HOUR, Date.UTC(2026, 5, 8, 12)],
    [{ step: '7d', from: iso(NOW - 200 * DAY) }, 'day', 7 * DAY, Date.UTC(2025, 10, 27)],
    [{ step: '300000' }, 'minute', 5 * MINUTE, Date.UTC(2026, 5, 15, 11, 30)]
  ] as const)('with %j is made of %ss, and begins at a multiple of its step', (given, resolution, stepMs, fromMs) => {
    expect(read(given)).toEqual({ range: { resolution, stepMs, fromMs, toMs: NOW }, faults: [] })
  })

  test.each([
    [{ step: '90s' }, 'must be a whole number of minutes, such as 5m or 1h'],
    [{ step: '0' }, 'must be a whole number of minutes, such as 5m or 1h'],
    [{ step: 'soon' }, expect.stringContaining('must be a length of time')],
    [{ step: '40d' }, 'must be at most 31 days'],
    [{ step: '5m', resolution: 'hour' }, 'contradicts resolution: send one of them'],
    [{ step: '1m', from: iso(NOW - DAY) }, 'would make 1,441 points, and at most 720 are answered: use a longer one, or ask for a shorter range'],
    [{ step: '30m', from: iso(NOW - 3 * DAY) }, 'goes back further than the 2 days that minutes are kept: use a multiple of 1h'],
    [{ step: '36h', from: iso(NOW - 300 * DAY) }, 'would be made of more than 5,760 hours: use a multiple of 1d']
  ] as const)('with %j is refused: it %s', (given, detail) => {
    expect(read(given).faults).toEqual([{ pointer: '?step', detail }])
  })

  test('never reaches into the future', () => {
    expect(read({ to: iso(NOW + DAY) }).range.toMs).toBe(NOW)
    const { range, faults } = read({ from: iso(NOW + HOUR), to: iso(NOW + DAY) })
    expect(faults).toEqual([])
    expect(range.fromMs).toBeGreaterThan(range.toMs)
  })

  test('that is empty, of minutes that are gone, or too long for any resolution is refused', () => {
    expect(read({ from: iso(NOW), to: iso(NOW - 1) }).faults).toEqual([{ pointer: '?to', detail: 'must be after from' }])
    expect(read({ resolution: 'minute', from: iso(NOW - 3 * DAY), to: iso(NOW - 3 * DAY + HOUR) }).faults).toEqual([{ pointer: '?resolution', detail: 'goes back further than the 2 days that minutes are kept: use hour' }])
    expect(read({ from: iso(NOW - (MAX_POINTS + 1) * DAY) }).faults).toEqual([{ pointer: '?resolution', detail: expect.stringContaining('ask for a shorter range') as string }])
  })
})

describe('queues', () => {
  test('are listed, read, paused and resumed, and resuming tells the workers', async ({ api }) => {
    await api.store.createJobs([newJob({ queue: 'mail' }), newJob({ queue: 'other' })])
    const subscriber = openRedis({ REDIS_URL: inject('redisUrl') }, 'listen')
    const heard: string[] = []
    await new Promise<void>((connected) => listenForWakeUps(subscriber, api.prefix, { wakeUp: () => {}, resumed: (queue) => heard.push(queue), cancel: () => {}, connected }))

    expect((await api.get('/queues')).json()).toMatchObject({ data: [{ name: 'mail', pending: 1, paused: false }, { name: 'other' }] })
    const act = (what: string) => api.app.inject({ method: 'POST', url: `/queues/mail/${what}` })
    for (let twice = 0; twice < 2; twice++) {
      const paused = await act('pause')
      expect(paused.statusCode).toBe(200)
      expect(paused.json()).toMatchObject({ name: 'mail', paused: true, pending: 1 })
    }
    expect((await api.get('/queues/mail')).json()).toMatchObject({ paused: true })
    expect((await api.get('/queues/other')).json()).toMatchObject({ paused: false })
    expect(heard).toEqual([])
    expect((await act('resume')).json()).toMatchObject({ name: 'mail', paused: false })
    await vi.waitFor(() => expect(heard).toEqual(['mail']))
    subscriber.disconnect()
  })

  test('that nobody knows are 404, with what was probably meant', async ({ api }) => {
    await api.store.createJobs([newJob({ queue: 'reports' })])
    for (const answer of [await api.get('/queues/report'), await api.app.inject({ method: 'POST', url: '/queues/report/pause' }), await api.app.inject({ method: 'POST', url: '/queues/report/resume' })]) {
      expectProblem(answer, 'queue_not_found')
      expect(answer.json()).toMatchObject({ detail: 'There is no queue "report"; did you mean "reports"?' })
    }
    expect(expectProblem(await api.get('/queues/%00'), 'invalid_request')).toEqual([expect.stringContaining(':name must be a name')])
    expectProblem(await api.app.inject({ method: 'POST', url: `/queues/${'x'.repeat(101)}/pause` }), 'invalid_request')
  })
})

describe('GET /workers', () => {
  test('lists the living, newest first, and those that ended lately', async ({ api }) => {
    const started = [uuidv7(), uuidv7(), uuidv7()]
    for (const id of started) await api.store.registerWorker({ id, host: 'here', pid: 1, concurrency: 5, types: ['log'], queues: ['default'], lease_ms: 60_000 })
    await api.store.endWorker(started[0]!, 'stopped')
    await api.store.endWorker(started[1]!, 'declared_dead')
    await stack.sql(`update duly.workers set ended_at = now() - interval '3 hours' where id = $1`, [started[0]!])
    const statuses = async (query: string) => (await api.get(`/workers${query}`)).json<{ data: Array<{ status: string }> }>().data.map((worker) => worker.status)
    expect(await statuses('')).toEqual(['alive', 'lost'])
    expect(await statuses('?ended_within=0')).toEqual(['alive'])
    expect(await statuses('?ended_within=1d')).toEqual(['alive', 'lost', 'stopped'])
    expect(await statuses('?ended_within=14400000&limit=2')).toEqual(['alive', 'lost'])
    expect(expectProblem(await api.get('/workers?ended_within=soon'), 'invalid_request')).toEqual([expect.stringContaining('?ended_within must be a length of time')])
    expect(expectProblem(await api.get('/workers?ended_within=8d&limit=0'), 'invalid_request')).toEqual([expect.stringContaining('?limit')])
    expect(expectProblem(await api.get('/workers?ended_within=8d'), 'invalid_request')).toEqual(['?ended_within must be at most 7 days'])
  })
})

describe('what these routes answer', () => {
  test('fits its description, and so does every example', async ({ api }) => {
    await api.store.createJobs([newJob({ queue: 'mail' })])
    await api.store.registerWorker({ id: uuidv7(), host: 'here', pid: 1, concurrency: 5, types: ['log'], queues: [], lease_ms: 60_000 })
    const { now_ms } = await api.store.ping()
    await api.store.flushStats(uuidv7(), [row({ period_start_ms: Math.floor(now_ms / MINUTE) * MINUTE - MINUTE })])
    const routes: RouteOptions[] = []
    const app = Fastify()
    app.addHook('onRoute', (route) => void routes.push(route))
    for (const route of [stats, queues, workers]) await app.register(route)
    const served = routes.filter(({ method }) => method !== 'HEAD')
    expect(served.map(({ schema }) => (schema as { operationId: string }).operationId).toSorted()).toEqual(['get_queue', 'get_stats', 'list_queues', 'list_workers', 'pause_queue', 'resume_queue'])
    for (const { method, url, schema } of served) {
      const described = (schema!.response as Record<number, TSchema & { examples: unknown[] }>)[200]!
      const answer = await api.app.inject({ method: method as 'GET', url: url.replace(':name', 'mail') })
      for (const [what, value] of [['answer', answer.json()], ...described.examples.map((example) => ['example', example])] as Array<[string, unknown]>) {
        expect([url, what, [...Value.Errors(described, value)].map((error) => `${error.instancePath} ${error.message}`)]).toEqual([url, what, []])
      }
    }
  })
})

describe('known types', () => {
  afterEach(() => void vi.useRealTimers())

  const registry = { types: ['email', 'log'], validate: (type: string) => (type === 'log' ? [] : [{ pointer: '/payload/to', detail: 'is missing' }]) }
  const known = (published: string[]) => {
    const listTypes = vi.fn(async () => published)
    return { listTypes, types: new KnownTypes(registry, { listTypes }) }
  }

  test('of this server are checked by it, and the store is not asked', async () => {
    const { types, listTypes } = known(['report'])
    const found = await types.registryFor(['email', 'log', undefined, 7])
    expect(found.validate('email', {}, '/payload')).toHaveLength(1)
    expect(listTypes).not.toHaveBeenCalled()
  })

  test('that a living worker has published are taken, whatever the payload, as long as it can be stored', async () => {
    const { types } = known(['report'])
    const found = await types.registryFor(['log', 'report'])
    expect(found.types).toEqual(['email', 'log', 'report'])
    expect(found.validate('report', { any: 'thing' }, '/payload')).toEqual([])
    expect(found.validate('report', { nul: '\u0000' }, '/payload')).toEqual([{ pointer: '/payload/nul', detail: expect.any(String) as string }])
    expect(found.validate('email', {}, '/payload')).toHaveLength(1)
  })

  test('are named when nobody knows a type', async () => {
    const { types } = known(['report'])
    const found = await types.registryFor(['reprot'])
    expect(() => found.validate('reprot', {}, '')).toThrow(/no handler is known for the type "reprot"; did you mean "report"\?; known are "email", "log", "report"/)
  })

  test('are asked for once by many, and again when the answer is old', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const { types, listTypes } = known(['report'])
    await Promise.all(Array.from({ length: 50 }, () => types.registryFor(['report'])))
    expect(listTypes).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(2_001)
    await types.registryFor(['report'])
    expect(listTypes).toHaveBeenCalledTimes(2)
  })

  test('are those of the store', async ({ api }) => {
    const id = uuidv7()
    await api.store.registerWorker({ id, host: 'here', pid: 1, concurrency: 5, types: ['report'], queues: [], lease_ms: 60_000 })
    expect((await new KnownTypes(registry, api.store).registryFor(['report'])).validate('report', {}, '')).toEqual([])
  })
})

test('a failure is told to those who wait for it, and not kept', async () => {
  let fail = true
  const ask = vi.fn(async () => {
    if (fail) throw new Error('away')
    return 'here'
  })
  const get = cached(ask, 1_000)
  expect(await Promise.allSettled([get(), get()])).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
  fail = false
  expect(await get()).toBe('here')
  expect(ask).toHaveBeenCalledTimes(2)
})
