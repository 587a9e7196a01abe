/**
 * The periodic repair that makes the timeline agree with the store: moves the window, rebuilds it where it is lost,
 * puts back what is overdue, rescues the jobs of dead workers, cancels what has expired, compares a page of both,
 * removes what is past its retention. Each step is bounded, goes on where the last pass stopped, and fails by itself; a
 * queue whose keys in Redis are spoilt keeps no other. A Redis lock lets one worker do what one is enough for; nothing
 * depends on it.
 */
import type { Logger } from 'pino'
import type { Entry, Keep, Position, Queue, Rescued, Store } from '../core/store/index.js'
import { START } from '../core/store/index.js'
import { isAboutAKey, PRIORITIES, SpoiltTimeline, type Timeline, type Window } from '../core/timeline/index.js'
import { following, walkWindow } from '../core/window.js'
import { Auditor } from './auditor.js'
import { Pruner } from './pruner.js'
import { Sleeper } from './sleeper.js'
import type { SweptCounts } from './swept.js'

/** Rows of one queue and priority in one page. */
const PAGE = 1_000
/** The end of the window is read again this far back, for transactions that committed late; and moved when it lags this much. */
const STRIDE_MS = 60_000
/** How often what is past its retention is looked for, and most rows of one kind that one call removes. */
const TIDY_MS = 60_000
const TIDY_LIMIT = 1_000
/** A pass that has left some goes on after this long. */
const BREATH_MS = 100
/** How often a queue whose keys are spoilt is tried again. */
const SPOILT_MS = 10_000

export interface SweeperDeps {
  readonly store: Pick<Store, 'scanPending' | 'listQueues' | 'rescueJobs' | 'expireJobs' | 'tidy' | 'pruneJobs' | 'readStates' | 'reportSwept'>
  readonly timeline: Pick<Timeline, 'connected' | 'usable' | 'failures' | 'probe' | 'add' | 'fill' | 'noteMissed' | 'openWindow' | 'moveEdge' | 'tryLock' | 'now' | 'list' | 'scores' | 'edgeOf' | 'remove'>
  readonly workerId: () => string
  readonly log: Logger
  readonly intervalMs: number
  readonly graceMs: number
  readonly windowMs: number
  /** For how long jobs that have ended stay. */
  readonly keep: Keep
  readonly swept: SweptCounts
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
  readonly #auditor: Auditor
  /** Where the walk over overdue jobs goes on, by queue and priority. */
  readonly #overdue = new Map<string, Position>()
  #rebuildAll = false
  #reconnected = false
  /** Queues of which everything is to be added once more: whatever happens, or if Redis has started again since that was done. */
  readonly #redo = new Map<string, 'always' | 'if older'>()
  /** Queues whose keys cannot be used, and when they are tried again, on the monotonic clock. */
  readonly #spoilt = new Map<string, number>()
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
    this.#auditor = new Auditor(deps)
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

