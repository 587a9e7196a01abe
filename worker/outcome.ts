/** What an attempt came to, in the words and the JSON that the store takes. */
import type { ClaimedJob } from '../core/job.js'
import { LIMITS } from '../core/limits.js'
import { toStorableJson } from '../core/storable.js'
import type { Finish } from '../core/store/index.js'
import { isVerdict } from './handlers/handler.js'

const MAX_DELAY_MS = 10 * 365 * 86_400_000
const MAX_TEXT = 8_000

/** What a handler returned. @throws {RangeError} When it is a verdict whose delay is none. */
export function finishOf({ id, fence }: ClaimedJob, value: unknown): Finish {
  if (!isVerdict(value)) return { id, fence, outcome: 'completed', result: toStorableJson(value ?? null, LIMITS.resultBytes) }
  switch (value.verdict) {
    case 'snooze':
      return { id, fence, outcome: 'snoozed', delay_ms: delay(value.delayMs) }
    case 'retry_after':
      return { id, fence, outcome: 'retry', delay_ms: delay(value.delayMs), error: errorJson({ name: 'RetryAfter', message: value.reason }) }
    case 'give_up':
      return { id, fence, outcome: 'failed', error: errorJson({ name: 'GaveUp', message: value.reason }) }
  }
}

function delay(ms: number): number {
  if (!Number.isFinite(ms) || ms < 0) throw new RangeError(`a delay must be 0 or more milliseconds, not ${ms}`)
  return Math.min(Math.ceil(ms), MAX_DELAY_MS)
}

/** What was thrown in another process: there it has become the JSON that is stored. */
export class ThrownElsewhere {
  readonly json: string
  constructor(json: string) {
    this.json = json
  }
}

/** What was thrown, as it is stored: Error or not, with its stack. */
export function errorJson(error: unknown): string {
  if (error instanceof ThrownElsewhere) return error.json
  const { name, message, stack } = error instanceof Error || isErrorLike(error) ? (error as Error) : { name: 'Error', message: text(error), stack: undefined }
  return toStorableJson({ name: text(name ?? 'Error'), message: text(message ?? ''), ...(stack && { stack: text(stack) }) }, LIMITS.resultBytes)
}

/** Anything can be thrown, also what has no text. */
function text(value: unknown): string {
  try {
    return String(value).slice(0, MAX_TEXT)
  } catch {
    return 'something was thrown that cannot be turned into text'
  }
}

const isErrorLike = (value: unknown): boolean => typeof value === 'object' && value !== null && 'message' in value
