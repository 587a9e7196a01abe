/** A rebuild of the timeline comes to its end, however slow the store is. */
import { expect, vi } from 'vitest'
import { DulyError } from '../../core/errors.js'
import type { Store } from '../../core/store/index.js'
import { keysOf } from '../../core/timeline/keys.js'
import { inMs, test } from './support.js'

const WAIT = { timeout: 20_000, interval: 20 }

/** The store, in which a page of more rows than this does not come in time. */
const slow = (store: Store, most: number, asked: number[]): Store =>
  new Proxy(store, {
    get(target, name) {
      if (name === 'scanPending') {
        return (...args: Parameters<Store['scanPending']>) => {
          asked.push(args[1].limit)
          return args[1].limit > most ? Promise.reject(new DulyError('store_unavailable')) : target.scanPending(...args)
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
  await scene.work([{ type: 'test', run: async () => 1 }], { store: slow(scene.store, 1_000, asked), config: { SWEEP_GRACE_MS: 600_000 } })
  await vi.waitFor(async () => expect(await scene.timeline.edgeOf('default')).not.toBeNull(), WAIT)
  const counts = await Promise.all(Array.from({ length: 10 }, (_, priority) => scene.timeline.list('default', priority, 0, 100)))
  expect(counts.flat()).toHaveLength(jobs.length)
  expect(asked.filter((limit) => ![100, 1_000].includes(limit)).slice(0, 3)).toEqual([5_000, 1_250, 312]) // the others are of other steps
})
