/**
 * Creates that arrive together share one insert, and so one round trip and one commit: most of what a single create costs.
 *
 * Nobody waits for company. A create leaves at once while fewer than two calls are under way; what arrives meanwhile
 * leaves together when one of them ends. Each caller gets its own outcome: a group that holds something that cannot be
 * stored is halved until that stands alone. The first job of a queue goes alone: the row of the queue is written with it,
 * and somebody's open transaction may keep that from happening for as long as it likes.
 */
import { isDulyError } from '../core/errors.js'
import type { Job } from '../core/job.js'
import type { NewJob, Store } from '../core/store/index.js'

/** Two keep the store busy while the answer of one is read; more only make the groups smaller. */
const MAX_CALLS = 2
const MAX_JOBS = 500
const MAX_BYTES = 4 * 1024 * 1024
/** Larger ones share a commit among themselves, and would keep the small ones waiting: they go alone. */
const LARGE = { jobs: 20, bytes: 64 * 1024 } as const
/** Names that are remembered. */
const MAX_QUEUES = 10_000

interface Waiting {
  readonly jobs: readonly NewJob[]
  readonly bytes: number
  readonly outbox: boolean
  readonly resolve: (jobs: Job[]) => void
  readonly reject: (error: unknown) => void
}

export class GroupedCreates {
  readonly #store: Pick<Store, 'createJobs'>
  #waiting: Waiting[] = []
  #calls = 0
  #scheduled = false
  /** Those that have a row. */
  #queues = new Set<string>()

  constructor(store: Pick<Store, 'createJobs'>) {
    this.#store = store
  }

  /**
   * All of these or none, as `Store.createJobs`.
   *
   * @returns The jobs in the order given.
   */
  async create(jobs: readonly NewJob[], { outbox }: { readonly outbox: boolean }): Promise<Job[]> {
    const bytes = jobs.length > LARGE.jobs ? Infinity : sizeOf(jobs)
    if (bytes > LARGE.bytes || !jobs.every(({ queue }) => this.#queues.has(queue))) {
      const stored = await this.#store.createJobs(jobs, { outbox })
      if (this.#queues.size > MAX_QUEUES) this.#queues.clear()
      for (const { queue } of jobs) this.#queues.add(queue)
      return stored
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ jobs, bytes, outbox, resolve, reject })
      this.#schedule()
    })
  }

  /** What arrives in one turn of the event loop leaves together. */
  #schedule(): void {
    if (this.#scheduled || this.#calls >= MAX_CALLS) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      while (this.#waiting.length > 0 && this.#calls < MAX_CALLS) void this.#send()
    })
  }

  async #send(): Promise<void> {
    this.#calls++
    try {
      await this.#insert(this.#take())
    } catch (error) {
      // Those that wait would find the same, after having waited twice as long as a call may take.
      if (isDulyError(error, 'store_unavailable')) for (const { reject } of this.#waiting.splice(0)) reject(error)
    }
    this.#calls--
    if (this.#waiting.length > 0) this.#schedule()
  }

  /** @throws When the store does not take anything. Every caller of the group has been told by then. */
  async #insert(group: readonly Waiting[]): Promise<void> {
    try {
      const stored = await this.#store.createJobs(group.flatMap(({ jobs }) => jobs), { outbox: group[0]!.outbox })
      const byId = new Map(stored.map((job) => [job.id, job])) // not by place: one may have been deleted before a call that was sent again
      for (const { jobs, resolve } of group) resolve(jobs.flatMap(({ id }) => byId.get(id) ?? []))
    } catch (error) {
      const isTheirs = isDulyError(error, 'not_storable')
      if (isTheirs && group.length > 1) {
        const middle = group.length >> 1
        const others = group.slice(middle)
        await this.#insert(group.slice(0, middle)).catch((failure: unknown) => {
          for (const { reject } of others) reject(failure)
          throw failure
        })
        await this.#insert(others)
        return
      }
      for (const { reject } of group) reject(error)
      if (!isTheirs) throw error
    }
  }

  /** The first that wait, as many as may go together; at least one. */
  #take(): Waiting[] {
    const [first] = this.#waiting
    let count = 0
    let jobs = 0
    let bytes = 0
    for (const each of this.#waiting) {
      jobs += each.jobs.length
      bytes += each.bytes
      if (count > 0 && (jobs > MAX_JOBS || bytes > MAX_BYTES || each.outbox !== first?.outbox)) break
      count++
    }
    return this.#waiting.splice(0, count)
  }
}

/** Characters of what may be large. */
const sizeOf = (jobs: readonly NewJob[]) => jobs.reduce((sum, { payload, metadata }) => sum + JSON.stringify(payload ?? null).length + (metadata ? JSON.stringify(metadata).length : 0), 0)
