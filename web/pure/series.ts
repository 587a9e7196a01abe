/** What charts are drawn of: the ranges that can be asked for, and the points of `GET /stats` as columns. */
export const RANGES = ['15m', '1h', '6h', '24h', '7d'] as const
export type Range = (typeof RANGES)[number]

/** About a hundred points each: what a chart of this width can show. */
const RANGE: Readonly<Record<Range, { readonly ms: number; readonly step: string }>> = {
  '15m': { ms: 15 * 60_000, step: '1m' },
  '1h': { ms: 3_600_000, step: '1m' },
  '6h': { ms: 6 * 3_600_000, step: '5m' },
  '24h': { ms: 24 * 3_600_000, step: '15m' },
  '7d': { ms: 7 * 24 * 3_600_000, step: '2h' }
}

/** The query of `GET /stats` for a range that ends now. */
export function rangeQuery(range: Range, nowMs: number): { from: string; to: string; step: string } {
  const { ms, step } = RANGE[range]
  return { from: new Date(nowMs - ms).toISOString(), to: new Date(nowMs).toISOString(), step }
}

interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}
export interface Point {
  readonly period_start: string
  readonly completed: number
  readonly failed: number
  readonly retried: number
  readonly lateness_ms: Percentiles | null
  readonly run_ms: Percentiles | null
}

/** Without the period under way, which would look like a fall. */
export const whole = (series: readonly Point[]): readonly Point[] => (series.length > 1 ? series.slice(0, -1) : series)

/** Columns for the chart: seconds since the epoch, then jobs per minute, so that all ranges share one unit. */
export function throughput(all: readonly Point[], stepMs: number): [number[], number[], number[], number[]] {
  const series = whole(all)
  const perMinute = (value: number) => value / (stepMs / 60_000)
  return [
    series.map((point) => Date.parse(point.period_start) / 1000),
    series.map((point) => perMinute(point.completed)),
    series.map((point) => perMinute(point.retried)),
    series.map((point) => perMinute(point.failed))
  ]
}

/** The same for one of the latencies, in ms; null where nothing ran, which is a gap and not zero. */
export function percentiles(series: readonly Point[], of: 'lateness_ms' | 'run_ms'): [number[], Array<number | null>, Array<number | null>, Array<number | null>] {
  return [
    series.map((point) => Date.parse(point.period_start) / 1000),
    series.map((point) => point[of]?.p50 ?? null),
    series.map((point) => point[of]?.p95 ?? null),
    series.map((point) => point[of]?.p99 ?? null)
  ]
}

/**
 * A line for an SVG of this size, highest value at the top, zero at the bottom. A null breaks it.
 *
 * @returns The `d` of a path; empty when there is nothing to draw.
 */
export function sparkPath(values: ReadonlyArray<number | null>, width: number, height: number): string {
  const highest = Math.max(1e-9, ...values.map((value) => value ?? 0))
  const step = values.length > 1 ? width / (values.length - 1) : 0
  let isPenDown = false
  return values
    .map((value, i) => {
      if (value === null) {
        isPenDown = false
        return ''
      }
      const command = isPenDown ? 'L' : 'M'
      isPenDown = true
      return `${command}${round(i * step)} ${round(height - (value / highest) * height)}`
    })
    .join('')
}

/** @returns Indexes of values between gaps, which a line would not show. */
export function alone(values: ReadonlyArray<number | null | undefined>): number[] {
  return values.flatMap((value, i) => (value != null && values[i - 1] == null && values[i + 1] == null ? [i] : []))
}

const round = (value: number) => Math.round(value * 10) / 10

/** The shares of a bar in percent: they add up to 100, and what is not zero can be seen. */
export function shares(values: readonly number[], leastPercent = 1.5): number[] {
  const total = values.reduce((sum, value) => sum + value, 0)
  if (total === 0) return values.map(() => 0)
  const raw = values.map((value) => (value === 0 ? 0 : Math.max(leastPercent, (value / total) * 100)))
  const sum = raw.reduce((a, b) => a + b, 0)
  return raw.map((value) => (value / sum) * 100)
}

/** The whole last period and the one under way: what "per minute, now" means without jumping to zero each full minute. */
export function lastFullPeriod(series: readonly Point[]): Point | null {
  return whole(series).at(-1) ?? null
}
