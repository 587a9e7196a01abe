/** What others do to the two stores while a worker runs. */
import { Redis } from 'ioredis'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, inject, vi } from 'vitest'
import { keysOf } from '../../core/timeline/keys.js'
import { SqlStore } from '../../core/store/sql-store.js'
import { postgresTransport } from '../../core/store/postgres.js'
import { CallError, type Transport } from '../../core/store/transport.js'
import { provideRedis, startRedis } from '../../scripts/lib/redis.js'
import { inMs, newJob, test } from './support.js'

const noop = { type: 'test', run: async () => 'done' }
const WAIT = { timeout: 20_000, interval: 20 }

describe('a Redis that takes no writes', () => {
  test.for([
    ['is full', ['config', 'set', 'maxmemory', '1'], ['config', 'set', 'maxmemory', '0']],
    ['has become a replica', ['replicaof', '127.0.0.1', '1'], ['replicaof', 'no', 'one']]
  ] as const)('because it %s does not keep jobs from running, and serves again when it does', async ([, fault, repair], { scene, prefix }) => {
    const dir = `${inject('tempDir')}/redis-${prefix.replaceAll(':', '-')}`
    const server = await startRedis({ server: await provideRedis({ path: process.env.PATH ?? '' }), dir })
    const admin = new Redis(server.url)
    const worker = await scene.work([{ type: 'test', run: async ({ payload, retryAfter }) => (payload === 'later' ? retryAfter(600_000, 'not now') : 'done') }], { redisUrl: server.url })
    const run = async () => {
      const [job] = await scene.store.createJobs([newJob({ type: 'test', scheduled_at: inMs(100) })]) // as an API whose addition fails
      await vi.waitFor(async () => expect((await scene.job(job!.id)).status).toBe('completed'), WAIT)
    }
    await run()
    await admin.call(...(fault as unknown as [string, ...string[]]))
    await run()
    await run()
    if (fault[0] === 'config') {
      // Nothing of this worker's own is missing: it adds everything once more for others, whose additions were refused.
      const [theirs] = await scene.store.createJobs([newJob({ type: 'test', scheduled_at: inMs(600_000) })])
      await admin.call(...(repair as unknown as [string, ...string[]]))
      await vi.waitFor(async () => expect(await admin.zscore(keysOf(prefix, 'default').timelines[9]!, theirs!.id)).not.toBeNull(), WAIT)
      await admin.call(...(fault as unknown as [string, ...string[]]))
      await run()
    }
    const [again] = await scene.store.createJobs([newJob({ type: 'test', payload: 'later' })])
    await vi.waitFor(async () => expect(await scene.job(again!.id)).toMatchObject({ status: 'pending', attempt: 1 }), WAIT) // its new time reached no timeline
    const [future] = await scene.store.createJobs([newJob({ type: 'test', scheduled_at: inMs(600_000) })])
    await admin.call(...(repair as unknown as [string, ...string[]]))
    await vi.waitFor(async () => expect(await admin.zscore(keysOf(prefix, 'default').timelines[9]!, again!.id)).not.toBeNull(), WAIT)
    await vi.waitFor(async () => expect(await admin.zscore(keysOf(prefix, 'default').timelines[9]!, future!.id)).toBe(String(Date.parse(future!.run_at))), WAIT)
    await run()
    admin.disconnect()
    await worker.stop()
    await server.stop()
  })

  test('nor one in which somebody has written what is no job', async ({ scene, redis, prefix }) => {
    await scene.work([noop])
    await redis.zadd(keysOf(prefix, 'default').timelines[0]!, 1, 'not-a-uuid', 2, '', 3, '{"id": 1}')
    const jobs = await scene.schedule(...Array.from({ length: 20 }, () => ({})))
    for (const { id } of jobs) await vi.waitFor(async () => expect((await scene.job(id)).status).toBe('completed'), WAIT)
  })
})

