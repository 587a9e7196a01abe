import { Cluster, Redis } from 'ioredis'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, inject } from 'vitest'
import { listenForWakeUps, openRedis, PRIORITIES, Timeline } from '../../core/timeline/index.js'
import { keysOf } from '../../core/timeline/keys.js'
import { scripts } from '../../core/timeline/scripts.js'
import { test as base } from '../support/fixtures.js'

const WINDOW_MS = 3_600_000

const test = base.extend<{ timeline: Timeline; raw: Redis }>({
  raw: async ({ redis }, use) => use(redis),
  timeline: async ({ prefix, redis }, use) => {
    void redis // deletes the keys
    const client = openRedis({ REDIS_URL: inject('redisUrl') }, 'work')
    await once(client, 'ready')
    await use(new Timeline(client, { prefix, windowMs: WINDOW_MS }))
    client.disconnect()
  }
})

/** A timeline that vouches for itself, as after a rebuild. */
async function complete(timeline: Timeline, queue = 'default') {
  const { generation } = await timeline.openWindow(queue)
  await timeline.moveEdge(queue, generation, Date.now() + WINDOW_MS)
}

/** Ids are UUIDs, or `take` drops them; these can be read, and sort as their names do. */
const idOf = (name: string) => `00000000-0000-7000-8000-${Buffer.from(name.padStart(6, '_').slice(-6)).toString('hex')}`
const nameOf = ({ id }: { id: string }) => Buffer.from(id.slice(-12), 'hex').toString().replace(/^_+/, '')

const entry = (name: string, run_at_ms: number, priority = 0, queue = 'default') => ({ id: idOf(name), queue, priority, run_at_ms })
const taken = async (timeline: Timeline, limit = 10, offsetMs = 0) => (await timeline.take('default', { limit, offsetMs })).jobs.map(nameOf)

describe('take', () => {
  test('gives what is due: highest priority first, then earliest, and says how long the next one takes', async ({ timeline }) => {
    await complete(timeline)
    const now = Date.now()
    await timeline.add([entry('late', now - 10), entry('later', now - 5), entry('first', now - 1, 9), entry('second', now - 2, 3), entry('future', now + 60_000, 9)])
    const take = await timeline.take('default', { limit: 10, offsetMs: 0 })
    expect(take.jobs).toEqual([
      { id: idOf('first'), queue: 'default', priority: 9 },
      { id: idOf('second'), queue: 'default', priority: 3 },
      { id: idOf('late'), queue: 'default', priority: 0 },
      { id: idOf('later'), queue: 'default', priority: 0 }
    ])
    expect(take.lost).toBe(false)
    expect(take.wait_ms).toBeGreaterThan(30_000)
    expect(take.wait_ms).toBeLessThanOrEqual(60_000)
  })

  test('gives an id to one of two workers that ask at the same moment', async ({ timeline }) => {
    await complete(timeline)
    await timeline.add(Array.from({ length: 100 }, (_, i) => entry(`j${i}`, Date.now() - 1)))
    const answers = await Promise.all(Array.from({ length: 10 }, () => taken(timeline, 15)))
    expect(answers.flat()).toHaveLength(100)
    expect(new Set(answers.flat()).size).toBe(100)
  })

  test('stops at its limit, and says that more are due', async ({ timeline }) => {
    await complete(timeline)
    await timeline.add([entry('a', 1), entry('b', 2), entry('c', 3, 1)])
    expect(await timeline.take('default', { limit: 2, offsetMs: 0 })).toMatchObject({ jobs: [{ id: idOf('c') }, { id: idOf('a') }], wait_ms: 0 })
    expect(await timeline.take('default', { limit: 2, offsetMs: 0 })).toMatchObject({ jobs: [{ id: idOf('b') }], wait_ms: null })
  })

  test('goes by the clock of the database: what Redis\'s clock is behind is made up for', async ({ timeline }) => {
    await complete(timeline)
    await timeline.add([entry('a', Date.now() + 300_000)])
    expect(await taken(timeline, 10, 0)).toEqual([])
    expect(await taken(timeline, 10, 300_001)).toEqual(['a'])
  })

  test('gives nothing while the timeline is not known to be complete', async ({ timeline }) => {
    await timeline.add([entry('a', 1)])
    expect(await timeline.take('default', { limit: 10, offsetMs: 0 })).toEqual({ jobs: [], wait_ms: null, lost: true })
    await complete(timeline)
    expect(await taken(timeline)).toEqual(['a'])
  })
})

