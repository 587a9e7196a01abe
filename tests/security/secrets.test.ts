/**
 * What the environment holds stays there: API and worker, as processes, with the most talkative log, in every trouble
 * that a test can make, and all that they say, answer or store is searched for it.
 */
import { once } from 'node:events'
import { mkdtemp, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { SMTPServer } from 'smtp-server'
import { expect, inject, vi } from 'vitest'
import { digestOf } from '../../core/api-keys.js'
import { test as base } from '../support/fixtures.js'
import { type Forked, forkService } from '../support/forked.js'
import { type Proxy, startProxy } from '../support/proxy.js'

/** In the environment. None is part of another word. */
const SECRETS = { apiKey: 'plumfig-api-key-of-a-test', database: 'plumfig-database', redis: 'plumfig-redis', smtp: 'plumfig-smtp', supabase: 'sb_secret_plumfig' }
/** In payloads, but for paths, which messages name, and for jobs of the type "log", which are there for that. It may be answered, and is in no log. */
const PAYLOAD_SECRET = 'quincepear-in-a-payload'

const encoded = (secret: string) => [secret, Buffer.from(secret).toString('base64').replace(/=+$/, ''), encodeURIComponent(secret)]
/** As they are, in base64, as the login of a mail server has them, and the digest of the key. */
const TRACES = [...Object.values(SECRETS).flatMap(encoded), Buffer.from(`\0mailer\0${SECRETS.smtp}`).toString('base64').replace(/=+$/, ''), digestOf(SECRETS.apiKey).toString('hex')]

/** @returns A line for each place, with what stands around it. */
const tracesIn = (texts: Record<string, string>, traces: readonly string[] = TRACES): string[] =>
  Object.entries(texts).flatMap(([where, text]) => traces.flatMap((trace) => text.split(trace).slice(0, -1).map((before, i) => `${trace} in ${where}, ${i + 1}: ${before.slice(-200)}`)))

const HANDLER = `
export default [
  { type: 'breaks', payload: {}, run({ payload }) { throw new Error('it broke', { cause: payload }) } },
  { type: 'strict', payload: { type: 'object', properties: { password: { type: 'number' } }, additionalProperties: false }, async run() {} }
]`

const withPassword = (url: string, user: string, password: string): string => {
  const parsed = new URL(url)
  parsed.username = user
  parsed.password = password
  return parsed.href
}

interface Scene {
  readonly env: Record<string, string>
  readonly postgres: Proxy
  readonly redisProxy: Proxy
  start(module: string, env?: Record<string, string>): Forked
}

const test = base.extend<{ scene: Scene; mailServer: string }>({
  mailServer: async ({}, use) => {
    const server = new SMTPServer({ disabledCommands: ['STARTTLS'], logger: false, onAuth: (_auth, _session, done) => done(Object.assign(new Error('bad login'), { responseCode: 535 })) })
    server.on('error', () => undefined)
    server.listen(0, '127.0.0.1')
    await once(server.server, 'listening')
    await use(withPassword(`smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, 'mailer', SECRETS.smtp))
    await new Promise<void>((resolve) => { server.close(() => resolve()) })
  },
  scene: async ({ database, prefix, redis, mailServer }, use) => {
    void (redis satisfies Redis) // deletes the keys of the prefix
    const [postgres, redisProxy] = [await startProxy(database.url), await startProxy(inject('redisUrl'))]
    const own = await mkdtemp(join(inject('tempDir'), 'handlers-'))
    await writeFile(join(own, 'own.mjs'), HANDLER)
    const env = {
      DATABASE_URL: withPassword(postgres.url, 'postgres', SECRETS.database), REDIS_URL: withPassword(redisProxy.url, 'default', SECRETS.redis), REDIS_PREFIX: prefix, SMTP_URL: mailServer,
      API_KEYS: `ann:admin:${SECRETS.apiKey}`, PORT: '0', DATA_DIR: inject('tempDir'), HANDLERS_DIR: own, LOG_LEVEL: 'trace', STORE_TIMEOUT_MS: '1000', POLL_INTERVAL_MS: '100', SWEEP_INTERVAL_MS: '200'
    }
    const started: Forked[] = []
    await use({
      env, postgres, redisProxy,
      start(module, change = {}) {
        const forked = forkService(module, { ...env, ...change })
        started.push(forked)
        return forked
      }
    })
    await Promise.all(started.map((each) => each.kill()))
    await Promise.all([postgres.close(), redisProxy.close()])
  }
})

test('secrets of the environment and of payloads are in no log, error, answer, page or row, whatever goes wrong', { timeout: 120_000 }, async ({ scene, sql }) => {
  const [api, worker] = [scene.start('api/main'), scene.start('worker/main')]
  const [{ url = '' }] = await Promise.all([api.ready, worker.ready])
  const answers: Record<string, string> = {}
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = { authorization: `Bearer ${SECRETS.apiKey}` }) => {
    const answer = await fetch(url + path, { method, headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) }, ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }) })
    const text = await answer.text()
    answers[`${method} ${path} ${Object.keys(answers).length}`] = `${answer.status} ${JSON.stringify([...answer.headers])} ${text}`
    return { status: answer.status, text }
  }

  // Jobs that fail in every way, each with something secret in it.
  const secretly = { password: PAYLOAD_SECRET }
  const jobs = [
    { type: 'breaks', payload: secretly }, { type: 'write_file', payload: { path: 'a', content: PAYLOAD_SECRET } },
    { type: 'send_email', payload: { to: 'ann@example.com', subject: PAYLOAD_SECRET, message: PAYLOAD_SECRET } }, { type: 'send_email', payload: { to: 'ann@example.com', subject: 's', message: 'm', attachments: [{ path: 'nothing', filename: PAYLOAD_SECRET }] } }
  ]
  for (const job of jobs) expect((await ask('POST', '/jobs', { ...job, max_retries: 1, backoff: { type: 'fixed', delay_ms: 1 } })).status).toBe(201)
  await sql`insert into duly.jobs (id, queue, type, payload, scheduled_at, run_at, max_retries) select gen_random_uuid(), 'default', 'strict', ${JSON.stringify(secretly)}::text::jsonb, now(), now(), 0`
  await vi.waitFor(async () => {
    const ended = await sql`select 1 from duly.jobs where finished_at is not null`
    expect(ended).toHaveLength(jobs.length + 1)
  }, { timeout: 40_000, interval: 100 })

  // Requests that are refused, and pages for everybody.
  for (const body of [{ type: 'strict', payload: secretly }, { type: 'nothing', payload: secretly }, { type: 'log', payload: secretly, [PAYLOAD_SECRET]: 1 }, `{"type": "log", "payload": "${PAYLOAD_SECRET}`]) await ask('POST', '/jobs', body)
  for (const path of ['/openapi.json', '/docs', '/docs/', '/docs/json', '/docs/static/swagger-initializer.js', '/livez', '/readyz', '/healthz', '/metrics', '/nothing', '/jobs/%zz', '/jobs?limit=x', '/.env', '/..%2f.env']) {
    for (const headers of [{}, { authorization: `Bearer ${SECRETS.apiKey}` }, { authorization: `Bearer wrong-${SECRETS.apiKey}` }] as Array<Record<string, string>>) await ask('GET', path, undefined, headers)
  }

  // Both stores away, back, and gone in the middle of a call.
  const troubled = async () => {
    for (const path of ['/jobs', '/readyz', '/healthz', '/stats', '/queues', '/workers']) await ask('GET', path).catch(() => undefined)
    await ask('POST', '/jobs', { type: 'breaks', payload: secretly }).catch(() => undefined)
  }
  for (const proxy of [scene.redisProxy, scene.postgres]) {
    for (const mode of ['refuse', 'swallow'] as const) {
      const before = [api.output().length, worker.output().length]
      proxy.mode = mode
      await troubled()
      await vi.waitFor(() => expect(worker.output().length).toBeGreaterThan(before[1]! + 100), { timeout: 20_000 })
      proxy.mode = 'refuse' // ends the connections that hear nothing
      proxy.mode = 'pass'
      await vi.waitFor(async () => expect((await ask('GET', '/jobs')).status).toBe(200), { timeout: 30_000, interval: 200 })
    }
  }
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.catch(() => undefined)
  await troubled()

  for (const service of [api, worker]) {
    service.child.kill('SIGTERM')
    await service.exitCode
  }
  const rows: Record<string, string> = {}
  for (const { name } of await sql<Array<{ name: string }>>`select relname as name from pg_class where relnamespace = 'duly'::regnamespace and relkind = 'r'`) {
    rows[name] = JSON.stringify(await sql.unsafe(`select * from duly.${name}`))
  }
  expect(rows.job_attempts).toContain('535') // the login was refused, and the row says so
  const said = { 'the log of the API': api.output(), 'the log of the worker': worker.output() }
  expect(api.output()).toContain('"level":20') // as talkative as it gets
  expect(tracesIn({ ...said, ...answers, ...rows })).toEqual([])
  expect(tracesIn(said, encoded(PAYLOAD_SECRET))).toEqual([])
})

/** With the variables that it names. */
test.for<[string, string, Record<string, string>, readonly string[]]>([
  ['a key that nobody takes', 'api/main', { DATABASE_URL: '', SUPABASE_URL: 'http://127.0.0.1:9', SUPABASE_KEY: SECRETS.supabase }, []],
  ['a wrong variable beside it', 'api/main', { PORT: 'eighty' }, ['PORT']],
  ['a list of keys that cannot be read', 'api/main', { API_KEYS: `ann:owner:${SECRETS.apiKey}` }, ['API_KEYS']],
  ['a password that is not written as an address wants it', 'worker/main', {
    DATABASE_URL: `postgres://postgres:${SECRETS.database}/#@127.0.0.1/x`, REDIS_URL: `redis://default:${SECRETS.redis}/@127.0.0.1`, SMTP_URL: `smtp://mailer:${SECRETS.smtp}/?@127.0.0.1`
  }, ['DATABASE_URL', 'REDIS_URL', 'SMTP_URL']],
  ['an address that cannot be read', 'api/main', { DATABASE_URL: '', SUPABASE_URL: `http://plumfig:${SECRETS.database}@[::bad`, SUPABASE_KEY: SECRETS.supabase }, ['SUPABASE_URL']],
  ['a scheme that is not known', 'worker/main', { REDIS_URL: `http://default:${SECRETS.redis}@127.0.0.1`, SMTP_URL: `http://mailer:${SECRETS.smtp}@127.0.0.1`, DATABASE_URL: `mysql://a:${SECRETS.database}@127.0.0.1` }, ['REDIS_URL', 'SMTP_URL', 'DATABASE_URL']]
])('a process that starts with %s does not say what it is', async ([, module, change, names], { scene }) => {
  const service = scene.start(module, change)
  const ended = service.exitCode.then(() => 'ended')
  await Promise.race([ended, service.ready.then(async ({ url }) => url && fetch(`${url}/readyz`).then((answer) => answer.text())).catch(() => undefined)])
  await vi.waitFor(() => expect(service.output().length).toBeGreaterThan(20), { timeout: 20_000 })
  service.child.kill('SIGTERM')
  await ended
  expect(tracesIn({ output: service.output() })).toEqual([])
  for (const name of names) expect(service.output()).toContain(name)
})
