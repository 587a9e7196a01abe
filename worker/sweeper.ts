/**
 * The periodic repair that makes the timeline agree with the store: moves the window, rebuilds it where it is lost,
 * puts back what is overdue, rescues the jobs of dead workers, cancels what has expired, removes what is past its
 * retention. Each step is bounded, goes on where the last pass stopped, and fails by itself. A Redis lock lets one
 * worker do what one is enough for; nothing depends on it.
 */
import type { Logger } from 'pino'
import type { Entry, Keep, Position, Queue, Rescued, Store } from '../core/store/index.js'
import { START } from '../core/store/index.js'
import { PRIORITIES, type Timeline } from '../core/timeline/index.js'
import { following, walkWindow } from '../core/window.js'
import { Pruner } from './pruner.js'
import { Sleeper } from './sleeper.js'

/** Rows of one queue and priority in one page. */
const PAGE = 1_000
/** Rows in one page of a walk over the window, which goes on until its end. */
const WINDOW_PAGE = 5_000
/** The end of the window is read again this far back, for transactions that committed late; and moved when it lags this much. */
const STRIDE_MS = 60_000
/** How often what is past its retention is looked for, and most rows of one kind that one call removes. */
const TIDY_MS = 60_000
const TIDY_LIMIT = 1_000
/** A pass that has left some goes on after this long. */
const BREATH_MS = 100

export interface SweeperDeps {
  readonly store: Pick<Store, 'scanPending' | 'listQueues' | 'rescueJobs' | 'expireJobs' | 'tidy' | 'pruneJobs'>
  readonly timeline: Pick<Timeline, 'connected' | 'usable' | 'failures' | 'probe' | 'add' | 'openWindow' | 'moveEdge' | 'tryLock' | 'now'>
  readonly workerId: () => string
  readonly log: Logger
  readonly intervalMs: number
  readonly graceMs: number
  readonly windowMs: number
  /** For how long jobs that have ended stay. */
  readonly keep: Keep
  /** The database's clock, ms since epoch: a hint of whether the window has to move yet. */
  readonly nowMs: () => number
  readonly onRedisTime: (nowMs: number, sentAtMs: number) => void
  readonly onQueues: (queues: readonly Queue[]) => void
  readonly onRescued: (rescued: readonly Rescued[]) => void
  /** Whether the timeline can be used has changed. */
  readonly onUsable: () => void
  /** The timeline of a queue is complete again. */
  readonly onRebuilt: (queue: string) => void
}

export class Sweeper {
  readonly #deps: SweeperDeps
  readonly #sleeper = new Sleeper()
  readonly #pruner: Pruner
  /** Where the walk over overdue jobs goes on, by queue and priority. */
  readonly #overdue = new Map<string, Position>()
  #rebuildAll = false
  #first = true
  #lost = false
  #refused = false
  /** Of the timeline's failures, those after which everything was added once more. */
  #failuresSeen = 0
  /** On the monotonic clock. */
  #tidyAtMs = 0
  /** Jobs past their time are left. */
  #more = false
  #stopping = false
  #loop: Promise<void> | undefined

  constructor(deps: SweeperDeps) {
    this.#deps = deps
    this.#pruner = new Pruner(deps)
  }

  start(): void {
    this.#loop ??= this.#run()
  }

  /** Waits for the pass in hand, which ends at its next page. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#sleeper.wake()
    await this.#loop
  }

  /** Redis came back: whatever it remembers may be old, so everything is added once more. */
  reconnected(): void {
    this.#rebuildAll = true
    this.#sleeper.wake()
  }

  /** Redis has come, gone or refused: look now. */
  look(): void {
    this.#sleeper.wake()
  }

