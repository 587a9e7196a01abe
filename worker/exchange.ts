/**
 * Talks to the store about attempts: sends the ends of some and the claims of others, together where both are waiting.
 *
 * Up: outcomes and claims that arrive while a call is under way share the next one. Down, entered when a call finds
 * no store: outcomes wait here, claims go back to the timeline, nothing new is taken; a probe with growing pauses
 * finds the way up again. Every call may be sent twice: the fence and the guard make the second one harmless.
 */
import type { Logger } from 'pino'
import { DulyError, isDulyError } from '../core/errors.js'
import type { ClaimedJob } from '../core/job.js'
import type { Claim, DueClaim, Entry, Finish, Finished, Later, Store } from '../core/store/index.js'
import type { Taken } from '../core/timeline/index.js'

/** Most outcomes, and most claims, in one call. */
const MAX_BATCH = 500
/** Calls that may be under way at once, so that a slow store is kept busy. */
const MAX_CALLS = 4
/** A further call is worth it for this many waiting items, or for a claim when none is under way. */
const WORTH_A_CALL = 100
const PROBE_MS = { first: 100, longest: 2_000 }
/** How much a new claim counts for in how long claims take. */
const WEIGHT = 0.2
/** A store that is slower than this is in trouble: taking more would not help it. */
const MAX_CLAIM_MS = 250
/** An outcome whose row somebody else keeps locked is sent again after this time. */
const LOCKED_MS = 1_000

export interface ExchangeDeps {
  readonly store: Pick<Store, 'claimJobs' | 'claimDueJobs' | 'finishJobs' | 'exchange' | 'ping'>
  readonly log: Logger
  readonly workerId: () => string
  readonly onClaimed: (jobs: readonly ClaimedJob[]) => void
  /** Pending jobs that may not start yet. */
  readonly onLater: (later: readonly Later[]) => void
  /** Jobs that were taken and could not be claimed now. */
  readonly putBack: (taken: readonly Taken[]) => void
  /** Jobs that are pending again. */
  readonly onAgain: (entries: readonly Entry[]) => void
  readonly onFinished: (finishes: readonly Finish[], answer: Finished) => void
  /** The store says that the worker of this id is dead, or silent; settles once it has a lease again, perhaps under another id. */
  readonly onNotAlive: (code: 'worker_dead' | 'worker_silent', workerId: string) => Promise<void>
  readonly onUp: () => void
  /** Claims were answered, perhaps with less than was asked for. */
  readonly onRoom: () => void
}

interface Call {
  /** Under which id it was sent. */
  readonly workerId: string
  readonly finishes: readonly Finish[]
  readonly taken: readonly Taken[]
  readonly sentAtMs: number
  readonly claims: boolean
}

export class Exchange {
  readonly #deps: ExchangeDeps
  #finishes: Finish[] = []
  #taken: Taken[] = []
  /** Outcomes that wait for a lock of others. */
  readonly #locked = new Set<Finish>()
  readonly #calls = new Set<Call>()
  #scheduled = false
  #down = false
  #closed = false
  #drained = false
  #idle: (() => void) | undefined
  #probe: NodeJS.Timeout | undefined
  #claimMs = 0

  constructor(deps: ExchangeDeps) {
    this.#deps = deps
  }

  get up(): boolean {
    return !this.#down
  }

