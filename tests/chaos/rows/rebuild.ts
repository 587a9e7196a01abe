import { PRIORITIES, keysOf } from '../../../core/timeline/keys.js'
import type { Row } from '../row.js'
import { PREFIX, type Stage } from '../stage.js'
import { sleep, until } from '../wait.js'

/** Due from then on, one after the other (ms): within the window, and long after the row is over. */
const FAR_MS = 1_500_000
const FAR_SPREAD_MS = 1_500_000
/** The jobs of the load have priority 0, so what is in the timelines of the others can be counted. */
const FAR_PRIORITIES = PRIORITIES.filter((priority) => priority > 0)
const BOUND_MS = 10_000
/** Ids of one call that cancels. */
const BATCH = 1_000

export const rebuild: Row = {
  name: 'rebuild',
  promise: 'Redis forgets a window full of jobs that are not due yet: it has all of them again within 10 s, and work goes on meanwhile',
  transports: ['direct', 'rest'],
  stage: { env: { STORE_TIMEOUT_MS: '10000' } }, // the default: the pages are as large as with it
  jobs: { short: 60, full: 10_000 },
  async run({ stage, nemesis, short, patience, load, expect }) {
    const far = short ? 2_000 : 100_000
    const spreadMs = short ? 5_000 : 45_000
    const ids = await insertFar(stage, far)
    await stage.redisClient.flushall() // nobody told it of them
    expect('the timeline has all of them before the fault', await until(() => isWhole(stage, far), 60_000))
    const tookMs: number[] = []
    const flushes = async () => {
      for (const waitMs of nemesis.for('rebuild').waits(short ? 2 : 5, spreadMs / 2)) {
        await sleep(waitMs)
        await stage.during('flushall', async () => void (await stage.redisClient.flushall()))
        const flushedAtMs = performance.now()
        await until(() => isWhole(stage, far), 3 * BOUND_MS)
        tookMs.push(Math.round(performance.now() - flushedAtMs))
      }
    }
    await Promise.all([load(spreadMs), flushes()])
    for (let from = 0; from < ids.length; from += BATCH) await stage.store.cancelJobs(ids.slice(from, from + BATCH))
    return ({ recoveryMs }, { rows }) => {
      expect(`the timeline has all ${far} again within ${BOUND_MS} ms`, Math.max(...tookMs) <= BOUND_MS * patience, tookMs)
      expect('the next due job starts within 2 s', (recoveryMs ?? 0) <= 2_000 * patience, recoveryMs)
      expect('none of those that were not due has started', rows.filter(({ status, fence }) => status === 'cancelled' && fence === 0).length === far)
    }
  }
}

/** Past the API: so many requests would take longer than the row. @returns Their ids. */
async function insertFar({ sql }: Stage, count: number): Promise<string[]> {
  await sql`insert into duly.queues (name) values ('default') on conflict do nothing`
  const rows = await sql<Array<{ id: string }>>`
    insert into duly.jobs (id, scheduled_at, run_at, priority, type, payload)
    select gen_random_uuid(), t, t, 1 + n % ${FAR_PRIORITIES.length}::int, 'chaos', json_build_object('key', 'far-' || n)
      from generate_series(1, ${count}::int) n,
           lateral (select duly.ceil_ms(now() + (${FAR_MS} + ${FAR_SPREAD_MS} * n::float8 / ${count}::int) * interval '1 ms')) at(t)
    returning id`
  return rows.map(({ id }) => id)
}

/** Whether Redis says that the timeline is complete, and has all of these. */
async function isWhole({ redisClient }: Stage, far: number): Promise<boolean> {
  const { window, timelines } = keysOf(PREFIX, 'default')
  const ofFar = timelines.filter((_, i) => FAR_PRIORITIES.includes(PRIORITIES[i]!))
  const counts = await Promise.all(ofFar.map((key) => redisClient.zcard(key)))
  return counts.reduce((sum, count) => sum + count, 0) === far && (await redisClient.hexists(window, 'edge_ms')) === 1
}
