/**
 * Runs jobs in processes of their own, so that a handler that blocks, exits or eats memory costs only its own job.
 *
 * Two pools. Handlers that ask for it (`isolate: true`) take much of a machine, so only few of them run at once, wherever
 * their jobs come from. All other jobs are here because they have lost a worker, which ran them beside each other: so they do
 * again, and none waits for an innocent that runs for an hour.
 */
import type { ClaimedJob } from '../../core/job.js'
import type { Finish } from '../../core/store/index.js'
import type { SentAt } from '../ownership.js'
import { Pool, type PoolOptions } from './pool.js'

/** What is set aside for one rescued job: its process takes about 55 MB, its handler some more. */
const RESCUED_MB = 100
/** Of the memory that is there, for processes of rescued jobs; the rest is for what was running already. */
const RESCUED_SHARE = 0.5

export interface IsolationOptions extends Omit<PoolOptions, 'processes'> {
  /** Most processes at once. */
  readonly processes: { readonly isolated: number; readonly rescued: number }
}

/** One attempt that runs in a process of its own. */
export interface IsolatedAttempt {
  readonly job: ClaimedJob
  /** URL of the module that has the handler. */
  readonly module: string
  /** Its handler asks for it; else it has lost a worker. */
  readonly asksForIt: boolean
  readonly signal: AbortSignal
  /** The handler is about to be called. */
  readonly onTaken: () => void
}

export class Isolation {
  readonly #isolated: Pool
  readonly #rescued: Pool
  readonly #pools: readonly Pool[]

  constructor({ processes: { isolated, rescued }, ...options }: IsolationOptions) {
    this.#isolated = new Pool({ ...options, processes: isolated })
    this.#rescued = new Pool({ ...options, processes: rescued })
    this.#pools = [this.#isolated, this.#rescued]
  }

  /** Pids of all processes that have not ended. */
  get pids(): number[] {
    return this.#pools.flatMap(({ pids }) => pids)
  }

  /** Runs one attempt when a process is free, as {@link Pool.run} does. */
  run({ job, module, asksForIt, signal, onTaken }: IsolatedAttempt): Promise<Finish> {
    return (asksForIt ? this.#isolated : this.#rescued).run(job, module, signal, onTaken)
  }

  /** A worker has died, and its jobs are about to be rescued: their first processes start while this one registers. */
  expectRescued(): void {
    this.#rescued.expect()
  }

  /** As {@link Pool.kill}. */
  kill(job: ClaimedJob): boolean {
    return this.#pools.some((pool) => pool.kill(job))
  }

  /** The store has heard of this worker: what it runs is its own for another lease. */
  beat(sentAt: SentAt): void {
    for (const pool of this.#pools) pool.beat(sentAt)
  }

  /** Ends all processes. What still runs is killed. */
  async stop(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.stop()))
  }
}

/**
 * How many rescued jobs run at once: as many as the worker that lost them, if it had as many slots as this one and memory
 * allows it. Half of what is there, by 100 MB for each.
 *
 * @param slots - Of this worker.
 * @param least - However little memory there is.
 * @param availableMb - Memory that this process may still take.
 */
export function rescuedProcesses({ slots, least, availableMb }: { slots: number; least: number; availableMb: number }): number {
  return Math.max(least, Math.min(slots, Math.floor((availableMb * RESCUED_SHARE) / RESCUED_MB)))
}
