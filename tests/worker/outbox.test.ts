/** Jobs from SQL reach the timeline: at once where the store says so, in pages, and without keeping others. */
import { describe, expect, vi } from 'vitest'
import { test } from './support.js'

const noop = { type: 'test', run: async () => 'done' }
const WAIT = { timeout: 25_000, interval: 20 }

describe('a job from SQL that is due now', () => {
  test('does not wait for the next look into the outbox where a connection listens', async ({ scene, sql }) => {
    await scene.work([noop])
    const startedAtMs = performance.now()
    for (let i = 0; i < 20; i++) {
      const [{ id }] = await sql<[{ id: string }]>`select duly.schedule_job('test') as id`
      await vi.waitFor(async () => expect((await scene.job(id)).status).toBe('completed'), WAIT)
    }
    expect(performance.now() - startedAtMs).toBeLessThan(10_000) // one look each second would take twenty
  })

  test('starts all the same when the word is lost, and when the connection has come back', async ({ scene, sql, database }) => {
    await scene.work([noop])
    const listening = () => sql<Array<{ pid: number }>>`select pid from pg_stat_activity where application_name = 'duly listens' and query like '%duly_outbox%' and datname = ${database.name}`
    const run = async () => {
      const [{ id }] = await sql<[{ id: string }]>`select duly.schedule_job('test') as id`
      await vi.waitFor(async () => expect((await scene.job(id)).status).toBe('completed'), WAIT)
    }
    await vi.waitFor(async () => expect(await listening()).toHaveLength(1), WAIT)
    const { pid } = (await listening())[0]!
    await sql`select pg_terminate_backend(${pid})`
    await run()
    await vi.waitFor(async () => expect((await listening()).filter((each) => each.pid !== pid)).toHaveLength(1), WAIT)
    await run()
  })
})

describe('a transaction of many jobs', () => {
  test('is read to its end, and a job of somebody else does not wait for that', async ({ scene, sql }) => {
    await scene.work([noop])
    await sql`select duly.schedule_job('test', p_scheduled_at => now() + interval '10 minutes') from generate_series(1, 3000)`
    const [job] = await scene.schedule({})
    await vi.waitFor(async () => expect((await scene.job(job!.id)).status).toBe('completed'), WAIT)
    await vi.waitFor(async () => expect(await sql`select from duly.timeline_outbox`).toHaveLength(0), WAIT)
    expect(await scene.timeline.list('default', 0, 0, 5_000)).toHaveLength(3_000)
  })
})
