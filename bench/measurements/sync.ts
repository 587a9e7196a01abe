import { fill } from '../fill.js'
import type { Ground } from '../ground.js'
import type { Figures, Measurement } from '../measurement.js'
import { usedMemory } from '../redis-memory.js'

/** Jobs of the next half hour, all in the window. */
const rebuild = (ground: Ground, count: number): Promise<Figures> =>
  ground.withScene(async (scene) => {
    const { sql, redis } = scene
    await fill(sql, { count, fromSeconds: 60, perSecond: count / 1_800 })
    const maker = await scene.subject('duly')
    await maker.call('sync') // compiles, connects
    await redis.flushall()
    const before = await usedMemory(redis)
    const { jobs, ms } = await maker.call<{ jobs: number; ms: number }>('sync')
    if (jobs !== count) throw new Error(`${jobs} of ${count} jobs were added`)
    const inRedis = await redis.zcard('duly:{default}:p0') // of the only priority there is here
    if (inRedis !== count) throw new Error(`${inRedis} of ${count} jobs are in Redis`)
    return { 'jobs/s': (jobs / ms) * 1_000, 'Redis memory, bytes per job': ((await usedMemory(redis)) - before) / count }
  })

export const sync: Measurement = {
  name: 'sync',
  about: 'full rebuild of the timeline of Duly from 200,000 jobs, and what they take in Redis',
  byDefault: true,
  cases: ({ subjects, pick }) => (subjects.includes('duly') ? [{ name: 'duly', run: (ground) => rebuild(ground, pick(200_000, 5_000)) }] : [])
}
