/** Redis clients: none of them makes anybody wait for Redis for long. */
import { createRequire } from 'node:module'
import type { Cluster, Redis, RedisOptions } from 'ioredis'
import { scripts } from './scripts.js'

const require = createRequire(import.meta.url)

export type RedisClient = Redis | Cluster

/**
 * `serve`: somebody waits for an answer, so Redis gets little time. `work`: a worker's loop, which turns
 * to the store meanwhile. `listen`: a subscription, which has all the time there is.
 */
export type RedisUse = 'serve' | 'work' | 'listen'

const TIMEOUTS_MS = { serve: 250, work: 1_000, listen: undefined } as const satisfies Record<RedisUse, number | undefined>

/**
 * Connects in the background and for ever: Redis may be down now and come back later.
 * Errors of the connection are reported by the `error` event, once per failed try.
 */
export function openRedis(config: { readonly REDIS_URL?: string | undefined; readonly REDIS_CLUSTER?: boolean }, use: RedisUse): RedisClient {
  if (!config.REDIS_URL) throw new Error('REDIS_URL is missing')
  const { Cluster, Redis } = require('ioredis') as typeof import('ioredis') // takes half of the time that an import does: a worker that starts again is in a hurry
  const commandTimeout = TIMEOUTS_MS[use]
  const options: RedisOptions = {
    scripts,
    protocol: 2, // pairs arrive flat, on every server
    connectTimeout: 2_000,
    enableOfflineQueue: use === 'listen', // a subscription is made again after each reconnect anyway
    maxRetriesPerRequest: use === 'listen' ? null : 1,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 5), 1_000),
    // A connection that swallows commands is given up, not waited for.
    ...(commandTimeout && { commandTimeout, socketTimeout: 4 * commandTimeout })
  }
  if (!config.REDIS_CLUSTER) return new Redis(config.REDIS_URL, options)
  const { enableOfflineQueue, retryStrategy, scripts: clusterScripts, ...redisOptions } = options
  return new Cluster([config.REDIS_URL], {
    redisOptions,
    scripts: clusterScripts!,
    enableOfflineQueue: enableOfflineQueue!,
    clusterRetryStrategy: (times) => retryStrategy!(times)
  })
}
