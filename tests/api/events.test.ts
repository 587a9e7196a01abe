import { randomBytes } from 'node:crypto'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { Redis } from 'ioredis'
import { describe, expect, inject, vi } from 'vitest'
import { Events, MAX_STREAMS } from '../../api/events.js'
import { SESSION_MS, Sessions } from '../../api/sessions.js'
import { changesChannel, watchChannel } from '../../core/timeline/keys.js'
import { Registry } from '../../worker/handlers/index.js'
import { openRedis, Teller } from '../../core/timeline/index.js'
import { Worker } from '../../worker/worker.js'
import { test as base } from '../support/fixtures.js'
import { CONFIG, log } from '../worker/support.js'
import { ask, makeJobs } from './asking.js'
import { bearer, KEYS, SECRETS } from './keys.js'
import { type Api, expectProblem, startApi, type Where } from './support.js'

interface Event { readonly id: string; readonly name: string; readonly data: Record<string, unknown> }
interface Stream {
  readonly answer: IncomingMessage
  readonly events: Event[]
  /** Comments and other lines that are no events. */
  text: string
  jobs(): string[]
  readonly ended: Promise<unknown>
  close(): void
}

const test = base.extend<{ startWorker: (api: Api, run: () => Promise<unknown>) => Promise<void>; start: (where?: Partial<Where>) => Promise<Api>; watch: (api: Api, options?: { url?: string; headers?: Record<string, string> }) => Promise<Stream> }>({
  start: async ({ database, prefix }, use) => {
    const started: Api[] = []
    await use(async (where = {}) => {
      const api = await startApi({ databaseUrl: database.url, redisUrl: inject('redisUrl'), prefix, listens: true, eventsIntervalMs: { health: 100 }, ...where })
      await api.app.listen({ port: 0, host: '127.0.0.1' })
      started.push(api)
      return api
    })
    await Promise.all(started.map((api) => api.close()))
  },
  startWorker: async ({ prefix }, use) => {
    const stop: Array<() => Promise<void>> = []
    await use(async (api, run) => {
      const clients = [openRedis({ REDIS_URL: inject('redisUrl') }, 'work'), openRedis({ REDIS_URL: inject('redisUrl') }, 'listen')] as const
      const worker = new Worker({ config: { ...CONFIG, REDIS_PREFIX: prefix }, store: api.store, heartStore: api.store, redis: clients[0], subscriber: clients[1], registry: new Registry([{ type: 'log', payload: {}, run }]), log })
      stop.push(async () => {
        await worker.stop()
        for (const client of clients) client.disconnect()
      })
      await worker.start()
    })
    for (const each of stop) await each()
  },
  watch: async ({}, use) => {
    const open: Stream[] = []
    await use(async (api, { url = '/events', headers = {} } = {}) => {
      const request = get({ port: (api.app.server.address() as AddressInfo).port, host: '127.0.0.1', path: url, headers, agent: false })
      const [answer] = (await once(request, 'response')) as [IncomingMessage]
      answer.on('error', () => {})
      request.on('error', () => {})
      const stream: Stream = { answer, events: [], text: '', jobs: () => stream.events.flatMap(({ name, data }) => (name === 'jobs' ? (data.ids as string[]) : [])), ended: new Promise<void>((resolve) => answer.once('close', resolve)), close: () => request.destroy() }
      let rest = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        stream.text += chunk
        const parts = (rest + chunk).split('\n\n')
        rest = parts.pop()!
        for (const part of parts) {
          const fields = Object.fromEntries(part.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]))
          if (fields.event) stream.events.push({ id: fields.id!, name: fields.event, data: JSON.parse(fields.data!) as Record<string, unknown> })
        }
      })
      open.push(stream)
      return stream
    })
    for (const stream of open) stream.close()
  }
})

const WAIT = { timeout: 15_000, interval: 20 }
const events = (stream: Stream, name: string) => stream.events.filter((event) => event.name === name)

