import { once } from 'node:events'
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, inject, vi } from 'vitest'
import sharp from 'sharp'
import type { Sql } from 'postgres'
import { test as base } from '../support/fixtures.js'
import { makeJob } from './asking.js'
import { type Api, expectProblem, startApi } from './support.js'

const SECRET = 'nobody may read this'

const test = base.extend<{ dataDir: string; api: Api; finished: (result: unknown, fields?: { type?: string; payload?: unknown }) => Promise<string> }>({
  dataDir: async ({}, use) => {
    const dataDir = await mkdtemp(join(inject('tempDir'), 'output-'))
    await mkdir(join(dataDir, 'files', 'reports'), { recursive: true })
    await mkdir(join(dataDir, 'outbox'))
    await writeFile(join(dataDir, 'secret.txt'), SECRET)
    await use(dataDir)
  },
  api: async ({ fileDatabase, prefix, dataDir }, use) => {
    const api = await startApi({ databaseUrl: fileDatabase.url, redisUrl: inject('redisUrl'), prefix, dataDir })
    await use(api)
    await api.close()
  },
  finished: async ({ api, fileSql }, use) => use((result, fields) => finishedJob(api, fileSql, result, fields))
})

async function finishedJob(api: Api, sql: Sql, result: unknown, { type = 'write_file', payload = {} }: { type?: string; payload?: unknown } = {}): Promise<string> {
  const { id } = await makeJob(api, sql, 'completed', { type, payload })
  await sql`update duly.jobs set result = ${JSON.stringify(result)}::text::jsonb where id = ${id}`
  return id
}

const output = (api: Api, id: string, query = '') => api.get(`/jobs/${id}/output${query}`)
const image = (format: 'png' | 'jpeg' | 'webp' | 'gif' | 'avif') => sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).toFormat(format).toBuffer()

