/** What an answer of PostgREST, or of something before it, means: a small server plays each of them. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test as base } from 'vitest'
import { openStore } from '../../core/store/index.js'
import { supabaseTransport } from '../../core/store/supabase.js'
import type { CallFailure, Transport } from '../../core/store/transport.js'

interface Answer {
  readonly status: number
  readonly body: string
  readonly type?: string
}

interface Gateway {
  readonly url: string
  /** Requests so far. */
  readonly asked: number
  answer: Answer
}

const test = base.extend<{ gateway: Gateway; transport: Transport }>({
  gateway: async ({}, use) => {
    const gateway = { url: '', asked: 0, answer: { status: 200, body: '{}' } as Answer }
    const server = createServer((request, response) => {
      gateway.asked++
      const { status, body, type = 'application/json; charset=utf-8' } = gateway.answer
      request.resume().on('end', () => response.writeHead(status, { 'content-type': type }).end(body))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    gateway.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await use(gateway)
    server.close()
    server.closeAllConnections()
  },
  transport: async ({ gateway }, use) => use(supabaseTransport(gateway.url, 'key'))
})

const soon = () => AbortSignal.timeout(5_000)
const html = (title: string) => `<!DOCTYPE html><html><head><title>${title}</title></head><body>${'.'.repeat(10_000)}</body></html>`
const pgrst = (code: string, message = 'words') => JSON.stringify({ code, message, details: null, hint: null })

const ANSWERS: Array<[what: string, answer: Answer, failure: CallFailure, code: string]> = [
  ['a page of Cloudflare that blocks', { status: 403, body: html('Attention Required!'), type: 'text/html' }, 'unknown', 'HTTP 403'],
  ['a page where JSON is promised', { status: 401, body: html('Sign in') }, 'unknown', 'HTTP 401'],
  ['a page of Cloudflare without an origin', { status: 522, body: html('Connection timed out'), type: 'text/html' }, 'unknown', 'HTTP 522'],
  ['a page instead of an answer', { status: 200, body: html('Sign in to the Wi-Fi'), type: 'text/html' }, 'unknown', '200'],
  ['success without a body', { status: 200, body: '' }, 'unknown', '200'],
  ['no content', { status: 204, body: '' }, 'unknown', '204'],
  ['success with null', { status: 200, body: 'null' }, 'unknown', '200'],
  ['success with a number', { status: 200, body: '1' }, 'unknown', '200'],
  ['404 without a body', { status: 404, body: '' }, 'unknown', 'HTTP 404'],
  ['404 with an empty array', { status: 404, body: '[]' }, 'unknown', 'HTTP 404'],
  ['404 of a gateway', { status: 404, body: '{"message":"no Route matched with those values"}' }, 'unknown', '404'],
  ['500 with null', { status: 500, body: 'null' }, 'unknown', 'HTTP 500'],
  ['500 with a number', { status: 500, body: '0' }, 'unknown', 'HTTP 500'],
  ['503 without a body', { status: 503, body: '' }, 'unknown', 'HTTP 503'],
  ['too many requests', { status: 429, body: '{"message":"API rate limit exceeded"}' }, 'unknown', '429'],
  ['no connection to the database', { status: 503, body: pgrst('PGRST001') }, 'unknown', 'PGRST001'],
  ['a code that is a number', { status: 500, body: '{"code":500,"error_code":"x"}' }, 'unknown', '500'],
  ['a key that Kong refuses', { status: 401, body: '{"message":"Invalid authentication credentials"}' }, 'forbidden', '401'],
  ['an expired JWT', { status: 401, body: pgrst('PGRST303', 'JWT expired') }, 'forbidden', 'PGRST303'],
  ['a JWT that cannot be read', { status: 401, body: pgrst('PGRST301') }, 'forbidden', 'PGRST301'],
  ['a role without the right', { status: 403, body: pgrst('42501', 'permission denied for function duly_ping') }, 'forbidden', '42501'],
  ['the anonymous role without the right', { status: 401, body: pgrst('42501') }, 'forbidden', '42501'],
  ['a function that PostgREST does not know', { status: 404, body: pgrst('PGRST202') }, 'outdated', 'PGRST202'],
  ['a function that is not there', { status: 404, body: pgrst('42883') }, 'outdated', '42883'],
  ['a table that is not there', { status: 404, body: pgrst('42P01') }, 'outdated', '42P01'],
  ['a schema that is not there', { status: 400, body: pgrst('3F000') }, 'outdated', '3F000'],
  ['a body that is too large for nginx', { status: 413, body: html('413 Request Entity Too Large'), type: 'text/html' }, 'invalid', 'HTTP 413'],
  ['a body that is too large for Kong', { status: 413, body: '{"message":"Request size limit exceeded"}' }, 'invalid', '413'],
  ['a value that cannot be stored', { status: 400, body: pgrst('22P05') }, 'invalid', '22P05'],
  ['a violated constraint', { status: 409, body: pgrst('23505') }, 'invalid', '23505'],
  ['a deadlock', { status: 500, body: pgrst('40P01') }, 'conflict', '40P01'],
  ['a refusal of the function', { status: 404, body: pgrst('PT404', 'job_not_found') }, 'refused', 'PT404'],
  ['a refusal of the function with 403', { status: 403, body: pgrst('PT403') }, 'refused', 'PT403']
]

test.for(ANSWERS)('%s', async ([, answer, failure, code], { gateway, transport }) => {
  gateway.answer = answer
  const error = await transport.call('duly_ping', {}, soon()).then((data) => ({ data }), (reason: unknown) => reason)
  expect(error).toMatchObject({ name: 'CallError', failure, code })
  expect((error as Error).message.length).toBeLessThan(200) // a page of a CDN does not belong into a log
})

test.for(['{"now_ms":1}', '[]', '[{"id":1}]'])('%s is an answer', async (body, { gateway, transport }) => {
  gateway.answer = { status: 200, body }
  expect(await transport.call('duly_ping', {}, soon())).toEqual(JSON.parse(body))
})

test('nobody who answers, and no time left, are unknown', async ({ gateway, transport }) => {
  const nobody = supabaseTransport('http://127.0.0.1:1', 'key').call('duly_ping', {}, soon())
  await expect(nobody).rejects.toMatchObject({ failure: 'unknown' })
  await expect(transport.call('duly_ping', {}, AbortSignal.abort())).rejects.toMatchObject({ failure: 'unknown' })
  expect(gateway.asked).toBe(0)
})

test.for([
  ['store_unavailable', 3, { status: 404, body: '[]' }],
  ['store_refused', 1, { status: 401, body: pgrst('PGRST303', 'JWT expired') }],
  ['not_storable', 1, { status: 413, body: '' }],
  ['schema_outdated', 1, { status: 404, body: pgrst('PGRST202') }]
] as const)('the store says %s after %d requests', async ([code, asked, answer], { gateway }) => {
  gateway.answer = answer
  const store = openStore({ SUPABASE_URL: gateway.url, SUPABASE_KEY: 'key', STORE_TIMEOUT_MS: 5_000 })
  await expect(store.listQueues()).rejects.toMatchObject({ code })
  expect(gateway.asked).toBe(asked)
})
