import { rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, inject } from 'vitest'
import { PAGE_CSP } from '../../api/plugins/dashboard.js'
import { test as base } from '../support/fixtures.js'
import { newWebBuild, SCRIPT } from '../support/web-build.js'
import { KEYS } from './keys.js'
import { type Api, expectProblem, startApi } from './support.js'

const test = base.extend<{ folder: string; api: Api; unbuilt: Api }>({
  folder: async ({}, use) => use(await newWebBuild()),
  api: async ({ fileDatabase, prefix, folder }, use) => {
    const api = await startApi({ databaseUrl: fileDatabase.url, redisUrl: inject('redisUrl'), prefix, webFolder: folder, access: { apiKeys: KEYS, corsOrigins: ['https://app.example'] } })
    await use(api)
    await api.close()
  },
  unbuilt: async ({ fileDatabase, prefix }, use) => {
    const api = await startApi({ databaseUrl: fileDatabase.url, redisUrl: inject('redisUrl'), prefix, webFolder: join(inject('tempDir'), 'no-web') })
    await use(api)
    await api.close()
  }
})

/** As browsers send it for an address that somebody typed, or a link. */
const NAVIGATION = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
const FETCH = { accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }

const navigate = (api: Api, url: string, headers: Record<string, string> = {}) => api.app.inject({ url, headers: { ...NAVIGATION, ...headers } })
const fetchIt = (api: Api, url: string, headers: Record<string, string> = {}) => api.app.inject({ url, headers: { ...FETCH, ...headers } })
const baseOf = (html: string) => /<head><base href="([^"]*)">/.exec(html)?.[1]

