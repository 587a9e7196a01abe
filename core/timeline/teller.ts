/**
 * Tells which jobs have changed, to whoever watches the dashboard. While nobody does, nothing is kept and nothing is sent.
 *
 * A hint, as all that goes through Redis: it may be lost, and says no more than "look again".
 */
import { randomUUID } from 'node:crypto'

export interface Changes {
  /** Who tells: a teller hears itself, too. */
  readonly from: string
  /** At most {@link MAX_TOLD}. */
  readonly ids: readonly string[]
  /** Others have changed, too. */
  readonly more: boolean
  readonly queues: readonly string[]
}

/** A job that was changed, as far as whoever changed it knows. */
export interface Changed {
  readonly id: string
  readonly queue?: string | null
}

/** Ids in one message: more are no rows of a page, and it looks again anyway. */
export const MAX_TOLD = 200
const MAX_QUEUES = 50
/** What changes together is told together. */
const GATHER_MS = 50
/** Twice a second, however much changes. */
const INTERVAL_MS = 500

export class Teller {
  readonly name = randomUUID()
  readonly #send: (changes: Changes) => Promise<unknown> | void
  readonly #ids = new Set<string>()
  readonly #queues = new Set<string>()
  #more = false
  #watchedUntilMs = -Infinity
  #sentAtMs = -Infinity
  #timer: NodeJS.Timeout | undefined

  /** @param send - Nobody waits for it, and what it fails with is nobody's matter. */
  constructor(send: (changes: Changes) => Promise<unknown> | void) {
    this.#send = send
  }

  get watched(): boolean {
    return performance.now() < this.#watchedUntilMs
  }

  /** Somebody wants to know for so long from now. */
  watch(ms: number): void {
    if (ms > 0) this.#watchedUntilMs = Math.max(this.#watchedUntilMs, performance.now() + Math.min(ms, 60_000))
  }

  /** @param more - Others have changed that are not named. */
  tell(jobs: Iterable<Changed>, more = false): void {
    if (!this.watched) return
    for (const { id, queue } of jobs) {
      if (this.#ids.size >= MAX_TOLD && !this.#ids.has(id)) {
        this.#more = true
        break
      }
      this.#ids.add(id)
      if (queue && this.#queues.size < MAX_QUEUES) this.#queues.add(queue)
    }
    if (more) this.#more = true
    if (this.#ids.size > 0 || this.#more) this.#soon()
  }

  /** A queue was paused or resumed. */
  tellQueue(queue: string): void {
    if (!this.watched) return
    this.#queues.add(queue)
    this.#soon()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#watchedUntilMs = -Infinity
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => this.#flush(), Math.max(GATHER_MS, this.#sentAtMs + INTERVAL_MS - performance.now())).unref()
  }

  #flush(): void {
    this.#timer = undefined
    this.#sentAtMs = performance.now()
    const changes = { from: this.name, ids: [...this.#ids], more: this.#more, queues: [...this.#queues] }
    this.#ids.clear()
    this.#queues.clear()
    this.#more = false
    this.#send(changes)?.catch(() => {})
  }
}
