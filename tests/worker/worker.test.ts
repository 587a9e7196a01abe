import { describe, expect, inject, vi } from 'vitest'
import { Redis } from 'ioredis'
import { keysOf } from '../../core/timeline/keys.js'
import { CONFIG, inMs, newJob, test } from './support.js'

const noop = { type: 'test', run: async () => 'done' }
const WAIT = { timeout: 15_000, interval: 20 }

describe('a worker', () => {
  test('runs a job when it is due, not at the next poll and never early', async ({ scene }) => {
    await scene.work([{ type: 'test', run: async () => Date.now() }])
    const jobs = await scene.schedule({ scheduled_at: inMs(400) }, { scheduled_at: inMs(700) }, {})
    for (const { id, run_at } of jobs) {
      const done = await vi.waitFor(async () => {
        const job = await scene.job(id)
        expect(job.status).toBe('completed')
        return job
      }, WAIT)
      expect(done.result).toBeGreaterThanOrEqual(Date.parse(run_at)) // the poll is a minute away: whatever ran was woken up
      expect(done).toMatchObject({ attempt: 1, fence: 1, attempts: [] })
    }
  })

  test('runs the first job of a queue that nobody knew', async ({ scene }) => {
    await scene.work([noop])
    const [job] = await scene.schedule({ queue: 'brand-new' })
    await vi.waitFor(async () => expect((await scene.job(job!.id)).status).toBe('completed'), WAIT)
  })

  test('serves only the queues that it is told to', async ({ scene }) => {
    await scene.work([noop], { config: { queues: ['mine'] } })
    const [theirs, mine] = await scene.schedule({ queue: 'theirs' }, { queue: 'mine' })
    await vi.waitFor(async () => expect((await scene.job(mine!.id)).status).toBe('completed'), WAIT)
    expect((await scene.job(theirs!.id)).status).toBe('pending')
  })

  test('tries a failed job again after its backoff, and gives up after its retries', async ({ scene }) => {
    await scene.work([
      {
        type: 'test',
        run: async ({ job }) => {
          throw new Error(`attempt ${job.attempt}`)
        }
      }
    ])
    const [job] = await scene.schedule({ max_retries: 2, backoff: { type: 'fixed', delay_ms: 20, max_ms: 20 } })
    await vi.waitFor(async () => expect((await scene.job(job!.id)).status).toBe('failed'), WAIT)
    expect(await scene.job(job!.id)).toMatchObject({
      attempt: 3,
      fence: 3,
      last_error: 'attempt 3',
      attempts: [
        { attempt: 3, outcome: 'failed' },
        { attempt: 2, outcome: 'retry' },
        { attempt: 1, outcome: 'retry' }
      ]
    })
  })

  test('runs a snoozed job again without counting the attempt', async ({ scene }) => {
    await scene.work([{ type: 'test', run: async ({ job, snooze }) => (job.fence < 3 ? snooze(10) : 'awake') }])
    const [job] = await scene.schedule({ max_retries: 0 })
    await vi.waitFor(async () => expect(await scene.job(job!.id)).toMatchObject({ status: 'completed', result: 'awake', attempt: 1, fence: 3 }), WAIT)
  })

  test('shares 300 jobs with another worker: each runs once', async ({ scene }) => {
    const ran: string[] = []
    const handler = { type: 'test', run: async ({ job }: { job: { id: string } }) => void ran.push(job.id) }
    await Promise.all([scene.work([handler]), scene.work([handler])])
    const jobs = await scene.schedule(...Array.from({ length: 300 }, () => ({})))
    await vi.waitFor(() => expect(ran.length).toBeGreaterThanOrEqual(300), WAIT)
    expect(ran.toSorted()).toEqual(jobs.map((job) => job.id).toSorted())
  })

  test('leaves a job of an unknown type to a worker that knows it', async ({ scene }) => {
    await scene.work([{ ...noop, type: 'other' }])
    const [job] = await scene.schedule({})
    await vi.waitFor(async () => expect(await scene.timeline.list('default', 0, 0, 1)).toHaveLength(1), WAIT) // it was refused, and put back
    await scene.work([noop])
    await vi.waitFor(async () => expect(await scene.job(job!.id)).toMatchObject({ status: 'completed', attempt: 1 }), WAIT)
  })

  test('starts nothing of a paused queue, and goes on when it is resumed', async ({ scene, sql }) => {
    await sql`insert into duly.queues (name, paused) values ('default', true)`
    await scene.work([noop])
    const [job, other] = await scene.schedule({}, { queue: 'open' })
    await vi.waitFor(async () => expect((await scene.job(other!.id)).status).toBe('completed'), WAIT)
    expect(await scene.job(job!.id)).toMatchObject({ status: 'pending', attempt: 0 })
    await sql`update duly.queues set paused = false`
    await vi.waitFor(async () => expect((await scene.job(job!.id)).status).toBe('completed'), WAIT)
  })

  test('runs what was scheduled from SQL inside a transaction, and nothing of one that was rolled back', async ({ scene, sql }) => {
    await scene.work([noop])
    await sql.begin(async (tx) => {
      await tx`select duly.schedule_job('test', '{"in": "rolled back"}')`
      throw new Error('no')
    }).catch(() => {})
    const [{ id }] = await sql.begin((tx) => tx<[{ id: string }]>`select duly.schedule_job('test', '{"in": "sql"}') as id`)
    await vi.waitFor(async () => expect((await scene.job(id)).status).toBe('completed'), WAIT)
    expect((await scene.store.listJobs({ limit: 10 })).data).toHaveLength(1)
    await vi.waitFor(async () => expect(await scene.store.readOutbox([], 10)).toEqual([]), WAIT)
  })
})

