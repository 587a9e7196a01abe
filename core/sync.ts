/**
 * Makes the timeline agree with the store, for everything at once. Additive: it only ever adds, so it is safe beside
 * workers and beside other syncs; what is too much in Redis costs one refused claim and is gone.
 */
import { setTimeout } from 'node:timers/promises'
import { type AuditDeps, type AuditPlace, beginAudit, confirm, countOf, type Differences, KINDS, type Look, lookAt } from './audit.js'
import type { Store } from './store/index.js'
import { START } from './store/index.js'
import type { Timeline } from './timeline/index.js'
import { walkWindow } from './window.js'

/** Jobs that one look of a verification compares. */
const VERIFY_PAGE = 5_000
/** How often a difference is looked at before it counts, and how long what is on its way gets in between. */
const LOOKS = 4
const PAUSE_MS = 1_000
/** Redis may be emptied while it is being filled; then it starts over, but not for ever. */
const MAX_STARTS = 5

export interface SyncDeps {
  readonly store: Pick<Store, 'scanPending' | 'countPending'>
  readonly timeline: Pick<Timeline, 'fill' | 'openWindow' | 'moveEdge'>
  readonly windowMs: number
  /** Only this queue. */
  readonly queue?: string | undefined
}

export interface VerifyDeps extends AuditDeps {
  readonly store: AuditDeps['store'] & Pick<Store, 'listQueues' | 'ping'>
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
  /** Those of them that it lacked, or had too late. */
  readonly added: number
}

/** Adds every pending job of the window and says that the timeline is complete. @throws When Redis is emptied again and again meanwhile. */
export async function sync(deps: SyncDeps, progress: Progress): Promise<QueueSync[]> {
  const { store, windowMs } = deps
  const wanted = (queue: string) => deps.queue === undefined || queue === deps.queue
  const counts = (await store.countPending(windowMs)).filter(({ queue }) => wanted(queue))
  progress.begin(counts.reduce((sum, { count }) => sum + count, 0))
  const done: QueueSync[] = []
  try {
    for (const { queue } of counts) done.push(await syncQueue(deps, queue, progress))
  } finally {
    progress.end()
  }
  return done
}

async function syncQueue({ store, timeline, windowMs }: SyncDeps, queue: string, progress: Progress): Promise<QueueSync> {
  let added = 0 // also before it was emptied
  for (let starts = 0; starts < MAX_STARTS; starts++) {
    const { generation, server } = await timeline.openWindow(queue)
    let count = 0
    let reachedMs = -Infinity
    for await (const page of walkWindow(store, { queue, from: START, windowMs })) {
      added += await timeline.fill(page.entries)
      reachedMs = page.reachedMs
      count += page.entries.length
      progress.advance(page.entries.length)
    }
    if (await timeline.moveEdge(queue, generation, reachedMs, server)) return { queue, count, added }
    progress.advance(-count)
  }
  throw new Error(`the timeline of the queue "${queue}" was emptied ${MAX_STARTS} times while it was being filled: something keeps deleting the keys in Redis`)
}

export interface QueueVerdict {
  readonly queue: string
  /** Pending jobs of the part of the window that the timeline vouches for. */
  readonly pending: number
  /** Places in Redis of that time. */
  readonly in_redis: number
  readonly missing: number
  readonly ghost: number
  readonly late: number
  /** `lost`: nobody vouches for the timeline, and claims go to the store meanwhile. */
  readonly verdict: 'agrees' | 'differs' | 'lost'
}

export interface Verdict extends Differences {
  readonly agree: boolean
  readonly queues: QueueVerdict[]
}

/**
 * Compares everything and changes nothing. What differs is looked at again, a second later each time, until it agrees or
 * has differed in every look: on a running system some of it is on its way.
 */
export async function verify(deps: VerifyDeps, pauseMs = PAUSE_MS): Promise<Verdict> {
  const { store, timeline } = deps
  const seen: Differences = { missing: [], ghost: [], late: [] }
  const counts: Array<{ queue: string; pending: number; in_redis: number }> = []
  for (const { name: queue } of await store.listQueues()) {
    if (deps.queue !== undefined && queue !== deps.queue) continue
    const count = { queue, pending: 0, in_redis: 0 }
    for (let place: AuditPlace | null = beginAudit(queue); place; ) {
      const look: Look = await lookAt(deps, place, VERIFY_PAGE)
      for (const kind of KINDS) for (const entry of look[kind]) seen[kind].push(entry)
      count.pending += look.pending
      count.in_redis += look.inRedis
      place = look.next
    }
    counts.push(count)
  }
  let still: Differences = seen
  for (let looks = 1; looks < LOOKS && countOf(still) > 0; looks++) {
    await setTimeout(pauseMs)
    still = await confirm(deps, still, (await store.ping()).now_ms)
  }

  const queues: QueueVerdict[] = []
  for (const count of counts) {
    const [missing, ghost, late] = KINDS.map((kind) => still[kind].filter(({ queue }) => queue === count.queue).length) as [number, number, number]
    const lost = (await timeline.edgeOf(count.queue)) === null
    queues.push({ ...count, missing, ghost, late, verdict: lost ? 'lost' : missing + ghost + late > 0 ? 'differs' : 'agrees' })
  }
  return { agree: queues.every(({ verdict }) => verdict === 'agrees'), queues, ...still }
}
