/** One worker: take -> claim -> run -> finish, and the parts that keep it honest, wired together. */
import { once } from 'node:events'
import type { Logger } from 'pino'
import type { Config } from '../core/config.js'
import type { ClaimedJob } from '../core/job.js'
import type { Entry, Finish, Finished, Later, Store } from '../core/store/index.js'
import { telling } from '../core/store/telling.js'
import { listenForWakeUps, type RedisClient, type Taken, Teller, Timeline, type WakeUps } from '../core/timeline/index.js'
import { Clock } from './clock.js'
import { Dispatcher } from './dispatcher.js'
import { Exchange } from './exchange.js'
import { type Ended, Executor } from './executor.js'
import type { Registry } from './handlers/index.js'
import { Heart } from './heart.js'
import type { Isolation } from './isolate/isolation.js'
import { Outbox } from './outbox.js'
import { monotonicMs, Ownership } from './ownership.js'
import type { PulseStore } from './pulse.js'
import { Recorder } from './recorder.js'
import { Seen } from './seen.js'
import { Sweeper } from './sweeper.js'
import { SweptCounts } from './swept.js'
import { Vitals } from './vitals.js'

export interface WorkerDeps {
  readonly config: Pick<
    Config,
    'WORKER_CONCURRENCY' | 'queues' | 'POLL_INTERVAL_MS' | 'LEASE_MS' | 'SWEEP_INTERVAL_MS' | 'SWEEP_GRACE_MS' | 'TIMELINE_WINDOW_MS' | 'SHUTDOWN_GRACE_MS' | 'REDIS_PREFIX' | 'keep'
  >
  readonly store: Store
  /** For beats alone, so that they do not starve behind claims. */
  readonly heartStore: PulseStore
  /** Shared with the pulse, if that is what `heartStore` is. */
  readonly ownership?: Ownership
  readonly vitals?: Vitals
  readonly redis: RedisClient
  /** For wake-ups alone. */
  readonly subscriber: RedisClient
  readonly registry: Registry
  /** Runs jobs in processes of their own, and ends with this worker. Without it all run here. */
  readonly isolation?: Isolation
  readonly log: Logger
  /** How long a handler that ignores its signal keeps its slot; 5 s unless a test says otherwise. */
  readonly abandonMs?: number
  /** Called with the id at each registration. */
  readonly onBorn?: (workerId: string) => void
}

/** Waits for jobs that were refused: the second refusal of the same job on, and for as long as nothing else is known. */
const WAIT_MS = { refusedAgain: 50, unknownType: 250, longestUnknownType: 2_000, paused: 1_000, locked: 1_000 } as const
/** How often the main loop says that it turns. */
const TURN_MS = 250
/** Claims that are remembered, so that none is run twice. */
const MAX_SEEN = 20_000

