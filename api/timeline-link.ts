/** What the API tells the timeline, so that nobody who creates or cancels a job waits for Redis. */
import type { Logger } from 'pino'
import type { Job } from '../core/job.js'
import type { Entry } from '../core/store/index.js'
import type { Timeline } from '../core/timeline/index.js'

type Reachable = Pick<Timeline, 'add' | 'remove' | 'ping'>

/** While Redis is down, it is asked this often whether it is back. */
const PROBE_MS = 1_000

/**
 * Two modes:
 * - up: what happened to a job is sent to Redis behind the reply. What gets lost is put back by the sweep.
 * - down: entered when a command fails. Nothing is sent; whoever stores a job leaves word in the outbox instead, and a
 *   worker adds it within a second. Left when Redis answers a ping.
 */
export class TimelineLink {
  readonly #timeline: Reachable
  readonly #log: Logger
  readonly #sending = new Set<Promise<void>>()
  #added: Entry[] = []
  #up = true
  #probe: NodeJS.Timeout | undefined
  #closed = false

  constructor(timeline: Reachable, log: Logger) {
    this.#timeline = timeline
    this.#log = log
  }

  /** False: store new jobs with an outbox row. */
  get up(): boolean {
    return this.#up
  }

  /** A job was stored. Those of one turn of the event loop go in one command, which halves what 64 callers at once cost Redis. */
  add({ id, queue, priority, run_at }: Job): void {
    if (this.#added.push({ id, queue, priority, run_at_ms: Date.parse(run_at) }) === 1) setImmediate(() => this.#sendAdded())
  }

  /** A job needs no run any more. Its place would do no harm: a claim finds it gone. */
  remove({ id, queue }: Job): void {
    this.#send(() => this.#timeline.remove([{ id, queue }]))
  }

  /** @throws When Redis does not answer in the client's time. */
  async ping(): Promise<void> {
    try {
      await this.#timeline.ping()
      this.#setUp()
    } catch (error) {
      this.#setDown(error)
      throw error
    }
  }

  /** Waits until what was sent has arrived or failed: as long as one command may take. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#probe)
    this.#sendAdded()
    await Promise.all(this.#sending)
  }

  #sendAdded(): void {
    const entries = this.#added
    this.#added = []
    if (entries.length > 0) this.#send(() => this.#timeline.add(entries))
  }

  #send(command: () => Promise<void>): void {
    if (!this.#up) return
    const sent = command()
      .catch((error: unknown) => this.#setDown(error))
      .finally(() => this.#sending.delete(sent))
    this.#sending.add(sent)
  }

  #setUp(): void {
    if (this.#up) return
    this.#up = true
    clearTimeout(this.#probe)
    this.#log.info('Redis answers again')
  }

  #setDown(error: unknown): void {
    if (!this.#up || this.#closed) return
    this.#up = false
    this.#log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'Redis does not answer: jobs are stored and left for a worker to add')
    this.#probeLater()
  }

  #probeLater(): void {
    this.#probe = setTimeout(() => {
      this.ping().catch(() => this.#closed || this.#probeLater())
    }, PROBE_MS).unref()
  }
}
