/** What the store answers about many jobs at once: counts, rollups, queues, workers. */
import type { ENDED, JobStatus } from '../job.js'
import type { CountedOutcome, Measure, Resolution, StoredResolution } from '../stats.js'

/** Everything that one worker counted in one period of one queue, type and outcome: absolute, so that a copy of it that arrives late is harmless. */
export interface StatsRow {
  readonly resolution: StoredResolution
  /** ms since epoch. */
  readonly period_start_ms: number
  readonly queue: string
  readonly type: string
  readonly outcome: CountedOutcome
  readonly count: number
  readonly times: Readonly<Record<Measure, { readonly sum_ms: number; /** `{0,2,1}`: see core/histogram.ts */ readonly buckets: string }>>
}

/** Times of many attempts, as their sum and the histogram's buckets that are not empty. */
export interface Times {
  readonly sum_ms: number
  readonly buckets: readonly number[]
  /** As long as `buckets`. */
  readonly counts: readonly number[]
}

/** What all workers counted in one period. */
export interface StatsPeriod extends Readonly<Record<Measure, Times>> {
  /** ms since epoch. */
  readonly period_start_ms: number
  readonly outcomes: Partial<Record<CountedOutcome, number>>
}

export interface StatsQuery {
  readonly resolution: Resolution
  /** ms since epoch, the first period's start. */
  readonly fromMs: number
  /** ms since epoch; a period that begins here is left out. */
  readonly toMs: number
  readonly queue?: string | undefined
  readonly type?: string | undefined
}

export interface JobCounts {
  readonly total: number
  readonly by_status: Record<JobStatus, number>
  /** Most first, at most a thousand. */
  readonly by_type: Array<{ readonly type: string; readonly count: number }>
  readonly by_queue: Array<{ readonly queue: string; readonly count: number }>
  /** True when the table is too large to be counted. */
  readonly estimated: boolean
  /** The database's clock, ms since epoch. */
  readonly now_ms: number
}

/** Jobs that failed for good with an error of the same words. */
export interface FailureGroup {
  readonly type: string
  /** With * for what differs each time; null for jobs without an error. */
  readonly error: string | null
  /** For a filter: means the same jobs. */
  readonly error_group: string
  /** The newest of them. */
  readonly sample: { readonly job_id: string; readonly message: string | null }
  readonly counts: { readonly hour: number; readonly day: number; readonly week: number }
  readonly total: number
  readonly first_seen_at: string
  readonly last_seen_at: string
}

export interface Failures {
  /** Those that failed most within a day first. */
  readonly failures: FailureGroup[]
  /** There are too many to read: those that failed long ago were counted by a sample. */
  readonly estimated: boolean
  /** The database's clock, ms since epoch. */
  readonly now_ms: number
}

/** The numbers of a queue that are not counted to their end. */
export type BoundedNumber = 'pending' | 'overdue' | 'in_progress'

export interface QueueState {
  readonly name: string
  readonly paused: boolean
  readonly created_at: string
  readonly pending: number
  readonly overdue: number
  readonly in_progress: number
  /** Those of the three numbers at which counting stopped: there are more. */
  readonly at_least: BoundedNumber[]
  /** For how long the oldest overdue job has been due. */
  readonly oldest_overdue_ms: number | null
  /** When the next job that is not due yet will be. */
  readonly next_due_at: string | null
}

export const WORKER_STATUSES = ['alive', 'silent', 'stopped', 'lost'] as const

/**
 * What a worker's sweep counts, in jobs unless something else is said: overdue ones put back, timelines rebuilt, moves of
 * the window, rescued, expired, removed when their time was over, looked at by the audit, what it found and mended
 * (missing, ghost, late), and read from the outbox.
 */
export const SWEPT = ['put_back', 'rebuilt', 'window_moves', 'rescued', 'expired', 'removed', 'audited', 'missing', 'ghost', 'late', 'outbox'] as const
export type Swept = Readonly<Record<(typeof SWEPT)[number], number>>

export interface WorkerState {
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly status: (typeof WORKER_STATUSES)[number]
  readonly concurrency: number
  /** Jobs that the store thinks it holds. */
  readonly running: number
  readonly types: string[]
  readonly queues: string[]
  readonly lease_ms: number
  readonly started_at: string
  readonly last_beat_at: string
  readonly ended_at: string | null
  readonly end_reason: 'stopped' | 'silent' | 'declared_dead' | null
  /** Since its process began. */
  readonly swept: Swept
}

/** For how long jobs that have ended stay, in ms; null is for ever. */
export type Keep = Readonly<Record<EndedStatus, number | null>>
export type EndedStatus = (typeof ENDED)[number]

/** A place among the jobs of one queue and status, by when they ended. */
export interface EndedPlace {
  readonly queue: string
  readonly status: EndedStatus
  /** ms since epoch. */
  readonly at_ms: number
  readonly id: string
}

/** Jobs past their time that could not be removed; behind their place there may be others. */
export interface KeptJobs extends EndedPlace {
  readonly count: number
  /** The id of one of them. */
  readonly example: string
}

export interface Pruned {
  readonly removed: number
  readonly kept: KeptJobs[]
  /** There may be more. */
  readonly more: boolean
}

/** How many rows of each kind were removed. */
export type Tidied = Readonly<Record<'stats' | 'workers' | 'idempotency_keys', number>>
