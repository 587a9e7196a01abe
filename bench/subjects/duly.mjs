/**
 * Duly, from the side of those who make jobs: as the API does it, stored and then added. Its workers and its API are the
 * real processes. DATABASE_URL, or SUPABASE_URL and SUPABASE_KEY, say where.
 */
import { once } from 'node:events'
import { uuidv7 } from 'uuidv7'
import { pino } from 'pino'
import { GroupedCreates } from '../../dist/api/grouped-creates.js'
import { TimelineLink } from '../../dist/api/timeline-link.js'
import { openStore } from '../../dist/core/store/index.js'
import { openRedis, Timeline } from '../../dist/core/timeline/index.js'
import { sync as syncAll } from '../../dist/core/sync.js'
import { Sweeper } from '../../dist/worker/sweeper.js'
import { SweptCounts } from '../../dist/worker/swept.js'

const { env } = process
const WINDOW_MS = 3_600_000
const BATCH = 1_000
const SILENT = { begin: () => {}, advance: () => {}, end: () => {} }

const store = openStore({ ...env, STORE_TIMEOUT_MS: 60_000 })
const redis = openRedis(env, 'work')
await once(redis, 'ready')
const timeline = new Timeline(redis, { prefix: 'duly', windowMs: WINDOW_MS })
const creates = new GroupedCreates(store)
const link = new TimelineLink(timeline, pino({ level: 'silent' }))

const job = (payload, scheduled_at = null) => ({ id: uuidv7(), queue: 'default', type: 'bench', payload, priority: 0, scheduled_at, max_retries: 3, backoff: null, timeout_ms: null })

async function add(jobs) {
  const made = await store.createJobs(jobs)
  await timeline.add(made.map((one) => ({ ...one, run_at_ms: Date.parse(one.run_at) })))
}

/** As the API does once it has read a request: those that arrive together share a call. */
export const addOne = async (payload) => link.add(await creates.create([job(payload)], { outbox: false }))
export const addMany = (count, payload) => add(Array.from({ length: count }, () => job(payload)))

/** Jobs that have been due for a minute. The window is complete afterwards: no worker has to rebuild it first. */
export async function seed({ count, payload }) {
  const dueAt = new Date(Date.now() - 60_000).toISOString()
  for (let left = count; left > 0; left -= BATCH) await store.createJobs(Array.from({ length: Math.min(left, BATCH) }, () => job(payload, dueAt)))
  await sync()
}

export async function schedule({ startMs, count, everyMs }) {
  const dueMs = Array.from({ length: count }, (_, i) => startMs + i * everyMs)
  for (let from = 0; from < count; from += BATCH) await add(dueMs.slice(from, from + BATCH).map((due_ms) => job({ due_ms }, new Date(due_ms).toISOString())))
}

/** @returns Jobs added, and how long that took (ms). */
export async function sync() {
  const startMs = performance.now()
  const done = await syncAll({ store, timeline, windowMs: WINDOW_MS }, SILENT)
  return { jobs: done.reduce((sum, { count }) => sum + count, 0), ms: performance.now() - startMs }
}

/** Some passes of a worker's sweep, one after the other. @returns How long each took (ms). */
export async function sweep({ passes }) {
  const workerId = uuidv7()
  const nothing = () => {}
  const sweeper = new Sweeper({
    store, timeline, swept: new SweptCounts(), workerId: () => workerId, log: pino({ level: 'silent' }),
    intervalMs: 5_000, graceMs: 10_000, windowMs: WINDOW_MS, keep: { completed: 604_800_000, failed: 2_592_000_000, cancelled: 604_800_000 },
    nowMs: Date.now, onRedisTime: nothing, onQueues: nothing, onRescued: nothing, onUsable: nothing, onRebuilt: nothing
  })
  const took = []
  for (let pass = 0; pass < passes; pass++) {
    const startMs = performance.now()
    await sweeper.tick()
    took.push(performance.now() - startMs)
  }
  return took
}
