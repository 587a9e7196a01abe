import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type StatsRow, SWEPT, type Swept } from '../../core/store/index.js'
import { test as withDatabase } from '../support/fixtures.js'
import { type Bench, dueJobs, ids, newJob, newQueue, newWorker, onEveryStack, silence, trust } from './support.js'

const HOUR = 3_600_000
const hourStart = Math.floor(Date.now() / HOUR) * HOUR

const row = (fields: Partial<StatsRow> = {}): StatsRow => ({
  resolution: 'minute',
  period_start_ms: hourStart - HOUR,
  queue: 'default',
  type: 'log',
  outcome: 'completed',
  count: 3,
  times: { wait: { sum_ms: 30.5, buckets: '{0,0,3}' }, lateness: { sum_ms: 3, buckets: '{3}' }, run: { sum_ms: 60, buckets: '{1,0,2}' } },
  ...fields
})

const read = ({ store }: Bench, queue: string, fields = {}) => store.readStats({ resolution: 'minute', fromMs: hourStart - HOUR, toMs: hourStart, queue, ...fields })

onEveryStack('statistics', (bench) => {
  test('are read as they were written, each measure with the buckets that are not empty', async () => {
    const queue = newQueue()
    await bench.store.flushStats(randomUUID(), [row({ queue })])
    expect(await read(bench, queue)).toEqual([
      {
        period_start_ms: hourStart - HOUR,
        outcomes: { completed: 3 },
        wait: { sum_ms: 30.5, buckets: [2], counts: [3] },
        lateness: { sum_ms: 3, buckets: [0], counts: [3] },
        run: { sum_ms: 60, buckets: [0, 2], counts: [1, 2] }
      }
    ])
  })

  test('are summed over workers, types and outcomes, and filtered by queue and type', async () => {
    const queue = newQueue()
    await bench.store.flushStats(randomUUID(), [row({ queue }), row({ queue, type: 'mail', outcome: 'failed', count: 1 }), row({ queue: newQueue() })])
    await bench.store.flushStats(randomUUID(), [row({ queue }), row({ queue, outcome: 'rescued', count: 7, times: { wait: none, lateness: none, run: none } })])
    expect(await read(bench, queue)).toMatchObject([{ outcomes: { completed: 6, failed: 1, rescued: 7 }, run: { sum_ms: 180, buckets: [0, 2], counts: [3, 6] } }])
    expect(await read(bench, queue, { type: 'mail' })).toMatchObject([{ outcomes: { failed: 1 } }])
    expect(await read(bench, queue, { type: 'nobody' })).toEqual([])
  })

  test('may be sent twice, or late: the larger count stays', async () => {
    const queue = newQueue()
    const worker = randomUUID()
    const more = row({ queue, count: 5, times: { ...row().times, run: { sum_ms: 100, buckets: '{0,0,5}' } } })
    for (const copy of [row({ queue }), more, more, row({ queue })]) await bench.store.flushStats(worker, [copy])
    await Promise.all([bench.store.flushStats(worker, [more]), bench.store.flushStats(worker, [row({ queue })])])
    expect(await read(bench, queue)).toMatchObject([{ outcomes: { completed: 5 }, run: { sum_ms: 100, buckets: [2], counts: [5] } }])
  })

  test('by the day are made of hours, in UTC', async () => {
    const queue = newQueue()
    const day = Date.UTC(2026, 0, 10)
    const rows = [day, day + 23 * HOUR, day + 24 * HOUR].map((period_start_ms) => row({ queue, resolution: 'hour', period_start_ms }))
    await bench.store.flushStats(randomUUID(), [...rows, row({ queue, period_start_ms: day })]) // a minute is no hour
    const days = await read(bench, queue, { resolution: 'day', fromMs: day, toMs: day + 48 * HOUR })
    expect(days.map((each) => [each.period_start_ms, each.outcomes.completed])).toEqual([[day, 6], [day + 24 * HOUR, 3]])
    expect(await read(bench, queue, { resolution: 'hour', fromMs: day, toMs: day + 24 * HOUR })).toHaveLength(2) // the end is left out
  })

  test('of a future that a wrong clock has seen are not taken', async () => {
    const queue = newQueue()
    await bench.store.flushStats(randomUUID(), [row({ queue, period_start_ms: hourStart + 10 * HOUR }), row({ queue })])
    expect(await read(bench, queue, { toMs: hourStart + 20 * HOUR })).toHaveLength(1)
  })

  test('are removed after two days, hours after 400; in steps, and nothing else is', async () => {
    await bench.stack.sql('truncate duly.job_stats')
    const queue = newQueue()
    const day = 24 * HOUR
    const old = Array.from({ length: 5 }, (_, i) => row({ queue, period_start_ms: hourStart - 3 * day - i * 60_000 }))
    const hours = [row({ queue, resolution: 'hour', period_start_ms: hourStart - 401 * day }), row({ queue, resolution: 'hour', period_start_ms: hourStart - 399 * day })]
    await bench.store.flushStats(randomUUID(), [...old, ...hours, row({ queue })])
    expect(await bench.store.tidy(4)).toMatchObject({ stats: 4 })
    expect(await bench.store.tidy(4)).toMatchObject({ stats: 2 })
    expect(await bench.store.tidy(4)).toMatchObject({ stats: 0 })
    expect(await bench.stack.sql('select resolution from duly.job_stats where queue = $1 order by 1', [queue])).toEqual([{ resolution: 'hour' }, { resolution: 'minute' }])
  })
})

