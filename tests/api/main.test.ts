import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, inject, vi } from 'vitest'
import { test as base } from '../support/fixtures.js'
import { startProxy } from '../support/proxy.js'

const MAIN = fileURLToPath(new URL('../../dist/api/main.js', import.meta.url))

interface Running {
  readonly child: ChildProcess
  /** All that it has written so far. */
  readonly output: () => string
  /** Resolves with where it listens, or rejects when it ends before. */
  readonly ready: Promise<string>
  readonly exitCode: Promise<number | null>
}

const test = base.extend<{ start: (env: Record<string, string>) => Running; env: Record<string, string> }>({
  env: async ({ fileDatabase, prefix }, use) => use({ DATABASE_URL: fileDatabase.url, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: prefix, PORT: '0', DATA_DIR: inject('tempDir') }),
  start: async ({}, use) => {
    const started: Running[] = []
    await use((env) => {
      const running = run(env)
      started.push(running)
      return running
    })
    for (const { child, exitCode } of started) {
      child.kill('SIGKILL')
      await exitCode
    }
  }
})

function run(env: Record<string, string>): Running {
  const child = fork(MAIN, { env, cwd: inject('tempDir'), stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  let output = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  // Not its `close`, which never comes after a disconnect.
  const exitCode = Promise.all([once(child, 'exit'), once(child.stdout!, 'close'), once(child.stderr!, 'close')]).then(([[code]]) => code as number | null)
  const ready = Promise.race([
    once(child, 'message').then(([message]) => (message as { url: string }).url),
    exitCode.then(() => Promise.reject(new Error(`ended: ${output}`)))
  ])
  ready.catch(() => {})
  return { child, output: () => output, ready, exitCode }
}

test('says where it listens, serves, and stops when told to', async ({ start, env }) => {
  const { child, ready, exitCode, output } = start(env)
  const url = await ready
  const answer = await fetch(`${url}/jobs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"type": "log"}' })
  expect(answer.status).toBe(201)
  expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ok' })
  await vi.waitFor(() => expect(output()).toContain('open to this machine only'))
  child.kill('SIGTERM')
  expect(await exitCode).toBe(0)
})

test('a bad environment names every wrong variable, never its value', async ({ start, env }) => {
  const { exitCode, output } = start({ ...env, PORT: 'eighty', LEASE_MS: '-5', DATABASE_URL: 'mysql://secret' })
  expect(await exitCode).toBe(78)
  for (const name of ['PORT', 'LEASE_MS', 'DATABASE_URL']) expect(output()).toContain(name)
  for (const value of ['eighty', '-5', 'secret']) expect(output()).not.toContain(value)
})

test('a taken port ends it with one line that says so', async ({ start, env }) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { exitCode, output } = start({ ...env, PORT: String(port) })
  expect(await exitCode).toBe(1)
  expect(output().trim().split('\n')).toEqual([expect.stringContaining(`port ${port} of 127.0.0.1 is taken`)])
  server.close()
})

test('an address that others can reach is warned about', async ({ start, env }) => {
  const { ready, output } = start({ ...env, HOST: '0.0.0.0' })
  await ready
  await vi.waitFor(() => expect(output()).toContain('ANYBODY WHO CAN REACH 0.0.0.0'))
})

test('a schema that does not fit ends it and names the command', async ({ start, env, database, sql }) => {
  await sql`drop function public.duly_ping()`
  const { exitCode, output } = start({ ...env, DATABASE_URL: database.url })
  expect(await exitCode).toBe(78)
  expect(output()).toContain('npm run migrate')
})

test('a store that is down at the start gets 503 until it is there; nobody has to help', async ({ start, env }) => {
  const proxy = await startProxy(env.DATABASE_URL!, 'refuse')
  const { ready } = start({ ...env, DATABASE_URL: proxy.url })
  const url = await ready
  expect((await fetch(`${url}/jobs`)).status).toBe(503)
  proxy.mode = 'pass'
  await vi.waitFor(async () => expect((await fetch(`${url}/jobs`)).status).toBe(200), { timeout: 10_000 })
  await proxy.close()
})

test('a Redis that is down at the start is no obstacle', async ({ start, env }) => {
  const proxy = await startProxy(env.REDIS_URL!, 'refuse')
  const { ready } = start({ ...env, REDIS_URL: proxy.url })
  const answer = await fetch(`${await ready}/readyz`)
  expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ status: 'degraded' })])
  await proxy.close()
})

test('it ends when its parent is gone', async ({ start, env }) => {
  const { child, ready, exitCode } = start(env)
  await ready
  child.disconnect()
  expect(await exitCode).toBe(0)
})

test('a second signal ends it at once', async ({ start, env }) => {
  const proxy = await startProxy(env.DATABASE_URL!)
  const { child, ready, exitCode, output } = start({ ...env, DATABASE_URL: proxy.url })
  const url = await ready
  proxy.mode = 'swallow'
  const hanging = fetch(`${url}/jobs`).catch(() => 'cut')
  await vi.waitFor(async () => expect(await (await fetch(`${url}/livez`)).json()).toEqual({ status: 'ok' }))
  child.kill('SIGTERM')
  await vi.waitFor(() => expect(output()).toContain('API stops'))
  child.kill('SIGTERM')
  expect(await exitCode).toBe(1)
  expect(await hanging).toBe('cut')
  await proxy.close()
})
