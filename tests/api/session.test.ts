import { randomBytes } from 'node:crypto'
import { describe, expect, inject } from 'vitest'
import type { Access } from '../../api/app.js'
import { SESSION_MS, Sessions, sessionSecret } from '../../api/sessions.js'
import { digestOf } from '../../core/api-keys.js'
import { test as base } from './fixtures.js'
import { bearer, KEYS, SECRETS } from './keys.js'
import { type Answer, type Api, expectProblem, startApi } from './support.js'

const test = base.extend<{ start: (access: Access) => Promise<Api>; guarded: Api }>({
  start: async ({ fileDatabase, prefix }, use) => {
    const started: Api[] = []
    await use(async (access) => {
      const api = await startApi({ databaseUrl: fileDatabase.url, redisUrl: inject('redisUrl'), prefix, access, logLevel: 'trace' })
      started.push(api)
      return api
    })
    await Promise.all(started.map((api) => api.close()))
  },
  guarded: async ({ start }, use) => use(await start({ apiKeys: KEYS, corsOrigins: ['https://app.example'] }))
})

/** As a page of the API sends it. */
const SAME = { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:80' }

const logIn = (api: Api, key: string, headers: Record<string, string> = SAME) => api.app.inject({ method: 'POST', url: '/session', headers, payload: { key } })
/** What the browser would send from now on. */
const cookieOf = (answer: Answer) => ({ cookie: String(answer.headers['set-cookie']).split(';')[0]! })
const attributesOf = (answer: Answer) => String(answer.headers['set-cookie']).split('; ').slice(1).sort()
const whoAmI = async (api: Api, headers: Record<string, string>) => (await api.app.inject({ url: '/session', headers })).json<Record<string, unknown>>()
const create = (api: Api, headers: Record<string, string>) => api.app.inject({ method: 'POST', url: '/jobs', headers, payload: { type: 'log' } })

describe('a key that is exchanged for a session', () => {
  test('is not needed any more: the cookie stands for it, with its name and its scope', async ({ guarded }) => {
    const answer = await logIn(guarded, SECRETS.write)
    expect([answer.statusCode, answer.body]).toEqual([204, ''])
    const cookie = cookieOf(answer)
    expect(await whoAmI(guarded, cookie)).toEqual({ authenticated: true, name: 'write', scopes: ['read', 'write'], open: false, expires_at: expect.any(String) })
    expect((await guarded.app.inject({ url: '/jobs', headers: cookie })).statusCode).toBe(200)
    expect((await create(guarded, { ...cookie, ...SAME })).statusCode).toBe(201)
    expectProblem(await guarded.app.inject({ method: 'POST', url: '/queues/default/pause', headers: { ...cookie, ...SAME } }), 'forbidden')
  })

  test('is not in the cookie, nor is its digest', async ({ guarded }) => {
    const { cookie } = cookieOf(await logIn(guarded, SECRETS.admin))
    for (const secret of [SECRETS.admin, digestOf(SECRETS.admin).toString('hex'), digestOf(SECRETS.admin).toString('base64url')]) expect(cookie).not.toContain(secret)
  })

  test('leaves a cookie that scripts, other sites and plain connections do not get', async ({ guarded }) => {
    const plain = ['HttpOnly', `Max-Age=${SESSION_MS / 1_000}`, 'Path=/', 'SameSite=Strict']
    expect(attributesOf(await logIn(guarded, SECRETS.read))).toEqual(plain)
    expect(attributesOf(await logIn(guarded, SECRETS.read, { ...SAME, 'x-forwarded-proto': 'https' }))).toEqual([...plain, 'Secure'])
    expect(attributesOf(await logIn(guarded, SECRETS.read, { ...SAME, origin: 'https://duly.example' }))).toEqual([...plain, 'Secure'])
    expect(attributesOf(await logIn(guarded, SECRETS.read, { ...SAME, 'x-forwarded-prefix': '/duly' }))).toContain('Path=/duly/')
  })

  test('that is wrong is 401, and told so 30 times a minute as in a header', async ({ guarded }) => {
    for (let i = 0; i < 30; i++) {
      const answer = await logIn(guarded, 'nobody-has-this-key')
      expectProblem(answer, 'unauthenticated')
      expect(answer.headers).not.toHaveProperty('set-cookie')
    }
    expectProblem(await logIn(guarded, 'nobody-has-this-key'), 'rate_limited')
    expectProblem(await guarded.app.inject({ url: '/jobs', headers: bearer('nobody-has-this-key') }), 'rate_limited')
    expect((await logIn(guarded, SECRETS.read)).statusCode).toBe(204)
  })

  test('is in no log and no answer', async ({ guarded }) => {
    for (const key of [SECRETS.admin, 'nobody-has-this-key']) expect((await logIn(guarded, key)).body).not.toContain(key)
    const cookie = cookieOf(await logIn(guarded, SECRETS.admin))
    await guarded.app.inject({ url: '/jobs', headers: cookie })
    const told = JSON.stringify(guarded.logged)
    for (const secret of [SECRETS.admin, 'nobody-has-this-key', cookie.cookie.split('=')[1]!]) expect(told).not.toContain(secret)
  })
})

describe('a session', () => {
  test('ends when somebody logs out, also for a copy of its cookie', async ({ guarded }) => {
    const cookie = cookieOf(await logIn(guarded, SECRETS.read))
    const answer = await guarded.app.inject({ method: 'DELETE', url: '/session', headers: { ...cookie, ...SAME } })
    expect([answer.statusCode, attributesOf(answer)]).toEqual([204, expect.arrayContaining(['Max-Age=0', 'HttpOnly'])])
    expectProblem(await guarded.app.inject({ url: '/jobs', headers: cookie }), 'unauthenticated')
    expect(await whoAmI(guarded, cookie)).toMatchObject({ authenticated: false, scopes: [], open: false, expires_at: null })
  })

  test('stands back when a request brings a key', async ({ guarded }) => {
    const cookie = cookieOf(await logIn(guarded, SECRETS.read))
    expect(await whoAmI(guarded, { ...cookie, ...bearer(SECRETS.admin) })).toMatchObject({ name: 'admin', expires_at: null })
    expectProblem(await guarded.app.inject({ url: '/jobs', headers: { ...cookie, ...bearer('nobody-has-this-key') } }), 'unauthenticated')
    expect((await guarded.app.inject({ url: '/session', headers: { ...cookie, ...bearer(SECRETS.admin) } })).headers).not.toHaveProperty('set-cookie') // it is not over
  })

  test('is known to every process with the same keys and the same store, and to no other', async ({ start, guarded }) => {
    const secret = sessionSecret({ DATABASE_URL: 'postgres://duly:secret@db/duly' })
    const [one, two, other] = await Promise.all([start({ apiKeys: KEYS, sessionSecret: secret }), start({ apiKeys: KEYS, sessionSecret: secret }), start({ apiKeys: KEYS, sessionSecret: sessionSecret({ SUPABASE_KEY: 'another' }) })])
    const cookie = cookieOf(await logIn(one, SECRETS.read))
    expect((await two.app.inject({ url: '/jobs', headers: cookie })).statusCode).toBe(200)
    for (const api of [other, guarded]) expectProblem(await api.app.inject({ url: '/jobs', headers: cookie }), 'unauthenticated')
  })

  test('is renewed by whoever asks about it when its half is over', async ({ start }) => {
    const secret = randomBytes(32)
    const api = await start({ apiKeys: KEYS, sessionSecret: secret })
    const sessions = new Sessions(KEYS, secret)
    const old = { cookie: `duly_session=${sessions.begin(KEYS[0]!, Date.now() - 0.6 * SESSION_MS)}` }
    const answer = await api.app.inject({ url: '/session', headers: old })
    expect(Date.parse(answer.json<{ expires_at: string }>().expires_at)).toBeGreaterThan(Date.now() + 0.9 * SESSION_MS)
    expect(await whoAmI(api, cookieOf(answer))).toMatchObject({ authenticated: true, name: 'read' })
    expect((await api.app.inject({ url: '/session', headers: cookieOf(answer) })).headers).not.toHaveProperty('set-cookie')
  })

  test('that was renewed ends with all its cookies when somebody logs out', async ({ start }) => {
    const secret = randomBytes(32)
    const api = await start({ apiKeys: KEYS, sessionSecret: secret })
    const old = { cookie: `duly_session=${new Sessions(KEYS, secret).begin(KEYS[0]!, Date.now() - 0.6 * SESSION_MS)}` }
    const renewed = cookieOf(await api.app.inject({ url: '/session', headers: old }))
    expect(renewed).not.toEqual(old)
    await api.app.inject({ method: 'DELETE', url: '/session', headers: { ...renewed, ...SAME } })
    for (const cookie of [old, renewed]) expectProblem(await api.app.inject({ url: '/jobs', headers: cookie }), 'unauthenticated')
  })
})

describe('the text of a session', () => {
  const secret = randomBytes(32)
  const [, write] = KEYS
  const sessions = new Sessions(KEYS, secret)
  const text = sessions.begin(write!, 0)
  const [version, expires, id, signature, name] = text.split('.') as [string, string, string, string, string]

  test.for([
    ['a longer time', [version, String(Number(expires) + 1), id, signature, name]],
    ['another key', [version, expires, id, signature, 'admin']],
    ['another id', [version, expires, 'x'.repeat(22), signature, name]],
    ['another signature', [version, expires, id, 'x'.repeat(43), name]],
    ['no signature', [version, expires, id, '', name]],
    ['a key that there is not', [version, expires, id, signature, 'nobody']],
    ['a key with a name of every object', [version, expires, id, signature, 'constructor']],
    ['another version', ['v2', expires, id, signature, name]]
  ] as const)('is worth nothing with %s', ([, parts]) => {
    expect(sessions.read(text, 1)).toMatchObject({ key: write, id })
    expect(sessions.read(parts.join('.'), 1)).toBeUndefined()
  })

  test('is worth nothing after its time', () => {
    expect(sessions.read(text, SESSION_MS - 1)).toBeDefined()
    expect(sessions.read(text, SESSION_MS)).toBeUndefined()
  })

  test('is worth nothing when its key was removed, replaced, or may do something else', () => {
    const others = KEYS.filter((key) => key !== write)
    for (const keys of [others, [...others, { ...write!, digest: digestOf('another-key-of-this-name') }], [...others, { ...write!, scope: 'admin' as const }]]) {
      expect(new Sessions(keys, secret).read(text, 1)).toBeUndefined()
    }
  })

  test('cannot be made of what API_KEYS may say, the digest of a key', () => {
    expect(sessions.read(new Sessions(KEYS, randomBytes(32)).begin(write!, 0), 1)).toBeUndefined()
    expect(sessions.read(new Sessions(KEYS, write!.digest).begin(write!, 0), 1)).toBeUndefined()
  })
})

describe('with a session only a page of the API changes something:', () => {
  test.for([
    ['another site', { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', { origin: 'http://localhost:5173', 'sec-fetch-site': 'same-site' }],
    ['another port, in an old browser', { origin: 'http://localhost:5173' }],
    ['an origin of CORS_ORIGINS, which brings a key of its own', { origin: 'https://app.example' }],
    ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'same-origin-ish' }],
    ['somebody who does not say', {}],
    ['somebody who only says that it was no link', { 'sec-fetch-site': 'none' }]
  ] as const)('%s does not', async ([, headers], { guarded }) => {
    const cookie = cookieOf(await logIn(guarded, SECRETS.admin))
    expectProblem(await create(guarded, { ...cookie, ...headers }), 'cross_site_request')
    expectProblem(await guarded.app.inject({ method: 'DELETE', url: '/session', headers: { ...cookie, ...headers } }), 'cross_site_request')
    expect((await guarded.app.inject({ url: '/jobs', headers: cookie })).statusCode).toBe(200) // it is logged in still
  })

  test.for([['as browsers say it', { 'sec-fetch-site': 'same-origin' }], ['behind a proxy that changed its name', { ...SAME, host: 'inner:3000' }], ['in an old browser', { origin: 'http://localhost:80' }]] as const)('it does, %s', async ([, headers], { guarded }) => {
    expect((await create(guarded, { ...cookieOf(await logIn(guarded, SECRETS.write)), ...headers })).statusCode).toBe(201)
  })

  test('and no other page logs somebody in', async ({ guarded }) => {
    const others: Array<Record<string, string>> = [{ origin: 'http://localhost:5173', 'sec-fetch-site': 'same-site' }, { origin: 'https://app.example' }]
    for (const headers of others) {
      const answer = await logIn(guarded, SECRETS.read, headers)
      expectProblem(answer, 'cross_site_request')
      expect(answer.headers).not.toHaveProperty('set-cookie')
    }
    expect((await logIn(guarded, SECRETS.read, {})).statusCode).toBe(204) // a program
  })
})

test('without keys nobody is asked for one, and the page can say so', async ({ start }) => {
  const api = await start({})
  expect(await whoAmI(api, {})).toEqual({ authenticated: false, name: 'anonymous', scopes: ['read', 'write', 'admin'], open: true, expires_at: null })
  const answer = await logIn(api, 'any')
  expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([204, undefined])
})
