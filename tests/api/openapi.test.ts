/** /openapi.json and /docs, as the API serves them. */
import helmet from '@fastify/helmet'
import Fastify from 'fastify'
import { expect } from 'vitest'
import openapi from '../../api/plugins/openapi.js'
import { expectProblem } from './support.js'
import { test } from './fixtures.js'

test('/openapi.json is the description, for whoever asks', async ({ api }) => {
  const answer = await api.get('/openapi.json')
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
  expect(answer.json()).toMatchObject({ openapi: '3.1.0', info: { title: 'Duly' }, paths: { '/jobs': { post: { operationId: 'create_job' } } } })
})

test.for(['/docs', '/docs/'])('%s is a page whose files come from here', async (url, { api }) => {
  const page = await api.get(url)
  expect(page.headers['content-type']).toMatch(/^text\/html/)
  const files = [...page.payload.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => new URL(file!, `http://duly${url}`))
  expect(files.length).toBeGreaterThan(3)
  for (const { origin, pathname } of [...files, new URL('http://duly/docs/json')]) {
    const { statusCode, rawPayload } = await api.get(pathname)
    expect([origin, statusCode, rawPayload.length > 0], pathname).toEqual(['http://duly', 200, true])
  }
})

test('/docs runs no script but its own and loads nothing from elsewhere', async ({ api }) => {
  const page = await api.get('/docs')
  const policy = String(page.headers['content-security-policy'])
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self';")
  expect(policy).not.toMatch(/https?:|\*|unsafe-eval/)
  expect(page.payload).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=/)
})

test('the policy of /docs wins over that of everything else', async () => {
  const app = Fastify()
  await app.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"] } } })
  await app.register(openapi)
  const [page, description] = await Promise.all([app.inject('/docs'), app.inject('/openapi.json')])
  expect(page.headers['content-security-policy']).toContain("script-src 'self'")
  expect(description.headers['content-security-policy']).toBe("default-src 'none'")
  await app.close()
})

test('the files of /docs need not be sent again', async ({ api }) => {
  const url = '/docs/static/swagger-ui.css'
  const { headers: { etag } } = await api.get(url)
  const again = await api.app.inject({ url, headers: { 'if-none-match': String(etag) } })
  expect([again.statusCode, again.payload.length]).toEqual([304, 0])
})

test.for(['/docs/nothing', '/docs/static/../../../package.json', '/docs/static/%2e%2e/%2e%2e/package.json'])('%s is not there', async (url, { api }) => {
  expectProblem(await api.get(url), 'route_not_found')
})

test('/docs takes no other method', async ({ api }) => {
  const answer = await api.app.inject({ method: 'POST', url: '/docs' })
  expectProblem(answer, 'method_not_allowed')
  expect(answer.headers.allow).toBe('GET, HEAD')
})
