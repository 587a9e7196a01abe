/**
 * Compares the timeline with the store, a page in each pass of the sweep, and repairs what differs in two looks: what is
 * missing or late is added, what is pending no more is removed. The other steps find what was lost within the grace or
 * by a rebuild; this one finds what nobody has noticed.
 */
import type { Logger } from 'pino'
import { type AuditDeps, type AuditPlace, beginAudit, confirm, countOf, type Differences, lookAt, notPending, pendingOf } from '../core/audit.js'
import type { Timeline } from '../core/timeline/index.js'

/** Jobs of one page. */
const PAGE = 1_000
/** Queues that one pass begins at most, where they are small. */
const QUEUES = 10

const NONE: Differences = { missing: [], ghost: [], late: [] }

export interface AuditorDeps extends AuditDeps {
  readonly timeline: AuditDeps['timeline'] & Pick<Timeline, 'add' | 'remove'>
  readonly log: Logger
}

export interface Audited {
  readonly audited: number
  readonly missing: number
  readonly ghost: number
  readonly late: number
}

export class Auditor {
  readonly #deps: AuditorDeps
  /** Where the next look begins; null when a queue is through. */
  #place: AuditPlace | null = null
  /** Which queue was looked at last. */
  #queue = ''
  /** What the last look found: it may have been on its way. */
  #seen: Differences = NONE

  constructor(deps: AuditorDeps) {
    this.#deps = deps
  }

  /** The one that was looked at last. */
  get queue(): string {
    return this.#queue
  }

  /**
   * One page.
   * @param queues - Those whose timeline is complete.
   * @param nowMs - The database's clock, ms since epoch.
   */
  async run(queues: readonly string[], nowMs: number): Promise<Audited> {
    const seen = this.#seen
    this.#seen = NONE
    const repaired = countOf(seen) > 0 ? await this.#repair(await confirm(this.#deps, seen, nowMs)) : NONE
    const audited = await this.#look(queues)
    return { audited, missing: repaired.missing.length, ghost: repaired.ghost.length, late: repaired.late.length }
  }

  async #look(queues: readonly string[]): Promise<number> {
    let audited = 0
    for (let begun = 0; audited < PAGE && begun < Math.min(QUEUES, queues.length); begun++) {
      const place = this.#place && queues.includes(this.#queue) ? this.#place : beginAudit(this.#next(queues))
      this.#place = null // what cannot be looked at is passed
      if ((await this.#deps.timeline.edgeOf(this.#queue)) === null) continue // it is being rebuilt
      const { next, pending, inRedis, missing, ghost, late } = await lookAt(this.#deps, place, PAGE)
      this.#place = next
      this.#seen = { missing: [...this.#seen.missing, ...missing], ghost: [...this.#seen.ghost, ...ghost], late: [...this.#seen.late, ...late] }
      audited += Math.max(pending, inRedis)
    }
    return audited
  }

  #next(queues: readonly string[]): string {
    const sorted = queues.toSorted()
    this.#queue = sorted.find((queue) => queue > this.#queue) ?? sorted[0]!
    return this.#queue
  }

  async #repair(differences: Differences): Promise<Differences> {
    const { timeline, store, log } = this.#deps
    const { missing, ghost, late } = differences
    if (missing.length + late.length > 0) await timeline.add([...missing, ...late], { all: true })
    if (ghost.length > 0) {
      await timeline.remove(ghost)
      // One of them may have been retried, and added, in between. Whatever was pending before the removal is seen now;
      // whatever becomes pending from now on is added after it.
      const ghosts = new Set((await notPending(store, ghost)).map(({ id }) => id))
      const again = ghost.filter(({ id }) => !ghosts.has(id))
      if (again.length > 0) await timeline.add(await pendingOf(store, again.map(({ id }) => id)))
    }
    if (missing.length > 0) log.info({ count: missing.length, job_id: missing[0]!.id }, 'jobs added that the timeline had lost')
    if (late.length > 0) log.info({ count: late.length, job_id: late[0]!.id }, 'jobs added that the timeline had later than they are due')
    if (ghost.length > 0) log.info({ count: ghost.length, job_id: ghost[0]!.id }, 'jobs removed from the timeline that are not pending')
    return differences
  }
}
