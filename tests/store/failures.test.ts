import { describe, expect, test } from 'vitest'
import type { Failures } from '../../core/store/index.js'
import { test as withDatabase } from '../support/fixtures.js'
import { findAll, ids, insertRows, newQueue, onEveryStack, type Row } from './support.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
const failed = (queue: string, last_error: string | null, agoMs: number, fields: Partial<Row> = {}): Partial<Row> => ({ queue, status: 'failed', last_error, created_at: ago(agoMs), ...fields })

onEveryStack('failures', (bench) => {
  test('are grouped by type and by the words of their error, with counts by age, the newest, and how long they go back', async () => {
    const queue = newQueue()
    const rows = await insertRows(bench, [
      failed(queue, 'job 17: connect ECONNREFUSED 10.0.0.7:587', 10 * DAY),
      failed(queue, 'job 18: connect ECONNREFUSED 10.0.0.8:25', 2 * DAY),
      failed(queue, 'job 2064: connect ECONNREFUSED 10.1.0.8:25', 2 * HOUR),
      failed(queue, 'job 2065: connect ECONNREFUSED 10.1.0.8:25', MINUTE),
      failed(queue, 'boom', 2 * HOUR),
      failed(queue, 'boom', 2 * HOUR, { type: 'mail' }),
      failed(queue, 'boom', MINUTE, { status: 'completed' }),
      failed(newQueue(), 'boom', MINUTE)
    ])
    const { failures, estimated, now_ms } = await bench.store.readFailures({ queue, limit: 50 })
    expect(estimated).toBe(false)
    expect(Math.abs(now_ms - Date.now())).toBeLessThan(MINUTE)
    const group = expect.stringMatching(/^[0-9a-f]{16}$/) as string
    expect(failures).toEqual([
      {
        type: 'log', error: 'job *: connect ECONNREFUSED *.*.*.*:*', error_group: group,
        sample: { job_id: rows[3]!.id, message: 'job 2065: connect ECONNREFUSED 10.1.0.8:25' },
        counts: { hour: 1, day: 2, week: 3 }, total: 4, first_seen_at: rows[0]!.finished_at, last_seen_at: rows[3]!.finished_at
      },
      { type: 'log', error: 'boom', error_group: group, sample: { job_id: rows[4]!.id, message: 'boom' }, counts: { hour: 0, day: 1, week: 1 }, total: 1, first_seen_at: rows[4]!.finished_at, last_seen_at: rows[4]!.finished_at },
      { type: 'mail', error: 'boom', error_group: group, sample: { job_id: rows[5]!.id, message: 'boom' }, counts: { hour: 0, day: 1, week: 1 }, total: 1, first_seen_at: rows[5]!.finished_at, last_seen_at: rows[5]!.finished_at }
    ])
    expect((await bench.store.readFailures({ queue, type: 'mail', limit: 50 })).failures).toEqual([failures[2]])
    expect((await bench.store.readFailures({ queue, limit: 1 })).failures).toEqual([failures[0]])
  })

  test('of a group are exactly what its filter means, in a list and in an action', async () => {
    const queue = newQueue()
    const rows = await insertRows(bench, [
      failed(queue, 'row 1 of 20', 5_000), failed(queue, 'row 2 of 20', 4_000), failed(queue, 'a row 2 of 20', 3_000), failed(queue, null, 2_000), failed(queue, 'row 3 of 20', 1_000, { type: 'mail' }),
      failed(queue, 'row 4 of 20', 500, { status: 'completed' })
    ])
    const { failures } = await bench.store.readFailures({ queue, limit: 50 })
    expect(failures.map(({ type, error, total }) => [type, error, total])).toEqual(expect.arrayContaining([['log', 'row * of *', 2], ['log', 'a row * of *', 1], ['log', null, 1], ['mail', 'row * of *', 1]]))
    for (const { type, error, error_group, total } of failures) {
      const expected = rows.filter((row) => row.status === 'failed' && row.type === type && (row.last_error?.replaceAll(/\d+/g, '*') ?? null) === error)
      expect(expected).toHaveLength(total)
      const filter = { queue: [queue], status: ['failed'] as const, type: [type], error_group }
      expect(await findAll(bench.store, filter)).toEqual(ids(expected.toReversed()))
      expect((await bench.store.findJobs(filter, 100)).ids).toEqual(ids(expected))
    }
  })

  test('without an error, or with an empty one, are one group, as for its filter', async () => {
    const queue = newQueue()
    const rows = await insertRows(bench, [failed(queue, null, 2_000), failed(queue, '', 1_000)])
    const { failures } = await bench.store.readFailures({ queue, limit: 50 })
    expect(failures).toMatchObject([{ error: null, total: 2 }])
    expect(await findAll(bench.store, { queue: [queue], error_group: failures[0]!.error_group })).toEqual(ids(rows.toReversed()))
  })

  test.each([
    ['an id', 'no job 01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71 here', 'no job * here'],
    ['a digest', 'object 3F2A9C01be is gone', 'object * is gone'],
    ['a time', 'due at 2026-11-22T09:30:00.512Z', 'due at *T*:*:*.*Z'],
    ['words alone', 'a cafe was added', 'a cafe was added'],
    ['many lines', 'first 1\nsecond 2', 'first *\nsecond *'],
    ['signs of patterns', 'a \\d+ % _ * 1', 'a \\d+ % _ * *'],
    ['what is long, cut', `${'x'.repeat(299)}1 and 2`, `${'x'.repeat(299)}*`]
  ])('with %s in their error are of one kind', async (_what, last_error, error) => {
    const queue = newQueue()
    await insertRows(bench, [failed(queue, last_error, 1_000)])
    expect((await bench.store.readFailures({ queue, limit: 50 })).failures).toMatchObject([{ error, sample: { message: last_error } }])
  })

  test('are found by a text in their error, in which every sign is itself', async () => {
    const queue = newQueue()
    const [percent, , plain] = await insertRows(bench, [failed(queue, '100% of Disk_1 is full', 3_000), failed(queue, 'boom', 2_000), failed(queue, '1000 of diskX1', 1_000), failed(queue, null, 500)])
    expect(await findAll(bench.store, { queue: [queue], error: 'disk' })).toEqual([plain!.id, percent!.id])
    expect(await findAll(bench.store, { queue: [queue], error: 'DISK_' })).toEqual([percent!.id])
    expect(await findAll(bench.store, { queue: [queue], error: '0%' })).toEqual([percent!.id])
    expect(await findAll(bench.store, { queue: [queue], error: 'disk', status: ['completed'] })).toEqual([])
  })
})

