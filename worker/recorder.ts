/**
 * Counts how attempts ended and how long they took, per minute and hour, and sends that to the store after a beat.
 *
 * What is sent is absolute, under one id for the life of this process, so that a call may be sent twice or arrive late:
 * the larger count stays. Only what has changed is sent, so an idle worker sends nothing. While the store is away,
 * minutes wait here, the newest hour of them. Statistics are not worth more: a worker that is killed takes the last
 * seconds with it.
 */
import type { Logger } from 'pino'
import { isDulyError } from '../core/errors.js'
import { BUCKETS, bucketOf, bucketsText } from '../core/histogram.js'
import { epochMs } from '../core/instant.js'
import type { ClaimedJob, Outcome } from '../core/job.js'
import { type CountedOutcome, OTHER, PERIOD_MS, type StoredResolution } from '../core/stats.js'
import type { StatsRow, Store } from '../core/store/index.js'
import type { Ended, StopReason } from './executor.js'
import { Sleeper } from './sleeper.js'

/** Rows in one call: about 300 kB. */
const MAX_ROWS = 500
/** Combinations of queue, type and outcome that are told apart in one period; each takes 4 kB. */
const MAX_KEYS = 1_000
/** What waits while the store is away: the oldest beyond these is forgotten. */
const MAX_WAITING = { minute: 60, hour: 2, rows: 2_000 } as const
/** The estimate of the database's clock may waver by less than this; a clock that went back further was set. */
const WAVERING_MS = 60_000
const ANY_MS = 2 ** 31 - 1

export interface RecorderDeps {
  readonly store: Pick<Store, 'flushStats'>
  readonly workerId: () => string
  /** The database's clock, ms since epoch. @param atMs - Now, on the monotonic clock. */
  readonly nowMs: (atMs: number) => number
  readonly log: Logger
  readonly maxKeys?: number
}

/** What the store makes of an outcome (`duly.status_after`), as far as this worker knows; undefined for what is not counted. */
function countedOutcome({ attempt, max_retries }: Pick<ClaimedJob, 'attempt' | 'max_retries'>, outcome: Outcome, stopped: StopReason | undefined): CountedOutcome | undefined {
  if (outcome === 'completed' || outcome === 'failed') return outcome
  if (stopped === 'cancelled') return 'cancelled'
  if (outcome === 'handed_back') return undefined
  return outcome === 'retry' && attempt > max_retries ? 'failed' : outcome
}

/** Times of attempts: their sum and their histogram. */
class Lengths {
  sumMs = 0
  readonly counts = new Uint32Array(BUCKETS)

  add(ms: number, bucket: number): void {
    this.sumMs += ms
    this.counts[bucket]!++
  }

  row() {
    return { sum_ms: Math.round(this.sumMs * 1_000) / 1_000, buckets: bucketsText(this.counts) }
  }
}

class Totals {
  count = 0
  /** The count that the store is known to have. */
  sent = 0
  readonly wait = new Lengths()
  readonly lateness = new Lengths()
  readonly run = new Lengths()
}

/** The same attempts, in the minute and in the hour. */
interface Pair {
  readonly queue: string
  readonly type: string
  readonly outcome: CountedOutcome
  readonly minute: Totals
  readonly hour: Totals
}

class Period {
  readonly resolution: StoredResolution
  readonly startMs: number
  readonly #keys = new Map<string, { readonly queue: string; readonly type: string; readonly outcome: CountedOutcome; readonly totals: Totals }>()

  constructor(resolution: StoredResolution, nowMs: number) {
    this.resolution = resolution
    this.startMs = Math.floor(nowMs / PERIOD_MS[resolution]) * PERIOD_MS[resolution]
  }

  get size(): number {
    return this.#keys.size
  }

  get endMs(): number {
    return this.startMs + PERIOD_MS[this.resolution]
  }