  /** A take has found a timeline incomplete. */
  kick(): void {
    if (this.#lost) return
    this.#lost = true
    this.#sleeper.wake()
  }

  /** One pass. Public so that a test runs exactly one. */
  async tick(): Promise<void> {
    const queues = await this.#step('list queues', () => this.#deps.store.listQueues())
    if (queues) this.#deps.onQueues(queues)
    if (this.#deps.timeline.connected) await this.#probe()
    this.#lost = false // whoever finds it lost again says so
    if (queues && this.#deps.timeline.usable) {
      const { failures } = this.#deps.timeline
      const everything = this.#rebuildAll || failures !== this.#failuresSeen
      this.#rebuildAll = false
      this.#failuresSeen = failures
      await this.#step('read the clock of Redis', () => this.#readRedisClock())
      for (const { name } of queues) {
        const moved = await this.#step('move the window', () => this.#moveWindow(name, everything))
        if (everything && !moved) this.#rebuildAll = true
      }
    }
    const rescued = await this.#step('rescue', () => this.#rescue())
    const expired = await this.#step('expire', () => this.#deps.store.expireJobs(PAGE))
    if (expired && expired.expired > 0) this.#deps.log.info({ count: expired.expired }, 'jobs cancelled that had not started by their expires_at')
    // Whoever dies may have taken ids that it never claimed. A death is seen by what it held, or by our own
    // start in its place; then nobody waits for the grace.
    const graceMs = rescued || this.#first ? 0 : this.#deps.graceMs
    if (queues && this.#deps.timeline.usable) {
      await this.#step('put back overdue jobs', () => this.#putBackOverdue(queues, graceMs))
      this.#first = false
    }
    if (performance.now() >= this.#tidyAtMs && (await this.#step('lock what is past its retention', () => this.#mayTidy()))) {
      await this.#step('tidy', () => this.#tidy())
      await this.#step('remove jobs', () => this.#prune())
    }
  }

  async #step<T>(what: string, run: () => Promise<T>): Promise<T | undefined> {
    if (this.#stopping) return undefined
    try {
      return await run()
    } catch (error) {
      this.#deps.log.warn({ err: error, step: what }, 'a step of the sweep failed; the next pass tries again')
      return undefined
    }
  }

  /** A Redis that is full, or a replica, answers and takes nothing: the store serves until it does, and then it may be old. */
  async #probe(): Promise<void> {
    const wasUsable = this.#deps.timeline.usable
    try {
      await this.#deps.timeline.probe()
      if (this.#refused) this.#deps.log.info('Redis takes writes again')
      this.#refused = false
      if (!wasUsable) {
        this.#rebuildAll = true // additions of others were refused, too
        this.#deps.onUsable()
      }
    } catch (error) {
      if (!this.#refused) {
        this.#refused = true
        this.#deps.log.warn({ err: error }, 'Redis takes no writes: due jobs are claimed from the store')
        this.#deps.onUsable()
      }
    }
  }

  async #readRedisClock(): Promise<void> {
    const sentAtMs = performance.now()
    this.#deps.onRedisTime(await this.#deps.timeline.now(), sentAtMs)
  }

  /** @returns True when the window is where it should be. */
  async #moveWindow(queue: string, everything: boolean): Promise<boolean> {
    const { timeline, windowMs } = this.#deps
    const { generation, edge_ms } = await timeline.openWindow(queue)
    if (edge_ms === null || everything) return this.#rebuild(queue, generation, edge_ms === null)
    const strideMs = Math.min(STRIDE_MS, windowMs / 4)
    if (this.#deps.nowMs() + windowMs - edge_ms < strideMs) return true
    if (!(await timeline.tryLock(`window:${queue}`, this.#deps.workerId(), this.#deps.intervalMs))) return true

    const from: Position = { run_at_ms: edge_ms - STRIDE_MS, id: START.id }
    const { reachedMs, count } = await this.#addFrom(queue, from)
    if (!(await timeline.moveEdge(queue, generation, reachedMs))) return false
    this.#deps.log.debug({ queue, count }, 'window moved')
    return true
  }

  /** Adds everything that is due within the window; says so only if Redis was not emptied meanwhile. */
  async #rebuild(queue: string, generation: string, lost: boolean): Promise<boolean> {
    const { timeline, log } = this.#deps
    if (!(await timeline.tryLock(`rebuild:${queue}`, this.#deps.workerId(), 10_000))) return lost // then its holder does it for all; else what we missed is ours to add, later
    const startedAtMs = performance.now()
    const { reachedMs, count } = await this.#addFrom(queue, START)
    if (this.#stopping || !(await timeline.moveEdge(queue, generation, reachedMs))) return false
    const durationMs = Math.round(performance.now() - startedAtMs)
    if (lost) log.info({ queue, count, duration_ms: durationMs }, 'timeline rebuilt')
    else log.debug({ queue, count, duration_ms: durationMs }, 'timeline checked after a reconnect')
    this.#deps.onRebuilt(queue)
    return true
  }

  /**
   * Adds pending jobs of a queue from a position to the end of the window, all priorities side by side.
   * @returns Up to when nothing was left out, ms since epoch.
   */
  async #addFrom(queue: string, from: Position): Promise<{ reachedMs: number; count: number }> {
    let reachedMs = from.run_at_ms
    let count = 0
    for await (const page of walkWindow(this.#deps.store, { queue, from, windowMs: this.#deps.windowMs, limit: WINDOW_PAGE })) {
      await this.#deps.timeline.add(page.entries, { all: true })
      count += page.entries.length
      reachedMs = page.reachedMs
      if (this.#stopping) break
    }
    return { reachedMs, count }
  }

  async #putBackOverdue(queues: readonly Queue[], graceMs: number): Promise<void> {
    const { store, timeline, log } = this.#deps
    if (!(await timeline.tryLock('overdue', this.#deps.workerId(), this.#deps.intervalMs)) && graceMs > 0) return
    const scans = queues.flatMap(({ name }) => PRIORITIES.map((priority) => ({ queue: name, priority, after: this.#overdue.get(`${name} ${priority}`) ?? START })))
    if (scans.length === 0) return
    const { pages } = await store.scanPending(scans, { withinMs: -graceMs, skipPaused: true, limit: PAGE })
    // Score 0: whatever Redis's clock says, they are due.
    const overdue: Entry[] = pages.flat().map((entry) => ({ ...entry, run_at_ms: 0 }))
    await timeline.add(overdue, { all: true })
    const left = following(scans, pages, PAGE)
    this.#overdue.clear() // a walk that reached its end starts over
    for (const { queue, priority, after } of left) this.#overdue.set(`${queue} ${priority}`, after)
    if (overdue.length > 0 && graceMs > 0) log.info({ count: overdue.length }, 'overdue jobs put back')
  }

  /** @returns Number of jobs. */
  async #rescue(): Promise<number> {
    const rescued = await this.#deps.store.rescueJobs(this.#deps.workerId(), PAGE)
    if (rescued.length === 0) return 0
    this.#deps.log.warn({ count: rescued.length, workers: [...new Set(rescued.map((job) => job.worker_id))] }, 'jobs of lost workers rescued')
    this.#deps.onRescued(rescued)
    if (rescued.length === PAGE) this.#sleeper.wake()
    if (this.#deps.timeline.usable) await this.#deps.timeline.add(rescued.filter((job) => job.status === 'pending'))
    return rescued.length
  }

  /** One worker is enough. Without Redis each does it: rows that another removes at the moment are passed. */
  async #mayTidy(): Promise<boolean> {
    const { timeline } = this.#deps
    this.#tidyAtMs = performance.now() + TIDY_MS
    this.#more = false
    return !timeline.usable || timeline.tryLock('tidy', this.#deps.workerId(), TIDY_MS)
  }

  async #tidy(): Promise<void> {
    const { store, log } = this.#deps
    const removed = await store.tidy(TIDY_LIMIT)
    const counts = Object.values(removed)
    if (counts.some((count) => count > 0)) log.debug({ removed }, 'removed what was past its retention')
    if (counts.some((count) => count >= TIDY_LIMIT)) this.#tidyAtMs = 0 // the next pass goes on
  }

  async #prune(): Promise<void> {
    const { removed, more } = await this.#pruner.run(() => this.#stopping)
    if (removed > 0) this.#deps.log.info({ count: removed }, 'jobs removed that ended long enough ago')
    if (more) this.#tidyAtMs = 0
    this.#more = more
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      await this.tick()
      if (this.#lost) await this.#sleeper.sleep(200) // another worker rebuilds it; look again soon
      else if (this.#deps.timeline.connected && !this.#deps.timeline.usable) await this.#sleeper.sleep(Math.min(1_000, this.#deps.intervalMs))
      else if (this.#more) await this.#sleeper.sleep(Math.min(BREATH_MS, this.#deps.intervalMs))
      else await this.#sleeper.sleep(this.#deps.intervalMs * (0.6 + 0.4 * Math.random())) // spreads workers that started together
    }
  }
}
