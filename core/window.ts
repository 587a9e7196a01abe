/** Walks what belongs into the timeline of a queue: the one piece of code under the sweep, the rebuild and `sync`. */
import { isDulyError } from './errors.js'
import type { Entry, Position, Scan, Store } from './store/index.js'
import { PRIORITIES } from './timeline/index.js'

/** Rows in one page, shared by the priorities that have any left. */
const PAGE = { most: 5_000, least: 500 } as const

export interface WindowPage {
  readonly entries: Entry[]
  /** Whoever stops after this page has left out nothing that is due up to here, ms since epoch. */
  readonly reachedMs: number
}

/**
 * Pending jobs of a queue from a position to the end of the window: all priorities side by side, each earliest first.
 * The next page is fetched while the caller works on this one. A page that does not come in time is asked for again as a
 * smaller one, and none as large as that is asked for any more.
 *
 * @throws {DulyError} What the store says, `store_unavailable` once the smallest page does not come either.
 */
export async function* walkWindow(
  store: Pick<Store, 'scanPending'>,
  options: { readonly queue: string; readonly from: Position; readonly windowMs: number }
): AsyncGenerator<WindowPage> {
  let size: number = PAGE.most
  let most: number = PAGE.most
  const fetch = async (scans: readonly Scan[]): Promise<Fetched> => {
    for (;;) {
      try {
        const limit = Math.ceil(size / scans.length)
        const { pages, until_ms } = await store.scanPending(scans, { withinMs: options.windowMs, skipPaused: false, limit })
        size = Math.min(most, size * 2)
        return { entries: pages.flat(), until_ms, left: following(scans, pages, limit) }
      } catch (error) {
        if (!isDulyError(error, 'store_unavailable') || size === PAGE.least) throw error
        most = Math.max(PAGE.least, Math.floor(size / 2))
        size = Math.max(PAGE.least, Math.floor(size / 4))
      }
    }
  }
  let untilMs = Infinity
  let next: Promise<Fetched> | undefined = fetch(PRIORITIES.map((priority) => ({ queue: options.queue, priority, after: options.from })))
  while (next) {
    const { entries, until_ms, left }: Fetched = await next
    untilMs = Math.min(untilMs, until_ms)
    next = left.length > 0 ? fetch(left) : undefined
    next?.catch(() => {}) // thrown by the await above, unless the caller has stopped
    yield { entries, reachedMs: Math.min(untilMs, ...left.map((scan) => scan.after.run_at_ms)) }
  }
}

interface Fetched {
  readonly entries: Entry[]
  readonly until_ms: number
  readonly left: Scan[]
}

/** The scans whose page was full, each going on after its last entry. */
export function following(scans: readonly Scan[], pages: ReadonlyArray<readonly Entry[]>, limit: number): Scan[] {
  return scans.flatMap((scan, place) => {
    const entries = pages[place]!
    const last = entries.at(-1)
    return last && entries.length >= limit ? [{ ...scan, after: { run_at_ms: last.run_at_ms, id: last.id } }] : []
  })
}
