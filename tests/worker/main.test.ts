/** The worker process, as a supervisor meets it. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject, vi } from 'vitest'
import { openStore } from '../../core/store/index.js'
import { newJob } from '../store/support.js'
import { test as base } from '../support/fixtures.js'
import { type Forked, forkService } from '../support/forked.js'

/** Runs until it is told to stop. */
const HANDLER = `
export default {
  type: 'endless',
  payload: {},
  run({ signal }) {
    console.log('handler runs')
    return new Promise((resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  }
}
`

interface Busy extends Forked {
  /** The job that it runs, as it is now. */
  job(): Promise<unknown>
}

const test = base.extend<{ start: (env?: Record<string, string>) => Promise<Forked>; busy: (graceMs: number) => Promise<Busy> }>({
  start: async ({ database, prefix }, use) => {
    const started: Forked[] = []
    await use(async (env = {}) => {
      const own = await mkdtemp(join(inject('tempDir'), 'handlers-'))
      await writeFile(join(own, 'endless.mjs'), HANDLER)
      const forked = forkService('worker/main', { DATABASE_URL: database.url, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: prefix, DATA_DIR: inject('tempDir'), HANDLERS_DIR: own, ...env })
      started.push(forked)
      return forked
    })
    await Promise.all(started.map((each) => each.kill()))
  },
  busy: async ({ start, database, redis }, use) => {
    void redis // deletes the keys of the prefix
    const store = openStore({ DATABASE_URL: database.url, STORE_TIMEOUT_MS: 5_000 }, { maxConnections: 1 })
    await use(async (graceMs) => {
      const [job] = await store.createJobs([newJob({ type: 'endless' })], { outbox: true })
      const forked = await start({ SHUTDOWN_GRACE_MS: String(graceMs) })
      await vi.waitFor(() => expect(forked.output()).toContain('handler runs'), { timeout: 15_000 })
      return { ...forked, job: () => store.getJob(job!.id) }
    })
    await store.close()
  }
})

const HANDED_BACK = { status: 'pending', attempt: 0, attempts: [] }
const TOLD = 'worker is told to stop'

test.for([
  ['SIGTERM', 'disconnect'],
  ['disconnect', 'SIGTERM'],
  ['SIGTERM', 'SIGTERM'],
  ['SIGTERM', 'SIGINT']
] as const)('%s and then %s are one request: it hands its job back and ends', async (requests, { busy }) => {
  const worker = await busy(300)
  for (const request of requests) {
    if (request === 'disconnect') worker.child.disconnect()
    else worker.child.kill(request)
    await vi.waitFor(() => expect(worker.output()).toContain(TOLD), { interval: 30 })
  }
  expect(await worker.exitCode).toBe(0)
  expect(await worker.job()).toMatchObject(HANDED_BACK)
  expect(worker.output().split(TOLD)).toHaveLength(2)
})

test('a parent that goes while it stops does not hurry it, however late', async ({ busy }) => {
  const worker = await busy(2_000)
  worker.child.kill('SIGTERM')
  await new Promise((resolve) => setTimeout(resolve, 1_100)) // the time is what is tested
  worker.child.disconnect()
  expect(await worker.exitCode).toBe(0)
  expect(await worker.job()).toMatchObject(HANDED_BACK)
})

test('a signal more than a second after the first ends it at once', async ({ busy }) => {
  const worker = await busy(25_000)
  worker.child.kill('SIGTERM')
  await vi.waitFor(() => expect(worker.output()).toContain(TOLD))
  await new Promise((resolve) => setTimeout(resolve, 1_100)) // the time is what is tested
  worker.child.kill('SIGTERM')
  expect(await worker.exitCode).toBe(1)
  expect(await worker.job()).toMatchObject({ status: 'in_progress' }) // will be rescued
})

test('a schema that is too old ends it at once and names the command', async ({ start, sql }) => {
  await sql`create or replace function public.duly_ping() returns json language sql as $$ select json_build_object('schema_version', '20200101000000', 'now_ms', 0) $$`
  const { exitCode, output } = await start()
  expect(await exitCode).toBe(78)
  expect(output()).toContain('npm run migrate')
})

test('a function that is not there yet is waited for', async ({ start, sql }) => {
  await sql`alter function public.duly_ping() rename to later`
  const { ready, output } = await start()
  await vi.waitFor(() => expect(output()).toContain('the store refuses'), { timeout: 10_000 })
  await sql`alter function public.later() rename to duly_ping`
  expect(await ready).toMatchObject({ ready: true })
})
