/**
 * Keeps this worker's lease: registers it, beats every fifth of the lease, and compares what the store thinks
 * it holds with what it does hold. A worker that the store has declared dead starts over under a new id.
 */
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { uuidv7 } from 'uuidv7'
import { isDulyError } from '../core/errors.js'
import type { Beat, Finish, Queue, Store } from '../core/store/index.js'
import type { Clock } from './clock.js'
import { type Ownership, sentNow } from './ownership.js'
import { Sleeper } from './sleeper.js'

/** After a beat that failed, the next one does not wait for its turn: the lease is running out. */
const RETRY_MS = 250

export interface HeartDeps {
  /** A store of its own, so that beats do not starve behind claims. */
  readonly store: Pick<Store, 'registerWorker' | 'beat' | 'endWorker'>
  /** Where beats are noted; a thread may beat in our place. */
  readonly ownership: Ownership
  readonly clock: Clock
  readonly log: Logger
  readonly leaseMs: number
  readonly concurrency: number
  readonly types: readonly string[]
  readonly queues: readonly string[]
  /** Jobs that are ready, running, or whose end is on its way to the store. */
  readonly held: () => Iterable<{ readonly id: string; readonly fence: number }>
  /** When the oldest claim was sent that has no answer yet, on the monotonic clock; Infinity when there is none. */
  readonly oldestClaimSentAtMs: () => number
  /** True while a claim of this job waits or is under way: its answer may make the job ours after all. */
  readonly isClaiming: (id: string) => boolean
  /** Ends what is held and unknown. From then on no answer may start it under the same fence. */
  readonly handBack: (finishes: readonly Finish[]) => void
  /** Jobs that were held before this beat was sent and that the store no longer counts as ours. */
  readonly onLost: (fenceById: ReadonlyMap<string, number>) => void
  /** Jobs of ours that somebody wants cancelled. Told with each beat until they have ended. */
  readonly onCancelled: (fenceById: ReadonlyMap<string, number>) => void
  readonly onQueues: (queues: readonly Queue[]) => void
  /** The store has answered a beat. */
  readonly onBeat: () => void
  /** This worker is registered, for the first time or anew: nothing that it held before is its own. */
  readonly onBorn: (workerId: string) => void
}

export class Heart {
  readonly #deps: HeartDeps
  readonly #sleeper = new Sleeper()
  readonly #birthSleeper = new Sleeper()
  #workerId = ''
  #birth: Promise<void> | undefined
  #strangers = new Map<string, { fence: number; seenAtMs: number }>()
  #loop: Promise<void> | undefined
  #stopping = false

  constructor(deps: HeartDeps) {
    this.#deps = deps
  }

  get workerId(): string {
    return this.#workerId
  }

  /** @throws {Error} When the last beat that succeeded was sent longer ago than the lease: another worker may have the job by now. */
  assertOwned = (): void => this.#deps.ownership.assert(this.#deps.leaseMs)