describe('whoever watches', () => {
  test('hears of each job that is created, changed, cancelled, retried or deleted, whoever does it', async ({ start, watch, sql }) => {
    const [here, elsewhere] = [await start(), await start()]
    const stream = await watch(here)
    expect([stream.answer.statusCode, stream.answer.headers['content-type'], stream.answer.headers['cache-control']]).toEqual([200, 'text/event-stream; charset=utf-8', 'no-store'])
    await vi.waitFor(() => expect(events(stream, 'health')).toHaveLength(1), WAIT)
    for (const api of [here, elsewhere]) {
      const { id } = (await api.post({ type: 'log', delay: '1h', queue: 'mail' })).json<{ id: string }>()
      const [failed] = await makeJobs(api, sql, 'failed', 1)
      await vi.waitFor(() => expect(stream.jobs()).toContain(id), WAIT)
      expect(events(stream, 'jobs').at(-1)!.data).toMatchObject({ more: false, queues: expect.arrayContaining(['mail']) as unknown, at: expect.any(String) as unknown })
      for (const [method, url, body] of [['PATCH', `/jobs/${id}`, { priority: 1 }], ['PUT', `/jobs/${id}/cancel`], ['POST', `/jobs/${failed!.id}/retry`], ['DELETE', `/jobs/${id}`]] as const) {
        stream.events.length = 0
        expect((await ask(api, method, url, body)).statusCode).toBeLessThan(300)
        await vi.waitFor(() => expect(stream.jobs()).toContain(url.split('/')[2]), WAIT)
      }
    }
  })

  test('hears that a worker starts and ends a job', async ({ start, startWorker, watch }) => {
    const api = await start()
    let finish = () => {}
    await startWorker(api, () => new Promise<void>((resolve) => (finish = resolve)))
    const stream = await watch(api)
    await vi.waitFor(() => expect(events(stream, 'health').at(-1)?.data).toMatchObject({ workers: { alive: 1 } }), WAIT)
    const { id } = (await api.post({ type: 'log', delay: '2s' })).json<{ id: string }>()
    for (const what of ['created', 'started']) {
      await vi.waitFor(() => expect(stream.jobs(), what).toContain(id), WAIT)
      stream.events.length = 0
    }
    await vi.waitFor(async () => expect((await api.get(`/jobs/${id}`)).json()).toMatchObject({ status: 'in_progress' }), WAIT)
    finish()
    await vi.waitFor(() => expect(stream.jobs()).toContain(id), WAIT)
    expect(events(stream, 'jobs').at(-1)!.data).toMatchObject({ ids: [id], queues: ['default'] })
    expect((await api.get(`/jobs/${id}`)).json()).toMatchObject({ status: 'completed' })
  })

  test('gets at most 200 ids at once, at most twice a second, and is told that there are more', async ({ start, watch }) => {
    const api = await start()
    const stream = await watch(api)
    await vi.waitFor(() => expect(events(stream, 'health')).toHaveLength(1), WAIT)
    const beganAtMs = performance.now()
    for (let i = 0; i < 5; i++) await ask(api, 'POST', '/jobs/bulk', { jobs: Array.from({ length: 150 }, () => ({ type: 'log', delay: '1h' })) })
    await vi.waitFor(() => expect(events(stream, 'jobs').some(({ data }) => data.more)).toBe(true), WAIT)
    for (const { data } of events(stream, 'jobs')) expect((data.ids as string[]).length).toBeLessThanOrEqual(200)
    expect(events(stream, 'jobs').length).toBeLessThanOrEqual(2 + (performance.now() - beganAtMs) / 500)
  })

  test('hears how Duly is, at first and when that changes', async ({ start, watch }) => {
    const api = await start()
    const stream = await watch(api)
    await vi.waitFor(() => expect(events(stream, 'health')).toHaveLength(1), WAIT)
    expect(stream.events[0]!.data).toMatchObject({ status: 'ok', store: 'ok', redis: 'ok', workers: { alive: 0, silent: 0, lost: 0 }, agreement: { missing: 0, ghost: 0, late: 0 } })
    const probe = vi.spyOn(api.timeline, 'probe').mockRejectedValue(new Error('away'))
    await vi.waitFor(() => expect(events(stream, 'health').at(-1)!.data).toMatchObject({ status: 'degraded', redis: 'down', agreement: null }), WAIT)
    probe.mockRestore()
    await vi.waitFor(() => expect(events(stream, 'health').at(-1)!.data).toMatchObject({ status: 'ok', redis: 'ok' }), WAIT)
    expect(events(stream, 'health')).toHaveLength(3)
  })

  test('comes back with what was missed, or is told that nobody knows', async ({ start, watch }) => {
    const api = await start()
    const first = await watch(api)
    await vi.waitFor(() => expect(events(first, 'health')).toHaveLength(1), WAIT)
    const lastId = first.events[0]!.id
    first.close()
    const { id } = (await api.post({ type: 'log', delay: '1h' })).json<{ id: string }>()
    const other = await watch(api)
    await vi.waitFor(async () => {
      const again = await watch(api, { headers: { 'last-event-id': lastId } })
      await vi.waitFor(() => expect(again.jobs()).toEqual([id]), { timeout: 500 })
      expect(again.text).not.toContain('event: reset')
    }, WAIT)
    expect(other.jobs().filter((each) => each !== id)).toEqual([])
    for (const unknown of ['AAAAAAAA-1', `${lastId}9`, 'nonsense', '']) {
      const lost = await watch(api, { headers: { 'last-event-id': unknown } })
      await vi.waitFor(() => expect(lost.events[0]).toMatchObject({ name: 'reset', data: {} }), WAIT)
    }
  })

  test('is kept awake by comments, and ends when it was asked to', async ({ start, watch }) => {
    const api = await start({ eventsIntervalMs: { heartbeat: 50 } })
    const stream = await watch(api, { url: '/events?for=400' })
    await stream.ended
    expect(stream.text).toMatch(/^retry: 2000\nid: [\w-]{8}-\d+\n\n/)
    expect(stream.text).toContain(': still here\n\n')
    expect(stream.answer.complete).toBe(true)
  })

  test('is let go when the API stops', async ({ start, watch }) => {
    const api = await start()
    const stream = await watch(api)
    await api.close()
    await stream.ended
    expect(stream.answer.complete).toBe(true)
  })
})

