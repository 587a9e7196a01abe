import { expect, inject } from 'vitest'
import { SCOPES } from '../../core/scope.js'
import { bearer, KEYS, SECRETS } from '../api/keys.js'
import { type Api, expectProblem, startApi } from '../api/support.js'
import { test as base } from '../support/fixtures.js'
import { requestFor, routesOf, titleOf } from './support.js'

const test = base.extend<{ api: Api }>({
  api: async ({ fileDatabase, prefix }, use) => {
    const api = await startApi({ databaseUrl: fileDatabase.url, redisUrl: inject('redisUrl'), prefix, access: { apiKeys: KEYS }, logLevel: 'trace' })
    await use(api)
    await api.close()
  }
})

test('every route asks for the scope that it says, and for no more', async ({ api }) => {
  const answered: Record<string, Record<string, string>> = {}
  const promised: typeof answered = {}
  for (const route of routesOf(api)) {
    const { url, headers, ...request } = requestFor(route)
    const row: Record<string, string> = (answered[titleOf(route)] = {})
    const right: Record<string, string> = (promised[titleOf(route)] = {})
    for (const key of ['none', ...SCOPES] as const) {
      const answer = await api.app.inject({ ...request, url: url!, headers: { ...headers, ...(key !== 'none' && bearer(SECRETS[key])) } })
      row[key] = answer.statusCode === 401 || answer.statusCode === 403 ? String(answer.statusCode) : 'through'
      right[key] = route.scope === 'none' ? 'through' : key === 'none' ? '401' : SCOPES.indexOf(key) < SCOPES.indexOf(route.scope) ? '403' : 'through'
    }
  }
  expect(answered).toEqual(promised)
})

test('only what tells of health and of the API itself is open, and whatever changes something takes more than reading', async ({ api }) => {
  const routes = routesOf(api)
  const others = routes.filter(({ url }) => url !== '/session') // which asks for a key by itself: tests/api/session.test.ts
  expect(others.filter(({ scope, method, url }) => scope === 'none' && !(['GET', 'HEAD'].includes(method) && /^\/(livez|readyz|healthz|openapi\.json|docs)\b/.test(url))).map(titleOf)).toEqual([])
  expect(routes.filter(({ scope, method }) => scope === 'read' && !['GET', 'HEAD'].includes(method)).map(titleOf)).toEqual([])
  expect(others.filter(({ scope, method }) => scope !== 'admin' && method === 'DELETE').map(titleOf)).toEqual([])
})

test('no key is in the log or in an answer, whether it is right or wrong, in a header or in the query', async ({ api }) => {
  const wrong = 'nobody-has-this-key'
  const secrets = [...Object.values(SECRETS), wrong]
  const written: string[] = []
  for (const route of routesOf(api)) {
    const { url, headers, ...request } = requestFor(route)
    for (const secret of secrets) {
      const query = `?api_key=${secret}&limit=${secret}&cursor=${secret}`
      for (const key of [bearer(secret), { 'x-api-key': secret }, { authorization: `Basic ${secret}` }, { authorization: secret }]) {
        const answer = await api.app.inject({ ...request, url: `${url as string}${query}`, headers: { ...headers, ...key } })
        written.push(answer.body, JSON.stringify(answer.headers))
      }
    }
  }
  const again = await Promise.all(Array.from({ length: 31 }, () => api.app.inject({ url: '/jobs', headers: bearer(wrong) })))
  expectProblem(again.at(-1)!, 'rate_limited')
  written.push(...again.map(({ body }) => body))
  expect(api.logged.filter(({ msg }) => msg === 'request').length).toBeGreaterThan(100)
  const all = [...written, ...api.logged.map((line) => JSON.stringify(line))]
  const digests = KEYS.map(({ digest }) => digest.toString('hex'))
  expect(all.filter((text) => [...secrets, ...digests].some((secret) => text.includes(secret)))).toEqual([])
})