describe('a timeline that somebody else has written into', () => {
  test('gives only what can be a job', async ({ timeline, redis, prefix }) => {
    await complete(timeline)
    await redis.zadd(keysOf(prefix, 'default').timelines[9]!, 1, 'not-a-uuid', 2, '')
    await timeline.add([entry('a', 3)])
    expect(await taken(timeline)).toEqual(['a'])
  })
})

describe('add', () => {
  test('keeps the earlier of two times', async ({ timeline }) => {
    await complete(timeline)
    const now = Date.now()
    await timeline.add([entry('a', now + 50_000)])
    await timeline.add([entry('a', now + 90_000)])
    expect(await timeline.list('default', 0, 0, 10)).toEqual([entry('a', now + 50_000)])
    await timeline.add([entry('a', now + 10_000)])
    expect(await timeline.list('default', 0, 0, 10)).toEqual([entry('a', now + 10_000)])
  })

  test('leaves out what is due beyond the window, and takes in what a moving edge could miss', async ({ timeline, redis }) => {
    await complete(timeline)
    const edge = Date.now() + WINDOW_MS
    await timeline.add([entry('in', edge - 1), entry('behind', edge + 60_000), entry('far', edge + 300_000)])
    expect((await timeline.list('default', 0, 0, 10)).map(nameOf)).toEqual(['in', 'behind'])
    void redis
  })

  test('holds a thousand entries of many queues and priorities in a few calls', async ({ timeline }) => {
    const entries = Array.from({ length: 1_203 }, (_, i) => entry(`j${i}`, i, i % 10, `q${i % 3}`))
    await timeline.add(entries)
    let count = 0
    for (const queue of ['q0', 'q1', 'q2']) for (const priority of PRIORITIES) count += (await timeline.list(queue, priority, 0, 1_000)).length
    expect(count).toBe(1_203)
  })

  test('publishes a wake-up when the new job is the next, and only then', async ({ timeline, prefix }) => {
    const subscriber = openRedis({ REDIS_URL: inject('redisUrl') }, 'listen')
    const heard: Array<[string, number]> = []
    await new Promise<void>((connected) => listenForWakeUps(subscriber, prefix, { wakeUp: (queue, runAtMs) => heard.push([queue, runAtMs]), resumed: () => {}, cancel: () => {}, connected }))
    const now = Date.now()
    await timeline.add([entry('a', now + 5_000)])
    await timeline.add([entry('b', now + 6_000, 9)])
    await timeline.add([entry('c', now + 4_000, 2)])
    await timeline.add([entry('d', now + 9_000, 0, 'other')])
    await expect.poll(() => heard).toEqual([['default', now + 5_000], ['default', now + 4_000], ['other', now + 9_000]])
    subscriber.disconnect()
  })

  test('a queue that is resumed is told apart from one that has a new job', async ({ timeline, prefix }) => {
    const subscriber = openRedis({ REDIS_URL: inject('redisUrl') }, 'listen')
    const heard: string[] = []
    await new Promise<void>((connected) =>
      listenForWakeUps(subscriber, prefix, { wakeUp: (queue) => heard.push(`new in ${queue}`), resumed: (queue) => heard.push(`${queue} goes on`), cancel: () => {}, connected })
    )
    await timeline.sayResumed('mail')
    await timeline.add([entry('a', Date.now(), 0, 'mail')])
    await expect.poll(() => heard).toEqual(['mail goes on', 'new in mail'])
    subscriber.disconnect()
  })
})

describe('remove and replace', () => {
  test('remove takes a job out, whatever its priority', async ({ timeline }) => {
    await complete(timeline)
    await timeline.add([entry('a', 1, 9), entry('b', 1, 0), entry('c', 1, 4, 'other')])
    await timeline.remove([{ id: idOf('a'), queue: 'default' }, { id: idOf('c'), queue: 'other' }, { id: idOf('never'), queue: 'default' }])
    expect(await taken(timeline)).toEqual(['b'])
    expect(await timeline.list('other', 4, 0, 10)).toEqual([])
  })

  test('replace moves a job to a later time and another priority, twice with the same effect', async ({ timeline }) => {
    await complete(timeline)
    const later = entry('a', Date.now() + 60_000, 7)
    await timeline.add([entry('a', 1, 2)])
    await timeline.replace(later)
    await timeline.replace(later)
    expect(await taken(timeline)).toEqual([])
    expect(await timeline.list('default', 2, 0, 10)).toEqual([])
    expect(await timeline.list('default', 7, 0, 10)).toEqual([later])
  })
})

