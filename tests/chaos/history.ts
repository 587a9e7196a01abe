/** What the checker is given: what the clients were told, what the handlers did, how the rows moved, and where they ended. */
import type { JobStatus } from '../../core/job.js'

/** The end of one wish of a client, all its tries included. */
export interface Told {
  readonly what: 'create' | 'cancel' | 'retry'
  /** Of a create: what its payload carries, and its Idempotency-Key if it has one. */
  readonly key: string
  /** `done`: the API said so. `refused`: it said that nothing was done. `unknown`: no try was answered with either. */
  readonly end: 'done' | 'refused' | 'unknown'
  /** Null while nobody has named the job. */
  readonly id: string | null
  /** Of a cancel: `cancelled` or `cancel_requested`. */
  readonly outcome?: string
  /** Of a retry: the fence that it saw. */
  readonly fence?: number
  readonly scheduled_at?: string
  /** Each try: HTTP status, 0 without an answer, and how long that took. */
  readonly tries: ReadonlyArray<{ readonly status: number; readonly ms: number }>
  /** When its last answer came, by the true wall clock, as every time here. */
  readonly at_ms: number
}

/** A line of the handlers' journal. */
export interface Line {
  /** `effect`: a guarded effect, written after `assertOwned()` has said nothing. */
  readonly what: 'start' | 'effect' | 'end'
  readonly id: string
  readonly fence: number
  readonly pid: number
  readonly at_ms: number
  /** Of an end: `stopped` when the signal had fired. */
  readonly how?: 'done' | 'failed' | 'stopped'
}

/** One update of a row that changed its status or its fence, written by a trigger. `from` is null for the insert. */
export interface Move {
  readonly id: string
  readonly from: JobStatus | null
  readonly to: JobStatus
  readonly fence_before: number
  readonly fence: number
  readonly attempt_before: number
  readonly attempt: number
}

/** A row of `duly.jobs` at the end, with its attempts that did not succeed. */
export interface FinalRow {
  readonly id: string
  /** Of its payload. */
  readonly key: string
  readonly status: JobStatus
  readonly attempt: number
  readonly fence: number
  readonly max_retries: number
  readonly scheduled_at_ms: number
  readonly created_at_ms: number
  readonly run_at_ms: number
  /** The fence under which the handler ran whose result was accepted; null when there is none. */
  readonly result_fence: number | null
  /** `error_fence`: the same of an error that a handler threw. */
  readonly attempts: ReadonlyArray<{ readonly fence: number; readonly attempt: number; readonly outcome: string; readonly error_fence: number | null }>
}

/** Something that went wrong for a while. */
export interface Fault {
  readonly what: string
  readonly began_at_ms: number
  readonly ended_at_ms: number
}

export interface History {
  readonly told: readonly Told[]
  readonly journal: readonly Line[]
  readonly moves: readonly Move[]
  readonly rows: readonly FinalRow[]
  readonly faults: readonly Fault[]
}
