/** A real worker in the test's process, on a database and a prefix of its own. */
import { once } from 'node:events'
import { type Logger, pino } from 'pino'
import { inject } from 'vitest'
import type { Job } from '../../core/job.js'
import { openStore, type NewJob, type Store } from '../../core/store/index.js'
import { openRedis, Timeline } from '../../core/timeline/index.js'
import { type Handler, Registry } from '../../worker/handlers/index.js'
import { Worker, type WorkerDeps } from '../../worker/worker.js'
import { newJob } from '../store/support.js'
import { test as base } from '../support/fixtures.js'

export { inMs, newJob } from '../store/support.js'

export const log: Logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' })

/** Fast enough for tests, slow enough for a busy machine. */
export const CONFIG: WorkerDeps['config'] = {
  WORKER_CONCURRENCY: 10,
  queues: [],
  POLL_INTERVAL_MS: 60_000, // no test may pass because of the poll
  LEASE_MS: 5_000,
  SWEEP_INTERVAL_MS: 100,
  SWEEP_GRACE_MS: 300,
  TIMELINE_WINDOW_MS: 3_600_000,
  SHUTDOWN_GRACE_MS: 1_000,
  keep: { completed: null, failed: null, cancelled: null },
  REDIS_PREFIX: 'set by the fixture'
}

export interface Scene {
  store: Store
  timeline: Timeline
  /** Stores jobs and adds them to the timeline, as the API does. */
  schedule(...jobs: Array<Partial<NewJob>>): Promise<Job[]>
  /** Starts a worker with these handlers; stopped after the test. */
  work(handlers: Array<Partial<Handler> & Pick<Handler, 'type' | 'run'>>, options?: WorkOptions): Promise<Worker>
  job(id: string): ReturnType<Store['getJob']>
}

export interface WorkOptions {
  config?: Partial<WorkerDeps['config']>
  redisUrl?: string
  store?: Store
  abandonMs?: number
}

export const test = base.extend<{ scene: Scene }>({
  scene: async ({ redis, prefix, database }, use) => {
    void redis // deletes the keys of the prefix
    const stores: Store[] = []
    const open = (max: number) => {
      const store = openStore({ DATABASE_URL: database.url, STORE_TIMEOUT_MS: 5_000 }, { maxConnections: max })
      stores.push(store)
      return store
    }
    const workers: Worker[] = []
    const clients: Array<ReturnType<typeof openRedis>> = []
    const connect = (url: string, use: 'work' | 'listen') => {
      const client = openRedis({ REDIS_URL: url }, use)
      client.on('error', () => {}) // tests take Redis away
      clients.push(client)
      return client
    }
    const store = open(5)
    const redisClient = connect(inject('redisUrl'), 'work')
    await once(redisClient, 'ready')
    const timeline = new Timeline(redisClient, { prefix, windowMs: CONFIG.TIMELINE_WINDOW_MS })
    await use({
      store,
      timeline,
      job: (id) => store.getJob(id),
      async schedule(...jobs) {
        const made = await store.createJobs(jobs.map((fields) => newJob({ type: 'test', ...fields })))
        await timeline.add(made.map((job) => ({ ...job, run_at_ms: Date.parse(job.run_at) })))
        return made
      },
      async work(handlers, options = {}) {
        const url = options.redisUrl ?? inject('redisUrl')
        const worker = new Worker({
          config: { ...CONFIG, ...options.config, REDIS_PREFIX: prefix },
          store: options.store ?? open(5),
          heartStore: open(1),
          redis: connect(url, 'work'),
          subscriber: connect(url, 'listen'),
          registry: new Registry(handlers.map((handler) => ({ payload: {}, ...handler }))),
          log,
          ...(options.abandonMs !== undefined && { abandonMs: options.abandonMs })
        })
        workers.push(worker)
        await worker.start()
        return worker
      }
    })
    await Promise.all(workers.map((worker) => worker.stop()))
    for (const client of clients) client.disconnect()
    await Promise.all(stores.map((each) => each.close()))
  }
})
