import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, inject, vi } from 'vitest'
import { test as base } from '../support/fixtures.js'
import { type Forked, forkService } from '../support/forked.js'
import { startProxy } from '../support/proxy.js'

type Running = Omit<Forked, 'ready'> & { /** Resolves with where it listens. */ readonly ready: Promise<string> }

const test = base.extend<{ start: (env: Record<string, string>) => Running; env: Record<string, string> }>({
  env: async ({ fileDatabase, prefix }, use) => use({ DATABASE_URL: fileDatabase.url, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: prefix, PORT: '0', DATA_DIR: inject('tempDir') }),
  start: async ({}, use) => {
    const started: Forked[] = []
    await use((env) => {
      const forked = forkService('api/main', env)
      started.push(forked)
      const ready = forked.ready.then(({ url }) => url!)
      ready.catch(() => {})
      return { ...forked, ready }
    })
    await Promise.all(started.map((each) => each.kill()))
  }
})

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

test('an address that others can reach is not opened without keys', async ({ start, env }) => {
  const { exitCode, output } = start({ ...env, HOST: '0.0.0.0' })
  expect(await exitCode).toBe(78)
  expect(output().trim().split('\n').slice(1)).toEqual([expect.stringMatching(/^ {2}HOST .*npm run api-key/)])
})

test('an address that others can reach is opened with keys; nothing that it prints has one', async ({ start, env }) => {
  const key = 'plain-secret-of-a-test'
  const { child, ready, exitCode, output } = start({ ...env, HOST: '0.0.0.0', API_KEYS: `ann:read:${key}`, LOG_LEVEL: 'trace' })
  const url = (await ready).replace('0.0.0.0', '127.0.0.1')
  expect((await fetch(`${url}/jobs`)).status).toBe(401)
  expect((await fetch(`${url}/jobs`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200)
  expect((await fetch(`${url}/jobs?key=${key}`, { headers: { 'x-api-key': `${key}x` } })).status).toBe(401)
  await vi.waitFor(() => expect(output()).toContain('callers need an API key'))
  child.kill('SIGTERM')
  expect(await exitCode).toBe(0)
  expect(output()).toContain('"key":"ann"')
  expect(output()).not.toContain(key)
})

test('a schema that is too old ends it at once and names the command', async ({ start, env, database, sql }) => {
  await sql`create or replace function public.duly_ping() returns json language sql as $$ select json_build_object('schema_version', '20200101000000', 'now_ms', 0) $$`
  const { exitCode, output } = start({ ...env, DATABASE_URL: database.url })
  expect(await exitCode).toBe(78)
  expect(output()).toContain('npm run migrate')
  expect(output()).not.toContain('"level":40')
})

test('a function that is not there yet is waited for', async ({ start, env, database, sql }) => {
  await sql`alter function public.duly_ping() rename to later`
  const { ready, output } = start({ ...env, DATABASE_URL: database.url })
  await vi.waitFor(() => expect(output()).toContain('the store refuses'), { timeout: 10_000 })
  await sql`alter function public.later() rename to duly_ping`
  expect((await fetch(`${await ready}/readyz`)).status).toBe(200)
  await vi.waitFor(() => expect(output()).toContain('the store answers'))
  expect(output().match(/the store refuses/g)).toHaveLength(1)
})

test('a function that never comes ends it and names the command', async ({ start, env, database, sql }) => {
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

/** It hangs in a request whose store does not answer; the test ends when it does. */
const hanging = test.extend<{ busy: Running & { readonly cut: Promise<unknown> } }>({
  busy: async ({ start, env }, use) => {
    const proxy = await startProxy(env.DATABASE_URL!)
    const running = start({ ...env, DATABASE_URL: proxy.url, STORE_TIMEOUT_MS: '4000' })
    const url = await running.ready
    proxy.mode = 'swallow'
    const cut = fetch(`${url}/jobs`).catch(() => 'cut')
    await vi.waitFor(async () => expect(await (await fetch(`${url}/livez`)).json()).toEqual({ status: 'ok' }))
    await use({ ...running, cut })
    await proxy.close()
  }
})

hanging('a signal more than a second after the first ends it at once', async ({ busy }) => {
  busy.child.kill('SIGTERM')
  await vi.waitFor(() => expect(busy.output()).toContain('API stops'))
  await new Promise((resolve) => setTimeout(resolve, 1_100)) // the time is what is tested
  busy.child.kill('SIGTERM')
  expect(await busy.exitCode).toBe(1)
  expect(busy.output()).toContain('told to stop a second time')
  expect(await busy.cut).toBe('cut')
})

hanging.for(['SIGTERM', 'disconnect'] as const)('%s right after the first signal is the same request', async (second, { busy }) => {
  busy.child.kill('SIGTERM')
  await vi.waitFor(() => expect(busy.output()).toContain('API stops'))
  if (second === 'disconnect') busy.child.disconnect()
  else busy.child.kill(second)
  await busy.exitCode
  expect(busy.output()).not.toContain('second time')
  expect(await busy.cut).toMatchObject({ status: 503 }) // it was answered, when the store's time was over
})
