/** Asks an API in any way, and makes jobs in any status. */
import type { InjectOptions } from 'fastify'
import type { Sql } from 'postgres'
import { uuidv7 } from 'uuidv7'
import { vi } from 'vitest'
import type { Job, JobStatus } from '../../core/job.js'
import type { NewJob } from '../../core/store/index.js'
import type { Answer, Api } from './support.js'

/** @param body - Sent as JSON; without it nothing is, not even a content-type. */
export function ask(api: Api, method: InjectOptions['method'], url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return api.app.inject({ method, url, ...(body === undefined ? { headers } : { headers: { 'content-type': 'application/json', ...headers }, payload: JSON.stringify(body) }) })
}

export const newQueue = (): string => `q-${uuidv7().slice(-8)}`
export const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString()

export const newJob = (fields: Partial<NewJob> = {}): NewJob => ({ id: uuidv7(), queue: 'default', type: 'log', payload: {}, priority: 0, scheduled_at: inMs(600_000), max_retries: 3, backoff: null, timeout_ms: null, ...fields })

/** Stores jobs as they would be after an attempt. */
export async function makeJobs(api: Api, sql: Sql, status: JobStatus, count = 1, fields: Partial<NewJob> = {}): Promise<Job[]> {
  const jobs = await api.store.createJobs(Array.from({ length: count }, () => newJob(fields)))
  const ids = jobs.map(({ id }) => id)
  if (status === 'in_progress') await sql`update duly.jobs set status = 'in_progress', attempt = 1, fence = 1, started_at = now(), worker_id = ${uuidv7()} where id = any(${ids})`
  else if (status !== 'pending') {
    await sql`update duly.jobs set status = ${status}, attempt = 1, fence = 1, started_at = now(), finished_at = now(), result = '{"a": 1}', cancel_reason = ${status === 'cancelled' ? 'requested' : null} where id = any(${ids})`
  }
  return jobs
}

export async function makeJob(api: Api, sql: Sql, status: JobStatus, fields: Partial<NewJob> = {}): Promise<Job> {
  const [job] = await makeJobs(api, sql, status, 1, fields)
  return job!
}

export const read = async (api: Api, id: string): Promise<Job> => (await ask(api, 'GET', `/jobs/${id}`)).json<Job>()

/** What the timeline holds of a queue, when it holds as much as that: it is told behind the reply. */
export const timelineOf = (api: Api, queue: string, expected: unknown, priority = 0) =>
  vi.waitFor(async () => {
    const entries = await api.timeline.list(queue, priority, 0, 100)
    const found = entries.map(({ id, run_at_ms }) => [id, run_at_ms])
    if (JSON.stringify(found) !== JSON.stringify(expected)) throw new Error(`the timeline has ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`)
  }, { timeout: 5_000 })
