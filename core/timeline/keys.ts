/** Names of every Redis key; none is spelled anywhere else, in TypeScript or Lua. */

export const PRIORITIES = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] as const

/**
 * The keys of one queue. `{queue}` is a hash tag: they share a cluster slot, so that one script may touch them all.
 *
 * @returns `window`: HASH `{generation, edge_ms}`, how far the timeline is complete, ms since epoch.
 * `timelines`: ten ZSETs, priority 9 first; member = job id, score = run_at in ms since epoch.
 * `all`: what each script is given as KEYS, in this order: the window, then the timelines.
 */
export function keysOf(prefix: string, queue: string) {
  const base = `${prefix}:{${queue}}`
  const window = `${base}:window`
  const timelines = PRIORITIES.map((priority) => `${base}:p${priority}`)
  return { window, timelines, all: [window, ...timelines] }
}

/** PubSub channel of wake-ups: `<queue> <score>` when a job of the queue became the next that is due, `<queue> resumed` when the queue is paused no more. */
export const wakeChannel = (prefix: string) => `${prefix}:wake`
export const RESUMED = 'resumed'

/** PubSub channel of cancels: ids, separated by commas, of running jobs that were told to stop. */
export const cancelChannel = (prefix: string) => `${prefix}:cancel`

/** PubSub channel of watching: for how many ms from now somebody wants to hear which jobs change. Who was not told says nothing. */
export const watchChannel = (prefix: string) => `${prefix}:watch`

/** PubSub channel of changes: JSON of `Changes`, told while somebody watches. */
export const changesChannel = (prefix: string) => `${prefix}:changes`

/** STRING, who does a duty that one worker is enough for. It only saves work: losing it does no harm. */
export const lockKey = (prefix: string, duty: string) => `${prefix}:lock:${duty}`

/** STRING, written to learn whether Redis takes writes; it expires by itself. */
export const probeKey = (prefix: string) => `${prefix}:probe`
