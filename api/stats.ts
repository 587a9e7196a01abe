/** From what the store has counted to what a person wants to know: which periods, how many, how long. */
import { DurationError, parseDuration } from '../core/duration.js'
import { type Fault } from '../core/errors.js'
import { percentileMs } from '../core/histogram.js'
import { type CountedOutcome, COUNTED_OUTCOMES, type Measure, MEASURES, MINUTES_KEPT_MS, PERIOD_MS, type Resolution, RESOLUTIONS } from '../core/stats.js'
import type { StatsPeriod } from '../core/store/index.js'
import { readInstant } from './times.js'

/** Most points of a series: 12 hours of minutes, 30 days of hours. */
export const MAX_POINTS = 720
/** What a series reaches back when nothing says how far. */
export const DEFAULT_SPAN_MS: Record<Resolution, number> = { minute: 3_600_000, hour: 86_400_000, day: 30 * 86_400_000 }

/** Most periods that a series is made of, when its points are longer than they are. */
const MAX_PERIODS = 2 * MINUTES_KEPT_MS / PERIOD_MS.minute

export interface Range {
  /** Of the periods that are read. */
  readonly resolution: Resolution
  /** Length of a point: a period, or several. */
  readonly stepMs: number
  /** The start of the first period, ms since epoch. */
  readonly fromMs: number
  /** ms since epoch, not included: now, or earlier. */
  readonly toMs: number
}

interface AskedRange {
  from?: string | undefined
  to?: string | undefined
  resolution?: Resolution | undefined
  /** A length of time, such as `5m`. */
  step?: string | undefined
}

/**
 * Which periods are asked for. Without a resolution it is the finest in which the range makes few enough points.
 *
 * @param nowMs - The database's clock.
 */
export function readRange(given: AskedRange, nowMs: number): { range: Range; faults: Fault[] } {
  const faults: Fault[] = []
  const from = readInstant(given.from, '?from', faults)
  const to = readInstant(given.to, '?to', faults)
  const toMs = to === null ? nowMs : Math.min(Date.parse(to), nowMs)
  if (from !== null && to !== null && from >= to) faults.push({ pointer: '?to', detail: 'must be after from' })

  const startOf = (resolution: Resolution, stepMs: number = PERIOD_MS[resolution]) => {
    const fromMs = from === null ? toMs - Math.max(DEFAULT_SPAN_MS[resolution], stepMs) : Date.parse(from)
    return Math.floor(fromMs / stepMs) * stepMs
  }
  const points = (resolution: Resolution, stepMs: number = PERIOD_MS[resolution]) => Math.max(0, Math.ceil((toMs - startOf(resolution, stepMs)) / stepMs))
  const isKept = (resolution: Resolution, stepMs?: number) => resolution !== 'minute' || startOf(resolution, stepMs) > nowMs - MINUTES_KEPT_MS - (stepMs ?? PERIOD_MS.minute)

  if (given.step !== undefined) {
    if (given.resolution !== undefined) faults.push({ pointer: '?step', detail: 'contradicts resolution: send one of them' })
    const stepMs = readStep(given.step, faults)
    const resolution = RESOLUTIONS.toReversed().find((each) => stepMs % PERIOD_MS[each] === 0)!
    const fromMs = startOf(resolution, stepMs)
    if (points(resolution, stepMs) > MAX_POINTS) {
      faults.push({ pointer: '?step', detail: `would make ${points(resolution, stepMs).toLocaleString('en')} points, and at most ${MAX_POINTS} are answered: use a longer one, or ask for a shorter range` })
    } else if (!isKept(resolution, stepMs)) {
      faults.push({ pointer: '?step', detail: 'goes back further than the 2 days that minutes are kept: use a multiple of 1h' })
    } else if ((toMs - fromMs) / PERIOD_MS[resolution] > MAX_PERIODS) {
      faults.push({ pointer: '?step', detail: `would be made of more than ${MAX_PERIODS.toLocaleString('en')} hours: use a multiple of 1d` })
    }
    return { range: { resolution, stepMs, fromMs, toMs }, faults }
  }

  const fitting = RESOLUTIONS.find((resolution) => points(resolution) <= MAX_POINTS && isKept(resolution))
  const resolution = given.resolution ?? fitting ?? 'day'
  const use = fitting && RESOLUTIONS.indexOf(fitting) > RESOLUTIONS.indexOf(resolution) ? `use ${fitting}` : 'ask for a shorter range'
  if (points(resolution) > MAX_POINTS) {
    faults.push({ pointer: '?resolution', detail: `would make ${points(resolution).toLocaleString('en')} points by the ${resolution}, and at most ${MAX_POINTS} are answered: ${use}` })
  } else if (!isKept(resolution)) {
    faults.push({ pointer: '?resolution', detail: `goes back further than the 2 days that minutes are kept: ${use}` })
  }
  return { range: { resolution, stepMs: PERIOD_MS[resolution], fromMs: startOf(resolution), toMs }, faults }
}

