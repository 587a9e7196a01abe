/** How a cancel reaches a running job: with the next beat, or at once where Redis carries the hint. */
import type { Redis } from 'ioredis'
import { describe, expect, vi } from 'vitest'
import type { ClaimedJob } from '../../core/job.js'
import { cancelChannel } from '../../core/timeline/keys.js'
import { Executor, type Stopped } from '../../worker/executor.js'
import { type HandlerContext, Registry } from '../../worker/handlers/index.js'
import { deferred } from '../support/deferred.js'
import { log, newJob, type Scene, test } from './support.js'

const WAIT = { timeout: 15_000, interval: 20 }
/** Beats come every fifth of it: in a test with the long one, none comes by itself. */
const LEASE_MS = { short: 1_000, long: 3_600_000 } as const

/** A handler that runs until it is told to stop, and writes down what it was told. */
function listening() {
  const started: string[] = []
  const stopped: Array<{ id: string; reason: string; message: string }> = []
  const run = ({ job, signal }: HandlerContext) => {
    started.push(job.id)
    return new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => {
        const { reason, message } = signal.reason as Stopped
        stopped.push({ id: job.id, reason, message })
        reject(signal.reason as Error)
      })
    )
  }
  return { started, stopped, run }
}

const ends = (scene: Scene, id: string, fields: object) => vi.waitFor(async () => expect(await scene.job(id)).toMatchObject(fields), WAIT)
const cancel = async (scene: Scene, ...these: string[]) => {
  for (const { outcome } of await scene.store.cancelJobs(these)) expect(outcome).toBe('cancel_requested')
}

/** What the API sends when it has told running jobs to stop; once, to workers that listen. */
async function hint({ scene, redis, prefix }: { scene: Scene; redis: Redis; prefix: string }, ids: string[], workers = 1) {
  await vi.waitFor(async () => expect((await redis.pubsub('NUMSUB', cancelChannel(prefix)))[1]).toBe(workers), WAIT)
  await scene.timeline.announceCancel(ids)
}

describe('a cancel of a running job', () => {
  test('reaches its handler with a beat when nobody gives the worker a hint', async ({ scene }) => {
    const handler = listening()
    await scene.work([{ type: 'test', run: handler.run }], { config: { LEASE_MS: LEASE_MS.short } })
    const [job] = await scene.schedule({})
    await vi.waitFor(() => expect(handler.started).toEqual([job!.id]), WAIT)
    await cancel(scene, job!.id)
    await ends(scene, job!.id, { status: 'cancelled', cancel_reason: 'requested', attempt: 1, last_error: 'the job was cancelled', attempts: [{ fence: 1, outcome: 'cancelled', error: { name: 'Cancelled' } }] })
    expect(handler.stopped).toEqual([{ id: job!.id, reason: 'cancelled', message: 'the job was cancelled' }])
  })

  test('reaches it at once by a hint through Redis: no beat comes in this test', async ({ scene, redis, prefix }) => {
    const handler = listening()
    await scene.work([{ type: 'test', run: handler.run }], { config: { LEASE_MS: LEASE_MS.long } })
    const [job] = await scene.schedule({})
    await vi.waitFor(() => expect(handler.started).toEqual([job!.id]), WAIT)
    await cancel(scene, job!.id)
    await hint({ scene, redis, prefix }, [job!.id])
    await ends(scene, job!.id, { status: 'cancelled', attempts: [{ outcome: 'cancelled' }] })
    expect(handler.stopped).toMatchObject([{ reason: 'cancelled' }])
  })

  test('is not done because of a hint: the store decides', async ({ scene, redis, prefix }) => {
    const handler = listening()
    await scene.work([{ type: 'test', run: handler.run }], { config: { LEASE_MS: LEASE_MS.long } })
    const [spared, meant] = await scene.schedule({}, {})
    await vi.waitFor(() => expect(handler.started).toHaveLength(2), WAIT)
    await cancel(scene, meant!.id)
    await hint({ scene, redis, prefix }, [spared!.id, meant!.id, 'nonsense', ''])
    await ends(scene, meant!.id, { status: 'cancelled' })
    expect(handler.stopped.map(({ id }) => id)).toEqual([meant!.id])
    expect(await scene.job(spared!.id)).toMatchObject({ status: 'in_progress' })
  })

  test('stops it where it runs, and nothing else there or elsewhere', async ({ scene, redis, prefix }) => {
    const handlers = [listening(), listening()]
    await Promise.all(handlers.map(({ run }) => scene.work([{ type: 'test', run }], { config: { LEASE_MS: LEASE_MS.long, WORKER_CONCURRENCY: 2 } })))
    const jobs = await scene.schedule({}, {}, {}, {})
    await vi.waitFor(() => expect(handlers.map(({ started }) => started.length)).toEqual([2, 2]), WAIT)
    const victim = handlers[1]!.started[0]!
    await cancel(scene, victim)
    await hint({ scene, redis, prefix }, [victim], 2)
    await ends(scene, victim, { status: 'cancelled' })
    expect(handlers.map(({ stopped }) => stopped.map(({ id }) => id))).toEqual([[], [victim]])
    expect((await scene.store.readStates(jobs.map(({ id }) => id))).filter(({ status }) => status === 'in_progress')).toHaveLength(3)
  })

  test('that its handler ignores ends it all the same: the slot is given away, and what comes later is ignored', async ({ scene, redis, prefix }) => {
    const late = deferred<string>()
    const started: string[] = []
    const run = ({ job }: HandlerContext) => {
      started.push(job.id)
      return started.length === 1 ? late.promise : Promise.resolve('the next one')
    }
    await scene.work([{ type: 'test', run }], { config: { LEASE_MS: LEASE_MS.long, WORKER_CONCURRENCY: 1 }, abandonMs: 50 })
    const [deaf] = await scene.schedule({})
    await vi.waitFor(() => expect(started).toEqual([deaf!.id]), WAIT)
    const [next] = await scene.schedule({})
    await cancel(scene, deaf!.id)
    await hint({ scene, redis, prefix }, [deaf!.id])
    await ends(scene, next!.id, { status: 'completed', result: 'the next one' })
    await ends(scene, deaf!.id, { status: 'cancelled', attempts: [{ outcome: 'cancelled' }] })
    late.resolve('too late')
    await scene.schedule({}) // one more round trip of this worker
    await vi.waitFor(() => expect(started).toHaveLength(3), WAIT)
    expect(await scene.job(deaf!.id)).toMatchObject({ status: 'cancelled', result: null, fence: 1 })
  })

  test('comes too late for a handler that completes: what is done is done', async ({ scene, redis, prefix }) => {
    const run = ({ signal }: HandlerContext) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('done anyway')))
    let started = 0
    await scene.work([{ type: 'test', run: (context) => (started++, run(context)) }], { config: { LEASE_MS: LEASE_MS.long } })
    const [job] = await scene.schedule({})
    await vi.waitFor(() => expect(started).toBe(1), WAIT)
    await cancel(scene, job!.id)
    await hint({ scene, redis, prefix }, [job!.id])
    await ends(scene, job!.id, { status: 'completed', result: 'done anyway', cancel_reason: null, attempts: [] })
  })

  test('ends it when the handler asks to be run again, or fails for another reason', async ({ scene }) => {
    const gates = new Map<string, () => void>()
    const run = async ({ job, payload, snooze, retryAfter }: HandlerContext) => {
      await new Promise<void>((resolve) => gates.set(job.id, resolve)) // it does not look at its signal
      if (payload === 'snooze') return snooze(1)
      if (payload === 'retry after') return retryAfter(1, 'busy')
      throw new Error('another reason')
    }
    await scene.work([{ type: 'test', run }], { config: { LEASE_MS: LEASE_MS.long } })
    const jobs = await scene.schedule({ payload: 'snooze' }, { payload: 'retry after' }, { payload: 'throw' })
    await vi.waitFor(() => expect(gates.size).toBe(3), WAIT)
    await cancel(scene, ...jobs.map(({ id }) => id))
    for (const open of gates.values()) open()
    for (const { id } of jobs) await ends(scene, id, { status: 'cancelled', cancel_reason: 'requested', fence: 1 })
    expect(gates.size).toBe(3) // none was started again
  })

  test('that comes while its worker stops is not undone by the hand-back', async ({ scene }) => {
    const handler = listening()
    const worker = await scene.work([{ type: 'test', run: handler.run }], { config: { LEASE_MS: LEASE_MS.long, SHUTDOWN_GRACE_MS: 50 } })
    const [job] = await scene.schedule({})
    await vi.waitFor(() => expect(handler.started).toHaveLength(1), WAIT)
    await cancel(scene, job!.id)
    await worker.stop()
    expect(handler.stopped).toMatchObject([{ reason: 'shutdown' }])
    expect(await scene.job(job!.id)).toMatchObject({ status: 'cancelled', cancel_reason: 'requested' })
  })
})

