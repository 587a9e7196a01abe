/**
 * The plans inside the functions, by what they touch: counted in the transaction itself, so that no clock takes part.
 * The traps are real: without the pins a claim by ids walked the partial index, and a finish scanned the table.
 */
import { describe, expect } from 'vitest'
import { randomUUID } from 'node:crypto'
import type { Sql, TransactionSql } from 'postgres'
import { test } from '../support/fixtures.js'

const FILL = 20_000

/** Scans of duly.jobs and its indexes, and rows fetched, that this connection has made and not reported yet. */
async function counted(sql: TransactionSql) {
  const [row] = await sql<[{ seq: number; pending: number; in_progress: number; pkey: number; fetched: number }]>`
    select pg_stat_get_xact_numscans('duly.jobs'::regclass)::int as seq,
           pg_stat_get_xact_numscans('duly.jobs_pending'::regclass)::int as pending,
           pg_stat_get_xact_numscans('duly.jobs_in_progress'::regclass)::int as in_progress,
           pg_stat_get_xact_numscans('duly.jobs_pkey'::regclass)::int as pkey,
           pg_stat_get_xact_tuples_fetched('duly.jobs_pkey'::regclass)::int + pg_stat_get_xact_tuples_fetched('duly.jobs_pending'::regclass)::int as fetched`
  return row
}

/** What `run` touches. */
async function touched(sql: TransactionSql, run: () => Promise<void>) {
  const before = await counted(sql)
  await run()
  const after = await counted(sql)
  return Object.fromEntries(Object.entries(after).map(([what, count]) => [what, count - before[what as keyof typeof before]])) as typeof after
}

describe.each([1, 500, 1_000])('a batch of %i', (count) => {
  test.for(['without statistics', 'with statistics of an empty table', 'with statistics'])('is claimed and finished by primary key alone, %s', async (statistics, { sql, database }) => {
    void database
    if (statistics === 'with statistics of an empty table') await sql`vacuum analyze duly.jobs`
    await sql`alter table duly.jobs set (autovacuum_enabled = false)`
    await sql`insert into duly.jobs (id, type, scheduled_at, run_at)
              select gen_random_uuid(), 'log', now() - interval '1 hour', now() - interval '1 hour' from generate_series(1, ${FILL})`
    if (statistics === 'with statistics') await sql`vacuum analyze duly.jobs`
    const worker = randomUUID()
    await sql`select public.duly_register_worker(${worker}, 'here', 1, 1, '{log}', '{}', 60000)`
    const ids = (await sql<Array<{ id: string }>>`select id from duly.jobs limit ${count}`).map((row) => row.id)

    await sql.begin(async (tx) => {
      const { seq, pending, in_progress, fetched } = await touched(tx, async () => {
        for (let round = 1; round <= 7; round++) {
          // Seven rounds: a generic plan would show up in the sixth.
          await tx`savepoint round`
          const [claim] = await tx<[{ answer: { jobs: { id: string[] } } }]>`select public.duly_claim_jobs(${worker}, ${ids}::uuid[], false) as answer`
          expect(claim.answer.jobs.id).toHaveLength(count)
          const columns = { fences: ids.map(() => 1), outcomes: ids.map(() => 'completed'), results: ids.map(() => '1'), errors: ids.map(() => null), delays: ids.map(() => 0) }
          const [finish] = await tx<[{ answer: { refused: unknown[] } }]>`
            select public.duly_finish_jobs(${worker}, ${ids}::uuid[], ${columns.fences}::int[], ${columns.outcomes}::text[], ${columns.results}::text[], ${columns.errors}::text[], ${columns.delays}::bigint[], false) as answer`
          expect(finish.answer.refused).toEqual([])
          await tx`rollback to savepoint round`
        }
      })
      expect({ seq, pending, in_progress }).toEqual({ seq: 0, pending: 0, in_progress: 0 })
      // Each round reads each row twice, and what was rolled back leaves dead versions in its way.
      expect(fetched).toBeLessThanOrEqual(7 * count * 2 * 8)
    })
  })
})

