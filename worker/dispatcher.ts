/**
 * Decides what to take, and when: it sleeps until the next job is due, a wake-up comes or a slot becomes free,
 * and never longer than the poll interval, which is the safety net under all of these.
 *
 * A queue is served from the timeline, or from the store: while Redis does not answer (for a second after each
 * failure), and while the timeline of the queue is lost, until the sweep has rebuilt it.
 */
import type { Logger } from 'pino'
import type { DueClaim, Queue } from '../core/store/index.js'
import { isAboutAKey, type Take, type Taken } from '../core/timeline/index.js'
import { Sleeper } from './sleeper.js'

const MAX_TAKE = 500
/** Without the timeline nobody wakes us, so the store is asked this often. */
const STORE_POLL_MS = 500
/** How long Redis is left alone after it failed. */
const REDIS_PAUSE_MS = 1_000
/** With more work than slots, room for fewer than this is left to grow for a moment: a round trip each would cost more. */
const WORTH_A_TAKE = 50
const GROW_MS = 2

export interface DispatcherDeps {
  readonly timeline: { readonly usable: boolean; take(queue: string, options: { limit: number; offsetMs: number }): Promise<Take> }
  readonly offsetMs: () => number
  /** How many more jobs may be claimed now. */
  readonly room: () => number
  /** Slots. */
  readonly concurrency: number
  /** False while nothing should be taken. */
  readonly storeUp: () => boolean
  readonly claim: (taken: readonly Taken[]) => void
  readonly claimDue: (queues: readonly string[], limit: number) => Promise<DueClaim | undefined>
  /** The timeline of a queue is not complete: somebody should rebuild it now. */
  readonly onLost: (queue: string) => void
  /** The keys of a queue in Redis cannot be used. */
  readonly onSpoilt: (queue: string, error: Error) => void
  readonly pollIntervalMs: number
  /** Queues to serve; empty means all that there are. */
  readonly queues: readonly string[]
  readonly log: Logger
}

interface QueueState {
  /** When its next job is due as far as we know, on the monotonic clock: not before it is worth asking. */
  dueAtMs: number
  paused: boolean
}

export class Dispatcher {
  readonly #deps: DispatcherDeps
  readonly #queues = new Map<string, QueueState>()
  readonly #sleeper = new Sleeper()
  #redisPausedUntilMs = 0
  #redisDown = false
  /** The last pass left due jobs behind. */
  #backlog = false
  #growing: NodeJS.Timeout | undefined
  #turn = 0
  #stopping = false
  #loop: Promise<void> | undefined

  constructor(deps: DispatcherDeps) {
    this.#deps = deps
    for (const name of deps.queues) this.#queues.set(name, { dueAtMs: 0, paused: false })
  }

  start(): void {
    this.#loop ??= this.#run()
  }