test('while nobody watches nothing is said and nothing is asked, by an API or by a worker', async ({ start, startWorker, prefix, redis }) => {
  const api = await start()
  await startWorker(api, async () => 'done')
  const said: string[] = []
  const listener = new Redis(inject('redisUrl'))
  await listener.subscribe(watchChannel(prefix), changesChannel(prefix))
  listener.on('message', (channel: string, message: string) => said.push(`${channel} ${message}`))
  const asked = vi.spyOn(api.store, 'listWorkers')
  const ids = await Promise.all(Array.from({ length: 5 }, async () => (await api.post({ type: 'log' })).json<{ id: string }>().id))
  for (const id of ids) await vi.waitFor(async () => expect((await api.get(`/jobs/${id}`)).json()).toMatchObject({ status: 'completed' }), WAIT)
  await redis.publish(watchChannel(prefix), '0') // whoever was asked before this would have said something by now
  await vi.waitFor(() => expect(said).toHaveLength(1), WAIT)
  expect(said).toEqual([`${watchChannel(prefix)} 0`])
  expect([api.app.events.watched, asked.mock.calls.length]).toEqual([false, 0])
  listener.disconnect()
})

describe('ids of events', () => {
  const health = { status: 'ok', store: 'ok', redis: 'ok', workers: null, agreement: null } as const
  const make = () => new Events({ teller: new Teller(() => {}), ask: async () => {}, health: async () => health })
  /** One event about jobs, sent. */
  const tell = async (events: Events, ids: readonly string[]) => {
    const stream = events.open({ lastId: undefined, forMs: 60_000 })
    events.receive({ ids, queues: [], more: false })
    let text = ''
    for await (const chunk of stream) if ((text += String(chunk)).includes('event: jobs')) break
    return text
  }
  const idsIn = (stream: Readable) => [...String(stream.read()).matchAll(/^id: (.*)$/gm)].map(([, id]) => id)

  test('never lead back to what was had already: that of how Duly is, is the newest, too', async () => {
    const events = make()
    const first = idsIn(events.open({ lastId: undefined, forMs: 60_000 }))
    await events.look()
    await tell(events, ['a'])
    const [jobs, health] = idsIn(events.open({ lastId: first[0], forMs: 60_000 }))
    expect(jobs).not.toBe(first[0])
    expect(health).toBe(jobs)
    events.close()
  })

  test('that are further back than a reader can catch up with are answered with a reset', async () => {
    const events = make()
    const [first] = idsIn(events.open({ lastId: undefined, forMs: 60_000 }))
    const [second] = [await tell(events, ['x'.repeat(100_000)])].map((text) => /^id: (.*)\nevent: jobs$/m.exec(text)![1])
    expect(String(events.open({ lastId: first, forMs: 60_000 }).read())).toContain('event: jobs')
    await tell(events, ['x'.repeat(100_000)])
    expect(String(events.open({ lastId: first, forMs: 60_000 }).read())).toContain('event: reset')
    expect(String(events.open({ lastId: second, forMs: 60_000 }).read())).toContain('event: jobs')
    events.close()
  })
})