  /** Redis came back: what a process that started meanwhile remembers may be old, so everything is added once more. */
  reconnected(): void {
    this.#reconnected = true
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

  /** Keys of these queues in Redis cannot be used: the dispatcher serves them from the store meanwhile. Said once for each. */
  spoil(queues: readonly string[], error: Error): void {
    for (const queue of queues) {
      if (!this.#spoilt.has(queue)) this.#deps.log.warn({ err: error, queue }, 'a key of this queue in Redis is not what it should be: its jobs are claimed from the store')
      this.#spoilt.set(queue, performance.now() + SPOILT_MS)
      this.#redo.set(queue, 'always')
    }
  }

  /** One pass. Public so that a test runs exactly one. */
  async tick(): Promise<void> {
    const queues = await this.#step('list queues', () => this.#deps.store.listQueues())
    if (queues) this.#deps.onQueues(queues)
    if (this.#deps.timeline.connected) await this.#probe()
    this.#lost = false // whoever finds it lost again says so
    const sound: Queue[] = []
    if (queues && this.#deps.timeline.usable) {
      const { failures } = this.#deps.timeline
      if (this.#rebuildAll || failures !== this.#failuresSeen) for (const { name } of queues) this.#redo.set(name, 'always')
      else if (this.#reconnected) for (const { name } of queues) if (!this.#redo.has(name)) this.#redo.set(name, 'if older')
      this.#rebuildAll = false
      this.#reconnected = false
      this.#failuresSeen = failures
      await this.#step('read the clock of Redis', () => this.#readRedisClock())
      for (const queue of queues) {
        if (performance.now() < (this.#spoilt.get(queue.name) ?? 0)) continue
        if (await this.#step('move the window', () => this.#moveWindow(queue.name))) sound.push(queue)
      }
    }
    const rescued = await this.#step('rescue', () => this.#rescue())
    const expired = await this.#step('expire', () => this.#deps.store.expireJobs(PAGE))
    if (expired && expired.expired > 0) this.#deps.log.info({ count: expired.expired }, 'jobs cancelled that had not started by their expires_at')
    if (expired) this.#deps.swept.add({ expired: expired.expired })
    // Whoever dies may have taken ids that it never claimed. A death is seen by what it held, or by our own
    // start in its place; then nobody waits for the grace.
    const graceMs = rescued || this.#first ? 0 : this.#deps.graceMs
    if (queues && this.#deps.timeline.usable) {
      await this.#step('put back overdue jobs', () => this.#putBackOverdue(queues.filter(({ name }) => !this.#spoilt.has(name)), graceMs))
      this.#first = false
    }
    if (sound.length > 0 && this.#deps.timeline.usable) await this.#step('compare', () => this.#audit(sound))
    if (performance.now() >= this.#tidyAtMs && (await this.#step('lock what is past its retention', () => this.#mayTidy()))) {
      await this.#step('tidy', () => this.#tidy())
      await this.#step('remove jobs', () => this.#prune())
    }
    await this.#step('report', () => this.#deps.swept.report(this.#deps.store, this.#deps.workerId()))
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
  async #moveWindow(queue: string): Promise<boolean> {
    try {
      if (this.#spoilt.has(queue)) await this.#deps.timeline.remove([{ queue, id: START.id }]) // touches every key, and removes nobody
      const moved = await this.#tryMoveWindow(queue, this.#redo.get(queue))
      if (moved) this.#redo.delete(queue)
      if (moved && this.#spoilt.delete(queue)) this.#deps.log.info({ queue }, 'the keys of this queue in Redis can be used again')
      return moved
    } catch (error) {
      if (!isAboutAKey(error) && !(error instanceof SpoiltTimeline)) throw error
      this.spoil([queue], error)
      return false
    }
  }

  /** As `timeline.add`; what belongs to a queue whose keys are spoilt is left out. */
  async #add(entries: readonly Entry[], options?: { readonly all?: boolean }): Promise<void> {
    try {
      await this.#deps.timeline.add(entries, options)
    } catch (error) {
      if (!(error instanceof SpoiltTimeline)) throw error
      this.spoil(error.queues, error)
    }
  }

  async #tryMoveWindow(queue: string, redo: 'always' | 'if older' | undefined): Promise<boolean> {
    const { timeline, windowMs } = this.#deps
    const window = await timeline.openWindow(queue)
    const { generation, edge_ms } = window
    if (edge_ms === null || redo === 'always' || (redo === 'if older' && !window.is_rebuilt)) return this.#rebuild(queue, window)
    const strideMs = Math.min(STRIDE_MS, windowMs / 4)
    if (this.#deps.nowMs() + windowMs - edge_ms < strideMs) return true
    if (!(await timeline.tryLock(`window:${queue}`, this.#deps.workerId(), this.#deps.intervalMs))) return true

    const from: Position = { run_at_ms: edge_ms - STRIDE_MS, id: START.id }
    const { reachedMs, count } = await this.#addFrom(queue, from)
    if (!(await timeline.moveEdge(queue, generation, reachedMs))) return false
    this.#deps.swept.add({ window_moves: 1 })
    this.#deps.log.debug({ queue, count }, 'window moved')
    return true
  }

  /** Adds everything that is due within the window; says so only if Redis was not emptied meanwhile. */
  async #rebuild(queue: string, { generation, edge_ms, server }: Window): Promise<boolean> {
    const { timeline, log } = this.#deps
    const lost = edge_ms === null
    if (!(await timeline.tryLock(`rebuild:${queue}`, this.#deps.workerId(), 10_000))) return lost // then its holder does it for all; else what we missed is ours to add, later
    const startedAtMs = performance.now()
    const { reachedMs, count } = await this.#addFrom(queue, START)
    if (this.#stopping || !(await timeline.moveEdge(queue, generation, reachedMs, server))) return false
    const durationMs = Math.round(performance.now() - startedAtMs)
    if (lost) this.#deps.swept.add({ rebuilt: 1 })
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
    for await (const page of walkWindow(this.#deps.store, { queue, from, windowMs: this.#deps.windowMs })) {
      await this.#deps.timeline.fill(page.entries)
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
    await this.#add(overdue, { all: true })
    this.#deps.swept.add({ put_back: overdue.length })
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
    this.#deps.swept.add({ rescued: rescued.length })
    if (this.#deps.timeline.usable) await this.#add(rescued.filter((job) => job.status === 'pending'))
    else this.#deps.timeline.noteMissed() // the same process of Redis may come back, and then nobody walks for its sake
    return rescued.length
  }

  async #audit(queues: readonly Queue[]): Promise<void> {
    const { timeline, workerId, intervalMs, nowMs, swept } = this.#deps
    if (!(await timeline.tryLock('audit', workerId(), 3 * intervalMs))) return // held from pass to pass: whoever has it knows where it goes on
    try {
      swept.add({ ...(await this.#auditor.run(queues.map(({ name }) => name), nowMs())) })
    } catch (error) {
      if (!isAboutAKey(error) && !(error instanceof SpoiltTimeline)) throw error
      this.spoil([this.#auditor.queue], error)
    }
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
    this.#deps.swept.add({ removed })
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
