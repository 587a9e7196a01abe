import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect } from 'vitest'
import { test } from './fixtures.js'
import { type Api, expectProblem } from './support.js'

test('an address without a route is 404 and names the nearest', async ({ api }) => {
  const answer = await api.get('/job')
  expectProblem(answer, 'route_not_found')
  expect(answer.json()).toMatchObject({ detail: 'There is no /job; did you mean /jobs?' })
})

test.for([
  ['DELETE', '/jobs', 'GET, HEAD, POST'],
  ['PATCH', '/jobs/', 'GET, HEAD, POST'],
  ['POST', '/jobs/some-id', 'DELETE, GET, HEAD, PATCH'],
  ['DELETE', '/jobs/some-id/cancel?x=1', 'POST, PUT'],
  ['OPTIONS', '/livez', 'GET, HEAD']
] as const)('%s %s is 405 and says what the address takes', async ([method, url, allow], { api }) => {
  const answer = await api.app.inject({ method, url })
  expectProblem(answer, 'method_not_allowed')
  expect(answer.headers.allow).toBe(allow)
})

test('an address with a broken percent-encoding is 400', async ({ api }) => {
  expectProblem(await api.get('/jobs/%zz'), 'malformed_request')
})

test('pages of other origins are given nothing', async ({ api }) => {
  const answer = await api.app.inject({ url: '/livez', headers: { origin: 'https://elsewhere.example' } })
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
})

test('no answer is kept by a cache', async ({ api }) => {
  expect((await api.get('/jobs')).headers['cache-control']).toBe('no-store')
})

test('a bug leaves as a bare 500; its message goes to the log only', async ({ api }) => {
  api.app.get('/bug', { config: { scope: 'none' } }, async () => {
    throw new Error('connection string postgres://me:secret@db')
  })
  const answer = await api.get('/bug')
  expectProblem(answer, 'internal_error')
  expect(answer.body).not.toContain('secret')
  expect(api.logged).toContainEqual(expect.objectContaining({ level: 50, request_id: answer.headers['x-request-id'], err: expect.objectContaining({ message: expect.stringContaining('secret') }) }))
})

describe('what never becomes a request', () => {
  async function send(api: Api, bytes: string): Promise<{ status: number; problem: unknown }> {
    await api.app.listen({ port: 0, host: '127.0.0.1' })
    const socket = connect((api.app.server.address() as AddressInfo).port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(bytes)
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
    expect(head.toLowerCase()).toContain('content-type: application/problem+json')
    return { status: Number(head.split(' ')[1]), problem: JSON.parse(body) }
  }

  test.for([
    ['nonsense', 'HELLO\r\n\r\n', 400, 'malformed_request'],
    ['headers without an end', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large']
  ] as const)('%s is a problem too', async ([, bytes, status, code], { api }) => {
    expect(await send(api, bytes)).toEqual({ status, problem: expect.objectContaining({ code, status }) })
  })
})