describe('the window', () => {
  test('keeps its generation until Redis is emptied, and its edge only moves forward', async ({ timeline }) => {
    const first = await timeline.openWindow('default')
    expect(first.edge_ms).toBeNull()
    expect(await timeline.moveEdge('default', first.generation, 2_000)).toBe(true)
    expect(await timeline.moveEdge('default', first.generation, 1_000)).toBe(true)
    expect(await timeline.openWindow('default')).toMatchObject({ generation: first.generation, edge_ms: 2_000 })
  })

  test('is not vouched for by a rebuild that Redis was emptied under', async ({ timeline, redis, prefix }) => {
    const { generation } = await timeline.openWindow('default')
    await redis.del(keysOf(prefix, 'default').window)
    expect(await timeline.moveEdge('default', generation, 1_000)).toBe(false)
    const next = await timeline.openWindow('default')
    expect(next.generation).not.toBe(generation)
    expect(await timeline.moveEdge('default', generation, 1_000)).toBe(false)
    expect((await timeline.take('default', { limit: 1, offsetMs: 0 })).lost).toBe(true)
  })

  test('remembers under which process of Redis everything was added: an edge alone does not say so, and another process is none', async ({ timeline, redis, prefix }) => {
    const { generation, server } = await timeline.openWindow('default')
    expect(server).toBe(/run_id:(\w+)/.exec(await redis.info('server'))![1])
    expect(await timeline.moveEdge('default', generation, 1_000)).toBe(true)
    expect((await timeline.openWindow('default')).is_rebuilt).toBe(false)
    expect(await timeline.moveEdge('default', generation, 2_000, '0'.repeat(40))).toBe(false) // begun before Redis was started again
    expect(await timeline.openWindow('default')).toMatchObject({ edge_ms: 1_000, is_rebuilt: false })
    expect(await timeline.moveEdge('default', generation, 2_000, server)).toBe(true)
    expect(await timeline.openWindow('default')).toMatchObject({ edge_ms: 2_000, is_rebuilt: true })
    await redis.hset(keysOf(prefix, 'default').window, 'server', 'f'.repeat(40)) // as a snapshot of another process would
    expect((await timeline.openWindow('default')).is_rebuilt).toBe(false)
  })

  test('is looked after by one worker at a time', async ({ timeline }) => {
    expect(await timeline.tryLock('duty', 'me', 60_000)).toBe(true)
    expect(await timeline.tryLock('duty', 'you', 60_000)).toBe(false)
    expect(await timeline.tryLock('duty', 'me', 60_000)).toBe(true)
  })
})

describe('a Redis Cluster', () => {
  let node: Redis
  let timeline: Timeline
  let client: Cluster

  beforeAll(async () => {
    const { startClusterNode } = await import('./cluster.js')
    const started = await startClusterNode()
    node = started.redis
    client = openRedis({ REDIS_URL: started.url, REDIS_CLUSTER: true }, 'work') as Cluster
    await once(client, 'ready')
    timeline = new Timeline(client, { prefix: 'duly', windowMs: WINDOW_MS })
    return async () => {
      client.disconnect()
      await started.stop()
    }
  })
  afterAll(() => node?.disconnect())

  base('takes every script: the keys of a queue share a slot', async () => {
    await complete(timeline)
    await timeline.add([entry('a', 1, 9), entry('b', 2), entry('c', 3, 5, 'other-queue')])
    await timeline.replace(entry('b', 2, 4))
    await timeline.remove([{ id: idOf('c'), queue: 'other-queue' }])
    expect(await taken(timeline)).toEqual(['a', 'b'])
  })
})

describe('the scripts', () => {
  base('say in their first line what their file name says, and name all their keys', () => {
    for (const [name, { lua, numberOfKeys }] of Object.entries(scripts)) {
      expect(lua).toMatch(new RegExp(`^-- ${name}: `))
      expect(lua).toContain('-- KEYS[1] ')
      expect(lua).toContain('-- KEYS[2..11] ')
      expect(numberOfKeys).toBe(keysOf('p', 'q').all.length)
    }
  })
})
