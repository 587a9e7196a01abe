/**
 * Runs claimed jobs: slots, timeouts, signals, and what each attempt came to.
 *
 * A job is ready (claimed, waiting for a slot), then running. An attempt is told to stop by its signal, for
 * one of four reasons: its timeout, a cancel, the loss of its job to another worker, the end of this process. Told so,
 * it may still say what happened; after five seconds its slot is given away and what it says later is ignored.
 */
import type { Logger } from 'pino'
import { backoffMs, type ClaimedJob, DEFAULT_TIMEOUT_MS } from '../core/job.js'
import type { Finish } from '../core/store/index.js'
import { contextOf } from './context.js'
import type { Registry } from './handlers/index.js'
import type { Isolation } from './isolate/isolation.js'
import { errorJson, finishOf } from './outcome.js'
import { Stopped, type StopReason } from './stopped.js'

export { Stopped, type StopReason }

/** How long a handler that ignores its signal keeps its slot. */
export const ABANDON_MS = 5_000
/** How long the end of a process that was killed is waited for. */
const KILL_MS = 500
/** Prefetched work should start within this time of its arrival. */
const PREFETCH_MS = 50
/** What has been ready for longer is handed back, uncounted: slow jobs took the slots that it was claimed for. */
const STALE_MS = 350
const MAX_PREFETCH = 3_000
/** Deadlines are told in steps of this, so that most starts say nothing. */
const DEADLINE_STEP_MS = 250

export interface ExecutorDeps {
  readonly registry: Registry
  readonly concurrency: number
  readonly log: Logger
  /** Takes the end of an attempt. */
  readonly settle: (finish: Finish, job: ClaimedJob, attempt: Ended) => void
  /** Takes back jobs that found no slot here. */
  readonly handBack: (jobs: readonly ClaimedJob[]) => void
  /** A slot became free. */
  readonly onRoom: () => void
  /** How long a claim is under way (ms): what is asked for now arrives then. */
  readonly claimMs: () => number
  /** When the first and the last of what runs in this process have to be over, on the monotonic clock; Infinity and -Infinity when nothing does. */
  readonly onDeadlines: (firstMs: number, lastMs: number) => void
  /** @throws When this worker may have lost what it runs. */
  readonly assertOwned: () => void
  /** Runs jobs in processes of their own, if their handler came from a module. Without it all run here. */
  readonly isolation?: Pick<Isolation, 'run' | 'kill'> | undefined
  /** How long a handler that ignores its signal keeps its slot. */
  readonly abandonMs?: number
}

interface Ready {
  readonly job: ClaimedJob
  readonly sinceMs: number
}

/** What is known of an attempt besides its outcome. */
export interface Ended {
  /** On the monotonic clock. */
  readonly startedAtMs: number
  /** Why it was told to stop, if it was. */
  readonly stopped: StopReason | undefined
}

interface Running extends Ended {
  readonly job: ClaimedJob
  readonly controller: AbortController
  startedAtMs: number
  /** When it is told to stop, or, once it was, when its slot is given away; on the monotonic clock. */
  deadlineMs: number
  stopped: StopReason | undefined
  /** It runs in a process of its own, or waits for one: whatever blocks this one, it is not that. */
  isIsolated: boolean
  done: boolean
}

export class Executor {
  readonly #deps: ExecutorDeps
  readonly #log = () => this.#deps.log
  readonly #ready: Ready[] = []
  #staleTimer: NodeJS.Timeout | undefined
  readonly #running = new Set<Running>()
  readonly #rate = new Rate()
  #told = { first: Infinity, last: -Infinity }
  #timer: NodeJS.Timeout | undefined
  #timerAtMs = Infinity
  #draining = false
  #idle: (() => void) | undefined

  constructor(deps: ExecutorDeps) {
    this.#deps = deps
  }

  get running(): number {
    return this.#running.size
  }

