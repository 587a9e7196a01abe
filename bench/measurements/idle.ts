import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Ground } from '../ground.js'
import type { Figures, Measurement } from '../measurement.js'

const WORKERS = [1, 10]
/** Until what belongs to the start is over: the first sweeps, the first minute's tidying. */
const SETTLE_MS = 12_000

/** Commands that clients have sent; those inside scripts are counted by Redis, too, and are left in. */
async function commands(redis: Redis): Promise<number> {
  const stats = await redis.info('commandstats')
  return [...stats.matchAll(/^cmdstat_(?!info|config)[^:]+:calls=(\d+)/gm)].reduce((sum, match) => sum + Number(match[1]), 0)
}

const idleFor = (ground: Ground, count: number, ms: number): Promise<Figures> =>
  ground.withScene(async (scene) => {
    const api = await scene.dulyApi()
    const workers = await Promise.all(Array.from({ length: count }, () => scene.dulyWorker()))
    await sleep(Math.min(SETTLE_MS, ms))
    const take = async () => ({
      atMs: performance.now(),
      workers: workers.reduce((sum, worker) => sum + worker.cpu(), 0),
      api: api.cpu(),
      ...scene.storeCpu(),
      transactions: await transactions(scene.sql),
      commands: await commands(scene.redis)
    })
    const begin = await take()
    await sleep(ms)
    const end = await take()
    const seconds = (end.atMs - begin.atMs) / 1_000
    const percent = (cpu: number) => (cpu / seconds) * 100
    return {
      'CPU of each worker, % of a core': percent(end.workers - begin.workers) / count,
      'CPU of the API, % of a core': percent(end.api - begin.api),
      'CPU of Postgres, % of a core': percent(end.postgres - begin.postgres),
      'CPU of Redis, % of a core': percent(end.redis - begin.redis),
      'transactions per minute': ((end.transactions - begin.transactions) / seconds) * 60,
      'transactions per second and worker': (end.transactions - begin.transactions) / seconds / count,
      'Redis commands per minute': ((end.commands - begin.commands) / seconds) * 60
    }
  })

/** Of this database so far. A connection tells after a second, or with its next call: what is not there yet is there in the next look. */
async function transactions(sql: import('postgres').Sql): Promise<number> {
  const [row] = await sql<Array<{ count: string }>>`select (xact_commit + xact_rollback)::text as count from pg_stat_database where datname = current_database()`
  return Number(row!.count)
}

export const idle: Measurement = {
  name: 'idle',
  about: 'what Duly does while there is nothing to do: one API, and one or ten workers',
  byDefault: true,
  mostRounds: 2,
  cases: ({ subjects, pick }) => (subjects.includes('duly') ? WORKERS.map((count) => ({ name: `duly, ${count} ${count === 1 ? 'worker' : 'workers'}`, run: (ground) => idleFor(ground, count, pick(30_000, 3_000)) })) : [])
}
