/** Keeps one thing running: starts it again when it ends, at once at first and slower when that does not help. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Something that was started: a child process, mostly. */
export interface Running {
  /** Resolves when it has ended, whyever, with words for the log. */
  readonly ended: Promise<string>
  /** Ends it and waits for its end. May be called twice. */
  stop(): Promise<void>
}

export interface SupervisorOptions<R extends Running> {
  /** Resolves when it serves. Gives up when the signal fires. */
  readonly start: (signal: AbortSignal) => Promise<R>
  /** It has ended without being told to. */
  readonly onEnded?: (running: R, how: string) => void
  /** The next start has failed. */
  readonly onFailed?: (error: unknown) => void
  /** It serves again. */
  readonly onRestarted?: (running: R) => void
  readonly pace?: Pace
}

export interface Pace {
  /** From the second end in a row on; the first is followed by a start at once. */
  readonly firstMs: number
  readonly longestMs: number
  /** One that has served for this long is healthy: the next wait is the first again. */
  readonly healthyMs: number
}

export const PACE: Pace = { firstMs: 200, longestMs: 5_000, healthyMs: 30_000 }

export class Supervisor<R extends Running> {
  readonly #options: SupervisorOptions<R>
  readonly #pace: Pace
  readonly #stopping = new AbortController()
  #running: R | undefined
  /** Its end is our wish. */
  #replacing = false
  #turning: Promise<unknown> | undefined

  constructor(options: SupervisorOptions<R>) {
    this.#options = options
    this.#pace = options.pace ?? PACE
  }

  /** The one that runs now; undefined between two. */
  get current(): R | undefined {
    return this.#running
  }

  /** @returns The first one. @throws What `start` throws: what never ran is not started again. */
  async start(): Promise<R> {
    const starting = this.#options.start(this.#stopping.signal)
    this.#turning = starting.then((running) => this.#watch(running), () => {})
    return starting
  }

  /** Ends it and starts another at once. */
  async replace(): Promise<void> {
    if (!this.#running) return // the next one is about to start
    this.#replacing = true
    await this.#running.stop()
  }

  /** Ends it for good. May be called twice, and while it starts. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running?.stop()
    await this.#turning
  }

  async #watch(first: R): Promise<void> {
    let failures = 0
    for (let running: R | undefined = first; running; ) {
      this.#running = running
      if (this.#stopping.signal.aborted) return running.stop() // told while this one started
      const startedAtMs = performance.now()
      const how = await running.ended
      this.#running = undefined
      if (this.#stopping.signal.aborted) return
      const wanted = this.#replacing
      this.#replacing = false
      if (wanted || performance.now() - startedAtMs >= this.#pace.healthyMs) failures = 0
      if (!wanted) this.#options.onEnded?.(running, how)
      running = await this.#startAgain(wanted ? 0 : waitMs(this.#pace, failures++), () => waitMs(this.#pace, failures++))
      if (running) this.#options.onRestarted?.(running)
    }
  }

  /** @returns undefined when it was told to stop. */
  async #startAgain(waitMs: number, nextWaitMs: () => number): Promise<R | undefined> {
    const { signal } = this.#stopping
    for (; ; waitMs = nextWaitMs()) {
      await sleep(waitMs, undefined, { signal }).catch(() => {})
      if (signal.aborted) return undefined
      try {
        return await this.#options.start(signal)
      } catch (error) {
        if (!signal.aborted) this.#options.onFailed?.(error)
      }
    }
  }
}

/** @param failures - Ends and failed starts since it was last healthy, 0 or more. */
export function waitMs({ firstMs, longestMs }: Pace, failures: number): number {
  return failures === 0 ? 0 : Math.min(firstMs * 2 ** (failures - 1), longestMs)
}