describe('whether a job has lost a worker before', () => {
  test.for(['without statistics', 'with statistics'])('is asked of none that is claimed for the first time, and else by primary key, %s', async (statistics, { sql, database }) => {
    void database
    await sql`alter table duly.jobs set (autovacuum_enabled = false)`
    await sql`insert into duly.jobs (id, type, scheduled_at, run_at) select gen_random_uuid(), 'log', now() - interval '1 hour', now() - interval '1 hour' from generate_series(1, ${FILL})`
    await sql`insert into duly.job_attempts (job_id, fence, attempt, outcome, worker_id, started_at) select id, 1, 1, 'rescued', gen_random_uuid(), now() from duly.jobs`
    if (statistics === 'with statistics') await sql`vacuum analyze duly.jobs, duly.job_attempts`
    const worker = randomUUID()
    await sql`select public.duly_register_worker(${worker}, 'here', 1, 1, '{log}', '{}', 60000)`
    const ids = (await sql<Array<{ id: string }>>`select id from duly.jobs limit 500`).map((row) => row.id)
    await sql.begin(async (tx) => {
      const looked = async (isolated: number) => {
        const [before] = await tx<[{ seq: number; rows: number }]>`select pg_stat_get_xact_numscans('duly.job_attempts'::regclass)::int as seq, pg_stat_get_xact_tuples_returned('duly.job_attempts_pkey'::regclass)::int as rows`
        const [claim] = await tx<[{ answer: { jobs: { isolate: Array<boolean | null> } } }]>`select public.duly_claim_jobs(${worker}, ${ids}::uuid[], false) as answer`
        expect(claim.answer.jobs.isolate.filter(Boolean)).toHaveLength(isolated)
        const [after] = await tx<[{ seq: number; rows: number }]>`select pg_stat_get_xact_numscans('duly.job_attempts'::regclass)::int as seq, pg_stat_get_xact_tuples_returned('duly.job_attempts_pkey'::regclass)::int as rows`
        return { seq: after.seq - before.seq, rows: after.rows - before.rows }
      }
      await tx`savepoint first`
      expect(await looked(0)).toEqual({ seq: 0, rows: 0 })
      await tx`rollback to savepoint first`
      await tx`update duly.jobs set fence = 1 where id = any(${ids}::uuid[])`
      expect(await looked(500)).toEqual({ seq: 0, rows: 500 })
    })
  })
})

describe('without the timeline', () => {
  test('what is due is found without passing the jobs that are not', async ({ sql, database }) => {
    void database
    await sql`insert into duly.queues (name) values ('default')`
    await sql`insert into duly.jobs (id, type, priority, scheduled_at, run_at)
              select gen_random_uuid(), 'log', 9, now() + interval '1 hour', now() + interval '1 hour' from generate_series(1, ${FILL})`
    await sql`insert into duly.jobs (id, type, scheduled_at, run_at) select gen_random_uuid(), 'log', now(), now() from generate_series(1, 10)`
    const worker = randomUUID()
    await sql`select public.duly_register_worker(${worker}, 'here', 1, 1, '{log}', '{}', 60000)`
    await sql.begin(async (tx) => {
      const { seq, fetched } = await touched(tx, async () => {
        const [claim] = await tx<[{ answer: { claimed: { jobs: { id: string[] } } } }]>`select public.duly_claim_due_jobs(${worker}, '{default}', 20) as answer`
        expect(claim.answer.claimed.jobs.id).toHaveLength(10)
      })
      expect(seq).toBe(0)
      expect(fetched).toBeLessThan(100)
    })
  })

  test('a page of the window costs as much as it holds', async ({ sql, database }) => {
    void database
    await sql`insert into duly.jobs (id, type, scheduled_at, run_at)
              select gen_random_uuid(), 'log', t, t from generate_series(1, ${FILL}) n cross join lateral (select now() + n * interval '1 second' as t) at`
    await sql.begin(async (tx) => {
      const { seq, fetched } = await touched(tx, async () => {
        const [scan] = await tx<[{ answer: { scans: Array<{ ids: string }> } }]>`
          select public.duly_scan_pending('{default}', '{0}', array[now() + interval '10000 seconds'], '{00000000-0000-0000-0000-000000000000}', 999999999, false, 100) as answer`
        expect(scan.answer.scans[0]!.ids.split(',')).toHaveLength(100)
      })
      expect(seq).toBe(0)
      expect(fetched).toBeLessThanOrEqual(110)
    })
  })
})

