import { beforeEach, describe, expect, test } from 'vitest'
import type { Keep, KeptJobs } from '../../core/store/index.js'
import { openStore } from '../../core/store/index.js'
import { test as withDatabase } from '../support/fixtures.js'
import { insertRows, newQueue, onEveryStack, type Row } from './support.js'

const DAY = 86_400_000
const WEEK: Keep = { completed: 7 * DAY, failed: 30 * DAY, cancelled: 7 * DAY }
const FOREVER: Keep = { completed: null, failed: null, cancelled: null }
const START = { after: [], limit: 1_000 }

/** Ended, so many days ago. */
const ended = (days: number, fields: Partial<Row> = {}): Partial<Row> => ({ status: 'completed', created_at: new Date(Date.now() - days * DAY).toISOString(), ...fields })

onEveryStack('jobs that have ended', (bench) => {
  beforeEach(() => bench.stack.sql('truncate duly.jobs cascade'))
  const left = async () => (await bench.stack.sql('select id from duly.jobs order by id')).map((row) => row.id as string)

  test('are removed when their time is over, by status, and those that have not ended never are', async () => {
    const rows = await insertRows(bench, [
      ended(8), ended(6), ended(8, { status: 'failed' }), ended(31, { status: 'failed' }), ended(8, { status: 'cancelled' }), ended(6, { status: 'cancelled', queue: 'other' }),
      ended(400, { status: 'pending' }), ended(400, { status: 'in_progress' })
    ])
    expect(await bench.store.pruneJobs(WEEK, START)).toEqual({ removed: 3, more: false, kept: [] })
    expect(await left()).toEqual([1, 2, 5, 6, 7].map((i) => rows[i]!.id).toSorted())
    expect(await bench.store.pruneJobs(FOREVER, START)).toEqual({ removed: 0, more: false, kept: [] })
    expect(await bench.store.pruneJobs({ ...FOREVER, failed: 0 }, START)).toMatchObject({ removed: 1 })
  })

  test('go in steps, oldest first in each queue and status, with their attempts', async () => {
    const queue = newQueue()
    const rows = await insertRows(bench, Array.from({ length: 5 }, (_, i) => ended(20 - i, { queue })))
    await bench.stack.sql(`insert into duly.job_attempts (job_id, fence, attempt, outcome, worker_id, started_at) select id, 1, 1, 'retry', id, now() from duly.jobs`)
    expect(await bench.store.pruneJobs(WEEK, { after: [], limit: 2 })).toEqual({ removed: 2, more: true, kept: [] })
    expect(await left()).toEqual(rows.slice(2).map(({ id }) => id))
    expect(await bench.store.pruneJobs(WEEK, { after: [], limit: 2 })).toEqual({ removed: 2, more: true, kept: [] })
    expect(await bench.store.pruneJobs(WEEK, { after: [], limit: 2 })).toEqual({ removed: 1, more: false, kept: [] })
    expect(await bench.stack.sql('select * from duly.job_attempts')).toEqual([])
  })

  test('stay where a table of the user refers to them, and are stepped over; the others go', async () => {
    const rows = await insertRows(bench, Array.from({ length: 100 }, (_, i) => ended(20, { queue: i < 50 ? 'a' : 'b', created_at: new Date(Date.now() - 20 * DAY + i * 1_000).toISOString() })))
    const referred = [3, 4, 40, 77].map((i) => rows[i]!.id)
    await bench.stack.sql('create table public.orders (job_id uuid references duly.jobs)')
    try {
      await bench.stack.sql('insert into public.orders select unnest($1::uuid[])', [referred])
      const first = await bench.store.pruneJobs(WEEK, { after: [], limit: 60 })
      expect(first).toMatchObject({ removed: 57, more: true, kept: [{ queue: 'a', status: 'completed', count: 3, id: rows[49]!.id }] })
      expect(referred).toContain(first.kept[0]!.example)
      const second = await bench.store.pruneJobs(WEEK, { after: first.kept, limit: 60 })
      expect(second).toMatchObject({ removed: 39, more: false, kept: [{ queue: 'b', count: 1, example: referred[3], id: rows[99]!.id }] })
      expect(await left()).toEqual(referred.toSorted())
      const after: KeptJobs[] = [...first.kept, ...second.kept]
      expect(await bench.store.pruneJobs(WEEK, { after, limit: 60 })).toEqual({ removed: 0, more: false, kept: [] })
    } finally {
      await bench.stack.sql('drop table public.orders')
    }
    expect(await bench.store.pruneJobs(WEEK, START)).toMatchObject({ removed: 4 }) // from the start, once nothing is in the way
  })
})

