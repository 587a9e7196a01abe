/**
 * Wake-ups: somebody added a job that is now the next of its queue, or wants running ones cancelled. They shorten a wait;
 * the poll and the heartbeat find what they miss.
 */
import { cancelChannel, wakeChannel } from './keys.js'
import type { RedisClient } from './redis.js'

export interface WakeUps {
  close(): void
}

/**
 * @param redis - A client of its own, opened for `listen`; closed with this.
 * @param on.wakeUp - The queue, which may be new, and when its next job is due, ms since epoch.
 * @param on.cancel - Ids of running jobs that the store wants cancelled; most run elsewhere.
 * @param on.connected - Each time the subscription stands, also after a reconnect: wake-ups were missed before it.
 */
export function listenForWakeUps(
  redis: RedisClient,
  prefix: string,
  on: { readonly wakeUp: (queue: string, runAtMs: number) => void; readonly cancel: (ids: readonly string[]) => void; readonly connected: () => void }
): WakeUps {
  let closed = false
  const subscribe = () => {
    redis.subscribe(wakeChannel(prefix), cancelChannel(prefix)).then(
      () => closed || on.connected(),
      () => {} // the connection was lost again: the next `ready` subscribes
    )
  }
  redis.on('message', (channel: string, message: string) => {
    if (channel === cancelChannel(prefix)) {
      if (!closed) on.cancel(message.split(','))
      return
    }
    const [queue, runAtMs] = message.split(' ')
    if (!closed && queue) on.wakeUp(queue, Number(runAtMs))
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
