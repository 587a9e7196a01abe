import Value from 'typebox/value'
import { uuidv7 } from 'uuidv7'
import { expect, inject } from 'vitest'
import { Explanation } from '../../api/explain.js'
import type { Job } from '../../core/job.js'
import { ask, inMs, makeJob, newQueue } from './asking.js'
import { test as base } from './fixtures.js'
import { type Api, startApi } from './support.js'

/** A database of the test's own: what runs where is asked of all workers. */
const test = base.extend<{ api: Api }>({
  api: async ({ database, prefix }, use) => {
    const api = await startApi({ databaseUrl: database.url, redisUrl: inject('redisUrl'), prefix })
    await use(api)
    await api.close()
  }
})

async function why(api: Api, id: string) {
  const explanation = (await ask(api, 'GET', `/jobs/${id}/explain`)).json<Explanation>()
  expect(Value.Check(Explanation, explanation), JSON.stringify(explanation)).toBe(true)
  return { codes: explanation.reasons.map(({ code }) => code), said: explanation.reasons.map(({ detail }) => detail).join(' '), ...explanation }
}

const work = (api: Api, fields: { types?: string[]; queues?: string[]; concurrency?: number } = {}) => {
  const id = uuidv7()
  return api.store.registerWorker({ id, host: 'here', pid: 1, concurrency: 1, types: ['log'], queues: [], lease_ms: 60_000, ...fields }).then(() => id)
}

test('scheduled: it can start when it is due', async ({ api, sql }) => {
  await work(api)
  const { id, run_at } = await makeJob(api, sql, 'pending')
  expect(await why(api, id)).toMatchObject({ status: 'pending', codes: ['scheduled'], earliest_start_at: run_at, ahead: 0, said: expect.stringContaining(run_at) })
})

test('due: nothing is in its way', async ({ api, sql }) => {
  await work(api)
  const { id } = await makeJob(api, sql, 'pending', { scheduled_at: inMs(-1_000) })
  const { now, ...explanation } = await why(api, id)
  expect(explanation).toMatchObject({ codes: ['due'], earliest_start_at: now })
})

test('waiting_for_slot: others run, and others come first', async ({ api, sql }) => {
  const worker = await work(api)
  const queue = newQueue()
  const running = await makeJob(api, sql, 'in_progress', { queue })
  await sql`update duly.jobs set worker_id = ${worker} where id = ${running.id}`
  await makeJob(api, sql, 'pending', { queue, scheduled_at: inMs(-5_000) })
  await makeJob(api, sql, 'pending', { queue, scheduled_at: inMs(-1_000), priority: 3 })
  const { id } = await makeJob(api, sql, 'pending', { queue, scheduled_at: inMs(-2_000) })
  expect(await why(api, id)).toMatchObject({ codes: ['waiting_for_slot'], ahead: 2, said: expect.stringContaining('all 1 slots that could run it are taken; 2 jobs come first') })
})

test('no_worker, no_worker_for_type, no_worker_for_queue: nobody can tell when', async ({ api, sql }) => {
  const { id } = await makeJob(api, sql, 'pending', { queue: 'mail' })
  expect(await why(api, id)).toMatchObject({ codes: ['scheduled', 'no_worker'], earliest_start_at: null })
  await work(api, { types: ['send_email'] })
  expect(await why(api, id)).toMatchObject({ codes: ['scheduled', 'no_worker_for_type'], said: expect.stringContaining('a handler for log') })
  await work(api, { queues: ['other'] })
  expect(await why(api, id)).toMatchObject({ codes: ['scheduled', 'no_worker_for_queue'], said: expect.stringContaining('serves the queue mail') })
  await work(api, { queues: ['mail'] })
  expect(await why(api, id)).toMatchObject({ codes: ['scheduled'] })
})

test('queue_paused', async ({ api, sql }) => {
  await work(api)
  const { id } = await makeJob(api, sql, 'pending', { queue: 'mail', scheduled_at: inMs(-1_000) })
  await sql`update duly.queues set paused = true where name = 'mail'`
  expect(await why(api, id)).toMatchObject({ codes: ['queue_paused'], earliest_start_at: null, said: expect.stringContaining('mail is paused') })
})

test('retry_wait: what went wrong, and when it is tried again', async ({ api, sql }) => {
  const worker = await work(api)
  const { id } = await makeJob(api, sql, 'pending', { scheduled_at: inMs(-1_000), backoff: { type: 'fixed', delay_ms: 600_000, max_ms: 600_000 } })
  await api.store.claimJobs(worker, [id])
  await api.store.finishJobs(worker, [{ id, fence: 1, outcome: 'retry', error: '{"name": "Error", "message": "no luck"}', delay_ms: 600_000 }])
  const { run_at } = (await ask(api, 'GET', `/jobs/${id}`)).json<Job>()
  expect(await why(api, id)).toMatchObject({ codes: ['retry_wait'], earliest_start_at: run_at, said: `Attempt 1 of 4 failed (no luck); the next is due at ${run_at}.` })
})

test('running, and cancelling', async ({ api, sql }) => {
  const { id } = await makeJob(api, sql, 'in_progress')
  expect(await why(api, id)).toMatchObject({ status: 'in_progress', codes: ['running'], earliest_start_at: null })
  await ask(api, 'PUT', `/jobs/${id}/cancel`)
  expect(await why(api, id)).toMatchObject({ codes: ['cancelling'] })
})

test.for(['completed', 'failed', 'cancelled'] as const)('%s', async (status, { api, sql }) => {
  const { id } = await makeJob(api, sql, status)
  expect(await why(api, id)).toMatchObject({ status, codes: [status], earliest_start_at: null })
})

test('expired', async ({ api, sql }) => {
  const { id } = await makeJob(api, sql, 'pending', { expires_at: inMs(-1_000) })
  expect(await api.store.expireJobs(10)).toEqual({ expired: 1 })
  expect(await why(api, id)).toMatchObject({ status: 'cancelled', codes: ['expired'] })
  expect((await ask(api, 'GET', `/jobs/${id}`)).json()).toMatchObject({ cancel_reason: 'expired' })
})
