/** Wake-ups: somebody added a job that is now the next of its queue. They shorten a sleep; the poll finds what they miss. */
import { wakeChannel } from './keys.js'
import type { RedisClient } from './redis.js'

export interface WakeUps {
  close(): void
}

/**
 * @param redis - A client of its own, opened for `listen`; closed with this.
 * @param on.wakeUp - The queue, which may be new, and when its next job is due, ms since epoch.
 * @param on.connected - Each time the subscription stands, also after a reconnect: wake-ups were missed before it.
 */
export function listenForWakeUps(
  redis: RedisClient,
  prefix: string,
  on: { readonly wakeUp: (queue: string, runAtMs: number) => void; readonly connected: () => void }
): WakeUps {
  let closed = false
  const subscribe = () => {
    redis.subscribe(wakeChannel(prefix)).then(
      () => closed || on.connected(),
      () => {} // the connection was lost again: the next `ready` subscribes
    )
  }
  redis.on('message', (_channel: string, message: string) => {
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
