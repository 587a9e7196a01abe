/** Counts what this worker's sweep and outbox did, since its process began, and keeps it in the worker's row. */
import type { Store, Swept } from '../core/store/index.js'
import { SWEPT } from '../core/store/index.js'

export class SweptCounts {
  readonly #counts = Object.fromEntries(SWEPT.map((kind) => [kind, 0])) as Record<keyof Swept, number>
  /** What was stored, and for which worker: one that is declared dead goes on under a new id. */
  #stored = ''

  add(counts: Partial<Swept>): void {
    for (const [kind, count] of Object.entries(counts)) this.#counts[kind as keyof Swept] += count
  }

  /** Stores them if they have changed. */
  async report(store: Pick<Store, 'reportSwept'>, workerId: string): Promise<void> {
    const now = `${workerId} ${JSON.stringify(this.#counts)}`
    if (now === this.#stored || Object.values(this.#counts).every((count) => count === 0)) return
    await store.reportSwept(workerId, this.#counts)
    this.#stored = now
  }
}
