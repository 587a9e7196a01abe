import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Backoff, BACKOFF_TYPES, backoffMs, DEFAULT_BACKOFF, LIMITS } from '../../core/job.js'

/** Exactly in the middle of the jitter: the wait itself. */
const MIDDLE = 0.5

const waits = (backoff: Backoff | null, attempts: number) => Array.from({ length: attempts }, (_, i) => backoffMs(backoff, i + 1, MIDDLE))

const anyBackoff = fc.record({
  type: fc.constantFrom(...BACKOFF_TYPES),
  delay_ms: fc.integer({ min: 0, max: LIMITS.backoff_ms.max }),
  max_ms: fc.integer({ min: 0, max: LIMITS.backoff_ms.max })
})
const anyAttempt = fc.integer({ min: 1, max: LIMITS.max_retries.max + 1 })
const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('the wait before the next attempt', () => {
  test.each<[Backoff['type'], number[]]>([
    ['exponential', [500, 1_000, 2_000, 4_000, 8_000]],
    ['linear', [500, 1_000, 1_500, 2_000, 2_500]],
    ['fixed', [500, 500, 500, 500, 500]]
  ])('of %s grows as its name says', (type, expected) => {
    expect(waits({ type, delay_ms: 500, max_ms: 3_600_000 }, 5)).toEqual(expected)
  })

  test('is 2 s, 4 s, 8 s and so on up to an hour where a job does not say', () => {
    expect(waits(null, 4)).toEqual([2_000, 4_000, 8_000, 16_000])
    expect(backoffMs(null, 30, MIDDLE)).toBe(3_600_000)
    expect(waits(DEFAULT_BACKOFF, 20)).toEqual(waits(null, 20))
  })

  test('stops growing at its cap, however many attempts there were', () => {
    expect(waits({ type: 'exponential', delay_ms: 1_000, max_ms: 3_000 }, 4)).toEqual([1_000, 2_000, 3_000, 3_000])
    expect(backoffMs({ type: 'exponential', delay_ms: 1_000, max_ms: 3_000 }, 100_000, MIDDLE)).toBe(3_000)
    expect(backoffMs({ type: 'fixed', delay_ms: 5_000, max_ms: 3_000 }, 1, MIDDLE)).toBe(3_000)
  })

  test('is spread by 10 % either way, so that jobs that failed together do not come back together', () => {
    const fixed: Backoff = { type: 'fixed', delay_ms: 10_000, max_ms: 10_000 }
    expect([0, 0.25, 0.5, 0.75].map((random) => backoffMs(fixed, 1, random))).toEqual([9_000, 9_500, 10_000, 10_500])
    expect(backoffMs(fixed, 1, 1 - Number.EPSILON)).toBe(11_000)
  })

  test('is whole milliseconds within 10 % of the cap at most, whatever the backoff, and spread evenly around the middle', () => {
    fc.assert(
      fc.property(anyBackoff, anyAttempt, anyRandom, (backoff, attempt, random) => {
        const waitMs = backoffMs(backoff, attempt, random)
        const middleMs = backoffMs(backoff, attempt, MIDDLE)
        expect(Number.isInteger(waitMs)).toBe(true)
        expect(middleMs).toBeLessThanOrEqual(backoff.max_ms)
        expect(waitMs).toBeGreaterThanOrEqual(Math.floor(middleMs * 0.9))
        expect(waitMs).toBeLessThanOrEqual(Math.ceil(middleMs * 1.1))
      })
    )
  })

  test('never shrinks from one attempt to the next', () => {
    fc.assert(fc.property(anyBackoff, anyAttempt, anyRandom, (backoff, attempt, random) => {
      expect(backoffMs(backoff, attempt + 1, random)).toBeGreaterThanOrEqual(backoffMs(backoff, attempt, random))
    }))
  })

  test('differs from call to call when nobody chooses the random number', () => {
    expect(new Set(Array.from({ length: 50 }, () => backoffMs(null, 10))).size).toBeGreaterThan(10)
  })

  test.each([0, -1, Number.NEGATIVE_INFINITY])('makes no sense after %d attempts: a job that never ran has nothing to retry', (attempt) => {
    expect(() => backoffMs(null, attempt)).toThrow(RangeError)
  })
})
