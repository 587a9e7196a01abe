import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import type { InjectOptions } from 'fastify'
import { describe, expect, inject, vi } from 'vitest'
import type { Access } from '../../api/app.js'
import { test as base } from './fixtures.js'
import { bearer, KEYS, SECRETS } from './keys.js'
import { type Api, expectProblem, startApi } from './support.js'

const test = base.extend<{ start: (access: Access) => Promise<Api>; guarded: Api }>({
  start: async ({ fileDatabase, prefix }, use) => {
    const started: Api[] = []
    await use(async (access) => {
      const api = await startApi({ databaseUrl: fileDatabase.url, redisUrl: inject('redisUrl'), prefix, access, logLevel: 'debug' })
      started.push(api)
      return api
    })
    await Promise.all(started.map((api) => api.close()))
  },
  /** With a key for each scope. */
  guarded: async ({ start }, use) => use(await start({ apiKeys: KEYS }))
})

const ask = (api: Api, headers: Record<string, string>, options: InjectOptions = {}) => api.app.inject({ url: '/jobs', headers, ...options })

describe('a key', () => {
  test.for([
    ['Authorization: Bearer', bearer(SECRETS.read)],
    ['a scheme in other letters', { authorization: `bearer ${SECRETS.read}` }],
    ['X-Api-Key', { 'x-api-key': SECRETS.read }],
    ['X-Api-Key beside the password of a proxy', { 'x-api-key': SECRETS.read, authorization: 'Basic dXNlcjpwYXNz' }]
  ] as const)('is taken as %s', async ([, headers], { guarded }) => {
    expect((await ask(guarded, headers)).statusCode).toBe(200)
  })

  test.for([
    ['missing', {}],
    ['empty', { authorization: 'Bearer ' }],
    ['a password', { authorization: `Basic ${Buffer.from(`x:${SECRETS.read}`).toString('base64')}` }],
    ['a wrong one', bearer('nobody-has-this-key')],
    ['a right one with more behind it', bearer(`${SECRETS.read}x`)],
    ['a right one without its end', bearer(SECRETS.read.slice(0, -1))],
    ['the digest of a right one', bearer(KEYS[0]!.digest.toString('hex'))],
    ['two at once', { 'x-api-key': `${SECRETS.read}, ${SECRETS.write}` }]
  ] as const)('that is %s is 401', async ([, headers], { guarded }) => {
    const answer = await ask(guarded, headers)
    expectProblem(answer, 'unauthenticated')
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer\b/)
  })

  test('in the address counts for nothing', async ({ guarded }) => {
    expectProblem(await guarded.get(`/jobs?api_key=${SECRETS.read}&access_token=${SECRETS.read}`), 'unauthenticated')
  })

  test('whose scope is too small is 403, which names both', async ({ guarded }) => {
    const answer = await ask(guarded, bearer(SECRETS.read), { method: 'POST', payload: { type: 'log' } })
    expectProblem(answer, 'forbidden')
    expect(answer.json()).toMatchObject({ detail: 'This takes the scope "write"; the key "read" has "read".' })
  })

  test('is asked for by HEAD as by GET', async ({ guarded }) => {
    expect((await ask(guarded, {}, { method: 'HEAD' })).statusCode).toBe(401)
    expect((await ask(guarded, bearer(SECRETS.read), { method: 'HEAD' })).statusCode).toBe(200)
  })

  test('is not asked for where there is nothing, or no secret', async ({ guarded }) => {
    expectProblem(await guarded.get('/nothing'), 'route_not_found')
    expectProblem(await ask(guarded, {}, { method: 'DELETE' }), 'method_not_allowed')
    expect((await guarded.get('/livez')).statusCode).toBe(200)
  })

  test.for([
    ['GET', '/api/jobs'],
    ['POST', '/api/job'],
    ['POST', '/api/bulk/cancel']
  ] as const)('is asked for by %s %s, the words of other schedulers', async ([method, url], { guarded }) => {
    expectProblem(await ask(guarded, {}, { method, url }), 'unauthenticated')
  })

  test('is asked for before the body is read', async ({ guarded }) => {
    await guarded.app.listen({ port: 0, host: '127.0.0.1' })
    const socket = connect((guarded.app.server.address() as AddressInfo).port, '127.0.0.1')
    socket.write('POST /jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n') // and nothing of it
    const [head] = (await once(socket, 'data')) as [Buffer]
    expect(head.toString()).toMatch(/^HTTP\/1\.1 401 /)
    socket.destroy()
  })

  test('is the name of the caller, for routes and for the log', async ({ guarded }) => {
    guarded.app.get('/me', { config: { scope: 'read' } }, async ({ caller }) => caller)
    expect((await ask(guarded, bearer(SECRETS.admin), { url: '/me' })).json()).toMatchObject({ name: 'admin', scope: 'admin' })
    expect(guarded.logged).toContainEqual(expect.objectContaining({ msg: 'request', url: '/me', key: 'admin' }))
  })

  test('that is wrong is told so 30 times a minute for each address; right keys from there are not hurt', async ({ guarded }) => {
    const wrong = (remoteAddress: string) => ask(guarded, bearer('nobody-has-this-key'), { remoteAddress })
    for (let i = 0; i < 30; i++) expectProblem(await wrong('192.0.2.1'), 'unauthenticated')
    const refused = await wrong('192.0.2.1')
    expectProblem(refused, 'rate_limited')
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await ask(guarded, bearer(SECRETS.read), { remoteAddress: '192.0.2.1' })).statusCode).toBe(200)
    expectProblem(await ask(guarded, {}, { remoteAddress: '192.0.2.1' }), 'unauthenticated')
    expectProblem(await wrong('192.0.2.2'), 'unauthenticated')
    expect(guarded.logged.filter(({ msg }) => msg === 'many wrong keys from one address')).toEqual([expect.objectContaining({ level: 40, address: '192.0.2.1' })])
  })

  test('that is wrong is counted in bounded memory, and for a network of IPv6 as for one address', async ({ guarded }) => {
    const wrong = (remoteAddress: string) => ask(guarded, bearer('nobody-has-this-key'), { remoteAddress })
    for (let i = 0; i < 30; i++) await wrong(`2001:db8::${i}`)
    expectProblem(await wrong('2001:db8::ffff'), 'rate_limited')
    for (let i = 0; i < 5_000; i++) await wrong(`10.1.${i >> 8}.${i & 255}`)
    expectProblem(await wrong('2001:db8::ffff'), 'unauthenticated')
  })
})

