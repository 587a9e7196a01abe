/** Adds what was stored by somebody who could not reach the timeline (SQL, or an API without Redis): every second, and at once where the store says so. */
import type { Logger } from 'pino'
import type { Entry, Store } from '../core/store/index.js'
import { SpoiltTimeline, type Timeline } from '../core/timeline/index.js'
import { Sleeper } from './sleeper.js'

const INTERVAL_MS = 1_000
const PAGE = 500

export interface OutboxDeps {
  readonly store: Pick<Store, 'readOutbox' | 'listenForOutbox'>
  readonly timeline: Pick<Timeline, 'usable' | 'add' | 'tryLock'>
  readonly workerId: () => string
  readonly onAdded: (count: number) => void
  /** Keys of these queues in Redis cannot be used: their jobs were left out. */
  readonly onSpoilt: (queues: readonly string[], error: Error) => void
  readonly log: Logger
}

export class Outbox {
  readonly #deps: OutboxDeps
  readonly #sleeper = new Sleeper()
  /** Added already; the next read removes them. If that read is lost they are added twice, which is harmless. */
  #done: number[] = []
  #failing = false
  #stopping = false
  #loop: Promise<void> | undefined

  constructor(deps: OutboxDeps) {
    this.#deps = deps
  }

  start(): void {
    if (this.#loop) return
    this.#loop = this.#run()
    this.#deps.store.listenForOutbox(() => this.#sleeper.wake())
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#sleeper.wake()
    await this.#loop
  }

  /** One page. Public so that a test reads exactly one. @returns Number of rows that were read. */
  async tick(): Promise<number> {
    const { store, timeline, workerId } = this.#deps
    if (!timeline.usable || !(await timeline.tryLock('outbox', workerId(), 3 * INTERVAL_MS))) return 0
    const rows = await store.readOutbox(this.#done, PAGE)
    this.#done = []
    await timeline.add(rows.filter((row): row is typeof row & Entry => row.run_at_ms !== null)).catch((error: unknown) => {
      if (!(error instanceof SpoiltTimeline)) throw error
      this.#deps.onSpoilt(error.queues, error)
    })
    this.#done = rows.map((row) => row.outbox_id)
    if (rows.length > 0) this.#deps.onAdded(rows.length)
    return rows.length
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      let count = 0
      try {
        count = await this.tick()
        this.#failing = false
      } catch (error) {
        if (!this.#failing) this.#deps.log.warn({ err: error }, 'cannot empty the outbox; trying again every second')
        this.#failing = true
      }
      // Rows that were added are still there: a pass that found some is followed at once by one that removes them.
      if (count === 0) await this.#sleeper.sleep(INTERVAL_MS)
    }
  }
}