describe('the window', () => {
  test.for(['without statistics', 'with statistics'])('is counted by its index alone, %s', async (statistics, { sql, database }) => {
    void database
    await sql`alter table duly.jobs set (autovacuum_enabled = false)`
    await sql`insert into duly.queues (name) values ('default')`
    await sql`insert into duly.jobs (id, type, scheduled_at, run_at) select gen_random_uuid(), 'log', now(), now() from generate_series(1, ${FILL})`
    if (statistics === 'with statistics') await sql`vacuum analyze duly.jobs`
    await sql.begin(async (tx) => {
      const { seq } = await touched(tx, async () => {
        const [row] = await tx<[{ answer: unknown }]>`select public.duly_count_pending(3600000) as answer`
        expect(row.answer).toEqual([{ queue: 'default', count: FILL }])
      })
      expect(seq).toBe(0)
    })
  })
})

describe('small functions', () => {
  test('become part of the query: a call for each row would be planned, or at least begun, anew each time', async ({ sql, database }) => {
    void database
    const calls = ['duly.ceil_ms(j.run_at)', 'duly.iso(j.run_at)', 'duly.epoch_ms(j.run_at)', 'duly.job_json(j)', `duly.matches(j, f)`, 'duly.error_group(j.last_error)', `duly.sort_time(j, j.type)`, `duly.status_after(j.type, j.finished_at, j.attempt, j.max_retries)`]
    for (const call of calls) {
      const plan = await sql.unsafe<Array<Record<'QUERY PLAN', string>>>(`explain (verbose, costs off) select ${call} from duly.jobs j cross join (select null::duly.job_filter as f from pg_class offset 0) filters`)
      const output = plan.map((row) => row['QUERY PLAN']).join('\n')
      expect(output).toContain('Output:')
      expect(output, call).not.toContain(call.slice(0, call.indexOf('(') + 1))
    }
  })
})