describe('a row that somebody else keeps locked', () => {
  test('keeps only its own job waiting: to start, and to end', async ({ scene, sql }) => {
    let open: (() => void) | undefined
    await scene.work([{ type: 'test', run: ({ payload }) => (payload === 'gate' ? new Promise((resolve) => (open = () => resolve('through'))) : Promise.resolve('done')) }])
    const [running] = await scene.schedule({ payload: 'gate' })
    await vi.waitFor(() => expect(open).toBeDefined(), WAIT)
    const [pending] = await scene.store.createJobs([newJob({ type: 'test', scheduled_at: inMs(200) })])
    let unlock: (() => void) | undefined
    const locked = sql.begin(async (tx) => {
      await tx`select 1 from duly.jobs where id in ${tx([running!.id, pending!.id])} for update`
      await new Promise<void>((resolve) => (unlock = resolve))
    })
    await vi.waitFor(() => expect(unlock).toBeDefined(), WAIT)
    await scene.timeline.add([{ id: pending!.id, queue: 'default', priority: 9, run_at_ms: 1 }])
    open!()
    const others = await scene.schedule(...Array.from({ length: 50 }, () => ({ scheduled_at: inMs(300) })))
    for (const { id } of others) await vi.waitFor(async () => expect((await scene.job(id)).status).toBe('completed'), WAIT)
    expect(await scene.job(running!.id)).toMatchObject({ status: 'in_progress' })
    expect(await scene.job(pending!.id)).toMatchObject({ status: 'pending', attempt: 0 })
    unlock!()
    await locked
    await vi.waitFor(async () => expect(await scene.job(running!.id)).toMatchObject({ status: 'completed', result: 'through', attempt: 1, fence: 1 }), WAIT)
    await vi.waitFor(async () => expect(await scene.job(pending!.id)).toMatchObject({ status: 'completed', attempt: 1, fence: 1 }), WAIT)
  })
})

describe('a reply that is lost after the call has run', () => {
  /** Every `nth` call of a claim or a finish runs, and its answer never arrives. */
  function forgetful(transport: Transport, nth: number): Transport {
    let calls = 0
    return {
      async call(name, args, signal) {
        const answer = await transport.call(name, args, signal)
        if (/claim|finish|exchange/.test(name) && ++calls % nth === 0) throw new CallError('unknown', 'lost', 'the reply was lost')
        return answer
      },
      close: () => transport.close()
    }
  }

  test('neither starts a job twice nor loses one', async ({ scene, database, sql }) => {
    const ran: string[] = []
    const store = new SqlStore(forgetful(postgresTransport(database.url, { max: 4 }), 2), { timeoutMs: 5_000 })
    const worker = await scene.work([{ type: 'test', run: async ({ job }) => void ran.push(`${job.id} ${job.fence}`) }], { store, config: { LEASE_MS: 1_000 } })
    const jobs = await scene.schedule(...Array.from({ length: 200 }, (_, i) => ({ scheduled_at: inMs(i * 5) })))
    await vi.waitFor(async () => expect(await sql`select 1 from duly.jobs where status <> 'completed'`).toHaveLength(0), WAIT)
    expect(ran.map((line) => line.split(' ')[0]).toSorted()).toEqual(jobs.map((job) => job.id).toSorted())
    expect(await sql`select 1 from duly.jobs where attempt <> 1`).toHaveLength(0)
    await worker.stop()
    await store.close()
  })

  test('and whose job is in the timeline again does not start it a second time while it runs', async ({ scene, database }) => {
    const gates: Array<() => void> = []
    const store = new SqlStore(forgetful(postgresTransport(database.url, { max: 4 }), 1_000_000), { timeoutMs: 5_000 })
    let lose = false
    const claimJobs = store.claimJobs.bind(store)
    store.claimJobs = async (workerId, ids) => {
      const first = await claimJobs(workerId, ids)
      if (!lose) return first
      // What the store answers to the second copy of a claim: everything of it that this worker holds.
      return { ...first, jobs: (await scene.store.getJob(ids[0]!)).worker_id === workerId ? [{ ...held!, fence: 1 }] : first.jobs }
    }
    let held: Awaited<ReturnType<typeof claimJobs>>['jobs'][number] | undefined
    const worker = await scene.work([{ type: 'test', run: ({ job }) => new Promise((resolve) => { held = job; gates.push(() => resolve('once')) }) }], { store })
    const [job] = await scene.schedule({})
    await vi.waitFor(() => expect(gates).toHaveLength(1), WAIT)
    lose = true
    await scene.timeline.add([{ id: job!.id, queue: 'default', priority: 0, run_at_ms: 1 }])
    await vi.waitFor(async () => expect(await scene.timeline.list('default', 0, 0, 10)).toEqual([]), WAIT) // taken
    const [other] = await scene.schedule({ scheduled_at: inMs(50) })
    void other
    await sleep(1)
    gates[0]!()
    await vi.waitFor(async () => expect(await scene.job(job!.id)).toMatchObject({ status: 'completed', attempt: 1 }), WAIT)
    expect(gates.length).toBeLessThanOrEqual(2) // the other job's
    for (const open of gates.slice(1)) open()
    await worker.stop()
    await store.close()
  })
})
