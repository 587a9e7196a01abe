/**
 * Makes the timeline agree with the store, for everything at once. Additive: it only ever adds, so it is safe beside
 * workers and beside other syncs; what is too much in Redis costs one refused claim and is gone.
 */
import type { Entry, Store } from '../../core/store/index.js'
import { START } from '../../core/store/index.js'
import { PRIORITIES, type Timeline } from '../../core/timeline/index.js'
import { walkWindow } from '../../core/window.js'

/** Jobs of one priority in one page. */
const PAGE = 5_000
/** Redis may be emptied while it is being filled; then it starts over, but not for ever. */
const MAX_STARTS = 5

export interface SyncDeps {
  readonly store: Pick<Store, 'scanPending' | 'listQueues' | 'countPending'>
  readonly timeline: Pick<Timeline, 'add' | 'openWindow' | 'moveEdge' | 'edgeOf' | 'list'>
  readonly windowMs: number
  /** Only this queue. */
  readonly queue?: string | undefined
}

export interface Progress {
  /** Before the first page. */
  readonly begin: (total: number) => void
  readonly advance: (count: number) => void
  readonly end: () => void
}

export interface QueueSync {
  readonly queue: string
  /** Pending jobs of the window, all of which are in the timeline now. */
  readonly count: number
}

/** Adds every pending job of the window and says that the timeline is complete. @throws When Redis is emptied again and again meanwhile. */
export async function sync(deps: SyncDeps, progress: Progress): Promise<QueueSync[]> {
  const { store, windowMs } = deps
  const wanted = (queue: string) => deps.queue === undefined || queue === deps.queue
  const counts = (await store.countPending(windowMs)).filter(({ queue }) => wanted(queue))
  progress.begin(counts.reduce((sum, { count }) => sum + count, 0))
  const done: QueueSync[] = []
  try {
    for (const { queue } of counts) done.push({ queue, count: await syncQueue(deps, queue, progress) })
  } finally {
    progress.end()
  }
  return done
}

async function syncQueue({ store, timeline, windowMs }: SyncDeps, queue: string, progress: Progress): Promise<number> {
  for (let starts = 0; starts < MAX_STARTS; starts++) {
    const { generation } = await timeline.openWindow(queue)
    let count = 0
    let reachedMs = -Infinity
    for await (const page of walkWindow(store, { queue, from: START, windowMs, limit: PAGE })) {
      await timeline.add(page.entries, { all: true })
      reachedMs = page.reachedMs
      count += page.entries.length
      progress.advance(page.entries.length)
    }
    if (await timeline.moveEdge(queue, generation, reachedMs)) return count
    progress.advance(-count)
  }
  throw new Error(`the timeline of the queue "${queue}" was emptied ${MAX_STARTS} times while it was being filled: something keeps deleting the keys in Redis`)
}

export interface Difference {
  /** Pending within the window, and not in Redis. */
  readonly missing: Entry[]
  /** In Redis, due within the window, and not pending. */
  readonly extra: Entry[]
  /** In Redis with a later time than the job has, which would make it late. */
  readonly late: Entry[]
  /** Queues whose timeline nobody vouches for: claims go to the store meanwhile. */
  readonly lost: string[]
}

/** Compares the two and changes nothing. Looks twice, since on a running system some of what it sees is on its way. */
export async function compare(deps: SyncDeps): Promise<Difference> {
  const first = await compareOnce(deps)
  if (isEqual(first)) return first
  const second = await compareOnce(deps)
  const both = (kind: 'missing' | 'extra' | 'late') => {
    const seen = new Set(first[kind].map((entry) => entry.id))
    return second[kind].filter((entry) => seen.has(entry.id))
  }
  return { missing: both('missing'), extra: both('extra'), late: both('late'), lost: second.lost.filter((queue) => first.lost.includes(queue)) }
}

export const isEqual = ({ missing, extra, late, lost }: Difference): boolean => missing.length + extra.length + late.length + lost.length === 0

async function compareOnce({ store, timeline, windowMs, queue: only }: SyncDeps): Promise<Difference> {
  const difference: Difference = { missing: [], extra: [], late: [], lost: [] }
  for (const { name: queue } of await store.listQueues()) {
    if (only !== undefined && queue !== only) continue
    const pending = new Map<string, Entry>()
    let reachedMs = -Infinity
    for await (const page of walkWindow(store, { queue, from: START, windowMs, limit: PAGE })) {
      for (const entry of page.entries) pending.set(entry.id, entry)
      reachedMs = page.reachedMs
    }
    if ((await timeline.edgeOf(queue)) === null) difference.lost.push(queue)
    for (const priority of PRIORITIES) {
      for (let from = 0; ; from += PAGE) {
        const page = await timeline.list(queue, priority, from, PAGE)
        for (const entry of page) {
          const job = pending.get(entry.id)
          if (job) {
            pending.delete(entry.id)
            if (entry.run_at_ms > job.run_at_ms) difference.late.push(entry)
          } else if (entry.run_at_ms <= reachedMs) difference.extra.push(entry) // what lies beyond was added ahead of the edge
        }
        if (page.length < PAGE) break
      }
    }
    difference.missing.push(...pending.values())
  }
  return difference
}