  /** Jobs that were taken and whose claim has no answer yet. */
  get claiming(): number {
    let count = this.#taken.length
    for (const call of this.#calls) count += call.taken.length
    return count
  }

  /** How long claims take, lately. */
  get claimMs(): number {
    return Math.min(this.#claimMs, MAX_CLAIM_MS)
  }

  isClaiming(id: string): boolean {
    const isIt = (job: Taken) => job.id === id
    if (this.#taken.some(isIt)) return true
    for (const call of this.#calls) if (call.taken.some(isIt)) return true
    return false
  }

  get oldestClaimSentAtMs(): number {
    let oldest = Infinity
    for (const call of this.#calls) if (call.claims) oldest = Math.min(oldest, call.sentAtMs)
    return oldest
  }

  /** Ends of attempts that the store has not confirmed yet. */
  *finishing(): Iterable<{ readonly id: string; readonly fence: number }> {
    yield* this.#finishes
    yield* this.#locked
    for (const call of this.#calls) yield* call.finishes
  }

  finish(...finishes: readonly Finish[]): void {
    this.#finishes.push(...finishes)
    this.#schedule()
  }

  claim(taken: readonly Taken[]): void {
    if (this.#closed || this.#down) this.#deps.putBack(taken)
    else {
      this.#taken.push(...taken)
      this.#schedule()
    }
  }

  /** Claims what is due without the timeline. @returns Undefined when the store does not answer. */
  async claimDue(queues: readonly string[], limit: number): Promise<DueClaim | undefined> {
    const call = this.#call([], [], true)
    try {
      const answer = await this.#deps.store.claimDueJobs(call.workerId, queues, limit)
      this.#claimed(call, { jobs: answer.jobs, later: [] })
      return answer
    } catch (error) {
      await this.#failed(call, error)
      return undefined
    } finally {
      this.#done(call)
    }
  }

  /** Takes no more claims, and sends every outcome that waits, unless the store stays away for longer than `ms`. @returns Whether it answered. */
  async drain(ms: number): Promise<boolean> {
    this.#closed = true
    this.#deps.putBack(this.#taken.splice(0))
    this.#schedule()
    if (this.#calls.size + this.#finishes.length + this.#locked.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        this.#idle = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    clearTimeout(this.#probe)
    this.#down = true
    this.#drained = true
    const lost = [...this.finishing()].length
    const answered = this.#calls.size + lost === 0
    if (lost > 0) this.#deps.log.error({ count: lost }, 'the store is away: outcomes are lost, their jobs will be rescued and run again')
    return answered
  }

  /** Outcomes of one turn of the event loop leave together. */
  #schedule(): void {
    if (this.#scheduled || this.#down) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      while (this.#worthACall()) void this.#send()
    })
  }

  #worthACall(): boolean {
    const waiting = this.#finishes.length + this.#taken.length
    if (this.#down || waiting === 0 || this.#calls.size >= MAX_CALLS) return false
    let waitedFor = 0 // a claim without the timeline carries nothing of what waits here
    for (const call of this.#calls) if (call.finishes.length + call.taken.length > 0) waitedFor++
    if (waitedFor === 0 || waiting >= WORTH_A_CALL) return true
    return this.#taken.length > 0 && this.oldestClaimSentAtMs === Infinity
  }

  async #send(): Promise<void> {
    const finishes = this.#finishes.splice(0, MAX_BATCH)
    const taken = this.#taken.splice(0, MAX_BATCH)
    if (taken.length === 0) return this.#sendFinishes(finishes)
    const call = this.#call(finishes, taken, true)
    try {
      const ids = taken.map((job) => job.id)
      if (finishes.length === 0) this.#claimed(call, await this.#deps.store.claimJobs(call.workerId, ids))
      else {
        const answer = await this.#deps.store.exchange(call.workerId, finishes, ids)
        this.#finished(finishes, answer)
        this.#claimed(call, answer)
      }
    } catch (error) {
      await this.#failed(call, error)
    } finally {
      this.#done(call)
    }
  }

  /** A batch that holds something that cannot be stored is halved until that stands alone; only then it fails, and only it. */
  async #sendFinishes(finishes: readonly Finish[]): Promise<void> {
    const call = this.#call(finishes, [], false)
    try {
      this.#finished(finishes, await this.#deps.store.finishJobs(call.workerId, finishes))
    } catch (error) {
      if (!isDulyError(error, 'not_storable')) await this.#failed(call, error)
      else if (finishes.length > 1) {
        const middle = finishes.length >> 1
        await this.#sendFinishes(finishes.slice(0, middle))
        await this.#sendFinishes(finishes.slice(middle))
      } else {
        const { id, fence } = finishes[0]!
        this.#deps.log.error({ job_id: id, err: error }, 'the outcome of a job cannot be stored: the job fails')
        const reason = JSON.stringify({ name: 'NotStorable', message: 'The database refused what the handler returned.' })
        if (finishes[0]!.error !== reason) this.#finishes.push({ id, fence, outcome: 'failed', error: reason })
      }
    } finally {
      this.#done(call)
    }
  }

  /** The same for claims: one job that the database cannot claim keeps none of the others. */
  async #sendTaken(taken: readonly Taken[]): Promise<void> {
    const call = this.#call([], taken, true)
    try {
      this.#claimed(call, await this.#deps.store.claimJobs(call.workerId, taken.map((job) => job.id)))
    } catch (error) {
      await this.#failed(call, error)
    } finally {
      this.#done(call)
    }
  }

  #call(finishes: readonly Finish[], taken: readonly Taken[], claims: boolean): Call {
    const call = { workerId: this.#deps.workerId(), finishes, taken, sentAtMs: performance.now(), claims }
    this.#calls.add(call)
    return call
  }

  #claimed({ workerId, sentAtMs }: Call, { jobs, later }: Claim): void {
    this.#claimMs += (performance.now() - sentAtMs - this.#claimMs) * WEIGHT
    // Claimed under an id that has ended since: these are being rescued.
    if (jobs.length > 0 && workerId === this.#deps.workerId()) this.#deps.onClaimed(jobs)
    if (later.length > 0) this.#deps.onLater(later)
  }

  #finished(finishes: readonly Finish[], answer: Finished): void {
    const again = answer.moved.filter((job) => job.status === 'pending')
    if (again.length > 0) this.#deps.onAgain(again)
    if (answer.locked.length > 0) this.#park(finishes.filter((finish) => answer.locked.includes(finish.id)))
    this.#deps.onFinished(finishes, answer)
  }

  #park(finishes: readonly Finish[]): void {
    this.#deps.log.warn({ job_ids: finishes.map((finish) => finish.id) }, 'rows of finished jobs are locked by somebody else; their outcomes wait')
    for (const finish of finishes) this.#locked.add(finish)
    setTimeout(() => {
      for (const finish of finishes) this.#locked.delete(finish)
      this.finish(...finishes)
    }, LOCKED_MS).unref()
  }

  #done(call: Call): void {
    this.#calls.delete(call)
    if (call.taken.length > 0) this.#deps.onRoom() // jobs that were gone leave room that no end of an attempt will tell of
    if (this.#finishes.length + this.#taken.length > 0) this.#schedule()
    else if (this.#calls.size + this.#locked.size === 0) this.#idle?.()
  }

  async #failed(call: Call, error: unknown): Promise<void> {
    if (isDulyError(error, 'not_storable') && call.finishes.length > 0) {
      this.#taken.unshift(...call.taken)
      await this.#sendFinishes(call.finishes)
      return
    }
    if (isDulyError(error, 'not_storable')) {
      const middle = call.taken.length >> 1
      if (middle === 0) return this.#deps.log.error({ err: error, job_id: call.taken[0]?.id }, 'a job cannot be claimed')
      await this.#sendTaken(call.taken.slice(0, middle))
      await this.#sendTaken(call.taken.slice(middle))
      return
    }
    this.#finishes.unshift(...call.finishes)
    if (call.taken.length > 0) this.#deps.putBack(call.taken)
    if (isDulyError(error, 'worker_dead', 'worker_silent')) {
      // What waits goes with a later call, under whichever id this worker has then.
      try {
        await this.#deps.onNotAlive(error.code as 'worker_dead' | 'worker_silent', call.workerId)
        return
      } catch (stillNot) {
        error = stillNot
      }
    }
    if (!(error instanceof DulyError)) this.#deps.log.error({ err: error }, 'unexpected failure of a store call')
    this.#goDown(error)
  }

  #goDown(error: unknown): void {
    if (this.#down) return
    this.#down = true
    this.#deps.log.warn({ err: error }, 'the store does not answer: nothing is taken, outcomes wait')
    this.#deps.putBack(this.#taken.splice(0))
    const probe = (pauseMs: number) => {
      this.#probe = setTimeout(() => {
        this.#deps.store.ping().then(
          () => {
            if (this.#drained) return
            this.#down = false
            this.#deps.log.info({ waiting: this.#finishes.length }, 'the store answers again')
            this.#schedule()
            this.#deps.onUp()
          },
          () => this.#drained || probe(Math.min(pauseMs * 2, PROBE_MS.longest))
        )
      }, pauseMs)
    }
    probe(PROBE_MS.first)
  }
}
