import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import type { Endpoints } from '../../core/config.js'
import type { Job } from '../../core/job.js'
import { examples } from '../../scripts/lib/screen.js'
import { cloneDatabase } from '../support/databases.js'
import { waitForEnd } from '../support/processes.js'
import { newDataDir, processesOf, startAll, type Started } from '../support/started.js'

/** Of the first start on a fresh machine; this one is not the first, so only something broken comes near. */
describe('npm start', () => {
  let dataDir: string
  let started: Started
  let url: string
  beforeAll(async () => {
    dataDir = await newDataDir()
    started = startAll(dataDir)
    url = (await started.line('start', 'duly runs')).api_url as string
  })
  afterAll(async () => {
    started.process.kill('SIGTERM')
    await started.ended
  })

  const endpoints = async () => JSON.parse(await readFile(join(dataDir, 'endpoints.json'), 'utf8')) as Required<Endpoints>
  const pidOf = async (part: string) => (await processesOf(dataDir)).find(({ command }) => command.includes(part))?.pid as number
  const job = async (id: string) => (await (await fetch(`${url}/jobs/${id}`)).json()) as Job

  test('runs everything, and says where', async () => {
    const line = await started.line('start', 'duly runs')
    expect(line.seconds).toEqual(expect.any(Number))
    expect(line).toMatchObject({ outbox: join(dataDir, 'outbox'), files_root: join(dataDir, 'files') })
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })

  test('prints a curl that works', async () => {
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', examples({ apiUrl: url, platform: process.platform }).join('\n')])
    const created = JSON.parse(stdout.slice(0, stdout.indexOf('}{') + 1)) as Job
    await expect.poll(async () => (await job(created.id)).status, { timeout: 10_000 }).toBe('completed')
    expect(Date.parse((await job(created.id)).started_at as string)).toBeGreaterThanOrEqual(Date.parse(created.scheduled_at))
  })

  test('writes its addresses for other commands, readable by its user only', async () => {
    const { SUPABASE_URL, SUPABASE_KEY, REDIS_URL } = await endpoints()
    expect((await stat(join(dataDir, 'endpoints.json'))).mode & 0o777).toBe(0o600)
    expect((await fetch(`${SUPABASE_URL}/rest/v1/rpc/duly_ping`, { method: 'POST', headers: { apikey: SUPABASE_KEY } })).status).toBe(200)
    const redis = new Redis(REDIS_URL)
    await expect(redis.ping()).resolves.toBe('PONG')
    redis.disconnect()
  })

  test('refuses to run twice in one DATA_DIR', async () => {
    const second = startAll(dataDir)
    expect(await second.ended).toBe(1)
    expect(second.words.join('\n')).toContain(`${dataDir} is in use by process ${started.pid}`)
  })

  test('starts a dead worker again, with processes for what it held, and declares it dead at once', async () => {
    const forRescued = async () => (await processesOf(dataDir)).filter(({ command }) => command.includes('isolate/child'))
    const { worker_id } = await started.line('start', 'duly runs')
    expect(await forRescued()).toEqual([])
    const before = started.lines.length
    process.kill(await pidOf('worker/main'), 'SIGKILL')
    const { worker_id: next } = await started.line('worker', 'worker runs', before)
    expect(next).not.toBe(worker_id)
    expect((await forRescued()).length).toBeGreaterThan(0)
    const { SUPABASE_URL, SUPABASE_KEY } = await endpoints()
    const beat = () => fetch(`${SUPABASE_URL}/rest/v1/rpc/duly_beat`, { method: 'POST', headers: { apikey: SUPABASE_KEY, 'content-type': 'application/json' }, body: JSON.stringify({ p_worker_id: worker_id }) })
    await expect.poll(async () => (await beat()).status).toBe(410)
  })

  test.each([
    ['Redis', 'redis-server'],
    ['the local Supabase', 'scripts/local-supabase'],
    ['the API', 'api/main']
  ])('starts %s again, at the same address', async (name, part) => {
    const addresses = await endpoints()
    const before = started.lines.length
    process.kill(await pidOf(part), 'SIGKILL')
    await started.line('start', `${name} runs again`, before)
    expect(await endpoints()).toEqual(addresses)
    await expect.poll(async () => (await fetch(`${url}/readyz`)).json() as unknown, { timeout: 15_000 }).toMatchObject({ status: 'ok' })
  })

  test('stops in order, and leaves nothing behind', async () => {
    const before = started.lines.length
    const processes = await processesOf(dataDir)
    expect(processes.length).toBeGreaterThanOrEqual(5)
    started.process.kill('SIGINT')
    expect(await started.ended).toBe(0)
    await waitForEnd(processes.map(({ pid }) => pid), 1_000)
    const order = started.lines.slice(before).map(({ name, msg }) => `${name}: ${msg}`)
    expect(order.findIndex((line) => line.startsWith('api: '))).toBeLessThan(order.findIndex((line) => line.startsWith('worker: ')))
    expect(order.at(-1)).toBe('start: stopped')
    expect((await readdir(dataDir)).filter((file) => /lock|endpoints/.test(file))).toEqual([])
  })
})