describe('a job that was claimed ahead and waits for a slot', () => {
  test('is handed back by a cancel and ends there: it never starts', async ({ scene }) => {
    const { store } = scene
    const workerId = newJob().id
    await store.registerWorker({ id: workerId, host: 'here', pid: 1, concurrency: 1, types: ['test'], queues: [], lease_ms: LEASE_MS.long })
    const made = await store.createJobs([1, 2, 3].map(() => newJob({ type: 'test' })))
    const claimed = await vi.waitFor(async () => {
      const { jobs } = await store.claimJobs(workerId, made.map(({ id }) => id))
      expect(jobs).toHaveLength(3)
      return jobs
    }, WAIT)
    const [running, wanted, unwanted] = claimed as [ClaimedJob, ClaimedJob, ClaimedJob]
    const gate = deferred()
    const started: string[] = []
    const handedBack: ClaimedJob[] = []
    const executor = new Executor({
    claimMs: () => 0,
      registry: new Registry([{ type: 'test', payload: {}, run: async ({ job }) => (started.push(job.id), gate.promise) }]),
      concurrency: 1, log, settle: () => {}, onRoom: () => {}, assertOwned: () => {}, onDeadlines: () => {}, handBack: (jobs) => handedBack.push(...jobs)
    })
    executor.accept([running, unwanted, wanted])
    await cancel(scene, unwanted.id)
    const told = new Map((await store.beat(workerId)).cancelled.map(({ id, fence }) => [id, fence]))
    executor.cancel(({ id, fence }) => told.get(id) === fence)
    expect(handedBack.filter(({ id }) => id === unwanted.id)).toEqual([unwanted])
    expect([...executor.held()].map(({ id }) => id)).not.toContain(unwanted.id)
    await store.finishJobs(workerId, handedBack.map(({ id, fence }) => ({ id, fence, outcome: 'handed_back' })))
    expect(await scene.job(unwanted.id)).toMatchObject({ status: 'cancelled', cancel_reason: 'requested', started_at: null, attempts: [] })
    gate.resolve()
    await vi.waitFor(() => expect(executor.running).toBe(0), WAIT)
    expect(started).not.toContain(unwanted.id)
  })
})
