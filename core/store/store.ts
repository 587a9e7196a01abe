/** The store: the truth about jobs. One method for each SQL function; both transports call the same functions. */
import type { Backoff, ClaimedJob, Job, JobStatus, JobWithAttempts, Outcome } from '../job.js'

export interface NewJob {
  /** UUIDv7 made by the caller, so that storing it twice is harmless. */
  readonly id: string
  readonly queue: string
  readonly type: string
  readonly payload: unknown
  readonly priority: number
  /** ISO 8601 with an offset; null is now, by the database's clock. */
  readonly scheduled_at: string | null
  readonly max_retries: number
  readonly backoff: Backoff | null
  readonly timeout_ms: number | null
}

export interface JobPage {
  readonly data: Job[]
  /** Pass it as `cursor` for the page that follows; null on the last one. */
  readonly next_cursor: string | null
}

export interface WorkerInfo {
  /** UUID, new at each start and after each `worker_dead`. */
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly concurrency: number
  /** Job types that it has handlers for. */
  readonly types: readonly string[]
  /** Queues that it serves; empty is all. */
  readonly queues: readonly string[]
  readonly lease_ms: number
}

export interface Queue {
  readonly name: string
  readonly paused: boolean
}

export interface Beat {
  /** The database's clock when it answered, ms since epoch. */
  readonly now_ms: number
  /** What the store thinks this worker holds. */
  readonly held: ReadonlyArray<{ readonly id: string; readonly fence: number }>
  /** Every queue that ever had a job. */
  readonly queues: readonly Queue[]
}

/** Why an id was not claimed although its job is pending; it goes back to the timeline in `wait_ms`. */
export interface Later {
  readonly id: string
  readonly queue: string
  readonly priority: number
  readonly reason: 'not_due' | 'unknown_type' | 'queue_paused' | 'locked'
  readonly wait_ms: number
}

export interface Claim {
  readonly jobs: ClaimedJob[]
  /** Ids that are in neither list are gone: taken by another, cancelled or finished. */
  readonly later: Later[]
}

export interface DueClaim {
  readonly jobs: ClaimedJob[]
  /** Until the next job of these queues is due, 0 when more are due now; null when none is pending. */
  readonly wait_ms: number | null
}

/** The end of one attempt. */
export interface Finish {
  readonly id: string
  readonly fence: number
  readonly outcome: Outcome
  /** JSON text, storable. */
  readonly result?: string
  /** JSON text `{name, message, stack}`, storable. */
  readonly error?: string
  /** Until the next attempt: after `retry` and `snoozed`. */
  readonly delay_ms?: number
}

/** Where a job is after its attempt ended in another way than `completed`. */
export interface Moved extends Entry {
  readonly status: JobStatus
}

export interface Finished {
  /** Every job that did not complete. */
  readonly moved: Moved[]
  /** Ids whose fence is no longer the current one: their outcomes changed nothing. */
  readonly refused: string[]
  /** Ids whose row others keep locked: they have not ended yet, finish them again later. */
  readonly locked: string[]
}

export interface Exchange extends Claim, Finished {}

/** A place in the timeline. */
export interface Entry {
  readonly id: string
  readonly queue: string
  readonly priority: number
  /** ms since epoch. */
  readonly run_at_ms: number
}

/** Where a scan over one queue and priority stopped: after this job. */
export interface Position {
  readonly run_at_ms: number
  readonly id: string
}

export const START: Position = { run_at_ms: -62_135_596_800_000, id: '00000000-0000-0000-0000-000000000000' } // year 1

/** A walk over the pending jobs of one queue and priority, earliest first. */
export interface Scan {
  readonly queue: string
  readonly priority: number
  readonly after: Position
}

export interface ScanPages {
  /** One page for each scan, in their order. */
  readonly pages: Entry[][]
  /** How far the scans reached: now + withinMs by the database's clock, ms since epoch. */
  readonly until_ms: number
}

export interface Rescued extends Moved {
  readonly worker_id: string
}

export interface OutboxEntry {
  readonly outbox_id: number
  readonly id: string
  readonly queue: string
  readonly priority: number
  /** Null when it is pending no more: nothing is left to do but to name it as done. */
  readonly run_at_ms: number | null
}

export interface Store {
  /** Stores all or none, with ids as given; ones that exist already are answered as they are. @returns In the order of `jobs`. */
  createJobs(jobs: readonly NewJob[], options?: { readonly outbox?: boolean }): Promise<Job[]>
  /** @throws {DulyError} `job_not_found` */
  getJob(id: string): Promise<JobWithAttempts>
  /** Newest first. @param options.cursor - From the page before. */
  listJobs(options: { readonly limit: number; readonly cursor?: string | null }): Promise<JobPage>
  /** pending -> cancelled; cancelled stays. @throws {DulyError} `job_not_found`; `job_not_cancellable`, which says the status. */
  cancelJob(id: string): Promise<Job>

  /** @returns The database's clock, ms since epoch. */
  registerWorker(worker: WorkerInfo): Promise<{ now_ms: number }>
  /** Renews the worker's lease. @throws {DulyError} `worker_dead` */
  beat(workerId: string): Promise<Beat>
  /** `stopped` by itself, or `declared_dead` by a supervisor that has seen it exit: what it still holds can be rescued at once. */
  endWorker(workerId: string, reason: 'stopped' | 'declared_dead'): Promise<void>

  /** pending -> in_progress, for what is due. @throws {DulyError} `worker_dead`, `worker_silent` */
  claimJobs(workerId: string, ids: readonly string[]): Promise<Claim>
  /** The same, but finds the due jobs itself: highest priority first, then earliest, queue by queue. */
  claimDueJobs(workerId: string, queues: readonly string[], limit: number): Promise<DueClaim>
  /** in_progress -> completed | pending | failed, guarded by the fence. */
  finishJobs(workerId: string, finishes: readonly Finish[]): Promise<Finished>
  /** `finishJobs` and `claimJobs` in one round trip. */
  exchange(workerId: string, finishes: readonly Finish[], ids: readonly string[]): Promise<Exchange>
  /** in_progress -> pending | failed, for workers that are silent past their lease. */
  rescueJobs(workerId: string, limit: number): Promise<Rescued[]>

  /**
   * One page of each scan, in one call.
   * @param options.withinMs - Until when, from now by the database's clock; negative: overdue by that much.
   * @param options.limit - Most entries in a page.
   */
  scanPending(scans: readonly Scan[], options: { readonly withinMs: number; readonly skipPaused: boolean; readonly limit: number }): Promise<ScanPages>
  /** Counts what `scanPending` would walk over, queue by queue; costs as much as there is. */
  countPending(withinMs: number): Promise<Array<{ queue: string; count: number }>>
  listQueues(): Promise<Queue[]>
  /**
   * Jobs that somebody stored who could not reach the timeline, oldest first. They stay until they are named as done.
   * @param done - `outbox_id`s from the answer before.
   */
  readOutbox(done: readonly number[], limit: number): Promise<OutboxEntry[]>

  /** @returns The newest migration that the database has, and its clock (ms since epoch). */
  ping(): Promise<{ schema_version: string; now_ms: number }>
  close(): Promise<void>
}
