/** What the store's tests share: one database behind each transport for a file, and makers of jobs and workers. */
import { randomUUID } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import { afterAll, beforeAll, describe } from 'vitest'
import type { JobStatus } from '../../core/job.js'
import { openStore, type JobFilter, type ListOptions, type NewJob, type Store } from '../../core/store/index.js'
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

export interface Row {
  id: string
  queue: string
  type: string
  payload: unknown
  priority: number
  status: JobStatus
  created_at: string
  run_at: string
  finished_at: string | null
  tags: string[]
  last_error: string | null
  fence: number
}

/** An id as it would have been made at a time, ms since epoch. */
export const idAt = (ms: number): string => `${ms.toString(16).padStart(12, '0').replace(/^(.{8})/, '$1-')}-7${uuidv7().slice(15)}`

/** Puts rows into the table past every function, in any status and of any time. Ids are those of their `created_at`. */
export async function insertRows({ stack }: { stack: Pick<Stack, 'sql'> }, given: ReadonlyArray<Partial<Row>>): Promise<Row[]> {
  const rows = given.map((fields, i): Row => {
    const created_at = fields.created_at ?? new Date(Date.now() - given.length + i).toISOString()
    const status = fields.status ?? 'pending'
    const finished_at = ['completed', 'failed', 'cancelled'].includes(status) ? created_at : null
    return { id: idAt(Date.parse(created_at)), queue: 'default', type: 'log', payload: {}, priority: 0, status, created_at, run_at: created_at, tags: [], last_error: null, fence: 0, ...fields, finished_at: fields.finished_at ?? finished_at }
  })
  await stack.sql(`insert into duly.queues (name) select distinct r.queue from json_to_recordset($1::text::json) as r(queue text) on conflict do nothing`, [JSON.stringify(rows)])
  await stack.sql(
    `insert into duly.jobs (id, queue, type, payload, priority, status, created_at, scheduled_at, run_at, finished_at, tags, last_error, fence, worker_id, cancel_reason)
     select r.id, r.queue, r.type, r.payload, r.priority, r.status, r.created_at, r.run_at, r.run_at, r.finished_at,
            (select array_agg(t) from json_array_elements_text(r.tags) t), r.last_error, r.fence,
            case r.status when 'in_progress' then gen_random_uuid() end, case r.status when 'cancelled' then 'requested'::duly.cancel_reason end
       from json_to_recordset($1::text::json)
         as r(id uuid, queue text, type text, payload jsonb, priority int, status duly.job_status, created_at timestamptz, run_at timestamptz, finished_at timestamptz, tags json, last_error text, fence int)`,
    [JSON.stringify(rows)]
  )
  return rows
}

/** Walks a list by its cursor to the end. @returns Ids, page by page. */
export async function walk(store: Store, options: ListOptions, afterEachPage: (page: number) => Promise<unknown> = async () => {}): Promise<string[][]> {
  const pages: string[][] = []
  let cursor: string | null = null
  do {
    if (pages.length >= 1_000) throw new Error('the walk does not end')
    const page: Awaited<ReturnType<Store['listJobs']>> = await store.listJobs({ ...options, cursor })
    pages.push(ids(page.data))
    cursor = page.next_cursor
    await afterEachPage(pages.length)
  } while (cursor !== null)
  return pages
}

/** Ids of all that a filter means, newest first. */
export const findAll = async (store: Store, filter: JobFilter, options: Partial<ListOptions> = {}): Promise<string[]> => (await walk(store, { limit: 100, filter, ...options })).flat()
