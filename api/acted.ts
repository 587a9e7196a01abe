/** What became of the jobs of an action, for callers and for the timeline. */
import type { FastifyInstance } from 'fastify'
import { DulyError, ERRORS, type ErrorCode } from '../core/errors.js'
import type { Job } from '../core/job.js'
import type { Acted } from '../core/store/index.js'

/** Why nothing was done, in a sentence. */
export function whyRefused(code: ErrorCode, status: string | null): string {
  switch (code) {
    case 'job_not_cancellable': return `The job is ${status}: it has ended, and cannot be cancelled.`
    case 'job_not_retryable': return `The job is ${status}: it has not ended, so there is nothing to retry.`
    case 'job_not_pending': return status === 'in_progress' ? 'The job is in_progress: it has started, and cannot be changed. Cancel it, or wait.' : `The job is ${status}: it has ended, and cannot be changed. Retry or duplicate it.`
    case 'job_not_deletable': return `The job is ${status}: cancel it first, or wait until it has ended.`
    case 'fence_superseded': return `The job has moved on since it was read: it is ${status}. Read it again.`
    case 'job_not_found': return 'There is no job with this id.'
    default: return ERRORS[code].title
  }
}

/** The job of an action on one. @throws {DulyError} What it was refused for. */
export function theOne([acted]: readonly Acted[]): Acted & { job: Job } {
  if (!acted) throw new Error('an action on one job has no answer')
  if (acted.refused) throw new DulyError(acted.refused, { detail: whyRefused(acted.refused, acted.status) })
  return acted as Acted & { job: Job }
}

/**
 * Tells the timeline what changed; behind the reply, as a hint.
 *
 * @param outbox - Whoever became pending has an outbox row: Redis was down when it was stored.
 */
export function tellTimeline(app: FastifyInstance, acted: readonly Acted[], outbox = false): void {
  const moved = acted.filter(({ refused }) => !refused)
  const entries = (outbox ? [] : moved).flatMap(({ outcome, id, new_id, status, queue, priority, run_at_ms }) =>
    status === 'pending' && outcome !== 'deleted' && queue !== null && priority !== null && run_at_ms !== null
      ? [{ id: new_id ?? id, queue, priority, run_at_ms, outcome }]
      : []
  )
  app.timeline.replace(entries.filter(({ outcome }) => outcome === 'updated'))
  app.timeline.addEntries(entries.filter(({ outcome }) => outcome !== 'updated'))
  app.timeline.remove(moved.flatMap(({ id, outcome, queue }) => (outcome === 'cancelled' && queue !== null ? [{ id, queue }] : [])))
  app.timeline.announceCancel(moved.flatMap(({ id, outcome }) => (outcome === 'cancel_requested' ? [id] : [])))
}
