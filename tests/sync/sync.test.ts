import { execFile } from 'node:child_process'
import { describe, expect, inject } from 'vitest'
import { sync, type SyncDeps } from '../../core/sync.js'
import { keysOf } from '../../core/timeline/keys.js'
import { compiled } from '../../scripts/lib/compiled.js'
import { CONFIG, inMs, newJob, type Scene, test as base } from '../worker/support.js'

interface Run {
  code: number
  stdout: string
  stderr: string
}

const test = base.extend<{ cli: (...args: string[]) => Promise<Run> }>({
  cli: async ({ database, prefix }, use) => {
    const env = { PATH: process.env.PATH, DATABASE_URL: database.url, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: prefix, DATA_DIR: inject('tempDir') }
    await use(
      (...args) =>
        new Promise((resolve) => {
          execFile(process.execPath, [compiled('scripts/sync'), ...args], { env }, (error, stdout, stderr) => resolve({ code: (error?.code as number | undefined) ?? 0, stdout, stderr }))
        })
    )
  }
})

describe('npm run sync', () => {
  test('brings every pending job of the window back after a flush, and nothing beyond it', async ({ cli, scene, redis, prefix }) => {
    const within = await scene.schedule({ scheduled_at: inMs(60_000) }, { scheduled_at: inMs(1_800_000), priority: 9 }, { queue: 'mail' })
    await scene.schedule({ scheduled_at: inMs(7_200_000) })
    await redis.unlink(...(await redis.keys(`${prefix}*`)))
    expect(await cli()).toMatchObject({ code: 0, stdout: expect.stringContaining('3 jobs of the window are in the timeline') as string })
    const there = [...(await scene.timeline.list('default', 0, 0, 10)), ...(await scene.timeline.list('default', 9, 0, 10)), ...(await scene.timeline.list('mail', 0, 0, 10))]
    expect(there.map(({ id, run_at_ms }) => ({ id, run_at_ms }))).toEqual(within.map((job) => ({ id: job.id, run_at_ms: Date.parse(job.run_at) })))
    expect((await scene.timeline.take('default', { limit: 1, offsetMs: 0 })).lost).toBe(false)
  })

  test('says as JSON what it did', async ({ cli, scene }) => {
    await scene.schedule({ scheduled_at: inMs(60_000) }, { queue: 'mail' })
    const { code, stdout } = await cli('--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ count: 2, queues: [{ queue: 'default', count: 1 }, { queue: 'mail', count: 1 }] })
    expect(JSON.parse((await cli('--json', '--queue', 'mail')).stdout)).toMatchObject({ count: 1, queues: [{ queue: 'mail', count: 1 }] })
  })

  test('only looks when it verifies, or runs dry: what is missing, what is too much, what is too late; exit code 3', { timeout: 60_000 }, async ({ cli, scene, redis, prefix }) => {
    const [missing, late] = await scene.schedule({ scheduled_at: inMs(60_000) }, { scheduled_at: inMs(60_000) })
    await cli()
    const gone = newJob().id
    await scene.timeline.add([{ id: gone, queue: 'default', priority: 0, run_at_ms: Date.now() }])
    await scene.timeline.remove([missing!])
    await scene.timeline.replace({ id: late!.id, queue: 'default', priority: 0, run_at_ms: Date.now() + 600_000 })
    const before = await redis.zrange(keysOf(prefix, 'default').timelines[9]!, 0, '-1', 'WITHSCORES')
    const { code, stdout } = await cli('--dry-run', '--json')
    expect(code).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({
      agree: false,
      queues: [{ queue: 'default', pending: 2, in_redis: 2, missing: 1, ghost: 1, late: 1, verdict: 'differs' }],
      missing: [{ id: missing!.id }], ghost: [{ id: gone }], late: [{ id: late!.id }]
    })
    const words = await cli('--verify')
    expect(words.code).toBe(3)
    expect(words.stdout).toMatch(/^queue +pending +in Redis +missing +ghost +late +verdict\ndefault +2 +2 +1 +1 +1 +differs$/m)
    expect(words.stdout).toContain(`missing  ${missing!.id}`)
    expect(await redis.zrange(keysOf(prefix, 'default').timelines[9]!, 0, '-1', 'WITHSCORES')).toEqual(before)
  })

  test('finds a timeline that nobody vouches for, and does not vouch for it in a dry run', async ({ cli, scene, redis, prefix }) => {
    await scene.schedule({ scheduled_at: inMs(60_000) })
    expect(JSON.parse((await cli('--dry-run', '--json')).stdout)).toMatchObject({ agree: false, missing: [], queues: [{ verdict: 'lost' }] })
    expect(await redis.exists(keysOf(prefix, 'default').window)).toBe(0)
    await cli()
    expect(await cli('--verify')).toMatchObject({ code: 0, stdout: expect.stringContaining('the timeline agrees with the database') as string })
  })

  test('exits 1 when it fails and 2 when it is misused, with a sentence that helps', async ({ cli }) => {
    expect(await cli('--queue', 'nowhere')).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no queue "nowhere"') as string })
    expect(await cli('--no-such-option')).toMatchObject({ code: 2, stderr: expect.stringContaining('unknown option') as string })
    expect(await cli('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('Exit codes: 0 done') as string })
  })
})

describe('an edge that has not moved for long', () => {
  // Workers were stopped, or the sweep could not reach the database: everything behind the old edge is still to be added.
  const aged = async (scene: Scene) => {
    const { generation } = await scene.timeline.openWindow('default')
    await scene.timeline.moveEdge('default', generation, Date.now() - 600_000)
    const jobs = await scene.store.createJobs(Array.from({ length: 30 }, (_, i) => newJob({ type: 'test', scheduled_at: inMs((i + 1) * 60_000) })))
    return jobs.map((job) => job.id)
  }
  const inRedis = async (scene: Scene) => (await scene.timeline.list('default', 0, 0, 100)).map((entry) => entry.id)

  test('does not keep a sync from adding all of the window', async ({ scene, cli }) => {
    const ids = await aged(scene)
    await cli()
    expect(await inRedis(scene)).toEqual(ids)
  })

  test('does not keep the sweep from it', async ({ scene }) => {
    const ids = await aged(scene)
    await scene.work([{ type: 'test', run: async () => 1 }])
    await expect.poll(() => inRedis(scene), { timeout: 10_000 }).toEqual(ids)
  })

  test('does not keep the API from adding what it stores', async ({ scene }) => {
    await aged(scene)
    const [job] = await scene.schedule({ scheduled_at: inMs(1_800_000) })
    expect(await inRedis(scene)).toEqual([job!.id])
  })
})

describe('a sync', () => {
  const silent = { begin: () => {}, advance: () => {}, end: () => {} }

  test('starts over when Redis is emptied under it, and vouches only for what is there', async ({ scene, redis, prefix }) => {
    const jobs = await scene.schedule(...Array.from({ length: 20 }, (_, i) => ({ scheduled_at: inMs(60_000 + i) })))
    let tries = 0
    const emptied: SyncDeps['timeline'] = {
      fill: (entries) => scene.timeline.fill(entries),
      openWindow: (queue) => scene.timeline.openWindow(queue),
      async moveEdge(queue, generation, edgeMs, server) {
        // Between the adds of the first try and its edge.
        if (tries++ === 0) await redis.unlink(keysOf(prefix, 'default').window, ...keysOf(prefix, 'default').timelines)
        return scene.timeline.moveEdge(queue, generation, edgeMs, server)
      }
    }
    await sync({ store: scene.store, timeline: emptied, windowMs: CONFIG.TIMELINE_WINDOW_MS }, silent)
    expect(tries).toBe(2)
    expect((await scene.timeline.list('default', 0, 0, 100)).map((entry) => entry.id)).toEqual(jobs.map((job) => job.id))
    expect((await scene.timeline.take('default', { limit: 1, offsetMs: 0 })).lost).toBe(false)
  })

  test('beside four others and a running worker leaves the timeline of one, and each job runs once', async ({ scene }) => {
    const ran: string[] = []
    await scene.work([{ type: 'test', run: async ({ job }) => void ran.push(job.id) }])
    const due = await scene.schedule(...Array.from({ length: 100 }, () => ({})))
    const future = await scene.schedule(...Array.from({ length: 100 }, (_, i) => ({ scheduled_at: inMs(600_000 + i) })))
    await Promise.all(Array.from({ length: 5 }, () => sync({ store: scene.store, timeline: scene.timeline, windowMs: CONFIG.TIMELINE_WINDOW_MS }, silent)))
    await expect.poll(() => ran.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(100)
    expect(ran.toSorted()).toEqual(due.map((job) => job.id).toSorted())
    const left = await scene.timeline.list('default', 0, 0, 1_000)
    expect(left.filter((entry) => entry.run_at_ms > Date.now() + 1_000).map((entry) => entry.id)).toEqual(future.map((job) => job.id))
  })
})