test('a reader that does not read is let go a second after the API stops', async () => {
  const events = new Events({ teller: new Teller(() => {}), ask: async () => {}, health: async () => Promise.reject(new Error('away')) })
  const stream = events.open({ lastId: undefined, forMs: 60_000 })
  events.close()
  expect(stream.destroyed).toBe(false) // it may still read the rest
  await vi.waitFor(() => expect(stream.destroyed).toBe(true), WAIT)
})

describe('streams', () => {
  test('need a key as every list does', async ({ start, watch }) => {
    const api = await start({ access: { apiKeys: KEYS } })
    expect((await watch(api)).answer.statusCode).toBe(401)
    expect((await watch(api, { headers: bearer(SECRETS.read) })).answer.statusCode).toBe(200)
  })

  test(`are at most ${MAX_STREAMS}; beyond that 503 says when to come again, and one that closes makes room`, async ({ start, watch }) => {
    const api = await start()
    const streams = await Promise.all(Array.from({ length: MAX_STREAMS }, () => watch(api)))
    expect(streams.map(({ answer }) => answer.statusCode)).toEqual(streams.map(() => 200))
    const refused = await api.get('/events')
    expectProblem(refused, 'too_many_streams')
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    streams[0]!.close()
    await vi.waitFor(async () => expect((await watch(api)).answer.statusCode).toBe(200), WAIT)
  })

  test('end with the session that opened them: when its time is over, and at once when somebody logs out', async ({ start, watch }) => {
    const secret = randomBytes(32)
    const api = await start({ access: { apiKeys: KEYS, sessionSecret: secret } })
    const sessions = new Sessions(KEYS, secret)
    const cookie = (nowMs: number) => ({ cookie: `duly_session=${sessions.begin(KEYS[0]!, nowMs)}` })
    const short = await watch(api, { headers: cookie(Date.now() - SESSION_MS + 1_500) })
    const [mine, other] = [cookie(Date.now()), cookie(Date.now())]
    const [long, others] = [await watch(api, { headers: mine }), await watch(api, { headers: other })]
    expect([short, long, others].map(({ answer }) => answer.statusCode)).toEqual([200, 200, 200])
    await api.app.inject({ method: 'DELETE', url: '/session', headers: { ...mine, 'sec-fetch-site': 'same-origin' } })
    await Promise.all([short.ended, long.ended])
    expect([short.answer.complete, long.answer.complete, others.answer.complete]).toEqual([true, true, false])
  })

  test('are refused for a time that is none, or longer than half an hour', async ({ start }) => {
    const api = await start()
    expect(expectProblem(await api.get('/events?for=31m'), 'invalid_request')).toEqual(['?for must be at most 30m'])
    expect(expectProblem(await api.get('/events?for=soon'), 'invalid_request')).toHaveLength(1)
  })
})
