/** Postgres crashes, or throws everybody out. */
import type { Client } from '../client.js'
import type { Row } from '../row.js'
import { SHORT, type Stage } from '../stage.js'
import { sleep, until } from '../wait.js'

/** A try that got an answer says 201, or 503; none hangs for longer than the client waits. */
const answersAreHonest = ({ told }: Client) => told.flatMap(({ tries }) => tries).every(({ status }) => [0, 200, 201, 503].includes(status))

const rescuedCount = async ({ sql }: Stage) => {
  const [row] = await sql<[{ count: number }]>`select count(*)::int as count from duly.job_attempts where outcome = 'rescued'`
  return row.count
}

export const postgresKilled: Row = {
  name: 'postgres-killed',
  promise: 'Postgres crashes and is started again: 503 meanwhile, work goes on within 5 s, and no worker is taken for dead',
  transports: ['direct', 'rest'],
  jobs: { short: 120, full: 10_000 },
  async run({ stage, nemesis, short, patience, load, expect }) {
    const spreadMs = short ? 5_000 : 60_000
    const downMs = short ? 1.1 * SHORT.LEASE_MS : 20_000 // longer than a lease
    const [, straggler] = stage.workers
    // They run through the outage, so there is something to rescue for whoever thinks that their worker is dead.
    await stage.client.createAll(Array.from({ length: 2 * SHORT.WORKER_CONCURRENCY - 4 }, () => ({ payload: { ms: downMs + 3_000 } })))
    await until(async () => (await stage.starts()).length > SHORT.WORKER_CONCURRENCY, 5_000)
    const crashes = async () => {
      for (const waitMs of nemesis.for('crash').waits(short ? 1 : 3, spreadMs / 3)) {
        await sleep(waitMs)
        await stage.during('postgres', async () => {
          await stage.postgres.crash()
          await sleep(downMs)
          straggler!.store.mode = 'refuse' // its network heals later than that of others
          await stage.postgres.restart()
        })
        await sleep(0.4 * SHORT.LEASE_MS)
        straggler!.store.mode = 'pass'
      }
    }
    await Promise.all([load(spreadMs, { payload: { ms: short ? 100 : 50 } }), crashes()])
    await stage.settled(30_000)
    const rescued = await rescuedCount(stage)
    return ({ recoveryMs }) => {
      expect('answers are 201 or 503', answersAreHonest(stage.client))
      expect('work goes on within 5 s', (recoveryMs ?? 0) <= 5_000 * patience, recoveryMs)
      expect('nobody is rescued from a live worker', rescued === 0, rescued)
    }
  }
}

export const backendsTerminated: Row = {
  name: 'backends-terminated',
  promise: 'All connections to Postgres are cut twice a second: all jobs run, and none of them twice',
  transports: ['direct', 'rest'],
  jobs: { short: 120, full: 10_000 },
  async run({ stage, nemesis, short, patience, load, expect }) {
    const spreadMs = short ? 3_000 : 60_000
    const cuts = async () => {
      for (const waitMs of nemesis.for('cut').waits(spreadMs / 500, spreadMs)) {
        await sleep(waitMs)
        await stage.during('cut', async () => {
          await stage.sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${stage.databaseName} and pid <> pg_backend_pid()`.catch(() => {})
        })
      }
    }
    await Promise.all([load(spreadMs, { payload: { ms: short ? 100 : 50 } }), cuts()])
    return ({ recoveryMs }) => {
      expect('answers are 201 or 503', answersAreHonest(stage.client))
      expect('work goes on within 5 s', (recoveryMs ?? 0) <= 5_000 * patience, recoveryMs)
    }
  }
}
