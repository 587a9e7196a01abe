/** Redis dies, hangs, or comes back with what it knew long ago. */
import { percentile } from '../client.js'
import type { Row, Run } from '../row.js'
import { sleep } from '../wait.js'

/** Work and creates go on meanwhile. */
function outage(name: string, promise: string, fault: (run: Run, outageMs: number) => Promise<void>): Row {
  return {
    name,
    promise,
    transports: ['direct'],
    stage: { workers: 1 },
    jobs: { short: 120, full: 10_000 },
    async run(run) {
      const { stage, short, patience, jobs, load, expect } = run
      const outageMs = short ? 3_000 : 30_000
      await Promise.all([load(1.5 * outageMs), sleep(0.2 * outageMs).then(() => stage.during(name, () => fault(run, outageMs)))])
      return ({ recoveryMs }, { told, faults, journal }) => {
        const [{ began_at_ms, ended_at_ms } = { began_at_ms: 0, ended_at_ms: 0 }] = faults
        const meanwhile = journal.filter((line) => line.what === 'start' && line.at_ms > began_at_ms && line.at_ms < ended_at_ms).length
        expect('creates are answered with 201', told.every(({ tries }) => tries.length === 1 && tries[0]?.status === 201))
        expect('creates are answered in 500 ms (p99)', percentile(told, 0.99) < 500 * patience, percentile(told, 0.99))
        expect('jobs run from the store meanwhile', meanwhile > jobs / 10, meanwhile)
        expect('the next due job starts within 2 s', (recoveryMs ?? 0) <= 2_000 * patience, recoveryMs)
      }
    }
  }
}

export const redisKilled = outage('redis-killed', 'Redis is killed and comes back empty: creates go on, jobs run from the store', async ({ stage }, outageMs) => {
  await stage.redis.kill()
  await sleep(outageMs / 2)
  await stage.redis.start()
})

export const redisFrozen = outage('redis-frozen', 'Redis hangs: creates go on, jobs run from the store', async ({ stage }, outageMs) => {
  stage.redis.freeze()
  await sleep(outageMs)
  stage.redis.thaw()
})

export const redisOldSnapshot = outage('redis-old-snapshot', 'Redis comes back with a snapshot in which jobs that have ended are due: none runs again', async ({ stage }, outageMs) => {
  await stage.redisClient.save()
  await sleep(outageMs / 3)
  await stage.redis.kill()
  await sleep(outageMs / 3)
  await stage.redis.start()
})
