/** An order of 20 November 2026 and its jobs: a reminder to pay, a week later, and the invoice, soon. */
import type { Job, JobAttempt } from '../../core/job.js'
import type { NewJobBody } from '../new-job.js'

export const JOB_ID = '01a1f84a-95c0-7c1a-9f3e-5d2b7a604c18'
export const OTHER_ID = '01a1f84a-a560-7a02-8b5d-1f6e9c3a7d40'
const WORKER_ID = '01a1f78a-5300-7e91-a4c6-0d8f2b7e5193'

export const REMINDER = {
  type: 'email_notification',
  payload: { to: 'ann@example.com', subject: 'Order 1042 is not paid yet', message: 'Please pay by 4 December.' },
  scheduled_at: '2026-11-27T09:30:00.000Z',
  priority: 1,
  tags: ['order-1042'],
  metadata: { customer: 88 }
} satisfies NewJobBody

export const INVOICE = {
  type: 'generate_pdf',
  payload: { title: 'Invoice 1042', content: 'One chair: 120.00', output: 'invoices/1042.pdf' },
  delay: '5m',
  queue: 'invoices',
  max_retries: 5,
  backoff: { type: 'fixed', delay_ms: 10_000 },
  timeout_ms: 60_000,
  tags: ['order-1042']
} satisfies NewJobBody

/** The reminder as it is right after it was created. */
export const pending: Job = {
  id: JOB_ID,
  queue: 'default',
  ...REMINDER,
  status: 'pending',
  run_at: REMINDER.scheduled_at,
  attempt: 0,
  fence: 0,
  max_retries: 3,
  backoff: null,
  timeout_ms: null,
  expires_at: null,
  result: null,
  last_error: null,
  worker_id: null,
  created_at: '2026-11-20T09:30:00.000Z',
  started_at: null,
  finished_at: null,
  cancel_requested_at: null,
  cancel_reason: null
}

const { delay: _delay, ...invoiceFields } = INVOICE
export const invoice: Job = {
  ...pending,
  ...invoiceFields,
  id: OTHER_ID,
  backoff: { type: 'fixed', delay_ms: 10_000, max_ms: 3_600_000 },
  priority: 0,
  metadata: {},
  scheduled_at: '2026-11-20T09:35:04.000Z',
  run_at: '2026-11-20T09:35:04.000Z',
  created_at: '2026-11-20T09:30:04.000Z'
}

export const cancelled: Job = { ...pending, status: 'cancelled', finished_at: '2026-11-22T16:05:12.871Z', cancel_reason: 'requested' }

/** It ran twice: the mail server was away at first. */
export const completed: Job = {
  ...pending,
  status: 'completed',
  run_at: '2026-11-27T09:30:02.113Z',
  attempt: 2,
  fence: 2,
  result: { message_id: `<${JOB_ID}@example.com>`, accepted: ['ann@example.com'], rejected: [], response: '250 2.0.0 Ok: queued' },
  last_error: 'connect ECONNREFUSED 192.0.2.25:587',
  started_at: '2026-11-27T09:30:02.115Z',
  finished_at: '2026-11-27T09:30:02.402Z'
}

export const failedAttempt: JobAttempt = {
  fence: 1,
  attempt: 1,
  outcome: 'retry',
  error: { name: 'Error', message: 'connect ECONNREFUSED 192.0.2.25:587' },
  worker_id: WORKER_ID,
  started_at: '2026-11-27T09:30:00.002Z',
  finished_at: '2026-11-27T09:30:00.031Z'
}

export const running: Job = {
  ...pending,
  status: 'in_progress',
  attempt: 1,
  fence: 1,
  worker_id: WORKER_ID,
  started_at: '2026-11-27T09:30:00.002Z'
}
