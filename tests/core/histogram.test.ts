import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BUCKETS, bucketOf, bucketsText, lowerEdgeMs, percentileMs } from '../../core/histogram.js'

const histogram = (times: readonly number[]) => {
  const counts = new Array<number>(BUCKETS).fill(0)
  for (const ms of times) counts[bucketOf(ms)]!++
  return counts
}

/** The nearest rank, of the times themselves. */
const truth = (times: readonly number[], share: number) => times.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * times.length) - 1)]!

/** From a microsecond to a year, each order of magnitude as likely as the others. */
const anyTime = fc.double({ min: -3, max: 10.5, noNaN: true }).map((exponent) => 10 ** exponent)

describe('a percentile', () => {
  test('is within 9.1 % of the true one, or 0.125 ms of it, whatever the times are', () => {
    fc.assert(
      fc.property(fc.array(anyTime, { minLength: 1, maxLength: 300 }), fc.constantFrom(0.01, 0.5, 0.95, 0.99, 1), (times, share) => {
        const is = truth(times, share)
        const found = percentileMs(histogram(times), share)!
        expect(Math.abs(found - is)).toBeLessThanOrEqual(Math.max(0.125, is * 0.091))
      }),
      { numRuns: 2_000 }
    )
  })

  test('is much closer where times are spread evenly', () => {
    const times = Array.from({ length: 10_000 }, (_, i) => i / 10)
    for (const share of [0.5, 0.95, 0.99]) expect(Math.abs(percentileMs(histogram(times), share)! / truth(times, share) - 1)).toBeLessThan(0.03)
  })

  test('of nothing is nothing', () => {
    expect(percentileMs([], 0.5)).toBeNull()
    expect(percentileMs([0, 0], 0.5)).toBeNull()
  })

  test('does not care for zeros at the end', () => {
    const counts = histogram([1, 2, 3, 500])
    expect(percentileMs(counts.slice(0, bucketOf(500) + 1), 0.99)).toBe(percentileMs(counts, 0.99))
  })
})

describe('a bucket', () => {
  test('holds what lies between its edges', () => {
    fc.assert(
      fc.property(anyTime, (ms) => {
        const bucket = bucketOf(ms)
        const rounding = 1e-9 // of log2, at an edge
        expect(lowerEdgeMs(bucket)).toBeLessThanOrEqual(ms * (1 + rounding))
        expect(lowerEdgeMs(bucket + 1)).toBeGreaterThan(ms * (1 - rounding))
      }),
      { numRuns: 2_000 }
    )
  })

  test('there is for anything, also for what is no time', () => {
    for (const ms of [0, -1, Number.NaN, -Infinity]) expect(bucketOf(ms)).toBe(0)
    for (const ms of [Infinity, 1e300, Number.MAX_VALUE]) expect(bucketOf(ms)).toBe(BUCKETS - 1)
  })
})

test('the text leaves out the zeros at the end, and those alone', () => {
  expect(bucketsText(Uint32Array.from([0, 2, 0, 1, 0, 0]))).toBe('{0,2,0,1}')
  expect(bucketsText(new Uint32Array(5))).toBe('{}')
})