describe('a browser that navigates', () => {
  test.for(['/', '/jobs', '/jobs?status=failed&type=log', '/jobs/01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71', '/queues', '/queues/default', '/workers', '/templates', '/login'])('gets the page at %s, without a key', async (url, { api }) => {
    const answer = await navigate(api, url)
    expect(answer.statusCode).toBe(200)
    expect(answer.body).toContain('<!doctype html>')
    expect(answer.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_CSP, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' })
    expect(String(answer.headers.vary).split(', ')).toEqual(expect.arrayContaining(['Accept', 'X-Forwarded-Prefix']))
  })

  test('gets the page also where it has none, which says so, and 404', async ({ api }) => {
    const answer = await navigate(api, '/no/such/page')
    expect([answer.statusCode, baseOf(answer.body)]).toEqual([404, '../../'])
  })

  test.for(['/jobs/export', '/stats', '/jobs/01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71/explain'])('gets what the API has at %s: the page has nothing there', async (url, { api }) => {
    expectProblem(await navigate(api, url), 'unauthenticated')
  })

  test.for(['/livez', '/openapi.json', '/docs'])('gets %s', async (url, { api }) => {
    const answer = await navigate(api, url)
    expect([answer.statusCode, answer.body.includes('<base ')]).toEqual([200, false])
  })

  test('that has the page already is told that it is the same', async ({ api }) => {
    const { headers: { etag } } = await navigate(api, '/jobs')
    const again = await navigate(api, '/jobs', { 'if-none-match': String(etag) })
    expect([again.statusCode, again.body]).toEqual([304, ''])
    expect((await navigate(api, '/jobs/1', { 'if-none-match': String(etag) })).statusCode).toBe(200) // another base
  })

  test.for(['/admin/queues', '/admin/queues/', '/admin/queues/queue/mail?status=failed'])('is led from %s, where Bull Board was, to the dashboard', async (url, { api }) => {
    const { statusCode, headers } = await navigate(api, url)
    expect([statusCode, new URL(String(headers.location), `http://proxy.example/duly${url}`).href]).toEqual([302, 'http://proxy.example/duly/'])
  })
})

describe('a program', () => {
  test.for([['no Accept', {}], ['any', { accept: '*/*' }], ['JSON', { accept: 'application/json' }], ['a fetch of HTML', { accept: 'text/html', 'sec-fetch-mode': 'cors' }]] as const)('that asks for %s gets the API', async ([, headers], { api }) => {
    for (const url of ['/jobs', '/jobs/01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71', '/queues', '/workers', '/templates']) {
      const answer = await api.app.inject({ url, headers })
      expectProblem(answer, 'unauthenticated')
      expect(answer.headers.vary).toContain('Accept')
    }
    expectProblem(await api.app.inject({ url: '/no/such/page', headers }), 'route_not_found')
  })

  test('is told that an answer is for one origin, and for what it asked for', async ({ api }) => {
    expect((await fetchIt(api, '/jobs', { origin: 'https://app.example' })).headers.vary).toBe('Origin, Accept')
  })

  test('that changes something never gets a page', async ({ api }) => {
    for (const [method, url] of [['POST', '/jobs'], ['POST', '/no/such/page'], ['DELETE', '/']] as const) {
      expect((await api.app.inject({ method, url, headers: NAVIGATION })).headers['content-type']).toMatch(/^application\/problem\+json/)
    }
  })
})

describe('the base of the page', () => {
  test.for([['/', './'], ['/jobs', './'], ['/jobs/', '../'], ['/jobs/1', '../'], ['/queues/mail/', '../../'], ['/jobs?a=/b/c', './']] as const)('of %s is %s, wherever a proxy has put it', async ([url, expected], { api }) => {
    const base = baseOf((await navigate(api, url)).body)!
    expect(base).toBe(expected)
    expect(new URL(base, `https://proxy.example/tools/duly${url}`).pathname).toBe('/tools/duly/')
  })

  test.for([['/duly', '/duly/'], ['/tools/duly/', '/tools/duly/'], ['/~ann/v1.2', '/~ann/v1.2/']] as const)('is what the proxy says: %s', async ([prefix, expected], { api }) => {
    expect(baseOf((await navigate(api, '/jobs/1', { 'x-forwarded-prefix': prefix })).body)).toBe(expected)
    expect((await navigate(api, '/admin/queues', { 'x-forwarded-prefix': prefix })).headers.location).toBe(expected)
  })

  test.for(['"><script>alert(1)</script>', '//elsewhere.example', '/\\elsewhere.example', 'https://elsewhere.example', '/a/../b', '/.', '/..', 'duly', '/a b', '/a%2f', '/a?b', '/a#b', ''])('is not what nobody could mean: %j', async (prefix, { api }) => {
    expect(baseOf((await navigate(api, '/jobs/1', { 'x-forwarded-prefix': prefix })).body)).toBe('../')
    expect((await navigate(api, '/admin/queues', { 'x-forwarded-prefix': prefix })).headers.location).toBe('../')
  })
})

describe('a file of the dashboard', () => {
  test('that has a digest in its name can be kept for ever', async ({ api }) => {
    const answer = await fetchIt(api, '/assets/index-3f2a9c01.js')
    expect([answer.statusCode, answer.body]).toEqual([200, SCRIPT])
    expect(answer.headers).toMatchObject({ 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff' })
    expect((await fetchIt(api, '/assets/index-AbC_1-2x.css')).headers).toMatchObject({ 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable' })
  })

  test('that has none is asked for again, and not sent again', async ({ api }) => {
    const { headers } = await fetchIt(api, '/favicon.svg')
    expect(headers).toMatchObject({ 'content-type': 'image/svg+xml', 'cache-control': 'no-cache' })
    expect((await fetchIt(api, '/favicon.svg', { 'if-none-match': String(headers.etag) })).statusCode).toBe(304)
  })

  test('is compressed for whoever takes that', async ({ api }) => {
    const answer = await fetchIt(api, '/assets/index-3f2a9c01.js', { 'accept-encoding': 'br, gzip' })
    expect(answer.headers['content-encoding']).toBe('gzip')
    expect(answer.headers.vary).toContain('Accept-Encoding')
    expect(answer.rawPayload.length).toBeLessThan(SCRIPT.length / 2)
    expect(gunzipSync(answer.rawPayload).toString()).toBe(SCRIPT)
  })

  test('is told about to HEAD, without its content', async ({ api }) => {
    const answer = await api.app.inject({ method: 'HEAD', url: '/assets/index-3f2a9c01.js' })
    expect([answer.statusCode, answer.headers['content-length'], answer.body]).toEqual([200, String(SCRIPT.length), ''])
  })

  test('that there is none of is a problem document for a program', async ({ api }) => {
    expectProblem(await fetchIt(api, '/assets/index-00000000.js'), 'route_not_found')
  })
})

test('a build that ends while the API runs is served from then on', async ({ api, folder }) => {
  expect((await fetchIt(api, '/assets/index-3f2a9c01.js')).statusCode).toBe(200)
  await rm(join(folder, 'assets', 'index-3f2a9c01.js'))
  await writeFile(join(folder, 'assets', 'index-11111111.js'), 'next()')
  await writeFile(join(folder, 'index.html'), '<html><head></head><body>next</body></html>')
  await utimes(join(folder, 'index.html'), 1, 1)
  expect((await navigate(api, '/')).body).toBe('<html><head><base href="./"></head><body>next</body></html>')
  expect((await fetchIt(api, '/assets/index-11111111.js')).body).toBe('next()')
  expectProblem(await fetchIt(api, '/assets/index-3f2a9c01.js'), 'route_not_found')
})

test('an API without a dashboard says how to get one, and is an API at every other address', async ({ unbuilt }) => {
  const answer = await navigate(unbuilt, '/')
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'text/plain; charset=utf-8'])
  expect(answer.body).toContain('npm run build')
  expect((await navigate(unbuilt, '/jobs')).json()).toMatchObject({ data: [] })
  expectProblem(await fetchIt(unbuilt, '/'), 'route_not_found')
  expectProblem(await navigate(unbuilt, '/nothing'), 'route_not_found')
})