export class Worker {
  readonly #deps: WorkerDeps
  readonly #clock = new Clock()
  readonly #timeline: Timeline
  readonly #executor: Executor
  readonly #exchange: Exchange
  readonly #dispatcher: Dispatcher
  readonly #sweeper: Sweeper
  readonly #outbox: Outbox
  readonly #recorder: Recorder
  readonly #heart: Heart
  readonly #vitals: Vitals
  readonly #teller: Teller
  readonly #seen = new Seen(MAX_SEEN)
  /** How often each job was refused lately. */
  readonly #refusals = new Map<string, number>()
  /** Whoever sleeps until Redis says something has to look elsewhere now, or there again. */
  readonly #timelineChanged = (): void => {
    this.#sweeper.look()
    this.#dispatcher.wakeAll()
  }
  #wakeUps: WakeUps | undefined
  #turning: NodeJS.Timeout | undefined
  #started: Promise<void> | undefined
  #stopped: Promise<void> | undefined

  constructor(deps: WorkerDeps) {
    this.#deps = deps
    const { config, registry, log, ownership = new Ownership(), vitals = new Vitals() } = deps
    this.#vitals = vitals
    this.#timeline = new Timeline(deps.redis, { prefix: config.REDIS_PREFIX, windowMs: config.TIMELINE_WINDOW_MS, onRefused: () => this.#timelineChanged() })

    this.#teller = new Teller((changes) => (this.#timeline.usable ? this.#timeline.sayChanged(changes) : undefined))
    const store = telling(deps.store, this.#teller)

    this.#executor = new Executor({
      registry,
      concurrency: config.WORKER_CONCURRENCY,
      log,
      settle: (finish, job, attempt) => this.#settled(finish, job, attempt),
      onRoom: () => this.#dispatcher.nudge(),
      claimMs: () => this.#exchange.claimMs,
      handBack: (jobs) => this.#handBack(jobs),
      onDeadlines(firstMs, lastMs) {
        const sinceStartMs = monotonicMs() - performance.now()
        vitals.deadlines = lastMs > 0 ? { firstMs: firstMs + sinceStartMs, lastMs: lastMs + sinceStartMs } : undefined
      },
      assertOwned: () => this.#heart.assertOwned(),
      isolation: deps.isolation,
      ...(deps.abandonMs !== undefined && { abandonMs: deps.abandonMs })
    })
    this.#exchange = new Exchange({
      store,
      log,
      workerId: () => this.#heart.workerId,
      onClaimed: (jobs) => this.#claimed(jobs),
      onLater: (later) => this.#later(later),
      putBack: (taken) => this.#putBack(taken),
      onAgain: (entries) => this.#add(entries),
      onFinished: (finishes, answer) => this.#finished(finishes, answer),
      onNotAlive: async (code, workerId) => {
        if (workerId !== this.#heart.workerId) return // told of a life that is over; this one is well
        await (code === 'worker_dead' ? this.#heart.born() : this.#heart.tick())
      },
      onUp: () => this.#dispatcher.wakeAll(),
      onRoom: () => this.#dispatcher.nudge()
    })
    this.#dispatcher = new Dispatcher({
      timeline: this.#timeline,
      offsetMs: () => this.#clock.offsetMs(),
      room: () => this.#executor.room - this.#exchange.claiming,
      concurrency: config.WORKER_CONCURRENCY,
      storeUp: () => this.#exchange.up,
      claim: (taken) => this.#exchange.claim(taken),
      claimDue: (queues, limit) => this.#exchange.claimDue(queues, limit),
      onLost: () => this.#sweeper.kick(),
      onSpoilt: (queue, error) => this.#sweeper.spoil([queue], error),
      pollIntervalMs: config.POLL_INTERVAL_MS,
      queues: config.queues,
      log
    })
    const swept = new SweptCounts()
    this.#sweeper = new Sweeper({
      store,
      swept,
      timeline: this.#timeline,
      workerId: () => this.#heart.workerId,
      log,
      intervalMs: config.SWEEP_INTERVAL_MS,
      graceMs: config.SWEEP_GRACE_MS,
      windowMs: config.TIMELINE_WINDOW_MS,
      keep: config.keep,
      nowMs: () => this.#clock.nowMs(),
      onRedisTime: (nowMs, sentAtMs) => this.#clock.sawRedis(nowMs, sentAtMs),
      onQueues: (queues) => this.#dispatcher.sawQueues(queues),
      onRescued: (rescued) => this.#recorder.rescued(rescued),
      onUsable: () => this.#dispatcher.wakeAll(),
      onRebuilt: (queue) => this.#dispatcher.wakeUp(queue)
    })
    this.#outbox = new Outbox({
      store,
      timeline: this.#timeline,
      workerId: () => this.#heart.workerId,
      onAdded: (outbox) => swept.add({ outbox }),
      onSpoilt: (queues, error) => this.#sweeper.spoil(queues, error),
      log
    })
    this.#recorder = new Recorder({ store, workerId: () => this.#heart.workerId, nowMs: (atMs) => this.#clock.nowMs(atMs), log })
    this.#heart = new Heart({
      store: deps.heartStore,
      ownership,
      clock: this.#clock,
      log,
      leaseMs: config.LEASE_MS,
      concurrency: config.WORKER_CONCURRENCY,
      types: registry.types,
      queues: config.queues,
      held: () => this.#held(),
      oldestClaimSentAtMs: () => this.#exchange.oldestClaimSentAtMs,
      isClaiming: (id) => this.#exchange.isClaiming(id),
      handBack: (finishes) => {
        for (const { id, fence } of finishes) this.#seen.add(id, fence)
        this.#exchange.finish(...finishes)
      },
      onLost: (fenceById) => this.#executor.lose((job) => fenceById.get(job.id) === job.fence, 'the store says that this job is no longer ours'),
      onCancelled: (fenceById) => this.#executor.cancel((job) => fenceById.get(job.id) === job.fence),
      onQueues: (queues) => this.#dispatcher.sawQueues(queues),
      onBeat: () => {
        this.#recorder.look()
        deps.isolation?.beat(ownership.newest)
      },
      onBorn: (workerId) => {
        this.#executor.lose(() => true, 'the store has declared this worker dead')
        deps.isolation?.beat(ownership.newest)
        deps.onBorn?.(workerId)
      }
    })
  }

  get workerId(): string {
    return this.#heart.workerId
  }

  /** Returns when the worker is registered and looks for jobs, however long the store takes to answer. */
  start(): Promise<void> {
    return (this.#started ??= this.#start())
  }

  /** Takes no more, lets running jobs finish within the grace, hands the rest back uncounted. The stores stay open. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop())
  }

  async #start(): Promise<void> {
    this.#turn()
    this.#turning = setInterval(() => this.#turn(), TURN_MS).unref()
    await this.#heart.start()
    if (this.#stopped) return
    await this.#heart.tick().catch(() => {}) // learns the queues; the loop goes on with it
    if (!this.#timeline.connected) await within(500, once(this.#deps.redis, 'ready')).catch(() => {}) // it is on its way, or the store serves
    if (this.#stopped) return
    this.#wakeUps = listenForWakeUps(this.#deps.subscriber, this.#deps.config.REDIS_PREFIX, {
      wakeUp: (queue) => this.#dispatcher.wakeUp(queue),
      resumed: (queue) => this.#dispatcher.resume(queue),
      watched: (ms) => this.#teller.watch(ms),
      cancel: (ids) => {
        if (ids.some((id) => this.#executor.holds(id))) this.#heart.beatNow() // the store says whether it is so
      },
      connected: () => {
        this.#sweeper.reconnected()
        this.#dispatcher.wakeAll()
      }
    })
    this.#deps.redis.on('close', this.#timelineChanged).on('ready', this.#timelineChanged)
    this.#dispatcher.start()
    this.#sweeper.start()
    this.#outbox.start()
    this.#recorder.start()
  }

  async #stop(): Promise<void> {
    const { log, config } = this.#deps
    log.info({ running: this.#executor.running }, 'worker stops')
    this.#wakeUps?.close()
    this.#teller.stop()
    this.#deps.redis.off('close', this.#timelineChanged).off('ready', this.#timelineChanged)
    const others = Promise.all([this.#dispatcher.stop(), this.#sweeper.stop(), this.#outbox.stop()])
    const graceEndsAtMs = performance.now() + config.SHUTDOWN_GRACE_MS
    this.#handBack(this.#executor.stopStarting())
    await this.#executor.drain(config.SHUTDOWN_GRACE_MS)
    const [answered] = await Promise.all([
      this.#exchange.drain(Math.max(2_000, graceEndsAtMs - performance.now())),
      within(1_000, Promise.all([others, this.#recorder.stop(), this.#deps.isolation?.stop()])).catch((error: unknown) => log.warn({ err: error }, 'a part of the worker stopped badly')) // the outcomes are still under way
    ])
    clearInterval(this.#turning)
    await within(answered ? 1_000 : 0, this.#heart.stop()).catch((error: unknown) => log.warn({ err: error }, 'cannot end the lease; it runs out by itself'))
    log.info('worker stopped')
  }

  /** Shows whoever watches this loop that it turns, and how long what it runs may take. */
  #turn(): void {
    this.#vitals.loopTurns()
    this.#executor.tellDeadlines()
  }

  *#held() {
    yield* this.#executor.held()
    yield* this.#exchange.finishing()
  }

  #claimed(answered: readonly ClaimedJob[]): void {
    // A claim that was sent again answers with what this worker already holds, and may by then have run.
    const jobs = answered.filter(({ id, fence }) => this.#seen.add(id, fence))
    if (this.#refusals.size > 0) for (const { id } of jobs) this.#refusals.delete(id)
    if (this.#stopped) this.#handBack(jobs)
    else this.#executor.accept(jobs)
  }

  /** Jobs that never started here. */
  #handBack(jobs: readonly ClaimedJob[]): void {
    if (jobs.length > 0) this.#exchange.finish(...jobs.map(({ id, fence, queue }): Finish => ({ id, fence, queue, outcome: 'handed_back' })))
  }

  #settled(finish: Finish, job: ClaimedJob, attempt: Ended): void {
    this.#exchange.finish({ ...finish, queue: job.queue })
    this.#recorder.ended(job, finish.outcome, attempt)
    if (finish.outcome === 'completed' || finish.outcome === 'snoozed') return
    const fields = { job_id: job.id, type: job.type, attempt: job.attempt, ...(finish.error && { error: (JSON.parse(finish.error) as { message: string }).message }) }
    this.#deps.log.warn(fields, { retry: 'attempt failed', failed: 'attempt failed for good', handed_back: 'job handed back' }[finish.outcome])
  }

  #finished(finishes: readonly Finish[], { refused, locked }: Finished): void {
    const open = new Set([...refused, ...locked])
    const completed = finishes.filter((finish) => finish.outcome === 'completed' && !open.has(finish.id))
    if (completed.length === 1) this.#deps.log.info({ job_id: completed[0]!.id }, 'job completed')
    else if (completed.length > 1) this.#deps.log.info({ count: completed.length }, 'jobs completed')
    for (const id of refused) this.#deps.log.warn({ job_id: id }, 'result refused: the job has been claimed again or ended since')
  }

  #later(later: readonly Later[]): void {
    if (this.#refusals.size > 10_000) this.#refusals.clear()
    const now = this.#clock.nowMs()
    this.#add(
      later.map(({ id, queue, priority, reason, wait_ms }) => {
        const refusals = (this.#refusals.get(id) ?? 0) + 1
        this.#refusals.set(id, refusals)
        if (reason === 'queue_paused') this.#dispatcher.pause(queue)
        if (reason === 'unknown_type' && refusals === 1) this.#deps.log.warn({ job_id: id, queue }, 'no handler for the type of this job here; it waits for a worker that has one')
        const waitMs = {
          not_due: refusals > 1 ? Math.max(wait_ms, WAIT_MS.refusedAgain) : wait_ms,
          unknown_type: Math.min(WAIT_MS.unknownType * 2 ** (refusals - 1), WAIT_MS.longestUnknownType),
          queue_paused: WAIT_MS.paused,
          locked: WAIT_MS.locked
        }[reason]
        return { id, queue, priority, run_at_ms: Math.ceil(now + waitMs) }
      })
    )
  }

  #putBack(taken: readonly Taken[]): void {
    this.#add(taken.map((job) => ({ ...job, run_at_ms: 0 }))) // they were due
  }

  /** Best effort: what cannot be added now is overdue soon, and the sweep puts it back. */
  #add(entries: readonly Entry[]): void {
    if (entries.length === 0) return
    if (!this.#timeline.usable) return this.#timeline.noteMissed()
    this.#timeline.add(entries).catch((error: unknown) => this.#deps.log.debug({ err: error, count: entries.length }, 'cannot add to the timeline; the sweep will'))
  }
}

/** Waits for a promise, but not for longer than `ms`. */
async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([promise, new Promise((resolve) => (timer = setTimeout(resolve, ms)))])
  clearTimeout(timer)
}
