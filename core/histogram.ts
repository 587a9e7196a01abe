/**
 * Histograms of lengths of time: the one place that knows what a bucket is.
 *
 * Bucket 0 holds everything below 0.125 ms, the last one everything from 2^35 ms (more than a year) on. In between
 * each octave has eight: the upper edge of a bucket is 2^(1/8), 9 %, above its lower one. That is how far a
 * percentile can be off, whatever the times are.
 */

const PER_OCTAVE = 8
/** log2 of the finest time that is told apart, in ms: 2^-3. */
const FINEST = -3
const LONGEST = 35

export const BUCKETS = 1 + (LONGEST - FINEST) * PER_OCTAVE + 1

/** @param ms - Anything; what is no time counts as none. */
export function bucketOf(ms: number): number {
  if (!(ms >= 2 ** FINEST)) return 0 // negative and NaN, too
  return Math.min(1 + Math.floor((Math.log2(ms) - FINEST) * PER_OCTAVE), BUCKETS - 1)
}

/** Where a bucket begins, in ms; it ends where the next one begins. */
export function lowerEdgeMs(bucket: number): number {
  return bucket === 0 ? 0 : 2 ** (FINEST + (bucket - 1) / PER_OCTAVE)
}

/**
 * The time that a share of all is not above: the nearest rank, interpolated within its bucket.
 *
 * @param counts - How many are in each bucket; what is missing at the end is 0.
 * @param share - Above 0, at most 1: 0.95 for p95.
 * @returns Milliseconds, within 9.1 % of the true one (or 0.125 ms, below that); null when there are none.
 */
export function percentileMs(counts: ArrayLike<number>, share: number): number | null {
  let total = 0
  for (let bucket = 0; bucket < counts.length; bucket++) total += counts[bucket]!
  if (total === 0) return null
  const rank = Math.max(1, Math.ceil(share * total))
  let before = 0
  for (let bucket = 0; bucket < counts.length; bucket++) {
    const count = counts[bucket]!
    if (before + count >= rank) {
      const lower = lowerEdgeMs(bucket)
      return lower + (lowerEdgeMs(bucket + 1) - lower) * ((rank - before - 0.5) / count)
    }
    before += count
  }
  return null // not reached: the ranks end with the total
}

/** As the store takes it: `{0,2,1}`, without the zeros at the end. */
export function bucketsText(counts: ArrayLike<number>): string {
  let length = counts.length
  while (length > 0 && counts[length - 1] === 0) length--
  return `{${Array.prototype.slice.call(counts, 0, length).join(',')}}`
}
