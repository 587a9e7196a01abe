/** The audit finds what nobody has noticed, mends it, and takes nothing for a difference that is on its way. */
import { describe, expect, vi } from 'vitest'
import { keysOf } from '../../core/timeline/keys.js'
import type { Job } from '../../core/job.js'
import { Auditor, type AuditorDeps } from '../../worker/auditor.js'
import { CONFIG, inMs, log, newJob, type Scene, test } from './support.js'

const WAIT = { timeout: 20_000, interval: 20 }
const QUEUES = ['default']

/** The queue's timeline is complete, as far as anybody knows. */
async function vouch(scene: Scene) {
  const { generation } = await scene.timeline.openWindow('default')
  await scene.timeline.moveEdge('default', generation, Date.now() + CONFIG.TIMELINE_WINDOW_MS)
}

const auditor = (scene: Scene, fields: Partial<AuditorDeps> = {}) => new Auditor({ store: scene.store, timeline: scene.timeline, windowMs: CONFIG.TIMELINE_WINDOW_MS, log, ...fields })

describe('a worker', () => {
  test('mends what Redis lost, what is too late there and what is not pending, and says so in its row', async ({ scene, redis, prefix }) => {
    await scene.work([{ type: 'test', run: async () => 1 }], { config: { SWEEP_GRACE_MS: 600_000 } })
    const [right, missing, late] = await scene.schedule({ scheduled_at: inMs(600_000) }, { scheduled_at: inMs(600_000), priority: 3 }, { scheduled_at: inMs(600_000) })
    await vi.waitFor(async () => expect(await scene.timeline.edgeOf('default')).not.toBeNull(), WAIT)
    const ghost = newJob().id
    await scene.timeline.remove([missing!])
    await scene.timeline.replace({ ...late!, run_at_ms: Date.now() + 1_200_000 })
    await redis.zadd(keysOf(prefix, 'default').timelines[9]!, Date.now() + 600_000, ghost, Date.now() + 600_000, 'not-an-id')
    const places = async () => [...(await scene.timeline.list('default', 3, 0, 10)), ...(await scene.timeline.list('default', 0, 0, 10))].map(({ id, run_at_ms }) => ({ id, run_at_ms }))
    const expected = [missing!, right!, late!].map((job) => ({ id: job.id, run_at_ms: Date.parse(job.run_at) }))
    await vi.waitFor(async () => expect((await places()).toSorted(byId)).toEqual(expected.toSorted(byId)), WAIT)
    await vi.waitFor(async () => {
      const [worker] = await scene.store.listWorkers({ endedWithinMs: 0, limit: 1 })
      expect(worker!.swept).toMatchObject({ missing: 1, late: 1, ghost: 2, put_back: 0 })
      expect(worker!.swept.audited).toBeGreaterThan(3)
    }, WAIT)
  })

  test('finds no difference in jobs that run, wait for a handler, or stand in a paused queue', async ({ scene, sql }) => {
    await sql`insert into duly.queues (name, paused) values ('paused', true)`
    await scene.work([{ type: 'test', run: () => new Promise((resolve) => setTimeout(resolve, 20)) }], { config: { SWEEP_GRACE_MS: 600_000 } })
    await scene.schedule(...Array.from({ length: 5 }, () => ({ type: 'nobody-knows' })), ...Array.from({ length: 5 }, () => ({ queue: 'paused' })))
    const jobs = await scene.schedule(...Array.from({ length: 300 }, (_, i) => ({ scheduled_at: inMs(i * 8) })))
    await vi.waitFor(async () => expect(await sql`select from duly.jobs where status = 'completed'`).toHaveLength(jobs.length), WAIT)
    const [worker] = await scene.store.listWorkers({ endedWithinMs: 0, limit: 1 })
    expect(worker!.swept).toMatchObject({ late: 0, ghost: 0 })
    expect(worker!.swept.missing).toBeLessThanOrEqual(3) // what is being refused is in neither for a moment, and may be so twice
  })
})

