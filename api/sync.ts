/**
 * POST /sync, as `npm run sync` does it: one at a time in this process, since each walks through all of both stores.
 * Others wait for their turn; whoever asks for what already waits, or runs, gets the same answer.
 */
import type { Store } from '../core/store/index.js'
import { sync, type QueueSync, type Verdict, verify } from '../core/sync.js'
import type { Timeline } from '../core/timeline/index.js'

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
  readonly added: number
  readonly queues: readonly QueueSync[]
}

const SILENT = { begin: () => {}, advance: () => {}, end: () => {} }

export class Syncer {
  readonly #deps: SyncerDeps
  /** By what is asked for. */
  readonly #asked = new Map<string, Promise<unknown>>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(deps: SyncerDeps) {
    this.#deps = deps
  }

  /** Adds what is missing. @param queue - Only this one. */
  sync(queue: string | undefined): Promise<Synced> {
    return this.#inTurn(['sync', queue], async (timeline) => {
      const { store, windowMs } = this.#deps
      const queues = await sync({ store, timeline, windowMs, queue }, SILENT)
      const sumOf = (name: 'count' | 'added') => queues.reduce((sum, each) => sum + each[name], 0)
      return { count: sumOf('count'), added: sumOf('added'), queues }
    })
  }

  /** Compares everything and changes nothing. */
  verify(queue: string | undefined): Promise<Verdict> {
    const { store, windowMs } = this.#deps
    return this.#inTurn(['verify', queue], (timeline) => verify({ store, timeline, windowMs, queue }))
  }

  #inTurn<Answer>(what: ReadonlyArray<string | undefined>, run: (timeline: Timeline) => Promise<Answer>): Promise<Answer> {
    const name = JSON.stringify(what) // a queue may be called "undefined"
    const asked = this.#asked.get(name) as Promise<Answer> | undefined
    if (asked) return asked
    const turn = this.#last.then(() => this.#run(run)).finally(() => this.#asked.delete(name))
    this.#asked.set(name, turn)
    this.#last = turn.catch(() => {})
    return turn
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
