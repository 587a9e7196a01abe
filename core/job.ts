/** What a job is: its statuses, the moves between them, its fields, and the wait before its next attempt. */
import type { Static, TNull, TSchema, TUnion } from 'typebox'
import { LIMITS } from './limits.js'
import { Type } from './schema.js'

export { LIMITS }

export const JOB_STATUSES = ['pending', 'in_progress', 'completed', 'failed', 'cancelled'] as const
export type JobStatus = (typeof JOB_STATUSES)[number]

/** Every move a job may make. `docs/states.md` draws this table; a test compares the two, and another the SQL enum. */
export const MOVES = {
  pending: ['in_progress', 'cancelled'],
  in_progress: ['completed', 'pending', 'failed', 'cancelled'], // back to pending = retry, snooze, rescue or hand-back
  completed: ['pending'], // only when an operator asks to run it again
  failed: ['pending'],
  cancelled: ['pending']
} as const satisfies Record<JobStatus, readonly JobStatus[]>

/** How an attempt ended, in the words of `duly_finish_jobs`. */
export const OUTCOMES = ['completed', 'retry', 'failed', 'snoozed', 'handed_back'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Statuses in which a job stays until somebody retries it. */
export const ENDED = ['completed', 'failed', 'cancelled'] as const satisfies readonly JobStatus[]

/** Why a job was cancelled: somebody asked for it, or it had not started by its `expires_at`. */
export const CANCEL_REASONS = ['requested', 'expired'] as const

/** An attempt without a timeout of its own or of its handler may run this long. */
export const DEFAULT_TIMEOUT_MS = 5 * 60_000

export const NAME_PATTERN = '^[A-Za-z0-9_][A-Za-z0-9_.:-]*$'

export const BACKOFF_TYPES = ['exponential', 'linear', 'fixed'] as const

export const Backoff = Type.Object(
  {
    type: Type.Enum([...BACKOFF_TYPES], {
      default: 'exponential',
      description: 'exponential doubles the wait with each attempt, linear adds delay_ms each time, fixed always waits delay_ms'
    }),
    delay_ms: Type.Integer({ minimum: 0, maximum: LIMITS.backoff_ms.max, default: 2_000, description: 'The wait after the first attempt' }),
    max_ms: Type.Integer({ minimum: 0, maximum: LIMITS.backoff_ms.max, default: 3_600_000, description: 'The longest wait' })
  },
  { title: 'Backoff', additionalProperties: false, description: 'How long to wait before another attempt; 10 % more or less at random' }
)
export type Backoff = Static<typeof Backoff>

export const DEFAULT_BACKOFF: Backoff = { type: 'exponential', delay_ms: 2_000, max_ms: 3_600_000 }

const Instant = (description: string) => Type.String({ format: 'date-time', description })
const Nullable = <T extends TSchema>(schema: T): TUnion<[T, TNull]> => Type.Union([schema, Type.Null()])

/** A row of `duly.jobs` as every part sees it: the same fields in SQL, in TypeScript and on the wire. Instants are ISO 8601 with `Z` and three digits of milliseconds. */
export const Job = Type.Object({
  id: Type.String({ format: 'uuid', description: 'UUIDv7: sorts by time of creation' }),
  queue: Type.String(),
  type: Type.String({ description: 'Names the handler' }),
  payload: Type.Unknown({ description: 'What the handler is given' }),
  priority: Type.Integer({ description: '0 (default) to 9 (first)' }),
  status: Type.Enum([...JOB_STATUSES], { title: 'JobStatus' }),
  scheduled_at: Instant('When the user asked for it to run'),
  run_at: Instant('When the next attempt is due; differs from scheduled_at after a retry or when that was in the past'),
  attempt: Type.Integer({ description: 'Attempts started so far, since the last retry by an operator' }),
  fence: Type.Integer({ description: 'Grows by one with every claim and every retry by an operator, and is never reset; a result with an old one is refused' }),
  max_retries: Type.Integer({ description: '3 means at most four attempts' }),
  backoff: Nullable(Backoff),
  timeout_ms: Nullable(Type.Integer({ description: 'Longest an attempt may run' })),
  expires_at: Nullable(Instant('A job that has not started for the first time by then is cancelled')),
  tags: Type.Array(Type.String(), { description: 'Words to find it by' }),
  metadata: Type.Record(Type.String(), Type.Unknown(), { description: 'What its creator wants to remember; Duly does not read it' }),
  result: Type.Unknown({ description: 'What the handler returned' }),
  last_error: Nullable(Type.String({ description: 'Message of the newest attempt that did not succeed' })),
  worker_id: Nullable(Type.String({ format: 'uuid', description: 'The worker that runs it now' })),
  created_at: Instant('When it was stored'),
  started_at: Nullable(Instant('When the newest attempt was claimed')),
  finished_at: Nullable(Instant('When it was completed, failed or cancelled')),
  cancel_requested_at: Nullable(Instant('When its running attempt was told to stop')),
  cancel_reason: Nullable(Type.Enum([...CANCEL_REASONS], { description: 'Why it is cancelled: somebody asked for it, or it had not started by expires_at' }))
}, { title: 'Job' })
export type Job = Static<typeof Job>

/** One row for each attempt that did not succeed. */
export const JobAttempt = Type.Object({
  fence: Type.Integer(),
  attempt: Type.Integer(),
  outcome: Type.Enum(['retry', 'failed', 'rescued', 'cancelled'], { description: 'How it ended: to be tried again, for good, with its worker, or since somebody cancelled it' }),
  error: Nullable(
    Type.Object({ name: Type.String(), message: Type.String(), stack: Type.Optional(Type.String()) }, { description: 'What went wrong' })
  ),
  worker_id: Type.String({ format: 'uuid' }),
  started_at: Instant('When it was claimed'),
  finished_at: Instant('When it ended')
}, { title: 'JobAttempt' })
export type JobAttempt = Static<typeof JobAttempt>

export const JobWithAttempts = Type.Object({ ...Job.properties, attempts: Type.Array(JobAttempt, { description: 'Attempts that did not succeed, newest first, at most 100' }) }, { title: 'JobWithAttempts' })
export type JobWithAttempts = Static<typeof JobWithAttempts>

/** What a claim hands to a worker: the fields that running needs. */
export interface ClaimedJob
  extends Pick<
    Job,
    'id' | 'queue' | 'type' | 'payload' | 'priority' | 'scheduled_at' | 'run_at' | 'attempt' | 'fence' | 'max_retries' | 'backoff' | 'timeout_ms' | 'tags' | 'metadata' | 'created_at' | 'started_at'
  > {
  /** True when an earlier attempt lost its worker: this one may be what killed it, so it runs in a process of its own. */
  readonly isolate?: boolean | null
}

/**
 * Wait before the attempt that follows a failed one, by the job's backoff, then 10 % more or less at random.
 *
 * @param backoff - The job's own, or null for the default: 2 s, 4 s, 8 s and so on, at most an hour.
 * @param attempt - Attempts made so far, 1 or more.
 * @param random - Uniform in [0, 1). A test passes a constant.
 * @returns Milliseconds, rounded.
 * @throws {RangeError} When `attempt` is below 1: a job that never ran has nothing to retry.
 * @see https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/ on why jitter
 */
export function backoffMs(backoff: Backoff | null, attempt: number, random: number = Math.random()): number {
  if (attempt < 1) throw new RangeError(`attempt must be 1 or more, not ${attempt}`)
  const { type, delay_ms, max_ms } = { ...DEFAULT_BACKOFF, ...backoff }
  const grown = { fixed: delay_ms, linear: delay_ms * attempt, exponential: delay_ms * 2 ** (attempt - 1) }[type]
  return Math.round(Math.min(grown, max_ms) * (0.9 + 0.2 * random))
}
