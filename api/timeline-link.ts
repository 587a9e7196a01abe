/** What the API tells the timeline, so that nobody who creates or cancels a job waits for Redis. */
import type { Logger } from 'pino'
import type { Job } from '../core/job.js'
import type { Entry } from '../core/store/index.js'
import { isAboutAKey, SpoiltTimeline, type Timeline } from '../core/timeline/index.js'

export type Reachable = Pick<Timeline, 'add' | 'replace' | 'remove' | 'announceCancel' | 'sayResumed' | 'probe'>

/** While Redis is down, it is asked this often whether it is back. */
const PROBE_MS = 1_000

/** Most entries that are kept for its return, about 2 MB: more than an API stores before it notices. */
const KEPT = 10_000

/** Most that one command adds: a full burst at once would take longer than a command may. */
const BATCH = 500

/**
 * Two modes:
 * - up: what happened to a job is sent to Redis behind the reply. What gets lost is put back by the sweep.
 * - down: entered when a command fails. Nothing is sent; whoever stores a job leaves word in the outbox instead, and a
 *   worker adds it within a second. Left when Redis takes a write: one that is full, or a read-only replica, answers all
 *   the same. Jobs that were stored without that word before the outage was noticed are kept here and added then.
 */
export class TimelineLink {
  readonly #timeline: Reachable
  readonly #log: Logger
  readonly #sending = new Set<Promise<void>>()
  #added: Entry[] = []
  /** Could not be added. */
  #kept: Entry[] = []
  #up = true
  /** The one under way: a second at the same time could contradict it. */
  #probe: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(timeline: Reachable, log: Logger) {
    this.#timeline = timeline
    this.#log = log
  }

  /** False: store new jobs with an outbox row, and do not add them here. */
  get up(): boolean {
    return this.#up
  }

  /** Jobs were stored without an outbox row. Those of one turn of the event loop go in one command, which halves what 64 callers at once cost Redis. */
  add(jobs: ReadonlyArray<Pick<Job, 'id' | 'queue' | 'priority' | 'run_at'>>): void {
    this.addEntries(jobs.map(({ id, queue, priority, run_at }) => ({ id, queue, priority, run_at_ms: Date.parse(run_at) })))
  }

  /** The same, for jobs that are pending again. While Redis is down they have an outbox row, and are left to that. */
  addEntries(entries: readonly Entry[]): void {
    if (entries.length === 0) return
    if (this.#added.length === 0) setImmediate(() => this.#sendAdded())
    for (const entry of entries) this.#added.push(entry)
  }

  /** Jobs were given another time or priority. What Redis does not take is added later: too early costs one refused claim. */
  replace(entries: readonly Entry[]): void {
    if (entries.length === 0) return
    if (this.#up) this.#send(Promise.all(entries.map((entry) => this.#timeline.replace(entry))), () => this.#keep(entries))
    else this.#keep(entries)
  }

  /** Jobs need no run any more. Their places would do no harm: a claim finds them gone. */
  remove(jobs: ReadonlyArray<{ readonly id: string; readonly queue: string }>): void {
    if (this.#up && jobs.length > 0) this.#send(this.#timeline.remove(jobs))
  }

  /** Running jobs were told to stop. Their workers would learn it with their next beat. */
  announceCancel(ids: readonly string[]): void {
    if (this.#up && ids.length > 0) this.#send(this.#timeline.announceCancel(ids))
  }

  /** Workers look at the queue at once; without this they do after their next beat. */
  resumed(queue: string): void {
    if (this.#up) this.#send(this.#timeline.sayResumed(queue))
  }

  /** @throws When Redis does not take a write in the client's time. */
  probe(): Promise<void> {
    return (this.#probe ??= this.#timeline
      .probe()
      .then(
        () => this.#setUp(),
        (error: unknown) => {
          this.#setDown(error)
          throw error
        }
      )
      .finally(() => (this.#probe = undefined)))
  }

  /** Waits until what was sent has arrived or failed: as long as one command may take. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#sendAdded()
    await Promise.all(this.#sending)
  }

  #sendAdded(): void {
    const entries = this.#added
    this.#added = []
    for (let from = 0; from < entries.length; from += BATCH) {
      const batch = entries.slice(from, from + BATCH)
      if (this.#up) this.#send(this.#timeline.add(batch), () => this.#keep(batch))
      else this.#keep(batch)
    }
  }

  #keep(entries: readonly Entry[]): void {
    this.#kept.push(...entries)
    this.#kept.splice(0, this.#kept.length - KEPT) // the oldest; nothing while there is room
  }

  #send(command: Promise<unknown>, onFailed = () => {}): void {
    const sent = command
      .then(() => {})
      .catch((error: unknown) => {
        if (error instanceof SpoiltTimeline || isAboutAKey(error)) return // of one queue, which workers serve from the store; the others are well
        onFailed()
        this.#setDown(error)
      })
      .finally(() => this.#sending.delete(sent))
    this.#sending.add(sent)
  }

  #setUp(): void {
    if (this.#up) return
    this.#up = true
    clearTimeout(this.#timer)
    this.#log.info({ added_now: this.#kept.length }, 'Redis takes jobs again')
    this.#added.push(...this.#kept)
    this.#kept = []
    this.#sendAdded()
  }

  #setDown(error: unknown): void {
    if (this.#closed) return
    if (this.#up) {
      this.#up = false
      this.#log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'Redis takes no jobs: they are stored and left for a worker to add')
    }
    clearTimeout(this.#timer) // one chain of probes, whoever finds out
    this.#timer = setTimeout(() => void this.probe().catch(() => {}), PROBE_MS).unref()
  }
}
