import type { Examples } from '../openapi/route.js'
import { JOB_ID, OTHER_ID } from './job.js'

const BY_IDS = { ids: [JOB_ID, OTHER_ID] }
/** Look first, then act on as many as you saw. */
const LOOK = { filter: { tag: ['order-1042'] }, dry_run: true }
const ACT = { filter: { tag: ['order-1042'] }, expected_count: 2 }

/** One job for which it was done, and one for which it was not. */
const answer = (done: object, refused: { code: string; detail: string }) => ({
  dry_run: false,
  matched: 2,
  changed: 1,
  results: [{ id: JOB_ID, ...done }, { id: OTHER_ID, outcome: 'refused', ...refused }],
  next_cursor: null
})

/** @param more - What the action takes besides. */
const examplesOf = (done: object, refused: { code: string; detail: string }, more: object = {}): Examples => ({
  body: { by_ids: { ...BY_IDS, ...more }, what_would_happen: { ...LOOK, ...more }, by_filter: { ...ACT, ...more } },
  200: { one_was_refused: answer(done, refused) }
})

const ENDED = 'The job is completed: it has ended, and cannot be changed. Retry or duplicate it.'

export const bulkActions = {
  cancel_jobs: examplesOf({ outcome: 'cancelled' }, { code: 'job_not_cancellable', detail: 'The job is completed: it has ended, and cannot be cancelled.' }),
  retry_jobs: examplesOf({ outcome: 'retried' }, { code: 'job_not_retryable', detail: 'The job is pending: it has not ended, so there is nothing to retry.' }),
  run_jobs_now: examplesOf({ outcome: 'updated' }, { code: 'job_not_pending', detail: ENDED }),
  update_jobs: examplesOf({ outcome: 'updated' }, { code: 'job_not_pending', detail: ENDED }, { changes: { priority: 5 } }),
  duplicate_jobs: examplesOf({ outcome: 'duplicated', new_id: '01a1f84b-0b10-7d44-b2a8-6c9f1e35d702' }, { code: 'job_not_found', detail: 'There is no job with this id.' }, { delay: '1h' }),
  delete_jobs: examplesOf({ outcome: 'deleted' }, { code: 'job_not_deletable', detail: 'The job is pending: cancel it first, or wait until it has ended.' })
} satisfies Record<string, Examples>
