/** Walks what belongs into the timeline of a queue: the one piece of code under the sweep, the rebuild and `sync`. */
import type { Entry, Position, Scan, Store } from './store/index.js'
import { PRIORITIES } from './timeline/index.js'

export interface WindowPage {
  readonly entries: Entry[]
  /** Whoever stops after this page has left out nothing that is due up to here, ms since epoch. */
  readonly reachedMs: number
}

/**
 * Pending jobs of a queue from a position to the end of the window: all priorities side by side, each earliest first.
 * The next page is fetched while the caller works on this one.
 *
 * @param options.limit - Most jobs in one page, shared by the priorities that have any left.
 */
export async function* walkWindow(
  store: Pick<Store, 'scanPending'>,
  options: { readonly queue: string; readonly from: Position; readonly windowMs: number; readonly limit: number }
): AsyncGenerator<WindowPage> {
  const fetch = async (scans: readonly Scan[]): Promise<Fetched> => {
    const limit = Math.ceil(options.limit / scans.length)
    const { pages, until_ms } = await store.scanPending(scans, { withinMs: options.windowMs, skipPaused: false, limit })
    return { entries: pages.flat(), until_ms, left: following(scans, pages, limit) }
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
