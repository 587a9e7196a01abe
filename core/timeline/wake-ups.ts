/**
 * Wake-ups: somebody added a job that is now the next of its queue, resumed a queue, or wants running jobs cancelled.
 * They shorten a wait; the poll and the heartbeat find what they miss.
 */
import { cancelChannel, changesChannel, RESUMED, wakeChannel, watchChannel } from './keys.js'
import type { RedisClient } from './redis.js'
import type { Changes } from './teller.js'

export interface WakeUps {
  close(): void
}

/**
 * @param redis - A client of its own, opened for `listen`; closed with this.
 * @param on.wakeUp - The queue, which may be new, and when its next job is due, ms since epoch.
 * @param on.resumed - The queue, which is paused no more.
 * @param on.watched - Somebody wants to hear which jobs change, for so many ms from now.
 * @param on.cancel - Ids of running jobs that the store wants cancelled; most run elsewhere.
 * @param on.connected - Each time the subscription stands, also after a reconnect: wake-ups were missed before it.
 */
export function listenForWakeUps(
  redis: RedisClient,
  prefix: string,
  on: {
    readonly wakeUp: (queue: string, runAtMs: number) => void
    readonly resumed: (queue: string) => void
    readonly cancel: (ids: readonly string[]) => void
    readonly watched?: (ms: number) => void
    readonly connected: () => void
  }
): WakeUps {
  let closed = false
  const subscribe = () => {
    redis.subscribe(wakeChannel(prefix), cancelChannel(prefix), watchChannel(prefix)).then(
      () => closed || on.connected(),
      () => {} // the connection was lost again: the next `ready` subscribes
    )
  }
  redis.on('message', (channel: string, message: string) => {
    if (closed) return
    if (channel === cancelChannel(prefix)) return on.cancel(message.split(','))
    if (channel === watchChannel(prefix)) return on.watched?.(Number(message))
    const [queue, what] = message.split(' ')
    if (!queue) return
    if (what === RESUMED) on.resumed(queue)
    else on.wakeUp(queue, Number(what))
  })
  redis.on('ready', subscribe)
  if (redis.status === 'ready') subscribe()
  return {
    close() {
      closed = true
      redis.disconnect()
    }
  }
}

/**
 * What an API hears: that somebody watches another API, and which jobs have changed elsewhere. Whatever is missed while the
 * connection is away is shown with the next look at the jobs.
 *
 * @param redis - A client of its own, opened for `listen`; closed with this.
 */
export function listenForChanges(redis: RedisClient, prefix: string, on: { readonly watched: (ms: number) => void; readonly changed: (changes: Changes) => void }): WakeUps {
  let closed = false
  const subscribe = () => {
    redis.subscribe(watchChannel(prefix), changesChannel(prefix)).catch(() => {}) // the connection was lost again: the next `ready` subscribes
  }
  redis.on('message', (channel: string, message: string) => {
    if (closed) return
    if (channel === watchChannel(prefix)) return on.watched(Number(message))
    const changes = readChanges(message)
    if (changes) on.changed(changes)
  })
  redis.on('ready', subscribe)
  if (redis.status === 'ready') subscribe()
  return {
    close() {
      closed = true
      redis.disconnect()
    }
  }
}

/** Whatever else somebody has said there is none. */
function readChanges(message: string): Changes | undefined {
  const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((item) => typeof item === 'string')
  try {
    const { from, ids, queues, more } = JSON.parse(message) as Partial<Changes>
    return typeof from === 'string' && isTexts(ids) && isTexts(queues) ? { from, ids, queues, more: more === true } : undefined
  } catch {
    return undefined
  }
}
