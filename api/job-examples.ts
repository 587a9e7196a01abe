/** What requests about jobs and their answers look like, for the description of the API. */
import type { Job, JobAttempt, JobWithAttempts } from '../core/job.js'
import type { TSchema } from 'typebox'

/** The schema with values that fit it. */
export const shown = <Schema extends TSchema>(schema: Schema, ...examples: unknown[]): Schema => ({ ...schema, examples })

export const ID = '01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71'
const NEW_ID = '01934b80-11f2-7a60-8f0d-77c1d5a2b3e4'
const WORKER = '01934b00-0000-7000-8000-0000000000aa'

export const newJob = {
  type: 'email_notification',
  payload: { to: 'ann@example.com', subject: 'Your trial ends tomorrow', message: 'Have a look at our plans.' },
  scheduled_at: '2026-01-31T10:30:00+01:00',
  queue: 'mail',
  priority: 5,
  max_retries: 3,
  backoff: { type: 'exponential', delay_ms: 2_000, max_ms: 3_600_000 },
  expires_at: '2026-02-01T00:00:00Z',
  tags: ['trial', 'customer-17'],
  metadata: { campaign: 'spring' }
}

export const pending: Job = {
  id: ID,
  queue: 'mail',
  type: newJob.type,
  payload: newJob.payload,
  priority: 5,
  status: 'pending',
  scheduled_at: '2026-01-31T09:30:00.000Z',
  run_at: '2026-01-31T09:30:00.000Z',
  attempt: 0,
  fence: 0,
  max_retries: 3,
  backoff: { type: 'exponential', delay_ms: 2_000, max_ms: 3_600_000 },
  timeout_ms: null,
  expires_at: '2026-02-01T00:00:00.000Z',
  tags: ['trial', 'customer-17'],
  metadata: { campaign: 'spring' },
  result: null,
  last_error: null,
  worker_id: null,
  created_at: '2026-01-30T16:05:12.871Z',
  started_at: null,
  finished_at: null,
  cancel_requested_at: null,
  cancel_reason: null
}

const started = { attempt: 2, fence: 2, run_at: '2026-01-31T09:30:02.113Z', started_at: '2026-01-31T09:30:02.115Z', last_error: 'connect ECONNREFUSED 192.0.2.25:587' }

export const running: Job = { ...pending, ...started, status: 'in_progress', worker_id: WORKER }
export const completed: Job = { ...pending, ...started, status: 'completed', result: { message_id: `<${ID}@duly>` }, finished_at: '2026-01-31T09:30:02.402Z' }
export const cancelled: Job = { ...pending, status: 'cancelled', finished_at: '2026-01-30T17:00:00.000Z', cancel_reason: 'requested' }
/** After a retry by an operator. */
export const retried: Job = { ...pending, fence: 3, run_at: '2026-02-02T08:00:00.000Z', expires_at: null, last_error: started.last_error }
export const changed: Job = { ...pending, priority: 9, scheduled_at: '2026-01-31T12:00:00.000Z', run_at: '2026-01-31T12:00:00.000Z' }
export const dueNow: Job = { ...pending, run_at: '2026-01-30T17:00:00.000Z' }
export const duplicate: Job = { ...pending, id: NEW_ID, scheduled_at: '2026-02-07T09:30:00.000Z', run_at: '2026-02-07T09:30:00.000Z', expires_at: null, created_at: '2026-02-02T08:00:00.000Z' }

const attempt: JobAttempt = {
  fence: 1,
  attempt: 1,
  outcome: 'retry',
  error: { name: 'Error', message: 'connect ECONNREFUSED 192.0.2.25:587' },
  worker_id: WORKER,
  started_at: '2026-01-31T09:30:00.002Z',
  finished_at: '2026-01-31T09:30:00.031Z'
}
export const withAttempts: JobWithAttempts = { ...completed, attempts: [attempt] }

export const list = { data: [completed], next_cursor: 'Yy1tNWJ0aGlrdS4wMTkzNGI3ZS01YzRkLTdmM2EtOWIxZS0yZDZmOGEwYzRlNzE', scanned_until: null, count: 1_214, count_estimated: true }

export const explanation = {
  id: ID,
  status: 'pending',
  reasons: [{ code: 'retry_wait', detail: 'Attempt 1 of 4 failed (connect ECONNREFUSED 192.0.2.25:587); the next is due at 2026-01-31T09:30:02.113Z.' }],
  earliest_start_at: '2026-01-31T09:30:02.113Z',
  ahead: 0,
  now: '2026-01-31T09:30:00.500Z'
}

export const changes = { scheduled_at: '2026-01-31T13:00:00+01:00', priority: 9 }

export const byIds = { ids: [ID, NEW_ID] }
export const byFilter = { filter: { status: ['failed'], type: ['email_notification'], from: '2026-01-31T00:00:00Z' }, expected_count: 1_200 }

/** Of an action on two jobs, one of which it does not concern. */
export const bulkAnswer = (outcome: string, code: string, detail: string, more: object = {}) => ({
  dry_run: false,
  matched: 2,
  changed: 1,
  results: [{ id: ID, outcome, ...more }, { id: NEW_ID, outcome: 'refused', code, detail }]
})
export const NEW = { new_id: NEW_ID }
