/** What a worker and the processes that run its isolated jobs tell each other. */
import type { ClaimedJob } from '../../core/job.js'
import type { Finish } from '../../core/store/index.js'
import type { HandlerDeps } from '../handlers/handler.js'
import type { StopReason } from '../stopped.js'
import type { SentAt } from '../ownership.js'

/** What a process needs to make the handlers that its worker has. It travels in a message: an argument could be read by others. */
export interface Settings {
  readonly handlers: HandlerDeps
  readonly logLevel: string
  readonly leaseMs: number
}

export type ToProcess =
  | { readonly kind: 'begin'; readonly settings: Settings }
  /** `module`: URL of the one that has the handler. The process loads it with the first job that needs it. */
  | { readonly kind: 'run'; readonly job: ClaimedJob; readonly module: string; readonly beat: SentAt }
  | { readonly kind: 'stop'; readonly reason: StopReason; readonly message: string }
  /** Nothing more will come. */
  | { readonly kind: 'close' }

export type FromProcess =
  | { readonly kind: 'ready' }
  /** It cannot load this handler, and ends: what did not load once is not loaded again by the same process. */
  | { readonly kind: 'unusable'; readonly why: string }
  /** The handler is about to be called. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'returned'; readonly finish: Finish; readonly rssMb: number }
  /** `error` is the JSON that is stored. */
  | { readonly kind: 'threw'; readonly error: string; readonly rssMb: number }
  /** An error that nobody caught: the process ends. */
  | { readonly kind: 'crashed'; readonly error: string }

/** The second way between them, a stream of lines that a thread of the process reads: so it arrives while a handler blocks. */
export const LIFELINE_FD = 4
/** Said on it by a process that is over its memory cap. */
export const OVER_MEMORY = 'over memory'