/** The timeline of an audit that takes a cancelled job for a ghost: right before it removes the job, somebody retries it. */
const retriedBeforeItsRemoval = (scene: Scene, job: Job): AuditorDeps['timeline'] => ({
  list: scene.timeline.list.bind(scene.timeline),
  scores: scene.timeline.scores.bind(scene.timeline),
  edgeOf: scene.timeline.edgeOf.bind(scene.timeline),
  add: scene.timeline.add.bind(scene.timeline),
  async remove(jobs) {
    const [retried] = await scene.store.retryJobs([{ id: job.id, fence: 0 }])
    await scene.timeline.add([{ ...job, run_at_ms: retried!.run_at_ms! }])
    await scene.timeline.remove(jobs)
  }
})

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)

describe('the audit', () => {
  test('looks twice before it counts', async ({ scene }) => {
    await vouch(scene)
    const [job] = await scene.schedule({ scheduled_at: inMs(600_000) })
    await scene.timeline.remove([job!])
    const audit = auditor(scene)
    expect(await audit.run(QUEUES, Date.now())).toEqual({ audited: 1, missing: 0, ghost: 0, late: 0 })
    await scene.timeline.add([{ ...job!, run_at_ms: Date.parse(job!.run_at) }])
    expect(await audit.run(QUEUES, Date.now())).toMatchObject({ missing: 0 })
    await scene.timeline.remove([job!])
    await audit.run(QUEUES, Date.now())
    expect(await audit.run(QUEUES, Date.now())).toMatchObject({ missing: 1 })
    expect(await scene.timeline.list('default', 0, 0, 10)).toMatchObject([{ id: job!.id, run_at_ms: Date.parse(job!.run_at) }])
  })

  test('walks on from page to page, and begins again at the end', async ({ scene, sql }) => {
    await sql`insert into duly.queues (name) values ('default')`
    await sql`insert into duly.jobs (id, type, scheduled_at, run_at) select gen_random_uuid(), 'test', t, t from generate_series(1, 2500) n cross join lateral (select now() + n * interval '1 second' as t) at`
    await vouch(scene)
    const audit = auditor(scene)
    let missing = 0
    for (let pass = 0; pass < 7; pass++) {
      const { audited, ...found } = await audit.run(QUEUES, Date.now())
      expect(audited).toBeLessThanOrEqual(1_000)
      missing += found.missing
    }
    expect(missing).toBe(2_500)
    for (let pass = 0; pass < 7; pass++) expect(await audit.run(QUEUES, Date.now())).toMatchObject({ missing: 0, ghost: 0, late: 0 })
  })

  test('loses no job that becomes pending again while it is removed', async ({ scene, sql }) => {
    await vouch(scene)
    const [job] = await scene.schedule({ scheduled_at: inMs(600_000) })
    await sql`update duly.jobs set status = 'cancelled', cancel_reason = 'requested', finished_at = now() where id = ${job!.id}`
    const timeline = retriedBeforeItsRemoval(scene, job!)
    const audit = auditor(scene, { timeline })
    await audit.run(QUEUES, Date.now())
    await audit.run(QUEUES, Date.now())
    expect(await scene.timeline.list('default', 0, 0, 10)).toMatchObject([{ id: job!.id }])
  })

  test('that dies between a removal and its second question leaves a job behind that the next one finds', async ({ scene, sql }) => {
    await vouch(scene)
    const [job] = await scene.schedule({ scheduled_at: inMs(600_000) })
    await sql`update duly.jobs set status = 'cancelled', cancel_reason = 'requested', finished_at = now() where id = ${job!.id}`
    const timeline = retriedBeforeItsRemoval(scene, job!)
    let removed = false
    const died = new Error('the worker has died here')
    const dying = auditor(scene, {
      timeline: {
        ...timeline,
        async remove(jobs) {
          await timeline.remove(jobs)
          removed = true
        }
      },
      store: { scanPending: scene.store.scanPending.bind(scene.store), readStates: (ids) => (removed ? Promise.reject(died) : scene.store.readStates(ids)) }
    })
    await dying.run(QUEUES, Date.now())
    await expect(dying.run(QUEUES, Date.now())).rejects.toBe(died)
    expect(await scene.job(job!.id)).toMatchObject({ status: 'pending' })
    expect(await scene.timeline.list('default', 0, 0, 10)).toEqual([]) // pending, and nobody knows

    const next = auditor(scene)
    await next.run(QUEUES, Date.now())
    expect(await next.run(QUEUES, Date.now())).toMatchObject({ missing: 1 })
    expect(await scene.timeline.list('default', 0, 0, 10)).toMatchObject([{ id: job!.id }])
  })
})
