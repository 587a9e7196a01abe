/** The store: the truth about jobs. One method for each SQL function; both transports call the same functions. */
import type { ErrorCode } from '../errors.js'
import type { Backoff, ClaimedJob, Job, JobStatus, JobWithAttempts, Outcome } from '../job.js'
import type { JobFilter, Sort } from './filter.js'
import type { NewTemplate, Template } from '../template.js'
import type { EndedPlace, Failures, JobCounts, Keep, Pruned, QueueState, StatsPeriod, StatsQuery, StatsRow, Swept, Tidied, WorkerState } from './stats.js'

export interface NewJob {
  /** UUIDv7 made by the caller, so that storing it twice is harmless. */
  readonly id: string
  readonly queue: string
  readonly type: string
  readonly payload: unknown
  readonly priority: number
  /** ISO 8601 with an offset; null is now, or in `delay_ms`, by the database's clock. */
  readonly scheduled_at: string | null
  readonly delay_ms?: number | null
  readonly max_retries: number
  readonly backoff: Backoff | null
  readonly timeout_ms: number | null
  /** ISO 8601 with an offset. */
  readonly expires_at?: string | null
  readonly tags?: readonly string[]
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** What makes two requests one: the same key from the same caller. */
export interface Idempotency {
  /** Keeps callers apart. */
  readonly scope: string
  readonly key: string
  /** Of what was asked for: a key with another request is refused. */
  readonly requestHash: string
}

export interface Created {
  /** In the order given; when replayed, those that still exist, as they are now. */
  readonly jobs: Job[]
  /** An earlier request with this key has made them. */
  readonly replayed: boolean
}

export interface JobPage {
  readonly data: Job[]
  /** Pass it as `cursor` for the page that follows; null on the last one. */
  readonly next_cursor: string | null
  /** How far it was looked, when that is not the end: the time for it was over, or only recent jobs were searched. */
  readonly scanned_until: string | null
}

export interface ListOptions {
  readonly limit: number
  /** From the page before, with the same filter and sort. */
  readonly cursor?: string | null
  readonly filter?: JobFilter
  readonly sort?: Sort
  readonly order?: 'asc' | 'desc'
  /** Jobs to leave out, for numbered pages. */
  readonly skip?: number
}

/** Jobs that an action is about to act on. */
export interface Targets {
  readonly ids: string[]
  readonly fences: number[]
  /** The filter may mean others, too. */
  readonly more: boolean
  /** Where to look for them; null when there are none. */
  readonly next: FoundPlace | null
}

/** How far an action on a filter has come. */
export interface FoundPlace {
  /** ISO 8601. */
  readonly at: string
  readonly id: string
  /** ISO 8601: when the first call was made. What ended, or was created, after that is not met. */
  readonly until: string
}

/** What became of one job of an action. */
export interface Acted {
  readonly id: string
  /** Null when it was refused. */
  readonly outcome: 'cancelled' | 'cancel_requested' | 'retried' | 'updated' | 'duplicated' | 'deleted' | null
  readonly refused: ErrorCode | null
  /** Where it is now, and of a duplicate where that is; null when there is no such job. */
  readonly status: JobStatus | null
  readonly fence?: number | null
  readonly queue: string | null
  readonly priority: number | null
  readonly run_at_ms: number | null
  /** Only in the answer about a single job. */
  readonly job: Job | null
  /** Of a duplicate. */
  readonly new_id?: string | null
}

export interface JobState {
  readonly id: string
  /** Null, as all that follows, when there is no such job. */
  readonly status: JobStatus | null
  readonly fence: number | null
  readonly queue: string | null
  readonly priority: number | null
  readonly run_at_ms: number | null
}

/** What a pending job may be given anew; what is missing stays. */
export interface JobChanges {
  readonly scheduled_at?: string | null
  readonly delay_ms?: number
  /** Due now, and `scheduled_at` stays. */
  readonly run_now?: boolean
  readonly priority?: number
  readonly payload?: unknown
  readonly max_retries?: number
  readonly timeout_ms?: number | null
  readonly backoff?: Partial<Backoff> | null
  readonly expires_at?: string | null
  readonly tags?: readonly string[]
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** What decides when a job can start. */
export interface Circumstances {
  readonly job: Job
  /** The database's clock. */
  readonly now: string
  readonly queue_paused: boolean
  /** Workers that are alive; those `able` know its type and serve its queue, and have `slots`, of which `running` are taken. */
  readonly workers: { readonly alive: number; readonly of_type: number; readonly of_queue: number; readonly able: number; readonly slots: number; readonly running: number }
  /** Jobs of its queue that are due and come first, counted up to 1,000. */
  readonly ahead: number
  /** The newest that did not succeed, or none. */
  readonly attempts: ReadonlyArray<{ readonly outcome: string; readonly finished_at: string }>
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
  /** Those of them that somebody wants cancelled. */
  readonly cancelled: ReadonlyArray<{ readonly id: string; readonly fence: number }>
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
  /** For those who watch; the store knows it. */
  readonly queue?: string
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
  readonly type: string
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
  /** As `createJobs`, but a second request with the same key makes nothing. @throws {DulyError} `idempotency_key_reused` */
  createOnce(jobs: readonly NewJob[], idempotency: Idempotency, options?: { readonly outbox?: boolean }): Promise<Created>
  /** The jobs that the same request with this key has made, as they are now and without those that were deleted; undefined when there was none. */
  findCreated(idempotency: Idempotency): Promise<Job[] | undefined>
  /** @throws {DulyError} `job_not_found` */
  getJob(id: string): Promise<JobWithAttempts>
  /** By default newest first. It stops looking after a second. @throws {DulyError} `invalid_cursor`, `too_many_jobs` */
  listJobs(options: ListOptions): Promise<JobPage>
  /**
   * How many jobs a list has. @throws {DulyError} `too_many_jobs`, as the list
   * @param options.exact - Count also when there are many, for ten seconds; then they are estimated all the same.
   */
  countJobs(filter: JobFilter, options: { readonly sort?: Sort; readonly exact: boolean }): Promise<{ count: number; estimated: boolean }>
  /** What an action on a filter acts on, oldest first. Looks for three seconds, then `next` goes on, also when nothing was found. */
  findJobs(filter: JobFilter, limit: number, after?: FoundPlace | null): Promise<Targets>
  readStates(ids: readonly string[]): Promise<JobState[]>