describe('what stands in the way of a removal', () => {
  withDatabase('is passed: a row that is locked, attempts that are, a reference checked at commit, a trigger that objects', async ({ sql, database }) => {
    const store = openStore({ DATABASE_URL: database.url, STORE_TIMEOUT_MS: 10_000 })
    const bench = { stack: { sql: (text: string, parameters?: unknown[]) => sql.unsafe(text, parameters as never[]) as unknown as Promise<Array<Record<string, unknown>>> } }
    const rows = await insertRows(bench, Array.from({ length: 200 }, (_, i) => ended(20, { created_at: new Date(Date.now() - 20 * DAY + i * 1_000).toISOString() })))
    const [locked, attempted, deferred, protectedJob] = [10, 50, 100, 150].map((i) => rows[i]!.id) as [string, string, string, string]
    await sql.unsafe(`
      insert into duly.job_attempts (job_id, fence, attempt, outcome, worker_id, started_at) values ('${attempted}', 1, 1, 'retry', '${attempted}', now());
      create table public.orders (job_id uuid references duly.jobs deferrable initially deferred);
      insert into public.orders values ('${deferred}');
      create function public.protect() returns trigger language plpgsql as $$ begin if old.id = '${protectedJob}' then raise 'not this one'; end if; return old; end $$;
      create trigger protect before delete on duly.jobs for each row execute function public.protect();`)
    let unlock: (() => void) | undefined
    const stranger = sql.begin(async (tx) => {
      await tx`select from duly.jobs where id = ${locked} for update`
      await tx`select from duly.job_attempts where job_id = ${attempted} for update`
      await new Promise<void>((resolve) => (unlock = resolve))
    })
    await expect.poll(() => unlock).toBeDefined()
    expect(await store.pruneJobs(WEEK, START)).toMatchObject({ removed: 196, more: false, kept: [{ count: 3 }] })
    expect((await sql<Array<{ id: string }>>`select id from duly.jobs order by id`).map((row) => row.id)).toEqual([locked, attempted, deferred, protectedJob].toSorted())
    unlock!()
    await stranger
    expect(await store.pruneJobs(WEEK, START)).toMatchObject({ removed: 2, kept: [{ count: 2 }] })
    await store.close()
  })

  withDatabase.for(['without statistics', 'with statistics'])('never makes it read the whole table, %s', async (statistics, { sql }) => {
    await sql`alter table duly.jobs set (autovacuum_enabled = false)`
    await sql`insert into duly.queues (name) select 'q' || n from generate_series(0, 99) n`
    await sql`
      insert into duly.jobs (id, type, queue, scheduled_at, run_at, status, finished_at)
      select gen_random_uuid(), 'log', 'q' || n % 100, now(), now(), case n % 50 when 0 then 'failed' else 'completed' end::duly.job_status, now() - interval '20 days' + n * interval '1 second'
        from generate_series(1, 100000) n`
    if (statistics === 'with statistics') await sql`vacuum analyze duly.jobs`
    await sql.begin(async (tx) => {
      const counted = async () => (await tx<[{ seq: number; read: number }]>`
        select pg_stat_get_xact_numscans('duly.jobs'::regclass)::int as seq, pg_stat_get_xact_tuples_fetched('duly.jobs_ended'::regclass)::int as read`)[0]
      const before = await counted()
      await tx`select public.duly_prune_jobs(${WEEK.completed}, ${WEEK.failed}, null, '{}', '{}', '{}', '{}', 100)`
      await tx`select public.duly_prune_jobs(8640000000, 8640000000, 8640000000, '{}', '{}', '{}', '{}', 100)` // nothing is as old
      const after = await counted()
      expect(after.seq - before.seq).toBe(0)
      expect(after.read - before.read).toBeLessThanOrEqual(300)
    })
  })
})
