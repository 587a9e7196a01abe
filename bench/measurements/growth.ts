import { drain } from '../drain.js'
import { fill } from '../fill.js'
import type { Ground, Scene } from '../ground.js'
import { lateness } from '../lateness.js'
import { type Figures, type Measurement, payloadOf, type Plan } from '../measurement.js'
import { usedMemory } from '../redis-memory.js'
import { summarize } from '../statistics.js'
import { SLOTS, teamOf } from '../team.js'

/** Jobs of the next hour, at most; the others are due later, and never in Redis. */
const IN_WINDOW = 50_000
/** Passes of the sweep: the first one of them does more. */
const PASSES = 7

const nameOf = (size: number) => `size_${size}`
const inWindowOf = (size: number) => Math.min(IN_WINDOW, size / 2)

async function measure(scene: Scene, size: number, { pick }: Plan): Promise<Figures> {
  const maker = await scene.subject('duly')
  const empty = await usedMemory(scene.redis)
  await maker.call('sync')
  const memory = (await usedMemory(scene.redis)) - empty
  const sweeps = await maker.call<number[]>('sweep', { passes: PASSES })

  const created = await maker.call<{ perSecond: number; p99: number }>('addFor', { inFlight: 64, payload: payloadOf(0), warmMs: pick(1_000, 300), ms: pick(3_000, 700) })
  await scene.sql`delete from duly.jobs where queue = 'default' and priority = 0 and status = 'pending' and run_at <= now()`
  await scene.redis.flushall() // of the jobs that were deleted

  const count = pick(20_000, 2_000)
  await maker.call('seed', { count, payload: {} })
  await maker.stop()
  const { 'peak memory of workers, MB': _, ...drained } = await drain(scene, { count, workers: 1, team: teamOf(scene, 'duly') })

  const secondMaker = await scene.subject('duly')
  const [worker] = await teamOf(scene, 'duly', SLOTS).start(1)
  const late = await lateness({ worker: worker!, maker: secondMaker, count: pick(1_000, 200), everyMs: 5, patienceMs: 15_000 })
  return {
    ...Object.fromEntries(Object.entries(drained).map(([name, value]) => [`drain: ${name}`, value])),
    'create through the store, 64 in flight: jobs/s': created.perSecond,
    'create through the store, 64 in flight: p99, ms': created.p99,
    ...Object.fromEntries(Object.entries(late).map(([name, value]) => [`lateness: ${name}`, value])),
    'sweep, ms a pass': summarize(sweeps.slice(1)).median,
    'Redis memory, MB': memory / 1_048_576,
    'Redis memory, bytes per job in the window': memory / inWindowOf(size)
  }
}

export const growth = (sizes: readonly number[]): Measurement => ({
  name: 'growth',
  about: `Duly with ${sizes.map((size) => size.toLocaleString('en')).join(', ')} scheduled jobs, of which at most 50,000 are due within the hour`,
  byDefault: false,
  async prepare(ground: Ground) {
    for (const size of sizes.toSorted((a, b) => b - a)) { // what takes longest first, and what is due first last: the hour runs
      await ground.keepDatabase(nameOf(size), async (sql) => {
        const near = inWindowOf(size)
        await fill(sql, { count: size - near, fromSeconds: 86_400, perSecond: (size - near) / (30 * 86_400) })
        await fill(sql, { count: near, fromSeconds: 3_000, perSecond: near / 540 }) // all rounds have to end before the first of them is due
      })
    }
  },
  cases: (plan) => (plan.subjects.includes('duly') ? sizes.map((size) => ({ name: `duly, ${size.toLocaleString('en')} jobs`, run: (ground) => ground.withScene((scene) => measure(scene, size, plan), nameOf(size)) })) : [])
})