describe('without keys', () => {
  test('everybody on this machine may do everything', async ({ start }) => {
    const api = await start({})
    api.app.delete('/everything', { config: { scope: 'admin' } }, async ({ caller }) => caller)
    expect((await api.app.inject({ method: 'DELETE', url: '/everything' })).json()).toMatchObject({ name: 'anonymous', scope: 'admin' })
  })

  test.for(['localhost', 'LOCALHOST:3000', '127.0.0.1:80', '127.1.2.3', '[::1]', '[::1]:3000'])('the name %s is answered', async (host, { start }) => {
    expect((await ask(await start({}), { host })).statusCode).toBe(200)
  })

  test.for(['duly.example', 'localhost.example', '127.0.0.1.example', 'example:3000@localhost', '192.168.0.1', '0.0.0.0', '[::2]', '127.0.0.1:x'])('the name "%s" is not: it may have been pointed at this machine by a page', async (host, { start }) => {
    const api = await start({})
    for (const url of ['/jobs', '/livez', '/nothing']) expectProblem(await ask(api, { host }, { url }), 'misdirected_request')
  })

  test('a request without a name, which no browser sends, is answered', async ({ start }) => {
    const api = await start({})
    await api.app.listen({ port: 0, host: '127.0.0.1' })
    const socket = connect((api.app.server.address() as AddressInfo).port, '127.0.0.1')
    socket.write('GET /livez HTTP/1.0\r\n\r\n')
    const [head] = (await once(socket, 'data')) as [Buffer]
    expect(head.toString()).toMatch(/^HTTP\/1\.1 200 /)
    socket.destroy()
  })

  test('with keys every name is answered', async ({ guarded }) => {
    expect((await ask(guarded, { host: 'duly.example', ...bearer(SECRETS.read) })).statusCode).toBe(200)
  })
})