const none = { sum_ms: 0, buckets: '{}' }

onEveryStack('a worker', (bench) => {
  const listed = async (id: string, endedWithinMs = HOUR) => (await bench.store.listWorkers({ endedWithinMs, limit: 1_000 })).find((worker) => worker.id === id)

  test('is listed with what it runs, and how it is', async () => {
    const id = await newWorker(bench.store, { types: ['log', 'mail'], queues: ['default'] })
    await bench.store.claimJobs(id, ids(await dueJobs(bench, 2)))
    const { started_at, last_beat_at, swept, ...worker } = (await listed(id))!
    expect(swept).toEqual(Object.fromEntries(SWEPT.map((kind) => [kind, 0])))
    expect(worker).toEqual({ id, host: 'here', pid: 1, status: 'alive', concurrency: 10, running: 2, types: ['log', 'mail'], queues: ['default'], lease_ms: 60_000, ended_at: null, end_reason: null })
    for (const instant of [started_at, last_beat_at]) expect(instant).toBe(new Date(instant).toISOString())
    await silence(bench, id)
    expect(await listed(id)).toMatchObject({ status: 'silent', ended_at: null })
    const judge = await newWorker(bench.store)
    await trust(bench, judge)
    await bench.store.rescueJobs(judge, 1_000)
    expect(await listed(id)).toMatchObject({ status: 'lost', end_reason: 'silent', running: 0 })
  })

  test('that has ended is listed for a while, then only when asked for', async () => {
    const id = await newWorker(bench.store)
    await bench.store.endWorker(id, 'stopped')
    expect(await listed(id)).toMatchObject({ status: 'stopped', end_reason: 'stopped', ended_at: expect.any(String) as string })
    await bench.stack.sql(`update duly.workers set ended_at = ended_at - interval '2 hours' where id = $1`, [id])
    expect(await listed(id)).toBeUndefined()
    expect(await listed(id, 3 * HOUR)).toBeDefined()
  })

  test('comes before those that started earlier, and lists are capped', async () => {
    const older = await newWorker(bench.store)
    const newer = await newWorker(bench.store)
    expect((await bench.store.listWorkers({ endedWithinMs: 0, limit: 2 })).map((worker) => worker.id)).toEqual([newer, older])
  })

  test('publishes its types while it lives', async () => {
    const id = await newWorker(bench.store, { types: ['stats.only', 'log'] })
    const types = await bench.store.listTypes()
    expect(types).toContain('stats.only')
    expect(types).toEqual([...new Set(types)].toSorted())
    await bench.store.endWorker(id, 'stopped')
    expect(await bench.store.listTypes()).not.toContain('stats.only')
  })

  test('of which nothing is left is forgotten a week after its end, not one that may still hold a job', async () => {
    const [gone, recent, holds] = [await newWorker(bench.store), await newWorker(bench.store), await newWorker(bench.store)]
    for (const id of [gone, recent, holds]) await bench.store.endWorker(id, 'stopped')
    await bench.stack.sql(`update duly.workers set ended_at = now() - interval '9 days' where id in ($1, $2)`, [gone, holds])
    await bench.stack.sql(`update duly.workers set released_at = ended_at where id in ($1, $2)`, [gone, recent])
    expect(await bench.store.tidy(100)).toMatchObject({ workers: 1 })
    const left = await bench.stack.sql('select id from duly.workers where id in ($1, $2, $3)', [gone, recent, holds])
    expect(left.map((worker) => worker.id as string).toSorted()).toEqual([recent, holds].toSorted())
  })

  test('tells what its sweep did, and what is no small object is refused', async () => {
    const id = await newWorker(bench.store)
    const swept = Object.fromEntries(SWEPT.map((kind, i) => [kind, i])) as Swept
    await bench.store.reportSwept(id, swept)
    await bench.store.reportSwept(id, swept)
    expect((await listed(id))!.swept).toEqual(swept)
    await expect(bench.store.reportSwept(id, { junk: 'x'.repeat(3_000) } as never)).rejects.toThrow()
    expect((await listed(id))!.swept).toEqual(swept)
  })

  test('that is rescued tells the type of what it lost', async () => {
    const id = await newWorker(bench.store)
    const jobs = ids(await dueJobs(bench, 1))
    await bench.store.claimJobs(id, jobs)
    await bench.store.endWorker(id, 'declared_dead')
    expect((await bench.store.rescueJobs(await newWorker(bench.store), 1_000)).find((job) => job.id === jobs[0])).toMatchObject({ type: 'log', queue: 'default' })
  })
})

