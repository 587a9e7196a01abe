/**
 * Processes, each of which runs one job at a time and lives on: jobs that follow do not wait for a start.
 * They are started when a job needs one, and end after a minute without any.
 */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import type { ClaimedJob } from '../../core/job.js'
import type { Finish } from '../../core/store/index.js'
import type { Stopped } from '../stopped.js'
import type { Settings } from './messages.js'
import { type Assignment, IsolatedProcess, ProcessDied } from './process.js'
import type { SentAt } from '../ownership.js'

const IDLE_MS = 60_000
/** What handlers leak ends with their process. */
const MAX_JOBS = 1_000
/** A process that still holds this much of its cap after a job does not start another with it. */
const MAX_KEPT = 0.5
/** Processes that end before they begin a job, until it is the job's fault. */
const MAX_REFUSALS = 3
/** Processes that start at once: more would make all of them late, and the first that is ready may serve the jobs of the others. */
const MAX_STARTING = 2 * availableParallelism()
/** How long handlers may take to close what they keep: when nobody waits for it, and when the worker stops. */
const CLOSE_MS = { idle: 10_000, stop: 700 } as const

export interface PoolOptions {
  /** Most processes at once. */
  readonly processes: number
  /** Most memory of each, in MB. */
  readonly memoryMb: number
  readonly settings: Settings
  readonly log: Logger
  /** How long a process without a job is kept. */
  readonly idleMs?: number
  readonly startMs?: number
  /** The compiled child.js: tests run from source, which Node does not take. */
  readonly module?: string
}

export class Pool {
  readonly #options: PoolOptions
  /** Those that run jobs, or will; the longest idle one comes first. */
  readonly #processes = new Set<IsolatedProcess>()
  /** All that have not ended yet. */
  readonly #alive = new Set<IsolatedProcess>()
  readonly #idleTimers = new Map<IsolatedProcess, NodeJS.Timeout>()
  readonly #waiting: Assignment[] = []
  #beat: SentAt = { monotonicMs: 0, wallMs: 0 }
  #stopping = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Pids of all processes that have not ended. */
  get pids(): number[] {
    return [...this.#alive].flatMap(({ pid }) => pid ?? [])
  }

  /**
   * Runs one attempt: when a process is free, which may take a while.
   *
   * @param module - URL of the module that has the handler.
   * @param signal - Tells the attempt to stop, and to wait no longer. The handler hears of it.
   * @param onTaken - The handler is about to be called.
   * @returns What the handler said.
   * @throws {ThrownElsewhere} What the handler threw. {ProcessDied} When its process ended. {Stopped} When it was told to stop before it began.
   */
  run(job: ClaimedJob, module: string, signal: AbortSignal, onTaken: () => void): Promise<Finish> {
    return new Promise((resolve, reject) => {
      const assignment: Assignment = { job, module, signal, onTaken, resolve, reject, refusals: 0 }
      signal.addEventListener('abort', () => this.#stop(assignment), { once: true })
      this.#waiting.push(assignment)
      if (signal.aborted) this.#stop(assignment)
      else if (this.#stopping) this.#refuse()
      else this.#assign()
    })
  }

  /** Jobs are likely to come soon: as many processes as start at once begin to. Those that no job needs end as others do. */
  expect(): void {
    for (let starting = 0; starting < MAX_STARTING && this.#processes.size < this.#options.processes; starting++) this.#start()
  }

  /** Ends the process that runs this job. The attempt ends when it is gone. @returns False when there is none, or when that was asked for before. */
  kill(job: ClaimedJob): boolean {
    const process = this.#processOf((assignment) => assignment.job === job)
    if (!process || process.state === 'ending') return false
    process.kill()
    return true
  }

  /** The store has heard of this worker: what it runs is its own for another lease. */
  beat(sentAt: SentAt): void {
    this.#beat = sentAt
    for (const process of this.#alive) process.beat(sentAt)
  }

  /** Ends all processes. What still runs is killed. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#refuse()
    await Promise.all([...this.#alive].map((process) => {
      if (process.state === 'idle') return process.close(CLOSE_MS.stop)
      process.kill()
      return process.gone
    }))
  }

  #refuse(): void {
    for (const assignment of this.#waiting.splice(0)) assignment.reject(new Error('this worker is stopping'))
  }

  #processOf(wanted: (assignment: Assignment) => boolean): IsolatedProcess | undefined {
    for (const process of this.#alive) if (process.assignment && wanted(process.assignment)) return process
    return undefined
  }

  #stop(assignment: Assignment): void {
    const reason = assignment.signal.reason as Stopped
    const place = this.#waiting.indexOf(assignment)
    if (place === -1) return this.#processOf((running) => running === assignment)?.stop(reason)
    this.#waiting.splice(place, 1)
    assignment.reject(reason)
  }

  /** Gives waiting jobs to idle processes, and starts more where they do not suffice. */
  #assign(): void {
    let starting = 0
    for (const process of [...this.#processes].reverse()) { // the one that was busy last: the others may end
      if (process.state === 'starting') starting++
      if (process.state !== 'idle') continue
      const next = this.#waiting.shift()
      if (!next) return
      clearTimeout(this.#idleTimers.get(process))
      this.#idleTimers.delete(process)
      process.run(next, this.#beat)
    }
    for (; starting < Math.min(this.#waiting.length, MAX_STARTING) && this.#processes.size < this.#options.processes; starting++) this.#start()
  }

  #start(): void {
    const { module = fileURLToPath(new URL('./child.js', import.meta.url)), settings, memoryMb, startMs } = this.#options
    try {
      const process = new IsolatedProcess({
        module,
        settings,
        memoryMb,
        startMs,
        onChange: (changed) => this.#changed(changed),
        onUntaken: (assignment, why) => this.#again(assignment, why),
        onUnusable: (why, assignment) => this.#unusable(why, assignment)
      })
      this.#processes.add(process)
      this.#alive.add(process)
      void process.gone.then(() => {
        this.#alive.delete(process)
        this.#assign()
      })
    } catch (error) {
      this.#unusable((error as Error).message) // no memory for a process: that is thrown, while the lack of others is told
    }
  }

  /** A process could not be started, or not load its handler. One job pays for it, so that there is an end to it. */
  #unusable(why: string, assignment = this.#waiting.shift()): void {
    if (!this.#stopping) this.#options.log.error({ why }, 'cannot start a process for isolated jobs')
    assignment?.reject(new ProcessDied(`the process for this attempt could not be started: ${why}`))
  }

  #changed(process: IsolatedProcess): void {
    this.#processes.delete(process)
    if (process.state === 'ending') {
      clearTimeout(this.#idleTimers.get(process))
      this.#idleTimers.delete(process)
    } else if (process.jobs >= MAX_JOBS || process.rssMb > this.#options.memoryMb * MAX_KEPT) {
      void process.close(CLOSE_MS.idle)
    } else {
      this.#processes.add(process) // to the end: it was busy last
      this.#idleTimers.set(process, setTimeout(() => void process.close(CLOSE_MS.idle), this.#options.idleMs ?? IDLE_MS).unref())
    }
    if (!this.#stopping) this.#assign()
  }

  /** Its process has ended before it was begun: nothing has happened to it yet. */
  #again(assignment: Assignment, why: string): void {
    if (assignment.signal.aborted) assignment.reject(assignment.signal.reason)
    else if (++assignment.refusals === MAX_REFUSALS) assignment.reject(new ProcessDied(`${MAX_REFUSALS} processes have ended before they began this attempt: ${why}`))
    else this.#waiting.unshift(assignment)
  }
}
