/** POST /sync, as `npm run sync` does it: one at a time, and whoever asks for the same meanwhile gets the same answer. */
import type { Store } from '../core/store/index.js'
import type { Timeline } from '../core/timeline/index.js'
// eslint-disable-next-line no-restricted-imports -- the code of the command line itself: two copies would come apart
import { sync, type QueueSync, type Verdict, verify } from '../scripts/lib/sync.js'

export interface OpenTimeline {
  readonly timeline: Timeline
  readonly close: () => void
}

export interface SyncerDeps {
  readonly store: Store
  readonly windowMs: number
  /** A client of its own, that has more time for each command than one that serves requests. @throws When Redis does not answer. */
  readonly open: () => Promise<OpenTimeline>
}

export interface Synced {
  readonly count: number
  readonly queues: readonly QueueSync[]
}

const SILENT = { begin: () => {}, advance: () => {}, end: () => {} }

export class Syncer {
  readonly #deps: SyncerDeps
  readonly #running = new Map<string, Promise<unknown>>()

  constructor(deps: SyncerDeps) {
    this.#deps = deps
  }

  /** Adds what is missing. @param queue - Only this one. */
  sync(queue: string | undefined): Promise<Synced> {
    return this.#once(`sync ${queue}`, async (timeline) => {
      const { store, windowMs } = this.#deps
      const queues = await sync({ store, timeline, windowMs, queue }, SILENT)
      return { count: queues.reduce((sum, { count }) => sum + count, 0), queues }
    })
  }

  /** Compares everything and changes nothing. */
  verify(queue: string | undefined): Promise<Verdict> {
    const { store, windowMs } = this.#deps
    return this.#once(`verify ${queue}`, (timeline) => verify({ store, timeline, windowMs, queue }))
  }

  #once<Answer>(name: string, run: (timeline: Timeline) => Promise<Answer>): Promise<Answer> {
    const running = this.#running.get(name) as Promise<Answer> | undefined
    if (running) return running
    const started = this.#run(run).finally(() => this.#running.delete(name))
    this.#running.set(name, started)
    return started
  }

  async #run<Answer>(run: (timeline: Timeline) => Promise<Answer>): Promise<Answer> {
    const { timeline, close } = await this.#deps.open()
    try {
      return await run(timeline)
    } finally {
      close()
    }
  }
}
