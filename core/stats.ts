/** What is counted about attempts, and for how long it is kept. */

/** How an attempt can have ended, as workers count it: in the words of `duly_finish_jobs`, and `rescued`. A hand-back is not counted: nothing was tried. */
export const COUNTED_OUTCOMES = ['completed', 'retry', 'failed', 'snoozed', 'rescued', 'cancelled'] as const
export type CountedOutcome = (typeof COUNTED_OUTCOMES)[number]

/** Lengths of the periods of a series. Workers write minutes and hours; days are made of hours, in UTC. */
export const RESOLUTIONS = ['minute', 'hour', 'day'] as const
export type Resolution = (typeof RESOLUTIONS)[number]
export type StoredResolution = Exclude<Resolution, 'day'>

export const PERIOD_MS: Record<Resolution, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** For how long minutes are kept; `duly_tidy` says the same. Hours are kept for 400 days. */
export const MINUTES_KEPT_MS = 2 * 86_400_000

/** What stands for the queue and the type of whatever was beyond the number of names that a worker counts. No name has parentheses. */
export const OTHER = '(other)'

/** Lengths of time that are measured for each attempt that ran. */
export const MEASURES = ['wait', 'lateness', 'run'] as const
export type Measure = (typeof MEASURES)[number]