describe('a page of another origin', () => {
  const APP = 'https://app.example'
  const write = (api: Api, headers: Record<string, string>) => ask(api, headers, { method: 'POST', payload: { type: 'write_file' } })

  test.for([
    ['that says its origin', { origin: 'https://elsewhere.example' }],
    ['on another port', { origin: 'http://localhost:5173', 'sec-fetch-site': 'same-site' }],
    ['in a sandbox', { origin: 'null' }],
    ['that only the browser tells of', { 'sec-fetch-site': 'cross-site' }],
    ['that has the name of the API, says a browser that knows better', { origin: 'http://localhost:80', 'sec-fetch-site': 'cross-site' }]
  ] as const)('%s may change nothing, with keys or without', async ([, headers], { start, guarded }) => {
    for (const api of [await start({}), guarded]) {
      const answer = await write(api, { ...headers, ...bearer(SECRETS.write) })
      expectProblem(answer, 'cross_site_request')
      expect((await ask(api, bearer(SECRETS.read))).json()).toMatchObject({ data: [] })
    }
  })

  test.for([
    ['no page at all', {}],
    ['a page of the API', { origin: 'http://localhost:80' }],
    ['a page of the API, says the browser, whatever a proxy made of its name', { origin: 'https://duly.example', 'sec-fetch-site': 'same-origin' }],
    ['a link that somebody typed', { 'sec-fetch-site': 'none' }]
  ] as const)('is not %s', async ([, headers], { start }) => {
    expectProblem(await write(await start({}), headers), 'invalid_payload') // it came as far as its payload
  })

  test('that is listed may write, and read what it needs', async ({ start }) => {
    const api = await start({ apiKeys: KEYS, corsOrigins: [APP] })
    const answer = await write(api, { origin: APP, 'sec-fetch-site': 'cross-site', ...bearer(SECRETS.write) })
    expectProblem(answer, 'invalid_payload')
    expect(answer.headers['access-control-allow-origin']).toBe(APP)
    expect(answer.headers['access-control-expose-headers']).toBe('Location, Retry-After, X-Request-Id, Idempotent-Replayed, Content-Disposition')
    expectProblem(await write(api, { origin: 'https://elsewhere.example', ...bearer(SECRETS.write) }), 'cross_site_request')
    expect((await ask(api, { origin: 'https://elsewhere.example', ...bearer(SECRETS.read) })).headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('learns by a preflight, which has no key, what it may send', async ({ start }) => {
    const api = await start({ apiKeys: KEYS, corsOrigins: [APP], rateLimitPerMinute: 1 })
    const preflight = { origin: APP, 'access-control-request-method': 'DELETE', 'access-control-request-headers': 'authorization,idempotency-key' }
    for (let i = 0; i < 3; i++) {
      const answer = await ask(api, preflight, { method: 'OPTIONS' })
      expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([204, APP])
      expect(String(answer.headers['access-control-allow-methods']).split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'])
      expect(String(answer.headers['access-control-allow-headers']).split(', ').sort()).toEqual(['authorization', 'content-type', 'idempotency-key', 'x-api-key', 'x-request-id'])
    }
  })

  test('can read why it was refused', async ({ start }) => {
    const api = await start({ apiKeys: KEYS, corsOrigins: [APP] })
    for (const headers of [{}, bearer(SECRETS.read)]) {
      expect((await write(api, { origin: APP, ...headers })).headers['access-control-allow-origin']).toBe(APP)
    }
  })

  test('may be any, where * is listed', async ({ start }) => {
    const api = await start({ apiKeys: KEYS, corsOrigins: ['*'] })
    const answer = await write(api, { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site', ...bearer(SECRETS.write) })
    expectProblem(answer, 'invalid_payload')
    expect(answer.headers['access-control-allow-origin']).toBe('*')
  })
})

describe('security headers', () => {
  const NAMES = ['content-security-policy', 'cross-origin-resource-policy', 'referrer-policy', 'x-content-type-options', 'x-frame-options']
  const pick = (headers: Record<string, unknown>) => Object.fromEntries(NAMES.map((name) => [name, headers[name]]))

  test('are on every answer, and strict', async ({ guarded }) => {
    for (const answer of [await guarded.get('/livez'), await guarded.get('/jobs'), await guarded.get('/nothing')]) {
      expect(pick(answer.headers)).toEqual({
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY'
      })
      expect(answer.headers).not.toHaveProperty('strict-transport-security')
    }
  })

  test('are what helmet makes, and a page may have a policy of its own', async ({ guarded }) => {
    const page = { contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'self'"] } } }
    guarded.app.get('/plain', { config: { scope: 'none' }, helmet: {} }, async () => ({}))
    guarded.app.get('/page', { config: { scope: 'none' }, helmet: page }, async () => ({}))
    const expected = pick((await guarded.get('/livez')).headers)
    const plain = await guarded.get('/plain')
    expect(pick(plain.headers)).toEqual(expected)
    expect(Object.keys(plain.headers).sort()).toEqual(Object.keys((await guarded.get('/livez')).headers).sort())
    expect(pick((await guarded.get('/page')).headers)).toEqual({ ...expected, 'content-security-policy': "default-src 'self'" })
  })
})

describe('a rate limit', () => {
  test('is for each key, and not for health', async ({ start }) => {
    const api = await start({ apiKeys: KEYS, rateLimitPerMinute: 2 })
    for (const left of ['1', '0']) expect((await ask(api, bearer(SECRETS.read))).headers['x-ratelimit-remaining']).toBe(left)
    const refused = await ask(api, bearer(SECRETS.read))
    expectProblem(refused, 'rate_limited')
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await ask(api, bearer(SECRETS.write))).statusCode).toBe(200)
    for (const url of ['/livez', '/readyz', '/healthz', '/livez', '/readyz', '/healthz']) expect((await api.get(url)).statusCode).toBe(200)
  })

  test('is for each address where there are no keys', async ({ start }) => {
    const api = await start({ rateLimitPerMinute: 1 })
    const from = (remoteAddress: string) => ask(api, {}, { remoteAddress })
    expect((await from('127.0.0.1')).statusCode).toBe(200)
    expectProblem(await from('127.0.0.1'), 'rate_limited')
    expect((await from('127.0.0.2')).statusCode).toBe(200)
  })

  test('is none unless it is set', async ({ start }) => {
    const api = await start({})
    for (let i = 0; i < 50; i++) expect((await api.get('/jobs')).headers).not.toHaveProperty('x-ratelimit-limit')
  })
})

test('a process that cannot keep up says so at once, lives, and comes back', async ({ start }) => {
  const api = await start({ maxEventLoopDelayMs: 100 })
  const block = (ms: number) => {
    for (const endMs = performance.now() + ms; performance.now() < endMs;);
  }
  const answer = await vi.waitFor(async () => {
    block(700)
    const answer = await api.get('/jobs')
    expect(answer.statusCode).toBe(503)
    return answer
  }, { timeout: 20_000, interval: 1 })
  expectProblem(answer, 'overloaded')
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  expect((await api.get('/livez')).statusCode).toBe(200)
  expect(api.logged).toContainEqual(expect.objectContaining({ level: 40, msg: 'overloaded: requests are turned away', delay_ms: expect.any(Number) }))
  await vi.waitFor(async () => expect((await api.get('/jobs')).statusCode).toBe(200), { timeout: 20_000 })
})

test('a route that says no scope is told when the app is built', async ({ api }) => {
  expect(() => api.app.get('/open', async () => ({}))).toThrow('the route GET /open does not say its scope')
  expect(() => api.app.get('*', async () => ({}))).toThrow('does not say its scope')
})
