import { pino } from 'pino'
import { describe, expect, vi } from 'vitest'
import { openStore } from '../../core/store/index.js'
import { Exchange } from '../../worker/exchange.js'
import { startProxy } from '../support/proxy.js'
import { inMs, newJob, test } from './support.js'

const WAIT = { timeout: 25_000, interval: 20 }

describe('while the store is away', () => {
  test.for(['refuse', 'swallow'] as const)('(%s) running jobs go on, and their results arrive when it is back: nothing runs twice', async (mode, { scene, database, sql }) => {
    const proxy = await startProxy(database.url)
    const store = openStore({ DATABASE_URL: proxy.url, STORE_TIMEOUT_MS: 500 }, { maxConnections: 3 })
    const ran: string[] = []
    const gates: Array<() => void> = []
    const worker = await scene.work(
      [
        {
          type: 'test',
          run: ({ job }) =>
            new Promise((resolve) => {
              ran.push(job.id)
              gates.push(() => resolve('kept'))
            })
        }
      ],
      { store }
    )
    const jobs = await scene.schedule({}, {}, {})
    await vi.waitFor(() => expect(gates).toHaveLength(3), WAIT)

    proxy.mode = mode
    for (const open of gates) open()
    const [later] = await scene.schedule({ scheduled_at: inMs(100) }) // due while the worker cannot claim
    const failing = store.ping().catch((error: unknown) => error)
    expect(await failing).toMatchObject({ code: 'store_unavailable', retryAfter: 1 })
    expect((await scene.job(jobs[0]!.id)).status).toBe('in_progress')

    proxy.mode = 'pass'
    await vi.waitFor(() => expect(gates).toHaveLength(4), WAIT)
    gates[3]!()
    await vi.waitFor(async () => {
      for (const { id } of [...jobs, later!]) expect(await scene.job(id)).toMatchObject({ status: 'completed', result: 'kept' })
    }, WAIT)
    for (const { id } of jobs) expect(await scene.job(id)).toMatchObject({ attempt: 1, fence: 1 })
    expect(ran.filter((id) => jobs.some((job) => job.id === id))).toHaveLength(3)
    expect(await sql`select 1 from duly.job_attempts`).toHaveLength(0)
    await worker.stop()
    await store.close()
    await proxy.close()
  })

  test('a worker starts, and serves when the store is there', async ({ scene, database }) => {
    const proxy = await startProxy(database.url, 'refuse')
    const store = openStore({ DATABASE_URL: proxy.url, STORE_TIMEOUT_MS: 500 }, { maxConnections: 3 })
    const worker = await scene.work([{ type: 'test', run: async () => 1 }], { store })
    const [job] = await scene.schedule({})
    proxy.mode = 'pass'
    await vi.waitFor(async () => expect((await scene.job(job!.id)).status).toBe('completed'), WAIT)
    await worker.stop()
    await store.close()
    await proxy.close()
  })
})

describe('an outcome that cannot be stored', () => {
  test('fails its own job, and none of the batch that it travelled in', async ({ scene }) => {
    const workerId = newJob().id
    await scene.store.registerWorker({ id: workerId, host: 'here', pid: 1, concurrency: 1, types: ['log'], queues: [], lease_ms: 60_000 })
    const jobs = await scene.store.createJobs(Array.from({ length: 9 }, () => newJob()))
    const claimed = await vi.waitFor(async () => {
      const { jobs: mine } = await scene.store.claimJobs(workerId, jobs.map((job) => job.id))
      expect(mine).toHaveLength(9)
      return mine
    }, WAIT)
    const exchange = new Exchange({
      store: scene.store,
      log: pino({ level: 'silent' }),
      workerId: () => workerId,
      onClaimed: () => {},
      onLater: () => {},
      putBack: () => {},
      onAgain: () => {},
      onFinished: () => {},
      onNotAlive: async () => {},
      onUp: () => {},
      onRoom: () => {}
    })
    exchange.finish(...claimed.map(({ id, fence }, i) => ({ id, fence, outcome: 'completed' as const, result: i === 4 ? '"\\u0000"' : '"fine"' })))
    await exchange.drain(20_000)
    const after = await Promise.all(claimed.map((job) => scene.job(job.id)))
    expect(after.map((job) => job.status)).toEqual(claimed.map((_, i) => (i === 4 ? 'failed' : 'completed')))
    expect(after[4]).toMatchObject({ last_error: expect.stringContaining('refused') as string })
  })
})
