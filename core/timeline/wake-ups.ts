/**
 * Wake-ups: somebody added a job that is now the next of its queue, resumed a queue, or wants running jobs cancelled.
 * They shorten a wait; the poll and the heartbeat find what they miss.
 */
import { cancelChannel, RESUMED, wakeChannel } from './keys.js'
import type { RedisClient } from './redis.js'

export interface WakeUps {
  close(): void
}

/**
 * @param redis - A client of its own, opened for `listen`; closed with this.
 * @param on.wakeUp - The queue, which may be new, and when its next job is due, ms since epoch.
 * @param on.resumed - The queue, which is paused no more.
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
    readonly connected: () => void
  }
): WakeUps {
  let closed = false
  const subscribe = () => {
    redis.subscribe(wakeChannel(prefix), cancelChannel(prefix)).then(
      () => closed || on.connected(),
      () => {} // the connection was lost again: the next `ready` subscribes
    )
  }
  redis.on('message', (channel: string, message: string) => {
    if (closed) return
    if (channel === cancelChannel(prefix)) return on.cancel(message.split(','))
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
