/** What a handler is given, in the worker and in a process of its own. */
import type { Logger } from 'pino'
import type { ClaimedJob } from '../core/job.js'
import { giveUp, type HandlerContext, retryAfter, snooze } from './handlers/handler.js'

/**
 * @param parentLog - Asked when the handler logs something.
 * @param assertOwned - Throws when the worker may have lost the job.
 */
export function contextOf(job: ClaimedJob, controller: AbortController, parentLog: () => Logger, assertOwned: () => void): HandlerContext {
  let log: Logger | undefined
  return {
    job,
    payload: job.payload,
    get signal() {
      return controller.signal // made on demand, as the log is: most handlers of short jobs never look
    },
    get log() {
      return (log ??= parentLog().child({ job_id: job.id, type: job.type, attempt: job.attempt }))
    },
    assertOwned: () => {
      controller.signal.throwIfAborted()
      assertOwned()
    },
    snooze,
    retryAfter,
    giveUp
  }
}
