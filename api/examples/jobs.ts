import { encodeCursor } from '../../core/store/filter.js'
import type { Examples } from '../openapi/route.js'
import { cancelled, completed, failedAttempt, INVOICE, invoice, JOB_ID, pending, REMINDER } from './job.js'

export const jobs = {
  create_job: {
    body: { order_reminder: REMINDER, invoice_in_five_minutes: INVOICE },
    200: { made_by_an_earlier_request: cancelled },
    201: { scheduled: pending }
  },
  create_jobs: {
    body: { reminder_and_invoice: { jobs: [REMINDER, INVOICE] } },
    200: { made_by_an_earlier_request: { data: [cancelled, invoice] } },
    201: { scheduled: { data: [pending, invoice] } }
  },
  list_jobs: {
    200: {
      first_page: { data: [completed], next_cursor: encodeCursor('created', true, { at: completed.created_at, id: JOB_ID }), scanned_until: null },
      counted: { data: [invoice, pending], next_cursor: null, scanned_until: null, count: 2, count_estimated: false }
    }
  },
  get_job: { 200: { completed_at_the_second_attempt: { ...completed, attempts: [failedAttempt] }, not_due_yet: { ...pending, attempts: [] } } },
  explain_job: {
    200: {
      not_due_yet: {
        id: JOB_ID, status: 'pending', reasons: [{ code: 'scheduled', detail: `It is due at ${pending.run_at}.` }], earliest_start_at: pending.run_at, ahead: 0, now: '2026-11-20T09:31:17.402Z'
      },
      nobody_to_run_it: {
        id: JOB_ID, status: 'pending', reasons: [{ code: 'no_worker', detail: 'No worker is alive: start one.' }], earliest_start_at: null, ahead: 0, now: '2026-11-27T09:31:00.020Z'
      }
    }
  }
} satisfies Record<string, Examples>
