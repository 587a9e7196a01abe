/**
 * What the hot paths cost, counted: round trips, commands, rows and buffers, which are the same on every machine.
 * budget.json is the most that each may take. Whoever makes a path cheaper lowers it; whoever has a reason to make one
 * dearer raises it, and says why in the commit.
 */
import { once } from 'node:events'
import { mkdtemp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import { expect, inject, vi } from 'vitest'
import { GroupedCreates } from '../../api/grouped-creates.js'
import { openStore, type Store } from '../../core/store/index.js'
import { openRedis, Timeline } from '../../core/timeline/index.js'
import { provideRedis, startRedis } from '../../scripts/lib/redis.js'
import { Registry } from '../../worker/handlers/index.js'
import { Worker } from '../../worker/worker.js'
import { newJob } from '../store/support.js'
import { CONFIG, log } from '../worker/support.js'
import { test as base } from '../support/fixtures.js'

/** Per thousand jobs, or per five seconds. */
interface Cost {
  /** Function calls, the beats of the heart included. */
  readonly store_calls: number
  /** Those inside scripts included. */
  readonly redis_commands: number
  /** Versions of rows of all tables. */
  readonly rows_written: number
  readonly rows_read_by_index: number
  /** Pages of tables and indexes that were looked at. */
  readonly buffers: number
}

const BUDGET = JSON.parse(await readFile(join(import.meta.dirname, 'budget.json'), 'utf8')) as Record<string, Cost>
const JOBS = 1_000
const PREFIX = 'budget'
const JOB = { type: 'test', queue: 'default', payload: { to: 'somebody' } } as const

interface Meter {
  readonly redisUrl: string
  readonly open: () => Store
  /** What this costs. Its stores are closed when it returns: only then Postgres has counted everything. */
  readonly costOf: (work: (store: Store) => Promise<void>) => Promise<Cost>
}

const test = base.extend<{ meter: Meter }>({
  meter: async ({ database }, use) => {
    const server = await startRedis({ server: await provideRedis({ path: process.env.PATH ?? '' }), dir: await mkdtemp(join(inject('tempDir'), 'redis-')) })
    const redis = new Redis(server.url)
    const sql = postgres(database.url, { max: 1, onnotice: () => {}, fetch_types: false })
    let calls = 0
    const stores: Store[] = []
    const open = () => {
      const store = openStore({ DATABASE_URL: database.url, STORE_TIMEOUT_MS: 20_000 }, { maxConnections: 5 })
      stores.push(store)
      return new Proxy(store, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name, target)
          if (typeof value !== 'function') return value
          return (...args: unknown[]): unknown => {
            if (name !== 'close' && name !== 'listenForOutbox') calls++
            return value.apply(target, args) as unknown
          }
        }
      })
    }
    const commands = async () => [...(await redis.info('commandstats')).matchAll(/^cmdstat_(?!info|config)[^:]+:calls=(\d+)/gm)].reduce((sum, [, count]) => sum + Number(count), 0)
    const rows = async () => {
      const [counted] = await sql<[{ written: number; read: number; buffers: number }]>`
        select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::float8 as written,
               coalesce(sum(idx_tup_fetch), 0)::float8 as read,
               (select coalesce(sum(heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read), 0)::float8 from pg_statio_user_tables where schemaname = 'duly') as buffers
          from pg_stat_user_tables where schemaname = 'duly'`
      return counted
    }
    await use({
      redisUrl: server.url,
      open,
      async costOf(work) {
        const before = { calls, commands: await commands(), rows: await rows() }
        await work(open())
        await Promise.all(stores.splice(0).map((store) => store.close()))
        // A session that ends says what it has done; that takes a moment.
        let after = await rows()
        await vi.waitFor(async () => {
          await sleep(200)
          const [last, others] = [after, await sql<[{ count: number }]>`select count(*)::int as count from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`]
          after = await rows()
          expect([others[0].count, after]).toEqual([0, last])
        }, { timeout: 10_000 })
        return {
          store_calls: calls - before.calls,
          redis_commands: (await commands()) - before.commands,
          rows_written: after.written - before.rows.written,
          rows_read_by_index: after.read - before.rows.read,
          buffers: after.buffers - before.rows.buffers
        }
      }
    })
    await sql.end()
    redis.disconnect()
    await server.stop()
  }
})

