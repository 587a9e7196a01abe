/** A rebuild of the timeline comes to its end, however slow the store is. */
import { pino } from 'pino'
import { expect, vi } from 'vitest'
import { DulyError } from '../../core/errors.js'
import type { Store } from '../../core/store/index.js'
import { keysOf } from '../../core/timeline/keys.js'
import { Sweeper, type SweeperDeps } from '../../worker/sweeper.js'
import { SweptCounts } from '../../worker/swept.js'
import { inMs, test } from './support.js'

const WAIT = { timeout: 20_000, interval: 20 }

/** Rows of each priority that other steps of the sweep ask for. */
const OTHERS = [100, 1_000]

/** The store, in which a walk's page of more rows of each priority than this does not come in time. */
const slow = (store: Store, most: number, asked: number[]): Store =>
  new Proxy(store, {
    get(target, name) {
      if (name === 'scanPending') {
        return (...args: Parameters<Store['scanPending']>) => {
          asked.push(args[1].limit)
          return args[1].limit > most && !OTHERS.includes(args[1].limit) ? Promise.reject(new DulyError('store_unavailable')) : target.scanPending(...args)
        }
      }
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    }
  })

test('a rebuild whose pages do not come in time asks for smaller ones until they do', async ({ scene, redis, prefix }) => {
  const jobs = await scene.schedule(...Array.from({ length: 50 }, (_, i) => ({ scheduled_at: inMs(600_000 + i), priority: i % 10 })))
  await redis.del(keysOf(prefix, 'default').all)
  const asked: number[] = []
  await scene.work([{ type: 'test', run: async () => 1 }], { store: slow(scene.store, 60, asked), config: { SWEEP_GRACE_MS: 600_000 } })
  await vi.waitFor(async () => expect(await scene.timeline.edgeOf('default')).not.toBeNull(), WAIT)
  const counts = await Promise.all(Array.from({ length: 10 }, (_, priority) => scene.timeline.list('default', priority, 0, 100)))
  expect(counts.flat()).toHaveLength(jobs.length)
  expect(asked.filter((limit) => !OTHERS.includes(limit)).slice(0, 3)).toEqual([500, 125, 50]) // of ten priorities
})

test('a worker that starts adds everything once more when another process of Redis was given it, and asks for none of it otherwise', async ({ scene, redis, prefix }) => {
  await scene.schedule({ scheduled_at: inMs(600_000) })
  const { generation, server } = await scene.timeline.openWindow('default')
  await scene.timeline.moveEdge('default', generation, Date.now() + 3_600_000, server)
  const config = { SWEEP_INTERVAL_MS: 50, SWEEP_GRACE_MS: 600_000 }
  const run = async () => {
    const asked: number[] = []
    const worker = await scene.work([{ type: 'test', run: async () => 1 }], { store: slow(scene.store, Infinity, asked), config })
    await vi.waitFor(() => expect(asked.filter((limit) => limit === 1_000).length).toBeGreaterThan(2), WAIT) // passes of the sweep
    await worker.stop()
    return asked.filter((limit) => !OTHERS.includes(limit))
  }

  expect(await run()).toEqual([])
  await redis.hset(keysOf(prefix, 'default').window, 'server', 'f'.repeat(40)) // as an old snapshot would say
  expect(await run()).not.toEqual([])
  expect(await run()).toEqual([]) // it is this one's by now
})

test('what is rescued while Redis is away counts as missed: the same Redis may come back, and nothing else would add it', async () => {
  let missed = 0
  const rescued = [{ id: '01890000-0000-7000-8000-000000000000', queue: 'default', type: 'test', priority: 0, run_at_ms: 0, status: 'pending', worker_id: 'w' }]
  const store = { listQueues: async () => [], rescueJobs: async () => rescued, expireJobs: async () => ({ expired: 0 }), tidy: async () => ({}), pruneJobs: async () => ({}), reportSwept: async () => {} }
  const timeline = { connected: false, usable: false, failures: 0, noteMissed: () => void missed++ }
  const nothing = () => {}
  const sweeper = new Sweeper({
    store, timeline, swept: new SweptCounts(), workerId: () => 'me', log: pino({ level: 'silent' }),
    intervalMs: 5_000, graceMs: 10_000, windowMs: 3_600_000, keep: { completed: null, failed: null, cancelled: null }, nowMs: Date.now,
    onRedisTime: nothing, onQueues: nothing, onRescued: nothing, onUsable: nothing, onRebuilt: nothing
  } as unknown as SweeperDeps)
  await sweeper.tick()
  expect(missed).toBe(1)
})
