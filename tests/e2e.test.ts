/** Everything that `npm start` runs, as a user meets it, while its parts are flushed and killed. */
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import PostalMime from 'postal-mime'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Endpoints } from '../core/config.js'
import type { Job, JobWithAttempts } from '../core/job.js'
import { newDataDir, processesOf, startAll, type Started } from './support/started.js'

/** Writes what it does to a file outside the database: the witness that the checks below ask. */
const WITNESS = `
import { appendFile } from 'node:fs/promises'
export default {
  type: 'witness',
  payload: { type: 'object', required: ['file', 'ms'], properties: { file: { type: 'string' }, ms: { type: 'integer' } } },
  async run({ job, payload, signal }) {
    await appendFile(payload.file, 'start ' + job.id + ' ' + job.fence + ' ' + Date.now() + '\\n')
    await new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, payload.ms)
      signal.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason) })
    })
    await appendFile(payload.file, 'end ' + job.id + ' ' + job.fence + '\\n')
    return { fence: job.fence }
  }
}
`

const WAIT = { timeout: 60_000, interval: 100 }

describe('the whole of Duly', { timeout: 120_000 }, () => {
  let dataDir: string
  let started: Started
  let url: string
  let file: string

  beforeAll(async () => {
    dataDir = await newDataDir()
    await mkdir(join(dataDir, 'own'))
    await writeFile(join(dataDir, 'own', 'witness.mjs'), WITNESS)
    file = join(dataDir, 'witness.txt')
    await appendFile(file, '')
    await start()
  })
  afterAll(async () => {
    started?.process.kill('SIGTERM')
    await started?.ended
  })

  async function start() {
    started = startAll(dataDir, { HANDLERS_DIR: join(dataDir, 'own') })
    url = (await started.line('start', 'duly runs')).api_url as string
  }
  const post = (body: unknown) => fetch(`${url}/jobs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const get = async (id: string) => (await (await fetch(`${url}/jobs/${id}`)).json()) as JobWithAttempts
  const inMs = (ms: number) => new Date(Date.now() + ms).toISOString()
  const kill = async (part: string) => {
    const found = (await processesOf(dataDir)).find(({ command }) => command.includes(part))
    process.kill(found!.pid, 'SIGKILL')
  }

  /** Schedules jobs that take a moment each, spread over a time, and waits until all have ended. */
  async function witnessed(count: number, options: { spreadMs: number; ms: number; during: (jobs: readonly Job[]) => Promise<void> }) {
    const jobs: Job[] = []
    for (let i = 0; i < count; i++) {
      const response = await post({ type: 'witness', payload: { file, ms: options.ms }, scheduled_at: inMs(500 + (i * options.spreadMs) / count) })
      expect(response.status).toBe(201)
      jobs.push((await response.json()) as Job)
    }
    await options.during(jobs)
    const ended = await vi.waitFor(async () => {
      const now = await Promise.all(jobs.map((job) => get(job.id)))
      expect(now.map((job) => job.status)).toEqual(jobs.map(() => 'completed'))
      return now
    }, WAIT)
    const lines = (await readFile(file, 'utf8')).trim().split('\n').map((line) => line.split(' '))
    return ended.map((job) => ({
      job,
      starts: lines.filter(([what, id]) => what === 'start' && id === job.id).map(([, , fence, atMs]) => ({ fence: Number(fence), atMs: Number(atMs) })),
      ends: lines.filter(([what, id]) => what === 'end' && id === job.id).map(([, , fence]) => Number(fence))
    }))
  }

  /** Nothing lost, nothing twice, nothing early. */
  function expectOnce(all: Awaited<ReturnType<typeof witnessed>>) {
    for (const { job, starts, ends } of all) {
      expect({ id: job.id, starts: starts.length, ends }).toEqual({ id: job.id, starts: 1, ends: [job.fence] })
      expect(starts[0]!.atMs).toBeGreaterThanOrEqual(Date.parse(job.scheduled_at))
      expect(job).toMatchObject({ attempt: 1, attempts: [] })
    }
  }

  test('sends a mail two seconds after it was asked to, by the request of the README', async () => {
    const response = await post({
      type: 'email_notification',
      payload: { to: 'test@example.com', subject: 'Hello!', message: 'This is a test job.' },
      scheduled_at: inMs(2_000),
      priority: 1,
      max_retries: 3
    })
    expect(response.status).toBe(201)
    const job = (await response.json()) as Job
    expect(response.headers.get('location')).toBe(`/jobs/${job.id}`)
    expect(job).toMatchObject({ status: 'pending', priority: 1, attempt: 0 })
    const done = await vi.waitFor(async () => {
      const now = await get(job.id)
      expect(now.status).toBe('completed')
      return now
    }, WAIT)
    expect(Date.parse(done.started_at!)).toBeGreaterThanOrEqual(Date.parse(job.scheduled_at))
    const [kept] = await readdir(join(dataDir, 'outbox'))
    const mail = await PostalMime.parse(await readFile(join(dataDir, 'outbox', kept!)))
    expect(mail).toMatchObject({ subject: 'Hello!', to: [{ address: 'test@example.com' }], text: expect.stringContaining('This is a test job.') as string })
    expect(done.result).toMatchObject({ message_id: mail.messageId })
  })

  test('loses nothing and repeats nothing when Redis is flushed', async () => {
    const { REDIS_URL } = JSON.parse(await readFile(join(dataDir, 'endpoints.json'), 'utf8')) as Required<Endpoints>
    const all = await witnessed(40, {
      spreadMs: 3_000,
      ms: 20,
      async during() {
        const redis = new Redis(REDIS_URL)
        await redis.flushall()
        redis.disconnect()
      }
    })
    expectOnce(all)
  })

  test('loses nothing and repeats nothing when Redis is killed', async () => {
    expectOnce(await witnessed(40, { spreadMs: 4_000, ms: 20, during: () => kill('redis-server') }))
  })

  test('runs again what a killed worker was running, and nothing else', async () => {
    let atWork: string[] = []
    const all = await witnessed(30, {
      spreadMs: 3_000,
      ms: 400,
      async during(jobs) {
        await vi.waitFor(async () => {
          atWork = (await Promise.all(jobs.map((job) => get(job.id)))).filter((job) => job.status === 'in_progress').map((job) => job.id)
          expect(atWork.length).toBeGreaterThan(0)
        }, WAIT)
        await kill('worker/main')
      }
    })
    const rescued = all.filter(({ job }) => job.attempts.length > 0)
    expect(rescued.length).toBeGreaterThan(0)
    for (const { job, ends } of rescued) {
      expect(job).toMatchObject({ attempt: 2, fence: 2, attempts: [{ outcome: 'rescued', fence: 1, error: { name: 'WorkerLost' } }] })
      expect(ends.at(-1)).toBe(2) // an end of fence 1 is possible: the worker died before it could say so
    }
    expectOnce(all.filter(({ job }) => job.attempts.length === 0))
  })

  test('finds every job again after a stop and a start', async () => {
    const jobs = await Promise.all([post({ type: 'log', payload: { n: 1 }, scheduled_at: inMs(3_600_000) }), post({ type: 'log', payload: { n: 2 }, scheduled_at: inMs(4_000) })].map(async (answer) => (await (await answer).json()) as Job))
    started.process.kill('SIGINT')
    expect(await started.ended).toBe(0)
    await start()
    expect(await get(jobs[0]!.id)).toMatchObject({ status: 'pending', scheduled_at: jobs[0]!.scheduled_at })
    await vi.waitFor(async () => expect(await get(jobs[1]!.id)).toMatchObject({ status: 'completed', attempt: 1 }), WAIT)
  })
})