  /** Takes no more; returns when the pass in hand is over. */
  async stop(): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#growing)
    this.#sleeper.wake()
    await this.#loop
  }

  /** A slot became free, or the store is back. */
  nudge(): void {
    if (!this.#backlog || this.#deps.room() >= Math.min(WORTH_A_TAKE, this.#deps.concurrency)) this.#sleeper.wake()
    else
      this.#growing ??= setTimeout(() => {
        this.#growing = undefined
        this.#sleeper.wake()
      }, GROW_MS)
  }

  /** A job became the next of a queue, which may be a new one. */
  wakeUp(queue: string): void {
    const state = this.#know(queue)
    if (!state) return
    state.dueAtMs = 0 // the next take says when it really is due, by one clock
    this.#sleeper.wake()
  }

  /** Looks at every queue again: wake-ups may have been missed. */
  wakeAll(): void {
    for (const state of this.#queues.values()) state.dueAtMs = 0
    this.#redisPausedUntilMs = 0
    this.#sleeper.wake()
  }

  sawQueues(queues: readonly Queue[]): void {
    for (const { name, paused } of queues) {
      const state = this.#know(name)
      if (!state) continue
      if (state.paused && !paused) {
        state.dueAtMs = 0
        this.#sleeper.wake()
      }
      state.paused = paused
    }
  }

  /** Said to be paused no more; if it is, the claim says so and it is paused here again. */
  resume(queue: string): void {
    const state = this.#know(queue)
    if (!state) return
    state.paused = false
    state.dueAtMs = 0
    this.#sleeper.wake()
  }

  pause(queue: string): void {
    const state = this.#know(queue)
    if (state) state.paused = true
  }

  /** One pass over the queues. Public so that a test runs exactly one. @returns Milliseconds until the next is worth it. */
  async tick(): Promise<number> {
    if (!this.#deps.storeUp() || this.#deps.room() <= 0) return this.#deps.pollIntervalMs
    const names = [...this.#queues].filter(([, state]) => !state.paused).map(([name]) => name)
    // The rotation decides who comes first when there is less room than work.
    this.#turn = (this.#turn + 1) % Math.max(1, names.length)
    const rotated = [...names.slice(this.#turn), ...names.slice(0, this.#turn)]

    const fromStore: string[] = []
    if (this.#deps.timeline.usable && performance.now() >= this.#redisPausedUntilMs) {
      for (const queue of rotated) {
        if (this.#stopping) break
        const room = this.#deps.room()
        if (room <= 0) break
        const state = this.#queues.get(queue)!
        if (state.dueAtMs > performance.now()) continue
        if (performance.now() < this.#redisPausedUntilMs) fromStore.push(queue) // it has just failed: the others do not wait for it, too
        else if (!(await this.#take(queue, state, Math.min(room, MAX_TAKE)))) fromStore.push(queue)
      }
    } else {
      this.#sayRedis(false)
      const now = performance.now()
      fromStore.push(...rotated.filter((queue) => this.#queues.get(queue)!.dueAtMs <= now))
    }

    if (fromStore.length > 0) {
      const states = fromStore.map((queue) => this.#queues.get(queue)!)
      for (const state of states) state.dueAtMs = Infinity // as in a take: a wake-up meanwhile is not lost
      const limit = Math.min(this.#deps.room(), MAX_TAKE)
      const answer = limit > 0 ? await this.#deps.claimDue(fromStore, limit) : undefined
      for (const state of states) this.#postpone(state, Math.min(answer?.wait_ms ?? STORE_POLL_MS, STORE_POLL_MS))
    }

    const now = performance.now()
    let waitMs = this.#deps.pollIntervalMs
    for (const { dueAtMs, paused } of this.#queues.values()) if (!paused) waitMs = Math.min(waitMs, Math.max(0, dueAtMs - now))
    this.#backlog = waitMs === 0
    return waitMs
  }

  /** @returns False when the queue has to be served from the store. */
  async #take(queue: string, state: QueueState, limit: number): Promise<boolean> {
    const askedAtMs = performance.now()
    state.dueAtMs = Infinity // a wake-up during the take sets it back to 0: then it is taken again
    try {
      const take = await this.#deps.timeline.take(queue, { limit, offsetMs: this.#deps.offsetMs() })
      this.#sayRedis(true)
      if (take.lost) {
        this.#deps.onLost(queue)
        return false
      }
      this.#postpone(state, Math.min(take.wait_ms ?? Infinity, this.#deps.pollIntervalMs))
      if (take.jobs.length > 0) this.#deps.claim(take.jobs)
      return true
    } catch (error) {
      this.#deps.log.debug({ err: error, queue, ms: Math.round(performance.now() - askedAtMs) }, 'cannot take from the timeline')
      if (isAboutAKey(error)) {
        this.#deps.onSpoilt(queue, error)
        return false // the others are well
      }
      this.#sayRedis(false)
      this.#redisPausedUntilMs = performance.now() + REDIS_PAUSE_MS
      return false
    }
  }

  #postpone(state: QueueState, ms: number): void {
    state.dueAtMs = Math.min(state.dueAtMs, performance.now() + ms)
  }

  #sayRedis(up: boolean): void {
    if (up !== this.#redisDown) return
    this.#redisDown = !up
    if (up) this.#deps.log.info('the timeline answers again')
    else this.#deps.log.warn('the timeline does not answer: due jobs are claimed from the store')
  }

  #know(queue: string): QueueState | undefined {
    const known = this.#queues.get(queue)
    if (known || this.#deps.queues.length > 0) return known
    const state: QueueState = { dueAtMs: 0, paused: false }
    this.#queues.set(queue, state)
    this.#sleeper.wake()
    return state
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      let waitMs: number
      try {
        waitMs = await this.tick()
      } catch (error) {
        this.#deps.log.error({ err: error }, 'a pass over the queues failed')
        waitMs = 1_000
      }
      if (!this.#stopping) await this.#sleeper.sleep(Math.min(waitMs, this.#deps.pollIntervalMs))
    }
  }
}
