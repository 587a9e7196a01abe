/** A Redis Cluster of one node that owns every slot: enough to be told when a script's keys do not share one. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from '../../scripts/lib/free-port.js'
import { keep } from '../../scripts/lib/kept-process.js'
import { provideRedis } from '../../scripts/lib/redis.js'
import { vi } from 'vitest'

const SLOTS = 16_384

export async function startClusterNode(): Promise<{ url: string; redis: Redis; stop(): Promise<void> }> {
  const server = await provideRedis({ path: process.env.PATH ?? '' })
  const dir = await mkdtemp(join(tmpdir(), 'duly-cluster-'))
  const [port, bus] = [await freePort(), await freePort()]
  const settings = { port, bind: '127.0.0.1', dir, save: '', 'cluster-enabled': 'yes', 'cluster-port': bus, 'cluster-announce-ip': '127.0.0.1' }
  const node = keep(server, Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]), { remove: dir })
  const redis = new Redis(port, '127.0.0.1')
  redis.on('error', () => {}) // it is starting
  await redis.cluster('ADDSLOTS', ...Array.from({ length: SLOTS }, (_, slot) => slot))
  await vi.waitFor(async () => {
    if (!((await redis.cluster('INFO'))).includes('cluster_state:ok')) throw new Error('the cluster is not up yet')
  }, 10_000)
  return {
    url: `redis://127.0.0.1:${port}`,
    redis,
    stop: async () => {
      redis.disconnect()
      await node.stop()
    }
  }
}
