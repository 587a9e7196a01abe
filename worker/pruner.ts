/** Removes jobs that ended longer ago than they are kept, in steps that are bounded: a part of the sweep. */
import type { Logger } from 'pino'
import type { EndedPlace, Keep, KeptJobs, Store } from '../core/store/index.js'

/** Most jobs that one call removes; fewer after one that did not end in time, down to the second. */
const LIMIT = { most: 1_000, least: 10 } as const
/** Longest that the other steps of a sweep wait for this one, but for the call in hand. */
const BUDGET_MS = 500
/** How often jobs that could not be removed are tried again. */
const AGAIN_MS = 3_600_000

export interface PrunerDeps {
  readonly store: Pick<Store, 'pruneJobs'>
  readonly keep: Keep
  readonly log: Logger
}

export class Pruner {
  readonly #deps: PrunerDeps
  /** Places behind which to look: jobs before them could not be removed. By queue and status. */
  readonly #after = new Map<string, EndedPlace>()
  #limit: number = LIMIT.most
  #said = false
  /** On the monotonic clock. */
  #againAtMs = performance.now() + AGAIN_MS

  constructor(deps: PrunerDeps) {
    this.#deps = deps
  }

  /** Removes until nothing is left to remove, the time for it is over, or `stop` says so. @returns How many, and whether there are more. */
  async run(stop: () => boolean): Promise<{ removed: number; more: boolean }> {
    const startedAtMs = performance.now()
    if (startedAtMs >= this.#againAtMs) {
      this.#againAtMs = startedAtMs + AGAIN_MS
      this.#after.clear()
    }
    let removed = 0
    let more = true
    while (more && !stop() && performance.now() - startedAtMs < BUDGET_MS) {
      const answer = await this.#call()
      removed += answer.removed
      more = answer.more
      for (const kept of answer.kept) this.#after.set(`${kept.queue} ${kept.status}`, kept)
      if (answer.kept.length > 0) this.#say(answer.kept)
    }
    return { removed, more }
  }

  /** A call that does not end in time, as where a table of the user's refers to jobs without an index, is smaller the next time. */
  async #call() {
    try {
      const answer = await this.#deps.store.pruneJobs(this.#deps.keep, { after: [...this.#after.values()], limit: this.#limit })
      this.#limit = Math.min(LIMIT.most, this.#limit * 2)
      return answer
    } catch (error) {
      this.#limit = Math.max(LIMIT.least, Math.floor(this.#limit / 10))
      throw error
    }
  }

  /** Once: what stands in the way today does so tomorrow. */
  #say(kept: readonly KeptJobs[]): void {
    const { log } = this.#deps
    const fields = { count: kept.reduce((sum, { count }) => sum + count, 0), job_id: kept[0]!.example }
    if (this.#said) log.debug(fields, 'jobs past their time were left again')
    else log.warn(fields, 'jobs past their time cannot be removed: something refers to them, or a trigger objects')
    this.#said = true
  }
}
