/** What a handler is given, in the worker and in a process of its own. */
import type { Logger } from 'pino'
import type { ClaimedJob } from '../core/job.js'
import { giveUp, type HandlerContext, retryAfter, snooze } from './handlers/handler.js'

/** A class, since one is made for each attempt: getters of a literal would be made anew with each. */
class Context implements HandlerContext {
  readonly job: ClaimedJob
  readonly payload: unknown
  readonly assertOwned: () => void
  readonly snooze = snooze
  readonly retryAfter = retryAfter
  readonly giveUp = giveUp
  readonly #controller: AbortController
  readonly #parentLog: () => Logger
  #log: Logger | undefined

  constructor(job: ClaimedJob, controller: AbortController, parentLog: () => Logger, assertOwned: () => void) {
    this.job = job
    this.payload = job.payload
    this.#controller = controller
    this.#parentLog = parentLog
    this.assertOwned = () => {
      controller.signal.throwIfAborted()
      assertOwned()
    }
  }

  /** Made on demand, as the log is: most handlers of short jobs never look. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get log(): Logger {
    return (this.#log ??= this.#parentLog().child({ job_id: this.job.id, type: this.job.type, attempt: this.job.attempt }))
  }
}

/**
 * @param parentLog - Asked when the handler logs something.
 * @param assertOwned - Throws when the worker may have lost the job.
 */
export function contextOf(job: ClaimedJob, controller: AbortController, parentLog: () => Logger, assertOwned: () => void): HandlerContext {
  return new Context(job, controller, parentLog, assertOwned)
}