describe('a timeline full of jobs that are gone', () => {
  test('does not keep the worker from those that are not', async ({ scene }) => {
    const gone = Array.from({ length: 1_000 }, () => ({ id: newJob().id, queue: 'default', priority: 9, run_at_ms: 1 }))
    const [job] = await scene.schedule({ priority: 0 })
    await scene.timeline.add(gone)
    const { generation } = await scene.timeline.openWindow('default')
    await scene.timeline.moveEdge('default', generation, Date.now() + CONFIG.TIMELINE_WINDOW_MS) // or it would be served from the store
    await scene.work([noop], { config: { WORKER_CONCURRENCY: 2, SWEEP_GRACE_MS: 600_000 } })
    await vi.waitFor(async () => expect((await scene.job(job!.id)).status).toBe('completed'), WAIT)
  })
})

describe('a stop', () => {
  test('hands unfinished jobs back, uncounted, and another worker runs them at once', async ({ scene }) => {
    const hanging = await scene.work([{ type: 'test', run: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))) }], { config: { SHUTDOWN_GRACE_MS: 50 } })
    const [job] = await scene.schedule({ max_retries: 0 })
    await vi.waitFor(async () => expect((await scene.job(job!.id)).status).toBe('in_progress'), WAIT)
    await hanging.stop()
    expect(await scene.job(job!.id)).toMatchObject({ status: 'pending', attempt: 0, fence: 1 })
    await scene.work([noop])
    await vi.waitFor(async () => expect(await scene.job(job!.id)).toMatchObject({ status: 'completed', attempt: 1, fence: 2 }), WAIT)
  })

  test('waits for running jobs within the grace, and keeps their results', async ({ scene }) => {
    let open: (() => void) | undefined
    const worker = await scene.work([{ type: 'test', run: () => new Promise((resolve) => (open = () => resolve('kept'))) }], { config: { SHUTDOWN_GRACE_MS: 10_000 } })
    const [job] = await scene.schedule({})
    await vi.waitFor(() => expect(open).toBeDefined(), WAIT)
    const stopped = worker.stop()
    open!()
    await stopped
    expect(await scene.job(job!.id)).toMatchObject({ status: 'completed', result: 'kept' })
  })

  test('ends the lease: the store knows that the worker is gone', async ({ scene, sql }) => {
    const worker = await scene.work([noop])
    await worker.stop()
    expect(await sql`select end_reason from duly.workers where id = ${worker.workerId}`).toMatchObject([{ end_reason: 'stopped' }])
  })
})

describe('when Redis forgets', () => {
  test('everything, each job still runs once and on time', async ({ scene, redis, prefix }) => {
    const ran: string[] = []
    await scene.work([{ type: 'test', run: async ({ job }) => void ran.push(job.id) }])
    const jobs = await scene.schedule(...Array.from({ length: 50 }, (_, i) => ({ scheduled_at: inMs(i < 25 ? 0 : 1_500) })))
    const keys = await redis.keys(`${prefix}*`)
    await redis.unlink(...keys) // FLUSHALL, as far as this test goes
    await vi.waitFor(() => expect(ran.length).toBeGreaterThanOrEqual(50), WAIT)
    expect(ran.toSorted()).toEqual(jobs.map((job) => job.id).toSorted())
    expect(await redis.hget(keysOf(prefix, 'default').window, 'edge_ms')).not.toBeNull()
  })

  test('one job, the sweep puts it back', async ({ scene }) => {
    await scene.work([noop])
    const [first] = await scene.schedule({})
    await vi.waitFor(async () => expect((await scene.job(first!.id)).status).toBe('completed'), WAIT)
    const [lost] = await scene.store.createJobs([newJob({ type: 'test' })]) // the API died before it added it
    await vi.waitFor(async () => expect((await scene.job(lost!.id)).status).toBe('completed'), WAIT)
  })

  test('nothing but the time of a job, and has it too early, it does not start early', async ({ scene }) => {
    await scene.work([{ type: 'test', run: async () => Date.now() }])
    const [job] = await scene.schedule({ scheduled_at: inMs(800) })
    await scene.timeline.add([{ id: job!.id, queue: 'default', priority: 0, run_at_ms: 1 }])
    const done = await vi.waitFor(async () => {
      const now = await scene.job(job!.id)
      expect(now.status).toBe('completed')
      return now
    }, WAIT)
    expect(done.result).toBeGreaterThanOrEqual(Date.parse(job!.run_at))
    expect(done).toMatchObject({ attempt: 1, fence: 1 })
  })

  test('how to be there at all, jobs run from the store, and from the timeline when it is back', async ({ scene, prefix }) => {
    const { startRedis, provideRedis } = await import('../../scripts/lib/redis.js')
    const server = await provideRedis({ path: process.env.PATH ?? '' })
    const dir = `${inject('tempDir')}/redis-${prefix.replaceAll(':', '-')}`
    const first = await startRedis({ server, dir })
    const worker = await scene.work([noop], { redisUrl: first.url })
    const run = async () => {
      const [job] = await scene.store.createJobs([newJob({ type: 'test' })])
      await vi.waitFor(async () => expect((await scene.job(job!.id)).status).toBe('completed'), WAIT)
    }
    await run()
    await first.stop()
    await run()
    const second = await startRedis({ server, dir, port: first.port })
    const client = new Redis(second.url)
    await vi.waitFor(async () => expect(await client.hget(keysOf(prefix, 'default').window, 'edge_ms')).not.toBeNull(), WAIT)
    await run()
    client.disconnect()
    await worker.stop()
    await second.stop()
  })
})