  /** pending -> cancelled; a job in progress is told to stop. As the other actions: one answer for each id, in their order. */
  cancelJobs(ids: readonly string[]): Promise<Acted[]>
  /** completed | failed | cancelled -> pending, for jobs that are still as they were seen. */
  retryJobs(seen: ReadonlyArray<{ readonly id: string; readonly fence: number }>, options?: { readonly outbox?: boolean }): Promise<Acted[]>
  updateJobs(ids: readonly string[], changes: JobChanges, options?: { readonly outbox?: boolean }): Promise<Acted[]>
  /** @param options.newIds - Made by the caller, one for each of `ids`. */
  duplicateJobs(ids: readonly string[], options: { readonly newIds: readonly string[]; readonly scheduled_at?: string | null; readonly delay_ms?: number | null; readonly outbox?: boolean }): Promise<Acted[]>
  /** Jobs that have ended, with their attempts. */
  deleteJobs(ids: readonly string[]): Promise<Acted[]>
  /** @throws {DulyError} `job_not_found` */
  explainJob(id: string): Promise<Circumstances>
  /** pending -> cancelled, for jobs that have not started by their `expires_at`. */
  expireJobs(limit: number): Promise<{ expired: number }>

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
  /** in_progress -> completed | pending | failed | cancelled, guarded by the fence. */
  finishJobs(workerId: string, finishes: readonly Finish[]): Promise<Finished>
  /** `finishJobs` and `claimJobs` in one round trip. */
  exchange(workerId: string, finishes: readonly Finish[], ids: readonly string[]): Promise<Exchange>
  /** in_progress -> pending | failed | cancelled, for workers that are silent past their lease. */
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
  /**
   * Says at once that SQL has left word in the outbox. A hint that may be missed, and that never comes through REST or a
   * pooler: whoever needs to know reads it now and then. Ends with the store.
   */
  listenForOutbox(onWord: () => void): void

  /** Every template, by name. */
  listTemplates(): Promise<Template[]>
  /** @throws {DulyError} `template_not_found` */
  getTemplate(id: string): Promise<Template>
  /** Stores a template; one whose id exists already is answered as it is. @throws {DulyError} `template_name_taken`, `too_many_templates` */
  createTemplate(template: NewTemplate): Promise<Template>
  /** Puts it in place of the one with its id. @throws {DulyError} `template_not_found`, `template_name_taken` */
  replaceTemplate(template: NewTemplate): Promise<Template>
  /** @throws {DulyError} `template_not_found` */
  deleteTemplate(id: string): Promise<void>
  /** Stores what a worker has counted: absolute values, of which the one with the larger count stays. @param workerId - The same for all of them, as long as the worker's process lives. */
  flushStats(workerId: string, rows: readonly StatsRow[]): Promise<void>
  /** Periods in which attempts ended, earliest first. */
  readStats(query: StatsQuery): Promise<StatsPeriod[]>
  /** Costs about the same for a thousand jobs and for ten million. */
  countAllJobs(): Promise<JobCounts>
  /** Jobs that failed for good, by type and error; costs about the same for a thousand and for a million. */
  readFailures(options: { readonly queue?: string | undefined; readonly type?: string | undefined; readonly limit: number }): Promise<Failures>
  /** Queues with their numbers, by name: at most a thousand. */
  readQueues(): Promise<QueueState[]>
  /** @throws {DulyError} `queue_not_found` */
  readQueue(name: string): Promise<QueueState>
  /** Once it has returned no job of the queue starts. @throws {DulyError} `queue_not_found` */
  pauseQueue(name: string): Promise<void>
  /** @throws {DulyError} `queue_not_found` */
  resumeQueue(name: string): Promise<void>
  /** Workers that have not ended, or ended within `endedWithinMs`; newest first. */
  listWorkers(options: { readonly endedWithinMs: number; readonly limit: number }): Promise<WorkerState[]>
  /** Keeps what a worker's sweep has done so far: absolute counts. */
  reportSwept(workerId: string, swept: Swept): Promise<void>
  /** Job types that living workers have handlers for, sorted. */
  listTypes(): Promise<string[]>
  /** Removes what is past its retention. @param limit - Most rows of each kind: one that answers as many may have more. */
  tidy(limit: number): Promise<Tidied>
  /**
   * Removes jobs that ended longer ago than they are kept, with their attempts; what cannot be removed stays.
   * @param options.after - Places behind which to look, of queues and statuses in which some were kept.
   */
  pruneJobs(keep: Keep, options: { readonly after: readonly EndedPlace[]; readonly limit: number }): Promise<Pruned>

  /** @returns The newest migration that the database has, its clock (ms since epoch), and its own version. */
  ping(): Promise<{ schema_version: string; now_ms: number; server_version: string }>
  close(): Promise<void>
}
