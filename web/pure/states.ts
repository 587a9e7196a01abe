/** How a job's state is shown: its status, and of those that wait, whether they are late or between two attempts. */
import type { Status } from './filter.js'

export const SHOWN_STATES = ['pending', 'late', 'in_progress', 'retrying', 'completed', 'failed', 'cancelled'] as const
export type ShownState = (typeof SHOWN_STATES)[number]

export const STATE_WORDS: Readonly<Record<ShownState, string>> = {
  pending: 'Pending',
  late: 'Late',
  in_progress: 'In progress',
  retrying: 'Retrying',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled'
}

/** A job that has just become due is about to start and not late yet. */
const LATE_AFTER_MS = 2_000

interface Facts {
  readonly status: Status
  readonly run_at: string
  readonly attempt: number
}

export function shownState(job: Facts, nowMs: number): ShownState {
  if (job.status !== 'pending') return job.status
  if (Date.parse(job.run_at) < nowMs - LATE_AFTER_MS) return 'late'
  return job.attempt > 0 ? 'retrying' : 'pending'
}

/** What may be done with a job of this status, as the API would allow. */
export const ACTIONS_OF: Readonly<Record<Status, readonly JobAction[]>> = {
  pending: ['run_now', 'reschedule', 'cancel', 'duplicate'],
  in_progress: ['cancel', 'duplicate'],
  completed: ['retry', 'duplicate', 'delete'],
  failed: ['retry', 'duplicate', 'delete'],
  cancelled: ['retry', 'duplicate', 'delete']
}

export const JOB_ACTIONS = ['retry', 'run_now', 'reschedule', 'cancel', 'duplicate', 'delete'] as const
export type JobAction = (typeof JOB_ACTIONS)[number]

export const ACTION_WORDS: Readonly<Record<JobAction, string>> = {
  retry: 'Retry',
  run_now: 'Run now',
  reschedule: 'Reschedule',
  cancel: 'Cancel',
  duplicate: 'Duplicate',
  delete: 'Delete'
}

interface Times {
  readonly created_at: string
  readonly run_at: string
  readonly scheduled_at: string
  readonly started_at: string | null
  readonly finished_at: string | null
  readonly status: Status
}

/** For how long its newest attempt waited for its start after it was due; of one that waits, until now. @returns ms, or null before it is due. */
export function waitedMs(job: Times, nowMs: number): number | null {
  const dueAtMs = Math.max(Date.parse(job.run_at), Date.parse(job.created_at))
  if (job.status === 'pending') return dueAtMs <= nowMs ? nowMs - dueAtMs : null
  return job.started_at === null ? null : Math.max(0, Date.parse(job.started_at) - dueAtMs)
}

/** For how long its newest attempt ran, or has been running. @returns ms, or null when none did. */
export function ranMs(job: Times, nowMs: number): number | null {
  if (job.started_at === null || job.status === 'pending') return null
  const endMs = job.finished_at ? Date.parse(job.finished_at) : nowMs
  return Math.max(0, endMs - Date.parse(job.started_at))
}