/** Longest point: a month. */
const MAX_STEP_MS = 31 * PERIOD_MS.day

/** @returns ms; a minute when it is at fault. */
function readStep(text: string, faults: Fault[]): number {
  try {
    const stepMs = parseDuration(/^\d{1,15}$/.test(text) ? Number(text) : text, MAX_STEP_MS)
    if (stepMs > 0 && stepMs % PERIOD_MS.minute === 0) return stepMs
    faults.push({ pointer: '?step', detail: 'must be a whole number of minutes, such as 5m or 1h' })
  } catch (error) {
    if (!(error instanceof DurationError)) throw error
    faults.push({ pointer: '?step', detail: error.message })
  }
  return PERIOD_MS.minute
}

/** Of attempts that ran; null when none did. */
export type Latency = { readonly average: number; readonly p50: number; readonly p95: number; readonly p99: number } | null

/** Outcomes as words for what happened. */
const WORDS = { completed: 'completed', retry: 'retried', failed: 'failed', snoozed: 'snoozed', rescued: 'rescued', cancelled: 'cancelled' } as const satisfies Record<CountedOutcome, string>
export type Ends = Record<(typeof WORDS)[CountedOutcome], number>

/** Adds up periods. */
export class Tally {
  readonly ends: Ends = { completed: 0, retried: 0, failed: 0, snoozed: 0, rescued: 0, cancelled: 0 }
  readonly #times: Record<Measure, { sumMs: number; count: number; counts: number[] }> = { wait: empty(), lateness: empty(), run: empty() }

  add(period: StatsPeriod): this {
    for (const outcome of COUNTED_OUTCOMES) this.ends[WORDS[outcome]] += period.outcomes[outcome] ?? 0
    for (const measure of MEASURES) {
      const times = this.#times[measure]
      const { sum_ms, buckets, counts } = period[measure]
      times.sumMs += sum_ms
      buckets.forEach((bucket, i) => {
        while (times.counts.length <= bucket) times.counts.push(0)
        times.counts[bucket]! += counts[i]!
        times.count += counts[i]!
      })
    }
    return this
  }

  /** Of those that ended for good; null when none did. */
  get failureRate(): number | null {
    const { completed, failed } = this.ends
    return completed + failed === 0 ? null : Math.round((failed / (completed + failed)) * 1e6) / 1e6
  }

  latency(measure: Measure): Latency {
    const { sumMs, count, counts } = this.#times[measure]
    if (count === 0) return null
    const at = (share: number) => rounded(percentileMs(counts, share)!)
    return { average: rounded(sumMs / count), p50: at(0.5), p95: at(0.95), p99: at(0.99) }
  }

  get latencies() {
    return { wait_ms: this.latency('wait'), lateness_ms: this.latency('lateness'), run_ms: this.latency('run') }
  }
}

const empty = () => ({ sumMs: 0, count: 0, counts: [] as number[] })
const rounded = (ms: number) => Math.round(ms * 100) / 100

/** A point for every step of the range, also for those in which nothing ended. */
export function seriesOf(periods: readonly StatsPeriod[], { stepMs, fromMs, toMs }: Range) {
  const byStart = new Map<number, Tally>()
  for (const period of periods) {
    const startMs = fromMs + Math.floor((period.period_start_ms - fromMs) / stepMs) * stepMs
    byStart.set(startMs, (byStart.get(startMs) ?? new Tally()).add(period))
  }
  const series: Array<{ period_start: string } & Ends & Tally['latencies']> = []
  for (let startMs = fromMs; startMs < toMs; startMs += stepMs) {
    const tally = byStart.get(startMs) ?? new Tally()
    series.push({ period_start: new Date(startMs).toISOString(), ...tally.ends, ...tally.latencies })
  }
  return series
}
