/**
 * Keeps a lease that the main loop cannot keep, and ends a process whose main loop does not come back.
 *
 * Turning: the main loop beats by itself, through this. Blocked, entered when a beat is overdue: this beats in its
 * place, so that what the worker runs is not taken for lost. Stuck, entered when every attempt that runs is past its
 * deadline and the seconds that it has to stop, or when one of them is and the loop has been blocked for minutes:
 * this declares the worker dead, so that its jobs run elsewhere at once, and ends the process. Waiting for the last
 * deadline alone would let one job with a day of time keep a worker that does nothing alive for that day.
 */
import type { Logger } from 'pino'
import { isDulyError } from '../core/errors.js'
import type { Store } from '../core/store/index.js'
import { monotonicMs, type Ownership, sentNow } from './ownership.js'
import type { Vitals } from './vitals.js'

/** Beats that a blocked loop owes: a third of an interval late is no accident any more. */
const OVERDUE = 4 / 3
/** A loop counts as blocked when it has not turned for so many looks: a machine that was suspended stops both. */
const LOOKS = 4
/** A loop that is blocked for longer does not wait for the last deadline. */
const LIMIT_MS = 300_000

export interface LeaseKeeperDeps {
  readonly store: Pick<Store, 'registerWorker' | 'beat' | 'endWorker'>
  /** Where beats are noted that this sends. */
  readonly ownership: Ownership
  readonly vitals: Vitals
  readonly log: Logger
  readonly leaseMs: number
  /** How long an attempt that is told to stop keeps its slot. */
  readonly abandonMs: number
  /** False while somebody debugs: a breakpoint blocks the loop, too. */
  readonly watch: boolean
  /** Ends this process at once. */
  readonly kill: () => void
}

export class LeaseKeeper implements Pick<Store, 'registerWorker' | 'beat' | 'endWorker'> {
  readonly #deps: LeaseKeeperDeps
  #workerId = ''
  #sentAtMs = -Infinity
  #beating = false
  #failing = false
  #loopSeenMs = -Infinity
  #looks = 0
  #killing = false

  constructor(deps: LeaseKeeperDeps) {
    this.#deps = deps
  }

  async registerWorker(worker: Parameters<Store['registerWorker']>[0]): ReturnType<Store['registerWorker']> {
    const sentAtMs = monotonicMs()
    const answer = await this.#deps.store.registerWorker(worker)
    this.#workerId = worker.id
    this.#sentAtMs = sentAtMs
    return answer
  }

  async beat(workerId: string): ReturnType<Store['beat']> {
    this.#sentAtMs = monotonicMs()
    return this.#deps.store.beat(workerId)
  }

  async endWorker(...args: Parameters<Store['endWorker']>): ReturnType<Store['endWorker']> {
    if (args[0] === this.#workerId) this.#workerId = ''
    return this.#deps.store.endWorker(...args)
  }

  /** How often to look, ms. */
  get intervalMs(): number {
    return Math.min(250, this.#deps.leaseMs / 20)
  }

  /** One look. Public so that a test makes exactly one. */
  async tick(): Promise<void> {
    const seenMs = this.#deps.vitals.loopSeenMs
    this.#looks = seenMs === this.#loopSeenMs ? this.#looks + 1 : 0
    this.#loopSeenMs = seenMs
    if (this.#workerId === '' || this.#looks < LOOKS) return
    if (this.#isStuck()) await this.#end()
    else if (monotonicMs() - this.#sentAtMs >= (this.#deps.leaseMs / 5) * OVERDUE || this.#failing) await this.#beatInPlace()
  }

  async #beatInPlace(): Promise<void> {
    if (this.#beating) return
    this.#beating = true
    const workerId = this.#workerId
    const sentAt = sentNow()
    this.#sentAtMs = sentAt.monotonicMs
    try {
      await this.#deps.store.beat(workerId)
      if (workerId === this.#workerId) this.#deps.ownership.heard(sentAt)
      this.#failing = false
    } catch (error) {
      this.#failing = !isDulyError(error, 'worker_dead')
      if (this.#failing || workerId !== this.#workerId) return
      this.#deps.ownership.forget()
      this.#workerId = '' // the main loop learns it from its next beat, and registers anew
    } finally {
      this.#beating = false
    }
  }

  #isStuck(): boolean {
    const { watch, vitals, abandonMs } = this.#deps
    if (!watch) return false
    const nowMs = monotonicMs()
    const { deadlines, loopSeenMs } = vitals
    if (nowMs <= loopSeenMs + abandonMs) return false
    if (deadlines && nowMs > deadlines.lastMs + abandonMs) return true
    return nowMs > loopSeenMs + LIMIT_MS && (!deadlines || nowMs > deadlines.firstMs + abandonMs)
  }

  async #end(): Promise<void> {
    if (this.#killing) return
    this.#killing = true
    const { log, store, vitals, kill } = this.#deps
    const blockedMs = Math.round(monotonicMs() - vitals.loopSeenMs)
    log.fatal({ worker_id: this.#workerId, blocked_ms: blockedMs }, 'a handler blocks the event loop past the deadline of everything that runs: this process ends, its jobs run elsewhere')
    const patience = setTimeout(kill, 1_000)
    await store.endWorker(this.#workerId, 'declared_dead').catch(() => {}) // else its lease runs out
    clearTimeout(patience)
    kill()
  }
}