describe('the output of a job', () => {
  test.for(['png', 'jpeg', 'webp', 'gif', 'avif'] as const)('that is a picture is shown: %s', async (format, { api, dataDir, finished }) => {
    const bytes = await image(format)
    await writeFile(join(dataDir, 'files', 'reports', `a.${format}`), bytes)
    const answer = await output(api, await finished({ path: `reports/a.${format}`, width: 8 }))
    expect(answer.rawPayload.equals(bytes)).toBe(true)
    expect(answer.headers).toMatchObject({
      'content-type': `image/${format}`, 'content-disposition': `inline; filename="a.${format}"`, 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN', 'cache-control': 'no-store', 'cross-origin-resource-policy': 'same-origin'
    })
    expect(answer.headers['content-security-policy']).toMatch(/^sandbox;default-src 'none';.*frame-ancestors 'self'$/)
  })

  test.for([
    ['a.pdf', '%PDF-1.7\n...', 'application/pdf', 'inline'],
    ['a.txt', 'grüße <script>alert(1)</script>', 'text/plain; charset=utf-8', 'inline'],
    ['a.csv', 'a,b\n1,2\n', 'text/plain; charset=utf-8', 'inline'],
    ['a.html', '<script>alert(1)</script>', 'application/octet-stream', 'attachment'],
    ['a.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'application/octet-stream', 'attachment'],
    ['a.xml', '<?xml version="1.0"?><a/>', 'application/octet-stream', 'attachment'],
    ['a.js', 'alert(1)', 'application/octet-stream', 'attachment'],
    ['a.png', '<html><script>alert(1)</script>', 'application/octet-stream', 'attachment'],
    ['a.pdf', '<html><script>alert(1)</script>', 'application/octet-stream', 'attachment'],
    ['b.txt', 'a\0b', 'application/octet-stream', 'attachment'],
    ['a', '', 'application/octet-stream', 'attachment']
  ] as const)('%s with %j is %s, %s', async ([name, content, type, how], { api, dataDir, finished }) => {
    await writeFile(join(dataDir, 'files', name), content)
    const { headers, body } = await output(api, await finished({ path: `/${name}` }))
    expect([headers['content-type'], headers['content-disposition'], body]).toEqual([type, `${how}; filename="${name}"`, content])
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(String(headers['content-security-policy']).startsWith('sandbox')).toBe(type !== 'application/pdf')
  })

  test('is a download for whoever asks, under its name whatever that is', async ({ api, dataDir, finished }) => {
    const name = 'Grüße "an" alle.txt'
    await writeFile(join(dataDir, 'files', name), 'text')
    const answer = await output(api, await finished({ path: name }), '?download=true')
    expect(answer.headers['content-disposition']).toBe(`attachment; filename="Gr__e _an_ alle.txt"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%22an%22%20alle.txt`)
  })

  test('is told about to HEAD: its type and its length', async ({ api, dataDir, finished }) => {
    await writeFile(join(dataDir, 'files', 'a.txt'), 'text')
    const answer = await api.app.inject({ method: 'HEAD', url: `/jobs/${await finished({ path: 'a.txt' })}/output` })
    expect([answer.statusCode, answer.headers['content-type'], answer.headers['content-length'], answer.body]).toEqual([200, 'text/plain; charset=utf-8', '4', ''])
  })
})

test('is sent to eight at once, so that slow readers of large files do not take all memory', async ({ api, dataDir, finished }) => {
  await writeFile(join(dataDir, 'files', 'large.txt'), Buffer.alloc(30 * 1024 * 1024, 'a'))
  const path = `/jobs/${await finished({ path: 'large.txt' })}/output`
  await api.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = api.app.server.address() as AddressInfo
  const ask = async () => {
    const request = get({ port, host: '127.0.0.1', path, agent: false })
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    answer.on('error', () => {})
    return { status: answer.statusCode, leave: () => request.destroy() } // and nobody reads it
  }
  const slow = await Promise.all(Array.from({ length: 8 }, ask))
  expect(slow.map(({ status }) => status)).toEqual(slow.map(() => 200))
  const refused = await api.get(path)
  expectProblem(refused, 'overloaded')
  expect(refused.headers['retry-after']).toBe('1')
  for (const { leave } of slow) leave()
  await vi.waitFor(async () => expect((await api.app.inject({ method: 'HEAD', url: path })).statusCode).toBe(200), { timeout: 10_000 })
  for (let i = 0; i < 9; i++) expect((await api.get(path)).statusCode).toBe(200) // whoever was served makes room
})

describe('nothing is shown', () => {
  test('of a job that there is not, has not completed, or produces nothing', async ({ api, fileSql, finished }) => {
    expectProblem(await output(api, '01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71'), 'job_not_found')
    for (const status of ['pending', 'in_progress', 'failed', 'cancelled'] as const) expectProblem(await output(api, (await makeJob(api, fileSql, status)).id), 'output_not_found')
    for (const result of [null, 1, 'reports/a.png', [], {}, { path: 1 }, { path: null }, { message_id: 'x' }]) expectProblem(await output(api, await finished(result)), 'output_not_found')
  })

  test.for([
    '../secret.txt', '/../secret.txt', 'reports/../../secret.txt', '..', '.', '', '/', '..%2fsecret.txt', '..\\secret.txt', 'reports', 'reports/', 'link.txt', 'elsewhere/secret.txt', 'no/such/file', 'secret.txt\0.png', '/etc/passwd', 'a'.repeat(2_000)
  ])('that is no regular file inside FILES_ROOT: %j', async (path, { api, dataDir, finished }) => {
    await symlink(join(dataDir, 'secret.txt'), join(dataDir, 'files', 'link.txt'))
    await symlink(dataDir, join(dataDir, 'files', 'elsewhere'))
    const id = path.includes('\0') ? await finished({ path: path.replace('\0', '\\u0000') }) : await finished({ path })
    const answer = await output(api, id)
    expectProblem(answer, 'output_not_found')
    expect(answer.body).not.toContain(SECRET)
    expect(answer.body).not.toContain(dataDir)
  })

  test('that is too large', async ({ api, dataDir, finished }) => {
    await writeFile(join(dataDir, 'files', 'large.txt'), Buffer.alloc(32 * 1024 * 1024 + 1, 'a'))
    const answer = await output(api, await finished({ path: 'large.txt' }))
    expectProblem(answer, 'output_not_found')
    expect(answer.json<{ detail: string }>().detail).toContain('at most 33,554,432')
  })
})

describe('a mail', () => {
  const payload = { to: ['Ann <ann@example.com>', 'bob@example.com'], bcc: 'eve@example.com', subject: 'Order 1042', message: 'Please pay.', html: '<p onclick="alert(1)">Please <b>pay</b>.</p><script>alert(1)</script><img src="https://tracker.example/x.gif">', attachments: [{ path: 'invoices/1042.pdf' }] }

  test('is JSON, by the job that sent it', async ({ api, finished }) => {
    const id = await finished({ message_id: '<1@localhost>', file: 'x.eml' }, { type: 'email_notification', payload })
    expect((await output(api, id)).json()).toEqual({
      message_id: '<1@localhost>', from: 'duly@localhost', to: payload.to, cc: [], bcc: ['eve@example.com'], subject: 'Order 1042', text: 'Please pay.', has_html: true, attachments: [{ path: 'invoices/1042.pdf', filename: '1042.pdf' }], kept: true
    })
  })

  test('shows its HTML in a sandbox, without what could run or load', async ({ api, finished }) => {
    const answer = await output(api, await finished({ message_id: '<1@localhost>' }, { type: 'send_email', payload }), '?part=html')
    expect(answer.body).toBe('<!doctype html><html><head><meta charset="utf-8"><base target="_blank"></head><body><p>Please <b>pay</b>.</p><img></body></html>')
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    const csp = String(answer.headers['content-security-policy'])
    expect(csp).toMatch(/^sandbox;/) // with nothing allowed
    expect(csp).toContain("default-src 'none'")
    expect(csp).not.toMatch(/https?:|\*|script-src/)
  })

  test('is given as it was kept, as a download, by the id of its job and nothing that its result says', async ({ api, dataDir, finished }) => {
    const id = await finished({ message_id: '<1@localhost>', file: '../secret.txt' }, { type: 'email_notification', payload })
    expectProblem(await output(api, id, '?part=source'), 'output_not_found')
    await writeFile(join(dataDir, 'outbox', `${id}.eml`), 'Subject: Order 1042\r\n\r\nPlease pay.')
    const answer = await output(api, id, '?part=source')
    expect(answer.body).toContain('Subject: Order 1042')
    expect(answer.headers).toMatchObject({ 'content-type': 'message/rfc822', 'content-disposition': `attachment; filename="${id}.eml"` })
  })

  test('has a part of HTML only if it has HTML, and other jobs have no parts', async ({ api, finished }) => {
    expectProblem(await output(api, await finished({ message_id: '<1@localhost>' }, { type: 'send_email', payload: { to: 'ann@example.com', subject: 'a', message: 'b' } }), '?part=html'), 'output_not_found')
    expectProblem(await output(api, await finished({ path: 'a.txt' }), '?part=html'), 'output_not_found')
    expect(expectProblem(await output(api, await finished({ path: 'a.txt' }), '?part=other&what=1'), 'invalid_request')).toHaveLength(2)
  })
})
