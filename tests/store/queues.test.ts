import { describe, expect, test, vi } from 'vitest'
import type { ReservedSql } from 'postgres'
import { openStore, type Store } from '../../core/store/index.js'
import { test as withDatabase } from '../support/fixtures.js'
import { type Bench, dueJobs, ids, inMs, newJob, newQueue, newWorker, onEveryStack } from './support.js'

onEveryStack('a queue', (bench) => {
  test('tells what waits, what is late and by how much, what runs, and when the next is due', async () => {
    const queue = newQueue()
    const worker = await newWorker(bench.store)
    const jobs = ids(await dueJobs(bench, 5, { queue }))
    await bench.store.claimJobs(worker, jobs.slice(0, 2))
    await bench.stack.sql(`update duly.jobs set run_at = now() - interval '1 hour', priority = 7 where id = $1`, [jobs[4]!])
    const [next] = await bench.store.createJobs([newJob({ queue, scheduled_at: inMs(600_000), priority: 3 }), newJob({ queue, scheduled_at: inMs(900_000), priority: 9 })])
    const { oldest_overdue_ms, created_at, ...state } = await bench.store.readQueue(queue)
    expect(state).toEqual({ name: queue, paused: false, pending: 5, overdue: 3, in_progress: 2, at_least: [], next_due_at: next!.run_at })
    expect(oldest_overdue_ms).toBeGreaterThanOrEqual(3_600_000)
    expect(oldest_overdue_ms).toBeLessThan(3_700_000)
    expect(created_at).toBe(new Date(created_at).toISOString())
    expect(await bench.store.readQueues()).toContainEqual(expect.objectContaining({ name: queue, pending: 5 }))
  })

  test('without jobs has nothing to tell', async () => {
    const queue = newQueue()
    const [job] = await bench.store.createJobs([newJob({ queue })])
    await bench.store.cancelJobs([job!.id])
    expect(await bench.store.readQueue(queue)).toMatchObject({ pending: 0, overdue: 0, in_progress: 0, oldest_overdue_ms: null, next_due_at: null })
  })

  test('that is paused starts nothing, lets running jobs end, and goes on when it is resumed', async () => {
    const queue = newQueue()
    const worker = await newWorker(bench.store)
    const [running, waiting] = ids(await dueJobs(bench, 2, { queue }))
    await bench.store.claimJobs(worker, [running!])
    for (let twice = 0; twice < 2; twice++) await bench.store.pauseQueue(queue)
    expect(await bench.store.readQueue(queue)).toMatchObject({ paused: true })
    expect(await bench.store.claimJobs(worker, [waiting!])).toMatchObject({ jobs: [], later: [{ id: waiting, reason: 'queue_paused' }] })
    expect(await bench.store.claimDueJobs(worker, [queue], 10)).toMatchObject({ jobs: [] })
    expect(await bench.store.finishJobs(worker, [{ id: running!, fence: 1, outcome: 'completed' }])).toMatchObject({ refused: [] })
    for (let twice = 0; twice < 2; twice++) await bench.store.resumeQueue(queue)
    expect((await bench.store.claimJobs(worker, [waiting!])).jobs).toHaveLength(1)
  })

  test('that nobody knows cannot be read, paused or resumed', async () => {
    for (const ask of [() => bench.store.readQueue('no-such'), () => bench.store.pauseQueue('no-such'), () => bench.store.resumeQueue('no-such')]) {
      await expect(ask()).rejects.toMatchObject({ code: 'queue_not_found' })
    }
  })
})

describe('a pause', () => {
  /** A store with one due job and a worker, and a session whose transaction stays open until the test ends it. */
  const test = withDatabase.extend<{ scene: { store: Store; job: string; worker: string; session: ReservedSql; waits: () => Promise<void> } }>({
    scene: async ({ database, sql }, use) => {
      const store = openStore({ DATABASE_URL: database.url, STORE_TIMEOUT_MS: 20_000 }, { maxConnections: 4 })
      const stack = { sql: (text: string, parameters: unknown[] = []) => sql.unsafe(text, parameters as never[]) }
      const [job] = ids(await dueJobs({ store, stack } as unknown as Bench, 1))
      const worker = await newWorker(store)
      const session = await sql.reserve()
      await session`begin`
      // Somebody waits for the lock of a pause.
      const waits = () => vi.waitFor(async () => expect(await sql`select from pg_locks where relation = 'duly.workers'::regclass and not granted`).toHaveLength(1), { timeout: 15_000, interval: 5 })
      await use({ store, job: job!, worker, session, waits })
      await session`rollback`
      session.release()
      await store.close()
    }
  })

  test('waits for a claim under way, which may have read that the queue runs', async ({ scene: { store, job, worker, session, waits } }) => {
    const [{ claim }] = await session<[{ claim: { jobs: { id: string[] } } }]>`select public.duly_claim_jobs(${worker}, ${[job]}::uuid[], false) as claim`
    expect(claim.jobs.id).toHaveLength(1)
    let answered = false
    const paused = store.pauseQueue('default').then(() => (answered = true))
    await waits()
    expect(answered).toBe(false)
    await session`commit`
    await paused
    expect((await store.getJob(job)).status).toBe('in_progress') // it started before the pause was answered
  })

  test('is seen by every claim that begins after it, also before it has committed', async ({ scene: { store, job, worker, session, waits } }) => {
    await session`select public.duly_set_paused('default', true)`
    const claimed = store.claimJobs(worker, [job])
    await waits()
    await session`commit`
    expect(await claimed).toMatchObject({ jobs: [], later: [{ id: job, reason: 'queue_paused' }] })
  })

  test('gives up while a claim stays open, and has changed nothing', async ({ scene: { store, job, worker, session } }) => {
    await session`select public.duly_claim_jobs(${worker}, ${[job]}::uuid[], false)`
    await expect(store.pauseQueue('default')).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(await store.readQueue('default')).toMatchObject({ paused: false })
  })
})

/** Counted in rows, so that no clock takes part. */
describe('the numbers of a queue', () => {
  withDatabase('cost no more for a large one: counting stops, and says so', async ({ sql }) => {
    await sql.unsafe(`
      alter table duly.jobs set (autovacuum_enabled = false);
      insert into duly.queues (name) values ('large'), ('small');
      insert into duly.jobs (id, type, queue, priority, scheduled_at, run_at)
      select gen_random_uuid(), 'log', 'large', n % 10, now(), now() + (n - 60000) * interval '1 second' from generate_series(1, 120000) n;
      insert into duly.jobs (id, type, queue, scheduled_at, run_at) select gen_random_uuid(), 'log', 'small', now(), now() from generate_series(1, 3) n`)
    await sql.begin(async (tx) => {
      const rows = async () => (await tx<[{ rows: number }]>`select pg_stat_get_xact_tuples_returned('duly.jobs'::regclass)::int + pg_stat_get_xact_tuples_fetched('duly.jobs'::regclass)::int + pg_stat_get_xact_tuples_returned('duly.jobs_pending'::regclass)::int as rows`)[0].rows
      const before = await rows()
      const [{ queues }] = await tx<[{ queues: unknown }]>`select public.duly_read_queues(null) as queues`
      expect(queues).toMatchObject([
        { name: 'large', pending: 10_000, overdue: 10_000, at_least: ['pending', 'overdue'], in_progress: 0 },
        { name: 'small', pending: 3, overdue: 3, at_least: [], next_due_at: null }
      ])
      expect((await rows()) - before).toBeLessThan(60_000)
    })
  })
})