  /** How many more jobs may be claimed now: free slots, and as many ahead as start, at the observed rate, while a claim is under way and within 50 ms after. */
  get room(): number {
    if (this.#draining) return 0
    // None while an attempt takes longer than prefetched work should wait: the oldest is the first of the set.
    const [oldest] = this.#running
    const isSlow = oldest !== undefined && performance.now() - oldest.startedAtMs > PREFETCH_MS
    const prefetch = isSlow ? 0 : Math.min(MAX_PREFETCH, Math.floor(this.#rate.perMs() * (this.#deps.claimMs() + PREFETCH_MS)))
    return this.#deps.concurrency + prefetch - this.#running.size - this.#ready.length
  }

  /** Everything that is ready or running. */
  *held(): Iterable<{ readonly id: string; readonly fence: number }> {
    for (const { job } of this.#ready) yield job
    for (const { job, done } of this.#running) if (!done) yield job
  }

  /** Tells anew when the first and the last of what runs in this process have to be over. A start tells by itself, an end does not. */
  tellDeadlines(): void {
    let [first, last] = [Infinity, -Infinity]
    for (const { deadlineMs, isIsolated } of this.#running) {
      if (isIsolated) continue
      if (deadlineMs < first) first = deadlineMs
      if (deadlineMs > last) last = deadlineMs
    }
    this.#tellDeadlines(first, last)
  }

  #tellDeadlines(first: number, last: number): void {
    this.#told = { first, last }
    this.#deps.onDeadlines(first, last)
  }

  holds(id: string): boolean {
    for (const held of this.held()) if (held.id === id) return true
    return false
  }

  accept(jobs: readonly ClaimedJob[]): void {
    const sinceMs = performance.now()
    for (const job of jobs) this.#ready.push({ job, sinceMs })
    this.#fill()
    if (this.#ready.length > 0) this.#staleTimer ??= setTimeout(() => this.#releaseStale(), STALE_MS)
  }

  /** The store says that these are no longer ours: what is ready is dropped, what runs is told to stop. */
  lose(lost: (job: ClaimedJob) => boolean, why: string): void {
    for (let i = this.#ready.length - 1; i >= 0; i--) if (lost(this.#ready[i]!.job)) this.#ready.splice(i, 1)
    for (const running of this.#running) if (lost(running.job)) this.#stop(running, 'lost', why)
    this.#deps.onRoom()
  }

  /** Somebody wants these cancelled: what is ready goes back, and ends there; what runs is told to stop. */
  cancel(wanted: (job: ClaimedJob) => boolean): void {
    const ready: ClaimedJob[] = []
    for (let i = this.#ready.length - 1; i >= 0; i--) if (wanted(this.#ready[i]!.job)) ready.push(...this.#ready.splice(i, 1).map(({ job }) => job))
    if (ready.length > 0) this.#deps.handBack(ready)
    for (const running of this.#running) if (wanted(running.job)) this.#stop(running, 'cancelled', 'the job was cancelled')
  }

  /** @returns Jobs that were ready: they never started here. */
  stopStarting(): ClaimedJob[] {
    this.#draining = true
    clearTimeout(this.#staleTimer)
    return this.#ready.splice(0).map(({ job }) => job)
  }

  /** Lets what runs finish within the grace, then tells it to stop and waits a moment for it to listen. */
  async drain(graceMs: number): Promise<void> {
    await this.#emptyWithin(graceMs)
    for (const running of this.#running) this.#stop(running, 'shutdown', 'this worker is stopping')
    await this.#emptyWithin(Math.min(500, graceMs))
    const killed = [...this.#running].filter(({ job }) => this.#deps.isolation?.kill(job))
    if (killed.length > 0) await this.#emptyWithin(KILL_MS)
    for (const running of this.#running) this.#settle(running, this.#ended(running)) // its process ends now, and it with it
    clearTimeout(this.#timer)
  }

  #emptyWithin(ms: number): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#idle = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #fill(): void {
    let started = 0
    while (this.#running.size < this.#deps.concurrency && started < this.#ready.length) this.#start(this.#ready[started++]!.job)
    if (started > 0) this.#ready.splice(0, started)
  }

  #releaseStale(): void {
    const before = performance.now() - STALE_MS
    const fresh = this.#ready.findIndex((ready) => ready.sinceMs > before)
    const stale = this.#ready.splice(0, fresh === -1 ? this.#ready.length : fresh)
    if (stale.length > 0) this.#deps.handBack(stale.map(({ job }) => job))
    const next = this.#ready[0]
    this.#staleTimer = next && setTimeout(() => this.#releaseStale(), Math.max(1, next.sinceMs - before))
  }

  #start(job: ClaimedJob): void {
    const now = performance.now()
    const running: Running = { job, controller: new AbortController(), startedAtMs: now, deadlineMs: now + this.#timeoutMs(job), stopped: undefined, isIsolated: false, done: false }
    this.#running.add(running)
    this.#watch(running.deadlineMs)
    const { deadlineMs } = running
    if (deadlineMs < this.#told.first || deadlineMs > this.#told.last) this.#tellDeadlines(Math.min(deadlineMs, this.#told.first), Math.max(deadlineMs + DEADLINE_STEP_MS, this.#told.last))
    this.#attempt(running).then(
      (finish) => this.#settle(running, finish),
      (error: unknown) => this.#settle(running, this.#failed(running, error))
    )
  }

  #timeoutMs(job: ClaimedJob): number {
    return job.timeout_ms ?? this.#deps.registry.timeoutMs(job.type) ?? DEFAULT_TIMEOUT_MS
  }

  async #attempt(running: Running): Promise<Finish | undefined> {
    const { job, controller } = running
    const handler = this.#deps.registry.get(job.type)
    if (!handler) return { id: job.id, fence: job.fence, outcome: 'handed_back' } // the claim asks for known types only
    const faults = this.#deps.registry.validate(job.type, job.payload)
    if (faults.length > 0) {
      const list = faults.map(({ pointer, detail }) => `${pointer || 'payload'} ${detail}`).join('; ')
      return { id: job.id, fence: job.fence, outcome: 'failed', error: errorJson({ name: 'InvalidPayload', message: `The payload does not fit ${job.type}: ${list}` }) }
    }
    const { isolation, registry } = this.#deps
    const module = registry.moduleOf(job.type)
    if (isolation && module !== undefined && (handler.isolate || job.isolate)) return this.#isolated(running, isolation, module, handler.isolate ?? false)
    const value = await handler.run(contextOf(job, controller, this.#log, this.#deps.assertOwned))
    return running.stopped === 'lost' ? undefined : finishOf(job, value) // also after its timeout: what is done is done
  }

  /** Its time begins when a process takes it: until then it waits, and can be told to wait no longer. */
  async #isolated(running: Running, isolation: Pick<Isolation, 'run'>, module: string, asksForIt: boolean): Promise<Finish | undefined> {
    const { job, controller: { signal } } = running
    running.isIsolated = true
    running.deadlineMs = Infinity
    const onTaken = () => {
      running.startedAtMs = performance.now()
      if (running.stopped) return
      running.deadlineMs = running.startedAtMs + this.#timeoutMs(job)
      this.#watch(running.deadlineMs)
    }
    const finish = await isolation.run({ job, module, asksForIt, signal, onTaken })
    return running.stopped === 'lost' ? undefined : finish
  }

  #failed(running: Running, error: unknown): Finish | undefined {
    if (running.stopped) return this.#ended(running)
    const { job } = running
    return { id: job.id, fence: job.fence, outcome: 'retry', delay_ms: backoffMs(job.backoff, job.attempt), error: errorJson(error) }
  }

  /** What an attempt came to that was told to stop, and did, or did not. */
  #ended({ job, stopped, controller, done }: Running): Finish | undefined {
    const end = { id: job.id, fence: job.fence }
    if (done || stopped === 'lost' || !stopped) return undefined
    if (stopped === 'shutdown') return { ...end, outcome: 'handed_back' }
    const error = errorJson({ name: stopped === 'cancelled' ? 'Cancelled' : 'Timeout', message: (controller.signal.reason as Error).message })
    return { ...end, outcome: 'retry', delay_ms: backoffMs(job.backoff, job.attempt), error } // the store makes "cancelled" of the retry of a job that is to be cancelled
  }

  #settle(running: Running, finish: Finish | undefined): void {
    if (running.done) return // it was given up before
    running.done = true
    this.#running.delete(running)
    this.#rate.count()
    if (finish) this.#deps.settle(finish, running.job, running)
    if (!this.#draining) {
      this.#fill()
      this.#deps.onRoom()
    } else if (this.#running.size === 0) this.#idle?.()
  }

  #stop(running: Running, reason: StopReason, message: string): void {
    if (running.stopped) return
    running.stopped = reason
    running.deadlineMs = performance.now() + (this.#deps.abandonMs ?? ABANDON_MS)
    this.#watch(running.deadlineMs)
    running.controller.abort(new Stopped(reason, message))
  }

  /** One timer for all deadlines: it is set for the earliest, and finds the next when it fires. */
  #watch(deadlineMs: number): void {
    if (deadlineMs >= this.#timerAtMs) return
    clearTimeout(this.#timer)
    this.#timerAtMs = deadlineMs
    this.#timer = setTimeout(() => this.#expire(), Math.min(Math.max(1, Math.ceil(deadlineMs - performance.now())), 2 ** 31 - 1))
  }

  #expire(): void {
    this.#timerAtMs = Infinity
    const now = performance.now()
    let next = Infinity
    for (const running of this.#running) {
      if (running.deadlineMs <= now) {
        if (running.stopped && this.#deps.isolation?.kill(running.job)) {
          this.#deps.log.error({ job_id: running.job.id, type: running.job.type, reason: running.stopped }, 'handler ignores its signal: its process is killed')
          running.deadlineMs = now + KILL_MS // the end of the process says that nothing of it goes on
        } else if (running.stopped) {
          this.#deps.log.error({ job_id: running.job.id, type: running.job.type, reason: running.stopped }, 'handler ignores its signal: its slot is given away, what it does from now on is ignored')
          this.#settle(running, this.#ended(running))
        } else {
          this.#stop(running, 'timeout', `The attempt ran longer than its timeout of ${Math.round(running.deadlineMs - running.startedAtMs)} ms`)
        }
      }
      if (!running.done) next = Math.min(next, running.deadlineMs)
    }
    this.#watch(next)
  }
}

/** Attempts that end per millisecond, over the last tenths of a second. */
class Rate {
  #count = 0
  #sinceMs = performance.now()
  #perMs = 0

  count(): void {
    this.#count++
  }

  perMs(): number {
    const elapsedMs = performance.now() - this.#sinceMs
    if (elapsedMs >= 100) {
      this.#perMs = this.#count / elapsedMs
      this.#count = 0
      this.#sinceMs += elapsedMs
    }
    return this.#perMs
  }
}