describe('npm start, when things are otherwise', { timeout: 120_000 }, () => {
  test('leaves nothing behind when it is killed, and starts again', async () => {
    const dataDir = await newDataDir()
    const first = startAll(dataDir)
    await first.line('start', 'duly runs')
    const processes = await processesOf(dataDir)
    first.process.kill('SIGKILL')
    await waitForEnd(processes.map(({ pid }) => pid))
    const second = startAll(dataDir)
    await second.line('start', 'duly runs')
    second.process.kill('SIGTERM')
    expect(await second.ended).toBe(0)
  })

  test('quits at once on a second signal, and leaves nothing behind', async () => {
    const dataDir = await newDataDir()
    const started = startAll(dataDir, { SHUTDOWN_GRACE_MS: '20000' })
    const { api_url } = await started.line('start', 'duly runs')
    const processes = await processesOf(dataDir)
    const slow = processes.find(({ command }) => command.includes('worker/main'))?.pid as number
    process.kill(slow, 'SIGSTOP') // it can hand nothing back now
    started.process.kill('SIGINT')
    await vi.waitFor(() => expect(fetch(api_url as string)).rejects.toThrow())
    started.process.kill('SIGINT')
    expect(await started.ended).toBe(1)
    await waitForEnd(processes.map(({ pid }) => pid))
  })

  test('stops while it starts', async () => {
    const dataDir = await newDataDir()
    const started = startAll(dataDir)
    await vi.waitFor(async () => expect((await processesOf(dataDir)).length).toBeGreaterThan(2), { timeout: 10_000 })
    const processes = await processesOf(dataDir)
    started.process.kill('SIGINT')
    expect(await started.ended).toBe(0)
    await waitForEnd(processes.map(({ pid }) => pid))
  })

  test('says in one line that the port is taken', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    const started = startAll(await newDataDir(), { PORT: String(port) })
    expect(await started.ended).toBe(1)
    expect(started.words.filter(Boolean)).toEqual([`Port ${port} on 127.0.0.1 is taken. Stop what listens there, or choose another: PORT=${port + 1} npm start`])
  })

  test('says what to type when there is no Redis', async () => {
    const started = startAll(await newDataDir(), { PATH: '/nowhere' })
    expect(await started.ended).toBe(78)
    expect(started.words.join('\n')).toMatch(/install .*redis/)
  })

  test('names every wrong variable', async () => {
    const started = startAll(await newDataDir(), { LEASE_MS: 'soon', WORKER_CONCURRENCY: '0' })
    expect(await started.ended).toBe(78)
    expect(started.words.join('\n')).toMatch(/LEASE_MS[^]*WORKER_CONCURRENCY|WORKER_CONCURRENCY[^]*LEASE_MS/)
  })

  test('opens no address that others can reach without keys, and starts nothing first', async () => {
    const dataDir = await newDataDir()
    const started = startAll(dataDir, { HOST: '0.0.0.0' })
    expect(await started.ended).toBe(78)
    expect(started.words.filter(Boolean)).toEqual(['invalid configuration:', expect.stringMatching(/^ {2}HOST .*npm run api-key/)])
    expect(await readdir(dataDir)).toEqual(['postgres'])
  })

  test('takes the database and the Redis of the environment, and migrates', async () => {
    const database = await cloneDatabase(inject('postgresUrl'), 'template0')
    const dataDir = await newDataDir()
    const started = startAll(dataDir, { DATABASE_URL: database.url, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: `test:${database.name}` })
    const { migrations, api_url } = await started.line('start', 'duly runs')
    expect(migrations).not.toEqual([])
    expect((await fetch(`${String(api_url)}/readyz`)).status).toBe(200)
    expect((await processesOf(dataDir)).map(({ command }) => command).filter((command) => /redis|supabase/.test(command))).toEqual([])
    started.process.kill('SIGTERM')
    expect(await started.ended).toBe(0)
    await database.drop()
  })
})