describe('when a worker is gone', () => {
  test('without a word, its jobs go to others after its lease, and the attempt counts', async ({ scene, sql }) => {
    // Dies between claim and start: it claims over a store of its own, and never beats again.
    const dead = newJob().id
    await scene.store.registerWorker({ id: dead, host: 'here', pid: 1, concurrency: 1, types: ['test'], queues: [], lease_ms: 1_000 })
    const [job] = await scene.store.createJobs([newJob({ type: 'test' })])
    expect((await scene.store.claimJobs(dead, [job!.id])).jobs).toHaveLength(1)
    await scene.work([noop], { config: { LEASE_MS: 1_000 } })
    await vi.waitFor(async () => expect(await scene.job(job!.id)).toMatchObject({ status: 'completed', attempt: 2, fence: 2, attempts: [{ outcome: 'rescued', worker_id: dead }] }), WAIT)
    expect(await sql`select end_reason from duly.workers where id = ${dead}`).toMatchObject([{ end_reason: 'silent' }])
  })

  test('in the eyes of the store only, it stops what it runs and goes on under a new id', async ({ scene }) => {
    const stopped: string[] = []
    const worker = await scene.work(
      [
        {
          type: 'test',
          run: ({ job, signal }) =>
            job.fence > 1
              ? Promise.resolve('second')
              : new Promise((_, reject) =>
                  signal.addEventListener('abort', () => {
                    stopped.push((signal.reason as { reason: string }).reason)
                    reject(signal.reason as Error)
                  })
                )
        }
      ],
      { config: { LEASE_MS: 1_000 } }
    )
    const before = worker.workerId
    const [job] = await scene.schedule({})
    await vi.waitFor(async () => expect((await scene.job(job!.id)).status).toBe('in_progress'), WAIT)
    await scene.store.endWorker(before, 'declared_dead')
    await vi.waitFor(async () => expect(await scene.job(job!.id)).toMatchObject({ status: 'completed', result: 'second', fence: 2 }), WAIT)
    expect(stopped).toEqual(['lost'])
    expect(worker.workerId).not.toBe(before)
  })
})

describe('when a reply is lost', () => {
  test('of a claim, the job is handed back uncounted after two beats', async ({ scene, sql }) => {
    const worker = await scene.work([noop], { config: { LEASE_MS: 1_000 } })
    const job = newJob({ type: 'test' })
    // Claimed in the worker's name, past the worker: as if the reply had never come. In one transaction, or its sweep may find it first.
    await sql.begin(async (tx) => {
      await tx`insert into duly.queues (name) values ('default') on conflict do nothing`
      await tx`insert into duly.jobs (id, type, max_retries, scheduled_at, run_at) values (${job.id}, 'test', 0, now() - interval '1 second', now() - interval '1 second')`
      const [claimed] = await tx`select public.duly_claim_jobs(${worker.workerId}, ${[job.id]}::uuid[], false) as answer`
      expect((claimed!.answer as { jobs: { id: string[] } }).jobs.id).toEqual([job.id])
    })
    await vi.waitFor(async () => expect(await scene.job(job.id)).toMatchObject({ status: 'completed', attempt: 1, fence: 2, attempts: [] }), WAIT)
  })
})

describe('the configuration of these tests', () => {
  test('keeps the poll out of reach', () => {
    expect(CONFIG.POLL_INTERVAL_MS).toBeGreaterThan(2 * WAIT.timeout)
  })
})