describe('among 150,000 that failed', () => {
  withDatabase('the newest are counted and the others estimated, from a bounded number of pages; a group of 10,000 is found whole', { timeout: 120_000 }, async ({ sql, database }) => {
    void database
    await sql`insert into duly.queues (name) values ('default')`
    await sql.unsafe(`
      insert into duly.jobs (id, type, scheduled_at, run_at, status, finished_at, last_error, attempt, fence, created_at)
      select overlay(duly.first_id_at(t)::text placing '-7' || lpad(to_hex(n % 4096), 3, '0') from 14 for 5)::uuid, 'log', t, t, 'failed', t,
             case when n % 15 = 0 then format('order %s: no answer within 30 s', n) else format('row %s has no price', n) end, 1, 1, t
        from generate_series(1, 150000) n cross join lateral (select now() - n * interval '1 second' as t) x`)
    await sql`vacuum analyze duly.jobs`
    await sql.begin(async (tx) => {
      const seen = async () => (await tx<[{ seq: number; rows: number }]>`
        select pg_stat_get_xact_numscans('duly.jobs'::regclass)::int as seq,
               (pg_stat_get_xact_tuples_fetched('duly.jobs'::regclass) + pg_stat_get_xact_tuples_returned('duly.jobs'::regclass) + pg_stat_get_xact_tuples_returned('duly.jobs_ended'::regclass))::int as rows`)[0]
      const before = await seen()
      const [{ answer }] = await tx<[{ answer: Failures }]>`select public.duly_read_failures(null, null, 50) as answer`
      const after = await seen()
      expect(answer.estimated).toBe(true)
      expect(answer.failures.map(({ error }) => error)).toEqual(['row * has no price', 'order *: no answer within * s'])
      const [many, few] = answer.failures
      expect(few!.counts.hour).toBeGreaterThan(230) // one in 15 s, all of them among the newest
      expect(few!.counts.hour).toBeLessThanOrEqual(240)
      expect(many!.total + few!.total).toBeGreaterThan(120_000)
      expect(many!.total + few!.total).toBeLessThan(180_000)
      expect(after.rows - before.rows).toBeLessThan(40_000)

      const [{ found }] = await tx<[{ found: { ids: string[]; more: boolean } }]>`select public.duly_find_jobs(${JSON.stringify({ statuses: ['failed'], types: ['log'], error_group: few!.error_group })}, null, null, null, 100000, 60000) as found`
      expect([found.ids.length, found.more]).toEqual([10_000, false])
      const filter = JSON.stringify({ statuses: ['failed'], types: ['log'], error_group: many!.error_group })
      const counted: Array<{ count: number; next: string | null }> = []
      for (let next: string | null = null; counted.length === 0 || next !== null; next = counted.at(-1)!.next) {
        const [{ step }] = await tx<[{ step: (typeof counted)[number] }]>`select public.duly_count_found(${filter}, 'created', true, ${next}, 0) as step`
        counted.push(step)
      }
      expect(counted.length).toBeGreaterThan(10) // as often as its time was over
      expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(140_000)
      expect((await seen()).seq - after.seq).toBe(0)
    })
  })
})