  /** Registers, however long the store takes to answer, then beats until `stop`; a stop ends the wait, too. */
  async start(): Promise<void> {
    if (this.#loop) return
    await this.born()
    if (!this.#stopping) this.#loop = this.#run()
  }

  /** The next beat does not wait for its turn. */
  beatNow(): void {
    this.#sleeper.wake()
  }

  /** Ends the lease: whatever is still held can be rescued at once. */
  async stop(): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    this.#sleeper.wake()
    this.#birthSleeper.wake()
    await this.#loop
    if (this.#workerId !== '') await this.#deps.store.endWorker(this.#workerId, 'stopped')
  }

  /** Registers under a new id; calls at the same time share one registration. */
  born(): Promise<void> {
    this.#birth ??= this.#register().finally(() => (this.#birth = undefined))
    return this.#birth
  }

  /** One beat. Public so that a test makes exactly one. @throws {DulyError} What the store says; `worker_dead` leads to a new life instead. */
  async tick(): Promise<void> {
    const workerId = this.#workerId
    const sentAtMs = performance.now()
    const sentAt = sentNow()
    // Read before the beat is sent: what is held now was claimed by then, so the store must list it.
    const before = new Map<string, number>()
    for (const { id, fence } of this.#deps.held()) before.set(id, fence)
    const oldestClaimSentAtMs = this.#deps.oldestClaimSentAtMs()
    let beat: Beat
    try {
      beat = await this.#deps.store.beat(workerId)
    } catch (error) {
      if (!isDulyError(error, 'worker_dead')) throw error
      if (workerId !== this.#workerId) return
      this.#deps.ownership.forget()
      await this.born()
      return
    }
    if (workerId !== this.#workerId) return
    this.#deps.ownership.heard(sentAt)
    this.#deps.clock.sawDatabase(beat.now_ms, sentAtMs)
    this.#deps.onQueues(beat.queues)
    if (beat.cancelled.length > 0) this.#deps.onCancelled(new Map(beat.cancelled.map(({ id, fence }) => [id, fence])))
    this.#reconcile(beat, before, oldestClaimSentAtMs)
    this.#deps.onBeat()
  }

  #reconcile(beat: Beat, before: ReadonlyMap<string, number>, oldestClaimSentAtMs: number): void {
    const answeredAtMs = performance.now()
    const now = new Map<string, number>()
    for (const { id, fence } of this.#deps.held()) now.set(id, fence)
    const listed = new Map(beat.held.map(({ id, fence }) => [id, fence]))

    const lost = new Map<string, number>()
    for (const [id, fence] of before) if (now.get(id) === fence && listed.get(id) !== fence) lost.set(id, fence)
    if (lost.size > 0) this.#deps.onLost(lost)

    // The rule of two beats. One beat that lists a stranger proves nothing: it may have been computed after a
    // claim that has not answered yet, or before a finish whose answer is here already. So every claim that was
    // sent before the first beat answered (not: was sent; a slow beat lists claims that are younger than it) has
    // to be answered when the second one is sent, or its job may start and end while that is under way.
    const strangers = new Map<string, { fence: number; seenAtMs: number }>()
    const orphans: Finish[] = []
    for (const [id, fence] of listed) {
      if (before.has(id) || now.has(id) || this.#deps.isClaiming(id)) continue
      const seen = this.#strangers.get(id)
      if (seen?.fence !== fence) strangers.set(id, { fence, seenAtMs: answeredAtMs })
      else if (oldestClaimSentAtMs < seen.seenAtMs) strangers.set(id, seen)
      else orphans.push({ id, fence, outcome: 'handed_back' })
    }
    this.#strangers = strangers
    if (orphans.length > 0) {
      this.#deps.log.warn({ count: orphans.length }, 'hand back jobs whose claim was never answered')
      this.#deps.handBack(orphans)
    }
  }

  async #run(): Promise<void> {
    const intervalMs = this.#deps.leaseMs / 5
    let failing = false
    while (!this.#stopping) {
      await this.#sleeper.sleep(failing ? Math.min(intervalMs, RETRY_MS) : intervalMs)
      if (this.#stopping) return
      try {
        await this.tick()
        if (failing) this.#deps.log.info('the store answers again')
        failing = false
      } catch (error) {
        if (!failing) this.#deps.log.warn({ err: error }, 'cannot beat; running jobs go on')
        failing = true
      }
    }
  }

  async #register(): Promise<void> {
    const { store, clock, log } = this.#deps
    const reborn = this.#workerId !== ''
    const id = uuidv7()
    for (let tries = 0; !this.#stopping; tries++) {
      const sentAtMs = performance.now()
      const sentAt = sentNow()
      try {
        const { now_ms } = await store.registerWorker({
          id,
          host: hostname(),
          pid: process.pid,
          concurrency: this.#deps.concurrency,
          types: this.#deps.types,
          queues: this.#deps.queues,
          lease_ms: this.#deps.leaseMs
        })
        clock.sawDatabase(now_ms, sentAtMs)
        this.#workerId = id
        this.#deps.ownership.heard(sentAt)
        this.#strangers.clear()
        if (reborn) log.warn({ worker_id: id }, 'the store had declared this worker dead; it goes on under a new id')
        this.#deps.onBorn(id)
        return
      } catch (error) {
        if (tries === 0) log.warn({ err: error }, 'cannot register; trying until the store answers')
        await this.#birthSleeper.sleep(Math.min(100 * 2 ** tries, 2_000))
      }
    }
  }
}
