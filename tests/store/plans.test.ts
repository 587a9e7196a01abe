/**
 * The plans inside the functions, by what they touch: counted in the transaction itself, so that no clock takes part.
 * The traps are real: without the pins a claim by ids walked the partial index, and a finish scanned the table.
 */
import { describe, expect } from 'vitest'
import { randomUUID } from 'node:crypto'
import type { TransactionSql } from 'postgres'
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
          const [claim] = await tx<[{ answer: { jobs: unknown[] } }]>`select public.duly_claim_jobs(${worker}, ${ids}::uuid[], false) as answer`
          expect(claim.answer.jobs).toHaveLength(count)
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
        const [claim] = await tx<[{ answer: { jobs: unknown[] } }]>`select public.duly_claim_due_jobs(${worker}, '{default}', 20) as answer`
        expect(claim.answer.jobs).toHaveLength(10)
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
        const [scan] = await tx<[{ answer: { scans: Array<{ ids: string[] }> } }]>`
          select public.duly_scan_pending('{default}', '{0}', array[now() + interval '10000 seconds'], '{00000000-0000-0000-0000-000000000000}', 999999999, false, 100) as answer`
        expect(scan.answer.scans[0]!.ids).toHaveLength(100)
      })
      expect(seq).toBe(0)
      expect(fetched).toBeLessThanOrEqual(110)
    })
  })
})
