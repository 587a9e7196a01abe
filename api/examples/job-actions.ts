import type { Examples } from '../openapi/route.js'
import { cancelled, OTHER_ID, pending, running } from './job.js'

const cancel: Examples = {
  200: { cancelled: { ...cancelled, outcome: 'cancelled' } },
  202: { told_to_stop: { ...running, cancel_requested_at: '2026-11-27T09:30:00.201Z', outcome: 'cancel_requested' } }
}

export const jobActions = {
  cancel_job: cancel,
  cancel_job_by_post: cancel,
  retry_job: {
    body: { as_you_saw_it: { fence: cancelled.fence }, as_it_is: {} },
    200: { due_now: { ...pending, run_at: '2026-11-22T16:11:40.035Z', fence: 1 } }
  },
  run_job_now: { 200: { due_now: { ...pending, run_at: '2026-11-23T08:00:01.500Z' } } },
  update_job: {
    body: { another_time: { scheduled_at: '2026-12-01T09:30:00.000Z', priority: 5 }, in_two_days: { delay: '2d' }, another_text: { payload: { to: 'ann@example.com', subject: 'Order 1042', message: 'Please pay by 8 December.' } } },
    200: { moved: { ...pending, scheduled_at: '2026-12-01T09:30:00.000Z', run_at: '2026-12-01T09:30:00.000Z', priority: 5 } }
  },
  duplicate_job: {
    body: { a_week_later: { scheduled_at: '2026-12-04T09:30:00.000Z' }, in_an_hour: { delay: '1h' }, now: {} },
    200: { sent_again: { ...pending, id: OTHER_ID, scheduled_at: '2026-12-04T09:30:00.000Z', run_at: '2026-12-04T09:30:00.000Z' } },
    201: { copy: { ...pending, id: OTHER_ID, scheduled_at: '2026-12-04T09:30:00.000Z', run_at: '2026-12-04T09:30:00.000Z' } }
  },
  delete_job: {}
} satisfies Record<string, Examples>