  totals(queue: string, type: string, outcome: CountedOutcome, maxKeys: number): Totals {
    const key = `${queue} ${type} ${outcome}`
    const known = this.#keys.get(key)
    if (known) return known.totals
    if (this.#keys.size >= maxKeys && queue !== OTHER) return this.totals(OTHER, OTHER, outcome, maxKeys)
    const totals = new Totals()
    this.#keys.set(key, { queue, type, outcome, totals })
    return totals
  }

  *changed(): Iterable<{ readonly row: StatsRow; readonly totals: Totals }> {
    for (const { queue, type, outcome, totals } of this.#keys.values()) {
      if (totals.count === totals.sent) continue
      const times = { wait: totals.wait.row(), lateness: totals.lateness.row(), run: totals.run.row() }
      yield { totals, row: { resolution: this.resolution, period_start_ms: this.startMs, queue, type, outcome, count: totals.count, times } }
    }
  }

  get isSent(): boolean {
    for (const { totals } of this.#keys.values()) if (totals.count !== totals.sent) return false
    return true
  }
}

export class Recorder {
  readonly #deps: RecorderDeps
  readonly #sleeper = new Sleeper()
  #writerId: string | undefined
  #minute = new Period('minute', 0)
  #hour = new Period('hour', 0)
  /** The pairs of this minute: by outcome, type, queue. Nothing is made for a job of a combination that was seen. */
  #pairs = new Map<CountedOutcome, Map<string, Map<string, Pair>>>()
  /** Most jobs are like the one before: comparing short names is cheaper than looking them up. */
  #last: Pair | undefined
  #startMs = 0
  #endMs = 0
  /** Periods that are over and not sent yet, oldest first. */
  #over: Period[] = []
  #failing = false
  #stopping = false
  #loop: Promise<void> | undefined

  constructor(deps: RecorderDeps) {
    this.#deps = deps
  }

  /** An attempt has ended just now. */
  ended(job: Pick<ClaimedJob, 'queue' | 'type' | 'attempt' | 'max_retries' | 'run_at' | 'scheduled_at' | 'created_at'>, outcome: Outcome, { startedAtMs, stopped }: Ended): void {
    const counted = countedOutcome(job, outcome, stopped)
    if (!counted) return
    const endedAtMs = performance.now()
    const runMs = endedAtMs - startedAtMs
    const nowMs = this.#deps.nowMs(endedAtMs)
    const startMs = nowMs - runMs
    const runAtMs = epochMs(job.run_at)
    const askedAt = job.scheduled_at > job.created_at ? job.scheduled_at : job.created_at // one format, so they compare as text
    const askedAtMs = askedAt === job.run_at ? runAtMs : epochMs(askedAt) // of a first attempt they are the same
    const latenessMs = Math.max(0, startMs - runAtMs) // the clock is an estimate
    const waitMs = Math.max(0, startMs - askedAtMs)

    const { minute, hour } = this.#pair(nowMs, job.queue, job.type, counted)
    minute.count++
    hour.count++
    const runBucket = bucketOf(runMs)
    minute.run.add(runMs, runBucket)
    hour.run.add(runMs, runBucket)
    const latenessBucket = bucketOf(latenessMs)
    minute.lateness.add(latenessMs, latenessBucket)
    hour.lateness.add(latenessMs, latenessBucket)
    const waitBucket = waitMs === latenessMs ? latenessBucket : bucketOf(waitMs)
    minute.wait.add(waitMs, waitBucket)
    hour.wait.add(waitMs, waitBucket)
  }

  /** This worker has rescued jobs of others; nobody knows how long they ran. */
  rescued(jobs: ReadonlyArray<{ readonly queue: string; readonly type: string }>): void {
    const nowMs = this.#deps.nowMs(performance.now())
    for (const { queue, type } of jobs) {
      const { minute, hour } = this.#pair(nowMs, queue, type, 'rescued')
      minute.count++
      hour.count++
    }
  }

  start(): void {
    this.#loop ??= this.#run()
  }

  /** Sends what is left, once. */
  async stop(): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    this.#sleeper.wake()
    await this.#loop
    if (this.#loop) await this.#try()
  }

  /** A good moment to send: the store has just answered. */
  look(): void {
    this.#sleeper.wake()
  }

  /** Sends what has changed. Public so that a test sends exactly once. @returns Number of rows. @throws {DulyError} What the store says; all of it is sent again. */
  async tick(): Promise<number> {
    let count = 0
    for (;;) {
      const changed = this.#changed()
      if (changed.length === 0) break
      await this.#send(changed)
      count += changed.length
      if (changed.length < MAX_ROWS) break
    }
    this.#over = this.#over.filter((period) => !period.isSent)
    return count
  }

  #changed() {
    const changed: Array<{ row: StatsRow; totals: Totals }> = []
    for (const period of [...this.#over, this.#hour, this.#minute]) {
      for (const each of period.changed()) {
        changed.push(each)
        if (changed.length >= MAX_ROWS) return changed
      }
    }
    return changed
  }

  async #send(changed: ReadonlyArray<{ readonly row: StatsRow; readonly totals: Totals }>): Promise<void> {
    this.#writerId ??= this.#deps.workerId()
    try {
      await this.#deps.store.flushStats(this.#writerId, changed.map(({ row }) => row))
    } catch (error) {
      if (!isDulyError(error, 'not_storable')) throw error
      this.#deps.log.error({ err: error, count: changed.length }, 'statistics cannot be stored; they are left out')
    }
    for (const { row, totals } of changed) totals.sent = row.count
  }

  #pair(nowMs: number, queue: string, type: string, outcome: CountedOutcome): Pair {
    if (nowMs >= this.#endMs || nowMs < this.#startMs - WAVERING_MS) this.#turn(nowMs)
    const last = this.#last
    if (last && last.outcome === outcome && last.type === type && last.queue === queue) return last
    const known = this.#pairs.get(outcome)?.get(type)?.get(queue)
    if (known) return (this.#last = known)
    const { maxKeys = MAX_KEYS } = this.#deps
    const isFull = this.#minute.size >= maxKeys
    const pair = { queue, type, outcome, minute: this.#minute.totals(queue, type, outcome, maxKeys), hour: this.#hour.totals(queue, type, outcome, maxKeys) }
    if (isFull) return pair // looked up each time from here on: whoever makes up names must not fill the memory with them
    const byType = this.#pairs.get(outcome) ?? new Map<string, Map<string, Pair>>()
    const byQueue = byType.get(type) ?? new Map<string, Pair>()
    this.#pairs.set(outcome, byType.set(type, byQueue.set(queue, pair)))
    return pair
  }

  /** A minute has begun. */
  #turn(nowMs: number): void {
    this.#over.push(this.#minute)
    this.#minute = new Period('minute', nowMs)
    if (this.#minute.startMs >= this.#hour.endMs || this.#minute.startMs < this.#hour.startMs) {
      this.#over.push(this.#hour)
      this.#hour = new Period('hour', nowMs)
    }
    this.#startMs = this.#minute.startMs
    this.#endMs = this.#minute.endMs
    this.#pairs = new Map()
    this.#last = undefined

    this.#over = this.#over.filter((period) => !period.isSent)
    let rows = 0
    const kept = { minute: 0, hour: 0 }
    this.#over = this.#over
      .toReversed()
      .filter(({ resolution, size }) => ++kept[resolution] <= MAX_WAITING[resolution] && (rows += size) <= MAX_WAITING.rows)
      .reverse()
  }

  async #try(): Promise<void> {
    try {
      await this.tick()
      if (this.#failing) this.#deps.log.info('statistics are stored again')
      this.#failing = false
    } catch (error) {
      if (!this.#failing) this.#deps.log.warn({ err: error }, 'cannot store statistics; they wait')
      this.#failing = true
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      await this.#sleeper.sleep(ANY_MS)
      if (!this.#stopping) await this.#try()
    }
  }
}
