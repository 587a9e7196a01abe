/** Numbers of several rounds, in short. */

export interface Summary {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** @returns NaN of nothing. */
export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { median: sorted.length > 0 ? median! : NaN, least: sorted[0] ?? NaN, most: sorted.at(-1) ?? NaN }
}

/**
 * How many times the one is the other, round by round: what slows a whole round down is in both, and goes.
 *
 * @param dividends - By round; where either has none, or a zero below the line, the round says nothing.
 * @returns Null when no round says anything.
 */
export function ratioOf(dividends: ReadonlyMap<number, number>, divisors: ReadonlyMap<number, number>): Summary | null {
  const ratios = [...dividends].flatMap(([round, dividend]) => {
    const divisor = divisors.get(round)
    return divisor ? [dividend / divisor] : []
  })
  return ratios.length > 0 ? summarize(ratios) : null
}

/** @param share - 0 to 1. @returns The smallest value that is not below this share of them; NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN
}