function expectWithin(what: string, cost: Cost): void {
  const budget = BUDGET[what]!
  for (const [name, most] of Object.entries(budget)) {
    const seen = cost[name as keyof Cost]
    expect.soft(seen, `${what}: ${name} is ${seen}, the budget in tests/budget/budget.json is ${most}`).toBeLessThanOrEqual(most)
  }
}

async function timelineOf(redisUrl: string) {
  const client = openRedis({ REDIS_URL: redisUrl }, 'work')
  await once(client, 'ready')
  return { client, timeline: new Timeline(client, { prefix: PREFIX, windowMs: CONFIG.TIMELINE_WINDOW_MS }) }
}

const entryOf = (job: { id: string; queue: string; priority: number; run_at: string }) => ({ ...job, run_at_ms: Date.parse(job.run_at) })

test('a thousand jobs, created in one request, stay within their budget', async ({ meter }) => {
  const { client, timeline } = await timelineOf(meter.redisUrl)
  const cost = await meter.costOf(async (store) => {
    const made = await store.createJobs(Array.from({ length: JOBS }, () => newJob(JOB)))
    await timeline.add(made.map(entryOf))
  })
  client.disconnect()
  expectWithin('a thousand jobs, created in one request', cost)
})

test('a thousand jobs, created one by one, stay within their budget', async ({ meter }) => {
  const { client, timeline } = await timelineOf(meter.redisUrl)
  const cost = await meter.costOf(async (store) => {
    const creates = new GroupedCreates(store)
    let left = JOBS
    const caller = async () => {
      while (left-- > 0) await timeline.add((await creates.create([newJob(JOB)], { outbox: false })).map(entryOf))
    }
    await creates.create([newJob(JOB)], { outbox: false })
    left--
    await Promise.all(Array.from({ length: 64 }, caller))
  })
  client.disconnect()
  expectWithin('a thousand jobs, created one by one, 64 at once', { ...cost, redis_commands: 0 }) // the API gathers its additions
})

interface Work {
  readonly worker: Worker
  readonly stop: () => Promise<void>
}

async function work({ open, redisUrl }: Meter, concurrency: number, run: () => void): Promise<Work> {
  const clients = (['work', 'listen'] as const).map((use) => openRedis({ REDIS_URL: redisUrl }, use))
  await Promise.all(clients.map((client) => once(client, 'ready')))
  const worker = new Worker({
    config: { ...CONFIG, REDIS_PREFIX: PREFIX, WORKER_CONCURRENCY: concurrency, LEASE_MS: 15_000, SWEEP_INTERVAL_MS: 5_000, SWEEP_GRACE_MS: 10_000, POLL_INTERVAL_MS: 5_000 },
    store: open(),
    heartStore: open(),
    redis: clients[0]!,
    subscriber: clients[1]!,
    registry: new Registry([{ type: 'test', payload: {}, run: async () => run() }]),
    log
  })
  return {
    worker,
    async stop() {
      await worker.stop()
      for (const client of clients) client.disconnect()
    }
  }
}

test('a thousand due jobs, run by one worker, stay within their budget', async ({ meter, sql }) => {
  const { client, timeline } = await timelineOf(meter.redisUrl)
  await meter.costOf(async (store) => {
    const made = await store.createJobs(Array.from({ length: JOBS }, () => newJob({ ...JOB, scheduled_at: new Date(Date.now() - 60_000).toISOString() })))
    await timeline.add(made.map(entryOf))
  })
  const { generation } = await timeline.openWindow('default')
  await timeline.moveEdge('default', generation, Date.now() + CONFIG.TIMELINE_WINDOW_MS)
  client.disconnect()
  let ran = 0
  const cost = await meter.costOf(async () => {
    const { worker, stop } = await work(meter, 100, () => ran++)
    await worker.start()
    await vi.waitFor(() => expect(ran).toBe(JOBS), { timeout: 20_000 })
    await stop()
  })
  expect(await sql`select status, count(*)::int from duly.jobs group by 1`).toEqual([{ status: 'completed', count: JOBS }])
  expectWithin('a thousand due jobs, run by one worker', cost)
})

test('an idle worker stays within its budget', { timeout: 60_000 }, async ({ meter }) => {
  const { worker, stop } = await work(meter, 10, () => {})
  await worker.start()
  await sleep(2_000) // its first sweep is over
  const cost = await meter.costOf(async () => {
    await sleep(5_000)
    await stop()
  })
  expectWithin('five seconds of an idle worker', cost)
})