describe('a search in a table of 200,000 jobs', () => {
  const DAY_MS = 86_400_000

  /** A tenth pending, 200 running, 1,000 failed, the rest completed; 1,000 jobs of a queue of their own, spread over all. */
  async function fill(sql: Sql): Promise<void> {
    await sql`alter table duly.jobs set (autovacuum_enabled = false)`
    await sql`insert into duly.queues (name) values ('default'), ('rare')`
    await sql`
      insert into duly.jobs (id, queue, type, payload, scheduled_at, run_at, created_at, status, worker_id, finished_at)
      select (lpad(to_hex((extract(epoch from t.at) * 1000)::bigint), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
             case when n % 200 = 7 then 'rare' else 'default' end, 'log', jsonb_build_object('n', n), t.at, t.at, t.at, s.status,
             case when s.status = 'in_progress' then gen_random_uuid() end, case when s.status in ('completed', 'failed') then t.at end
        from generate_series(1, 200000) n
       cross join lateral (select date_trunc('milliseconds', now()) - (200000 - n) * interval '1 second' as at) t
       cross join lateral (select case when n % 10 = 0 then 'pending' when n % 1000 = 1 then 'in_progress' when n % 200 = 2 then 'failed' else 'completed' end::duly.job_status as status) s`
  }

  /** Pages of the table and its indexes that a call looks at, each time that it does. */
  async function buffers(sql: TransactionSql, call: string): Promise<number> {
    const [row] = await sql.unsafe<Array<Record<'QUERY PLAN', [{ Plan: Record<string, number> }]>>>(`explain (analyze, buffers, format json) ${call}`)
    const [{ Plan: plan }] = row!['QUERY PLAN']
    return plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!
  }

  const list = (filter: object, sort = 'created', desc = true, limit = 20) => `select public.duly_list_jobs('${JSON.stringify(filter)}', '${sort}', ${desc}, null, null, 0, ${limit}, 60000)`
  const someIds = `(select array_agg(id) from (select id from duly.jobs tablesample system (1) limit 100) s)`
  /** Calls, and how many pages they may look at: a lookup by id takes four, and where it is one of many the first 20,000 are counted. */
  const CALLS: Array<[string, string, number]> = [
    ['everything, newest first', list({}), 1_500],
    ['everything, oldest first', list({}, 'created', false), 1_500],
    ['a status that most have', list({ statuses: ['completed'] }), 25_000],
    ['a status that few have', list({ statuses: ['failed'] }), 3_500],
    ['those that run', list({ statuses: ['in_progress'] }), 3_000],
    ['a small queue', list({ queues: ['rare'] }), 3_500],
    ['a small queue and a status', list({ queues: ['rare'], statuses: ['completed', 'failed'] }), 3_500],
    ['what ended last', list({}, 'finished'), 8_000],
    ['what failed last', list({ statuses: ['failed'] }, 'finished'), 3_000],
    ['what is due next', list({ statuses: ['pending'] }, 'scheduled', false), 8_000],
    ['a day', list({ from_at: new Date(Date.now() - DAY_MS).toISOString(), to_at: new Date(Date.now() - DAY_MS + 60_000).toISOString() }), 6_000],
    ['an id', list({ ids: ['01900000-0000-7000-8000-000000000000'] }), 300],
    ['a hundred ids', `select public.duly_list_jobs(json_build_object('ids', ${someIds})::text, 'created', true, null, null, 0, 100, 60000)`, 3_500],
    ['the beginning of an id', list({ id_from: '01900000-0000-0000-0000-000000000000', id_to: '0190ffff-ffff-ffff-ffff-ffffffffffff', pattern: '%0190%', payload_patterns: ['%0190%'], from_at: new Date(Date.now() - 60_000).toISOString() }), 3_000],
    ['what an action on few acts on', `select public.duly_find_jobs('{"statuses": ["failed"]}', null, null, null, 100000, 60000)`, 10_000],
    ['a count of few', `select public.duly_count_found('{"statuses": ["failed"]}', 'created', true, null, 60000)`, 10_000],
    ['a count of few in a day', `select public.duly_count_found('${JSON.stringify({ types: ['nothing'], from_at: new Date(Date.now() - DAY_MS).toISOString(), to_at: new Date(Date.now() - DAY_MS + 60_000).toISOString() })}', 'created', true, null, 60000)`, 6_000],
    ['states', `select public.duly_read_states(${someIds})`, 1_500],
    ['why a job does not start', `select public.duly_explain_job((select id from duly.jobs where status = 'pending' order by id desc limit 1))`, 6_000],
    ['what has expired', `select public.duly_expire_jobs(1000)`, 50]
  ]

  test('reads what it needs, never the whole table, whether or not there are statistics', { timeout: 180_000 }, async ({ sql, database }) => {
    void database
    await fill(sql)
    for (const statistics of ['without statistics', 'with statistics']) {
      if (statistics === 'with statistics') await sql`vacuum analyze duly.jobs`
      await sql.begin(async (tx) => {
        const tooMuch: unknown[] = []
        for (const [what, call, bound] of CALLS) {
          let pages = 0
          const { seq } = await touched(tx, async () => void (pages = await buffers(tx, call)))
          if (seq > 0 || pages > bound) tooMuch.push({ what, statistics, seq, pages, bound })
        }
        expect(tooMuch).toEqual([])
      })
    }
  })
})
