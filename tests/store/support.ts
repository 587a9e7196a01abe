/** What the store's tests share: one database behind each transport for a file, and makers of jobs and workers. */
import { randomUUID } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import { afterAll, beforeAll, describe } from 'vitest'
import { openStore, type NewJob, type Store } from '../../core/store/index.js'
import { startStack, type Stack, STACKS } from '../support/stacks.js'

export interface Bench {
  store: Store
  stack: Stack
}

/** Runs a suite on all three ways to a store. Tests of a file share its databases, so each makes its own queue, jobs and workers. */
export function onEveryStack(title: string, suite: (bench: Bench) => void): void {
  describe.each(STACKS)(`${title}, on %s`, (kind) => {
    const bench = {} as Bench
    beforeAll(async () => {
      bench.stack = await startStack(kind)
      bench.store = openStore({
        DATABASE_URL: kind === 'postgres' ? bench.stack.databaseUrl : undefined,
        SUPABASE_URL: bench.stack.supabaseUrl,
        SUPABASE_KEY: bench.stack.supabaseKey,
        STORE_TIMEOUT_MS: 20_000
      })
    })
    afterAll(async () => {
      await bench.store?.close()
      await bench.stack?.stop()
    })
    suite(bench)
  })
}

/** Fills every field that a test is not about. */
export const newJob = (fields: Partial<NewJob> = {}): NewJob => ({
  id: uuidv7(),
  queue: 'default',
  type: 'log',
  payload: {},
  priority: 0,
  scheduled_at: null,
  max_retries: 3,
  backoff: null,
  timeout_ms: null,
  ...fields
})

export const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString()
export const newQueue = (): string => `q-${randomUUID().slice(0, 8)}`

/** Stores jobs and makes sure that they are due: an id is made before its time is rounded up. */
export async function dueJobs({ store, stack }: Bench, count: number, fields: Partial<NewJob> = {}) {
  const jobs = await store.createJobs(Array.from({ length: count }, () => newJob(fields)))
  await stack.sql(`update duly.jobs set run_at = run_at - interval '1 second' where id = any($1::uuid[])`, [jobs.map((job) => job.id)])
  return jobs
}

export async function newWorker(store: Store, fields: { types?: string[]; lease_ms?: number; queues?: string[] } = {}): Promise<string> {
  const id = uuidv7()
  await store.registerWorker({ id, host: 'here', pid: 1, concurrency: 10, types: ['log'], queues: [], lease_ms: 60_000, ...fields })
  return id
}

/** Makes a worker look as if its last beat were long ago: a test moves the row, not the time. */
export const silence = ({ stack }: Bench, workerId: string) =>
  stack.sql(`update duly.workers set last_beat_at = last_beat_at - interval '1 hour' where id = $1`, [workerId])

/** Makes a worker look as if it had been in contact for long. */
export const trust = ({ stack }: Bench, workerId: string) =>
  stack.sql(`update duly.workers set contact_since = contact_since - interval '1 hour' where id = $1`, [workerId])

export const ids = (jobs: ReadonlyArray<{ id: string }>): string[] => jobs.map((job) => job.id)
