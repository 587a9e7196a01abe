/** The times in a request: each read once, every fault of them in one answer. */
import Type from 'typebox'
import { DurationError, parseDuration } from '../core/duration.js'
import type { Fault } from '../core/errors.js'
import { InstantError, parseInstant } from '../core/instant.js'
import { LIMITS } from '../core/job.js'

const Instant = (description: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', description })

/** When a job is due: at an instant or after a delay. */
export const WhenFields = {
  scheduled_at: Type.Optional(Instant('when it is due: RFC 3339 with an offset; now if missing, null or in the past')),
  delay: Type.Optional(
    Type.Unsafe<string | number | null>({
      type: ['string', 'number', 'null'],
      maxLength: 100,
      description: 'instead of scheduled_at: in how long it is due, by the clock of the database: "1h30m", "250ms", or milliseconds'
    })
  )
}

export const ExpiresAt = Type.Optional(Instant('a job that has not started for the first time by then is cancelled'))

export interface When {
  /** Null is now, or in `delay_ms`. */
  readonly scheduled_at: string | null
  readonly delay_ms: number | null
}

/** @param pointer - Where these fields hang in the request. */
export function readWhen(given: { scheduled_at?: unknown; delay?: unknown }, pointer = ''): When & { faults: Fault[] } {
  const faults: Fault[] = []
  const scheduled_at = readInstant(given.scheduled_at, `${pointer}/scheduled_at`, faults)
  let delay_ms: number | null = null
  if (typeof given.delay === 'string' || typeof given.delay === 'number') {
    try {
      delay_ms = parseDuration(given.delay, LIMITS.delay_ms.max)
    } catch (error) {
      if (!(error instanceof DurationError)) throw error
      faults.push({ pointer: `${pointer}/delay`, detail: error.message })
    }
    if (typeof given.scheduled_at === 'string') faults.push({ pointer: `${pointer}/delay`, detail: 'contradicts scheduled_at: send one of them' })
  }
  return { scheduled_at, delay_ms, faults }
}

/** When a job expires, which has to be later than the instant at which it is due. @param pointer - Where these fields hang in the request. */
export function readExpiry(given: { expires_at?: unknown }, { scheduled_at }: Pick<When, 'scheduled_at'>, pointer: string, faults: Fault[]): string | null {
  const expires_at = readInstant(given.expires_at, `${pointer}/expires_at`, faults)
  if (expires_at !== null && scheduled_at !== null && expires_at <= scheduled_at) faults.push({ pointer: `${pointer}/expires_at`, detail: 'must be after scheduled_at' })
  return expires_at
}

/** @returns Null for what is missing, null, not a string (its schema has said so), or at fault. */
export function readInstant(given: unknown, pointer: string, faults: Fault[]): string | null {
  if (typeof given !== 'string') return null
  try {
    return parseInstant(given)
  } catch (error) {
    if (!(error instanceof InstantError)) throw error
    faults.push({ pointer, detail: error.message })
    return null
  }
}
