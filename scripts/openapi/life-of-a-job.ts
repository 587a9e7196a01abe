/** The folder "Life of a job" of the Postman collection: requests that build on each other, in this order. */
import type { Step } from './steps.js'

const REMINDER = {
  type: 'email_notification',
  payload: { to: 'ann@example.com', subject: 'Order 1042 is not paid yet', message: 'Please pay by 4 December.' }
}

/**
 * `{{name}}` is a variable: one that an earlier step kept, or one of `PREPARE`. To show a new route, add a step where it
 * belongs; `expect` and `keep` name places in the answer, such as `data.0.id`.
 */
export const LIFE_OF_A_JOB: readonly Step[] = [
  {
    name: 'Schedule a reminder in an hour',
    method: 'POST',
    path: '/jobs',
    requestHeaders: { 'idempotency-key': '{{key}}' },
    body: { ...REMINDER, scheduled_at: '{{in_an_hour}}', priority: 1, tags: ['{{key}}'] },
    status: 201,
    headers: { location: '/jobs/{{job_id}}' },
    expect: { status: 'pending', scheduled_at: '{{in_an_hour}}', run_at: '{{in_an_hour}}', attempt: 0, priority: 1 },
    keep: { job_id: 'id' }
  },
  {
    name: 'Send the same request again, which makes no second job',
    method: 'POST',
    path: '/jobs',
    requestHeaders: { 'idempotency-key': '{{key}}' },
    body: { ...REMINDER, scheduled_at: '{{in_an_hour}}', priority: 1, tags: ['{{key}}'] },
    status: 200,
    headers: { 'idempotent-replayed': 'true' },
    expect: { id: '{{job_id}}' }
  },
  { name: 'Read it', method: 'GET', path: '/jobs/{{job_id}}', status: 200, expect: { id: '{{job_id}}', status: 'pending', attempts: [] } },
  { name: 'Find it by its tag', method: 'GET', path: '/jobs?tag={{key}}&status=pending&count=exact', status: 200, expect: { 'data.0.id': '{{job_id}}', count: 1, next_cursor: null } },
  { name: 'Ask why it does not run', method: 'GET', path: '/jobs/{{job_id}}/explain', status: 200, expect: { 'reasons.0.code': 'scheduled', ahead: 0 } },
  { name: 'Give it another priority and another text', method: 'PATCH', path: '/jobs/{{job_id}}', body: { priority: 5, payload: { ...REMINDER.payload, message: 'Please pay by 8 December.' } }, status: 200, expect: { priority: 5, 'payload.message': 'Please pay by 8 December.', run_at: '{{in_an_hour}}' } },
  { name: 'Cancel it', method: 'PUT', path: '/jobs/{{job_id}}/cancel', status: 200, expect: { id: '{{job_id}}', status: 'cancelled', outcome: 'cancelled' } },
  { name: 'Cancel it again, which is harmless', method: 'PUT', path: '/jobs/{{job_id}}/cancel', status: 200, expect: { status: 'cancelled' } },
  { name: 'Read that it will not run', method: 'GET', path: '/jobs/{{job_id}}', status: 200, expect: { status: 'cancelled', cancel_reason: 'requested', attempt: 0 } },
  { name: 'Retry it, as it was seen', method: 'POST', path: '/jobs/{{job_id}}/retry', body: { fence: 0 }, status: 200, expect: { id: '{{job_id}}', fence: 1, attempt: 0 } },
  { name: 'Retry it again with the old fence, which is refused', method: 'POST', path: '/jobs/{{job_id}}/retry', body: { fence: 0 }, status: 409, expect: { status: 409 } },
  { name: 'Read it until it has run', method: 'GET', path: '/jobs/{{job_id}}', status: 200, until: { status: 'completed' }, expect: { attempt: 1, attempts: [] } },
  { name: 'Try to cancel what has run', method: 'PUT', path: '/jobs/{{job_id}}/cancel', status: 409, expect: { code: 'job_not_cancellable', status: 409 } },
  { name: 'Duplicate it, an hour later', method: 'POST', path: '/jobs/{{job_id}}/duplicate', body: { delay: '1h' }, status: 201, headers: { location: '/jobs/{{copy_id}}' }, expect: { status: 'pending', attempt: 0, 'payload.message': 'Please pay by 8 December.' }, keep: { copy_id: 'id' } },
  { name: 'Run the copy now', method: 'POST', path: '/jobs/{{copy_id}}/run-now', status: 200, expect: { id: '{{copy_id}}', status: 'pending' } },
  { name: 'Read the copy until it has run', method: 'GET', path: '/jobs/{{copy_id}}', status: 200, until: { status: 'completed' } },
  { name: 'Delete the copy', method: 'DELETE', path: '/jobs/{{copy_id}}', status: 204 },
  { name: 'Read that it is gone', method: 'GET', path: '/jobs/{{copy_id}}', status: 404, expect: { code: 'job_not_found' } },
  { name: 'Look at all jobs with the tag, before acting on them', method: 'POST', path: '/jobs/bulk/delete', body: { filter: { tag: ['{{key}}'] }, dry_run: true }, status: 200, expect: { dry_run: true, matched: 1, 'results.0.outcome': 'deleted' } },
  {
    name: 'Keep a template with a variable',
    method: 'POST',
    path: '/templates',
    body: { name: 'Reminder {{key}}', body: { type: 'email_notification', payload: { to: 'ann@example.com', subject: 'Order {{ order }}', message: 'Please pay.' } } },
    status: 201,
    headers: { location: '/templates/{{template_id}}' },
    expect: { 'variables.0': 'order' },
    keep: { template_id: 'id' }
  },
  { name: 'Make a job of the template', method: 'POST', path: '/templates/{{template_id}}/use', body: { delay: '1h', variables: { order: 1042 } }, status: 201, expect: { status: 'pending', 'payload.subject': 'Order 1042' } },
  { name: 'Read the queue that they wait in', method: 'GET', path: '/queues/default', status: 200, expect: { name: 'default', paused: false } },
  { name: 'Learn every fault of a request at once', method: 'POST', path: '/jobs', body: { type: 'log', priority: 10, max_retries: -1 }, status: 422, expect: { code: 'invalid_request', 'errors.0.pointer': '/priority', 'errors.1.pointer': '/max_retries' } }
]
