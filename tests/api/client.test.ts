/** The typed client, as the build leaves it, against an API that listens. */
import type { AddressInfo } from 'node:net'
import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import type * as Source from '../../client/index.js'
import type { Job, NewJob, Problem } from '../../client/index.js'
import { compiled } from '../../scripts/lib/compiled.js'
import { test as withApi } from './fixtures.js'

const { createDulyClient } = (await import(compiled('client/index'))) as typeof Source

const test = withApi.extend<{ url: string; duly: Source.DulyClient }>({
  url: async ({ api }, use) => {
    await api.app.listen({ host: '127.0.0.1', port: 0 })
    await use(`http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`)
  },
  duly: async ({ url }, use) => use(createDulyClient({ baseUrl: url }))
})

test('creates, finds, reads and cancels a job, with types all the way', async ({ duly }) => {
  const body: NewJob = { type: 'log', payload: { hello: 'world' }, scheduled_at: '2100-01-01T00:00:00Z' }
  const { data: created, error, response } = await duly.POST('/jobs', { body })
  if (error) throw new Error(`${error.code}: ${error.detail}`)
  const job: Job = created
  expect(job).toMatchObject({ status: 'pending', payload: { hello: 'world' } })
  expect(response.headers.get('location')).toBe(`/jobs/${job.id}`)

  const { data: page } = await duly.GET('/jobs', { params: { query: { limit: 1 } } })
  expect(page?.data.map(({ id }) => id)).toEqual([job.id])

  const path = { id: job.id }
  await duly.PUT('/jobs/{id}/cancel', { params: { path } })
  const { data: read } = await duly.GET('/jobs/{id}', { params: { path } })
  expect([read?.status, read?.attempts]).toEqual(['cancelled', []])
})

test('a refusal is a typed problem and nothing is thrown', async ({ duly }) => {
  const { data, error } = await duly.POST('/jobs', { body: { type: 'log', priority: 10 } })
  const problem: Problem = error!
  expect(data).toBeUndefined()
  expect([problem.code, problem.errors]).toEqual(['invalid_request', [{ pointer: '/priority', detail: 'must be 0 to 9' }]])
})

test('the key goes along, through the fetch that was given', async ({ url }) => {
  const sent: Request[] = []
  const duly = createDulyClient({ baseUrl: url, apiKey: 'secret', fetch: (request) => fetch((sent.push(request), request)) })
  await duly.GET('/livez')
  expect(sent.map((request) => [request.url, request.headers.get('authorization')])).toEqual([[`${url}/livez`, 'Bearer secret']])
})

test('the build has its types beside it, and it imports nothing that a browser lacks', async () => {
  const [code, types, schema] = await Promise.all(['index.js', 'index.d.ts', 'schema.d.ts'].map((file) => readFile(compiled('client/index').replace('index.js', file), 'utf8')))
  expect([...code!.matchAll(/from '(.+)'/g)].map(([, from]) => from)).toEqual(['openapi-fetch'])
  expect(types).toContain('createDulyClient')
  expect(schema).toBe(await readFile(new URL('../../client/schema.d.ts', import.meta.url), 'utf8'))
})
