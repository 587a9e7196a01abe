/** A worker process whose handlers block its event loop. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject, vi } from 'vitest'
import { openStore, type Store } from '../../core/store/index.js'
import { newJob } from '../store/support.js'
import { test as base } from '../support/fixtures.js'
import { type Forked, forkService } from '../support/forked.js'
import { startProxy } from '../support/proxy.js'

/** Blocks its thread for as long as the payload says. */
const HANDLER = `
export default {
  type: 'block',
  payload: {},
  async run({ job, payload, assertOwned }) {
    console.log('blocks', job.id)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, payload.ms)
    assertOwned()
    return process.pid
  }
}
`
/** Runs until it is told to stop. */
const WAITING_HANDLER = `
export default {
  type: 'wait',
  payload: {},
  async run({ job, signal }) {
    console.log('waits', job.id)
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
  }
}
`
/** In every thread of a process, before anything else: SIGUSR2 ends those that are not the main one. */
const DYING_THREAD = `
import { isMainThread } from 'node:worker_threads'
const channel = new BroadcastChannel('die')
if (isMainThread) process.on('SIGUSR2', () => channel.postMessage('now'))
else channel.onmessage = () => process.exit(3)
channel.unref()
`
const LEASE_MS = 1_500

const test = base.extend<{ store: Store; start: (env?: Record<string, string>) => Promise<Forked> }>({
  store: async ({ database }, use) => {
    const store = openStore({ DATABASE_URL: database.url, STORE_TIMEOUT_MS: 5_000 }, { maxConnections: 2 })
    await use(store)
    await store.close()
  },
  start: async ({ database, prefix, redis }, use) => {
    void redis // deletes the keys of the prefix
    const started: Forked[] = []
    await use(async (env = {}) => {
      const own = await mkdtemp(join(inject('tempDir'), 'handlers-'))
      await writeFile(join(own, 'block.mjs'), HANDLER)
      await writeFile(join(own, 'wait.mjs'), WAITING_HANDLER)
      const forked = forkService('worker/main', {
        DATABASE_URL: database.url, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: prefix, DATA_DIR: inject('tempDir'), HANDLERS_DIR: own,
        LEASE_MS: String(LEASE_MS), SWEEP_INTERVAL_MS: '200', SWEEP_GRACE_MS: '500', ...env
      })
      started.push(forked)
      return forked
    })
    await Promise.all(started.map((each) => each.kill()))
  }
})

const WAIT = { timeout: 25_000, interval: 50 }

test('a job that blocks its worker for twice the lease stays that worker\'s, and completes', async ({ store, start }) => {
  const [job] = await store.createJobs([newJob({ type: 'block', payload: { ms: 2 * LEASE_MS } })], { outbox: true })
  const blocked = await start()
  await vi.waitFor(() => expect(blocked.output()).toContain(`blocks ${job!.id}`), WAIT)
  await (await start()).ready // would rescue it
  await vi.waitFor(async () => expect(await store.getJob(job!.id)).toMatchObject({ status: 'completed' }), WAIT)
  expect(await store.getJob(job!.id)).toMatchObject({ attempt: 1, fence: 1, attempts: [], result: blocked.child.pid })
})

test('a worker that is blocked past all deadlines ends, and says so first: its jobs run elsewhere without waiting for its lease', async ({ store, start, sql }) => {
  const [job] = await store.createJobs([newJob({ type: 'block', payload: { ms: 600_000 }, timeout_ms: 300, max_retries: 0 })], { outbox: true })
  const blocked = await start({ LEASE_MS: '60000' })
  await vi.waitFor(() => expect(blocked.output()).toContain(`blocks ${job!.id}`), WAIT)
  const blockedAtMs = performance.now()
  await blocked.exitCode
  expect(blocked.child.signalCode).toBe('SIGKILL')
  expect(performance.now() - blockedAtMs).toBeGreaterThan(5_000) // it has its time, and the seconds to listen to its signal
  expect(await sql`select end_reason from duly.workers`).toEqual([{ end_reason: 'declared_dead' }])
  expect(blocked.output()).toContain('blocks the event loop')
  await (await start()).ready
  await vi.waitFor(async () => expect(await store.getJob(job!.id)).toMatchObject({ status: 'failed', attempts: [{ outcome: 'rescued' }] }), WAIT)
})

test('a worker that is stopped between declaring itself dead and its end does no harm, and ends when it goes on', { timeout: 60_000 }, async ({ store, start, sql, database }) => {
  const proxy = await startProxy(database.url)
  const blocked = await start({ LEASE_MS: '60000', DATABASE_URL: proxy.url, DATABASE_POOLER: 'true' }) // so that the proxy sees the name of each call
  const [other] = await store.createJobs([newJob({ type: 'wait', timeout_ms: 2_000, max_retries: 0 })], { outbox: true })
  await vi.waitFor(() => expect(blocked.output()).toContain(`waits ${other!.id}`), WAIT)
  const [blocker] = await store.createJobs([newJob({ type: 'block', payload: { ms: 600_000 }, timeout_ms: 300, max_retries: 0 })], { outbox: true })
  await vi.waitFor(() => expect(blocked.output()).toContain(`blocks ${blocker!.id}`), WAIT)
  proxy.dropReply = (request) => {
    if (!request.includes('duly_end_worker')) return false
    proxy.dropReply = () => blocked.child.kill('SIGSTOP') // its arguments are on their way, and the process waits for the answer
    return false
  }
  await vi.waitFor(async () => expect(await sql`select end_reason from duly.workers`).toEqual([{ end_reason: 'declared_dead' }]), WAIT)
  await (await start()).ready
  const areRescued = async () => {
    for (const { id } of [blocker!, other!]) expect(await store.getJob(id)).toMatchObject({ status: 'failed', fence: 1, attempts: [{ outcome: 'rescued' }] })
  }
  await vi.waitFor(areRescued, WAIT)
  expect(blocked.child.signalCode).toBeNull()
  proxy.dropReply = undefined // or whatever it sends next would stop it again
  blocked.child.kill('SIGCONT')
  await blocked.exitCode
  expect(blocked.child.signalCode).toBe('SIGKILL')
  await areRescued()
  await proxy.close()
})

test('a worker whose pulse ends by itself ends, too, and what it ran runs elsewhere', async ({ store, start, sql }) => {
  const [job] = await store.createJobs([newJob({ type: 'wait' })], { outbox: true })
  const worker = await start({ NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(DYING_THREAD)}` })
  await vi.waitFor(() => expect(worker.output()).toContain(`waits ${job!.id}`), WAIT)
  worker.child.kill('SIGUSR2')
  expect(await worker.exitCode).toBe(1)
  expect(worker.output()).toContain('nobody keeps the lease any more')
  expect(await store.getJob(job!.id)).toMatchObject({ status: 'in_progress' }) // until its lease is over
  await (await start()).ready
  await vi.waitFor(async () => expect(await store.getJob(job!.id)).toMatchObject({ fence: 2, attempts: [{ outcome: 'rescued' }] }), WAIT)
  expect(await sql`select end_reason from duly.workers order by started_at limit 1`).toEqual([{ end_reason: 'silent' }])
})

test('an idle worker that is told to stop has ended within a second', async ({ start, sql }) => {
  const worker = await start()
  await worker.ready
  const toldAtMs = performance.now()
  worker.child.kill('SIGTERM')
  expect(await worker.exitCode).toBe(0)
  expect(await sql`select end_reason from duly.workers`).toEqual([{ end_reason: 'stopped' }])
  console.info(`ended ${Math.round(performance.now() - toldAtMs)} ms after SIGTERM`) // told, not judged: the machine may be busy
})
