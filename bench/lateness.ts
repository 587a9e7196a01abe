/** How late jobs start that become due one after the other. */
import type { Figures } from './measurement.js'
import { type BenchProcess, untilRan } from './processes.js'
import { percentile } from './statistics.js'

export interface LatenessOptions {
  /** Works already. */
  readonly worker: BenchProcess
  /** Makes the jobs. */
  readonly maker: BenchProcess
  readonly count: number
  readonly everyMs: number
  /** How long to wait for the next start. */
  readonly patienceMs: number
}

/** The first is due this long after they are made. */
const AHEAD_MS = 1_500
/** Jobs that are due at once and run before, outside the clock. */
const WARM = 200

/** Start of the handler minus due time, on one clock: both processes are on one machine. @throws When they have not all run once. */
export async function lateness({ worker, maker, count, everyMs, patienceMs }: LatenessOptions): Promise<Figures> {
  await maker.call('seed', { count: WARM, payload: {} })
  await untilRan([worker], WARM, patienceMs)
  await maker.call('schedule', { startMs: Date.now() + AHEAD_MS, count, everyMs })
  await untilRan([worker], WARM + count, patienceMs)
  const { late } = worker
  if (late.length !== count) throw new Error(`${count} jobs were started ${late.length} times`)
  return { 'p50, ms': percentile(late, 0.5), 'p99, ms': percentile(late, 0.99), 'max, ms': percentile(late, 1), 'started early': late.filter((ms) => ms < 0).length }
}
