/**
 * Compares the timeline of a queue with the store, a page at a time: the sweep looks at one in each pass, `sync --verify`
 * walks on until it has seen everything. On a running system much of what a look finds is on its way (taken and being
 * claimed, or just stored), so a difference counts only when it is still there in a second look.
 */
import type { Entry, JobState, Scan, Store } from './store/index.js'
import { START } from './store/index.js'
import { isId, PRIORITIES, type Timeline } from './timeline/index.js'
import { following } from './window.js'

export interface Differences {
  /** Pending, due where the timeline is complete, and not in Redis. */
  readonly missing: Entry[]
  /** In Redis, and not pending. */
  readonly ghost: Entry[]
  /** In Redis with a later time than the job has, which would make it late. */
  readonly late: Entry[]
}

export const KINDS = ['missing', 'ghost', 'late'] as const satisfies ReadonlyArray<keyof Differences>

/** Where the next page begins, in both stores. Null `next` in a look: that was the last one. */
export interface AuditPlace {
  readonly queue: string
  readonly scans: readonly Scan[]
  /** Ranks in Redis, by priority. Who takes from the front moves the others up, so a few are passed until the next walk. */
  readonly ranks: ReadonlyArray<{ readonly priority: number; readonly from: number }>
}

export interface Look extends Differences {
  /** Jobs of this page: pending where the timeline is complete, and members in Redis of that time. */
  readonly pending: number
  readonly inRedis: number
  readonly next: AuditPlace | null
}

export interface AuditDeps {
  readonly store: Pick<Store, 'scanPending' | 'readStates'>
  readonly timeline: Pick<Timeline, 'list' | 'scores' | 'edgeOf'>
  readonly windowMs: number
}

/** Workers put back what they refused for this long at most: an unknown type, a paused queue. That is no lateness. */
const PUT_BACK_MS = 2_500
/** Most ids that one call to the store asks about. */
const STATES = 1_000

export const beginAudit = (queue: string): AuditPlace => ({
  queue,
  scans: PRIORITIES.map((priority) => ({ queue, priority, after: START })),
  ranks: PRIORITIES.map((priority) => ({ priority, from: 0 }))
})

/**
 * @param limit - Most jobs of the page, on either side; all priorities that are left share it.
 * @returns What differs in it at this moment.
 */
export async function lookAt({ store, timeline, windowMs }: AuditDeps, place: AuditPlace, limit: number): Promise<Look> {
  const { queue, scans, ranks } = place
  const edgeMs = (await timeline.edgeOf(queue)) ?? Infinity
  const share = Math.max(1, Math.floor(limit / Math.max(1, scans.length)))
  const { pages, until_ms } = await store.scanPending(scans, { withinMs: windowMs, skipPaused: false, limit: share })
  const untilMs = Math.min(until_ms, edgeMs)
  const entries = pages.flat().filter((entry) => entry.run_at_ms <= untilMs)
  const missing: Entry[] = []
  const late: Entry[] = []
  for (const { priority } of scans) {
    const page = entries.filter((entry) => entry.priority === priority)
    const scores = await timeline.scores(queue, priority, page.map(({ id }) => id))
    page.forEach((entry, i) => {
      const score = scores[i] ?? null
      if (score === null) missing.push(entry)
      else if (isLate(score, entry.run_at_ms, until_ms - windowMs)) late.push(entry)
    })
  }

  const rankShare = Math.max(1, Math.floor(limit / Math.max(1, ranks.length)))
  const members: Entry[] = []
  const left: Array<AuditPlace['ranks'][number]> = []
  for (const { priority, from } of ranks) {
    const page = await timeline.list(queue, priority, from, rankShare)
    members.push(...page)
    if (page.length === rankShare) left.push({ priority, from: from + rankShare })
  }
  const known = new Set(pages.flat().map(({ id }) => id))
  const ghost = await notPending(store, members.filter(({ id }) => !known.has(id)))

  const leftScans = following(scans, pages, share).filter((scan) => scan.after.run_at_ms <= untilMs)
  return {
    missing,
    ghost,
    late,
    pending: entries.length,
    inRedis: members.filter((member) => member.run_at_ms <= untilMs).length,
    next: leftScans.length + left.length > 0 ? { queue, scans: leftScans, ranks: left } : null
  }
}

/**
 * The second look: what of these is still so. Times and priorities are those that the jobs have by now.
 *
 * @param nowMs - The database's clock, ms since epoch.
 */
export async function confirm({ store, timeline }: AuditDeps, seen: Differences, nowMs: number): Promise<Differences> {
  const missing: Entry[] = []
  const late: Entry[] = []
  for (const { kind, entry, score } of await scored(timeline, await nowPending(store, [...seen.missing, ...seen.late], new Set(seen.late.map(({ id }) => id))))) {
    if (score === null) missing.push(entry)
    else if (kind === 'late' && isLate(score, entry.run_at_ms, nowMs)) late.push(entry)
  }
  const still = await scored(timeline, seen.ghost.map((entry) => ({ kind: 'ghost' as const, entry })))
  const ghost = await notPending(store, still.filter(({ score }) => score !== null).map(({ entry }) => entry))
  return { missing, ghost, late }
}

/** Those of members in Redis that the store does not want to run; what is no id at all is one of them. */
export async function notPending(store: Pick<Store, 'readStates'>, members: readonly Entry[]): Promise<Entry[]> {
  const states = await statesOf(store, members.filter(({ id }) => isId(id)).map(({ id }) => id))
  return members.filter(({ id }) => states.get(id)?.status !== 'pending')
}

/** Where jobs are to be in the timeline, of those that are pending now. */
export async function pendingOf(store: Pick<Store, 'readStates'>, ids: readonly string[]): Promise<Entry[]> {
  return [...(await statesOf(store, ids)).values()].flatMap(({ id, status, queue, priority, run_at_ms }) =>
    status === 'pending' && queue !== null && priority !== null && run_at_ms !== null ? [{ id, queue, priority, run_at_ms }] : []
  )
}

export const countOf = ({ missing, ghost, late }: Differences): number => missing.length + ghost.length + late.length

const isLate = (score: number, runAtMs: number, nowMs: number) => score > runAtMs && score > nowMs + PUT_BACK_MS

async function nowPending(store: Pick<Store, 'readStates'>, entries: readonly Entry[], late: ReadonlySet<string>) {
  return (await pendingOf(store, entries.map(({ id }) => id))).map((entry) => ({ kind: late.has(entry.id) ? ('late' as const) : ('missing' as const), entry }))
}

async function statesOf(store: Pick<Store, 'readStates'>, ids: readonly string[]): Promise<Map<string, JobState>> {
  const states = new Map<string, JobState>()
  for (let from = 0; from < ids.length; from += STATES) for (const state of await store.readStates(ids.slice(from, from + STATES))) states.set(state.id, state)
  return states
}

/** With the score that each has in Redis now, or null. */
async function scored<Item extends { readonly entry: Entry }>(timeline: Pick<Timeline, 'scores'>, items: readonly Item[]): Promise<Array<Item & { score: number | null }>> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = `${item.entry.queue} ${item.entry.priority}`
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  const result: Array<Item & { score: number | null }> = []
  for (const group of groups.values()) {
    const { queue, priority } = group[0]!.entry
    for (let from = 0; from < group.length; from += STATES) {
      const part = group.slice(from, from + STATES)
      const scores = await timeline.scores(queue, priority, part.map(({ entry }) => entry.id))
      part.forEach((item, i) => result.push({ ...item, score: scores[i] ?? null }))
    }
  }
  return result
}