onEveryStack('live counts', (bench) => {
  test('of a small table are exact', async () => {
    await bench.stack.sql('truncate duly.jobs cascade')
    const worker = await newWorker(bench.store, { types: ['counted'] })
    await bench.store.createJobs([newJob({ type: 'counted', queue: 'waiting', scheduled_at: '2999-01-01T00:00:00Z' }), newJob({ type: 'other' })])
    const jobs = ids(await dueJobs(bench, 4, { type: 'counted' }))
    await bench.store.claimJobs(worker, jobs)
    await bench.store.finishJobs(worker, [{ id: jobs[0]!, fence: 1, outcome: 'completed' }, { id: jobs[1]!, fence: 1, outcome: 'failed', error: '{"message": "no"}' }])
    const { now_ms, ...counts } = await bench.store.countAllJobs()
    expect(counts).toEqual({
      total: 6,
      by_status: { pending: 2, in_progress: 2, completed: 1, failed: 1, cancelled: 0 },
      by_type: [{ type: 'counted', count: 5 }, { type: 'other', count: 1 }],
      by_queue: [{ queue: 'default', count: 5 }, { queue: 'waiting', count: 1 }],
      estimated: false
    })
    expect(Math.abs(now_ms - Date.now())).toBeLessThan(60_000)
  })

  test('of nothing are zeros', async () => {
    await bench.stack.sql('truncate duly.jobs cascade')
    expect(await bench.store.countAllJobs()).toMatchObject({ total: 0, by_status: { pending: 0, in_progress: 0, completed: 0, failed: 0, cancelled: 0 }, by_type: [], by_queue: [], estimated: false })
  })
})

/** What is read does not grow with the table: counted in blocks and rows, so that no clock takes part. */
describe('live counts of a large table', () => {
  const SIZE = 200_000
  const fill = (statistics: boolean) => `
    alter table duly.jobs set (autovacuum_enabled = false);
    insert into duly.queues (name) values ('default'), ('rare'), ('empty');
    insert into duly.jobs (id, type, queue, scheduled_at, run_at, status, finished_at)
    select gen_random_uuid(), case n % 4 when 0 then 'mail' else 'log' end, 'default', now(), now(),
           (case when n <= 120000 then 'completed' else 'pending' end)::duly.job_status, case when n <= 120000 then now() end
      from generate_series(1, ${SIZE}) n;
    insert into duly.jobs (id, type, queue, scheduled_at, run_at, status, finished_at, cancel_reason)
    select gen_random_uuid(), 'log', 'rare', now(), now(), (case when n <= 7 then 'failed' else 'cancelled' end)::duly.job_status, now(), case when n > 7 then 'requested'::duly.cancel_reason end from generate_series(1, 10) n;
    insert into duly.jobs (id, type, queue, scheduled_at, run_at, status, worker_id)
    select gen_random_uuid(), 'log', 'default', now(), now(), 'in_progress', gen_random_uuid() from generate_series(1, 5) n;
    ${statistics ? 'analyze duly.jobs;' : ''}`

  withDatabase.for([true, false])('are estimates, but what is rare is exact (with statistics: %s)', async (statistics, { sql }) => {
    await sql.unsafe(fill(statistics))
    await sql.begin(async (tx) => {
      const scans = async () => (await tx<[{ scans: number; rows: number }]>`
        select pg_stat_get_xact_numscans('duly.jobs'::regclass)::int as scans, pg_stat_get_xact_tuples_returned('duly.jobs'::regclass)::int as rows`)[0]
      const before = await scans()
      const [{ counts }] = await tx<[{ counts: Record<string, unknown> & { total: number; by_status: Record<string, number>; by_type: Array<{ type: string; count: number }>; by_queue: unknown } }]>`select public.duly_count_jobs() as counts`
      const after = await scans()
      expect(after.rows - before.rows).toBeLessThanOrEqual(60_000) // a bounded look at whether it is small, and the sample

      expect(counts).toMatchObject({ estimated: true, by_status: { in_progress: 5, failed: 7, cancelled: 3 } })
      const near = (is: number, expected: number) => expect(Math.abs(is / expected - 1)).toBeLessThan(0.15)
      near(counts.total, SIZE)
      near(counts.by_status.completed!, 120_000)
      near(counts.by_status.pending!, 80_000)
      near(counts.by_type.find(({ type }) => type === 'mail')!.count, SIZE / 4)
      expect(counts.by_queue).toContainEqual({ queue: 'rare', count: 10 })
      const [{ again }] = await tx<[{ again: typeof counts }]>`select public.duly_count_jobs() as again`
      expect(again.by_status).toEqual(counts.by_status) // numbers on a screen do not dance
    })
  })
})
