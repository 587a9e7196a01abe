import { get, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Sql } from 'postgres'
import { describe, expect, vi } from 'vitest'
import { Job } from '../../core/job.js'
import type { JobPage } from '../../core/store/index.js'
import { ask, makeJob, makeJobs, newJob, newQueue } from './asking.js'
import { test } from './fixtures.js'
import { type Api, expectProblem } from './support.js'

const lines = (body: string) => body.split('\n').slice(0, -1)
const exported = async (api: Api, query: string) => lines((await ask(api, 'GET', `/jobs/export?format=ndjson&${query}`)).body).map((line) => JSON.parse(line) as Job)

/** Fields of CSV, as RFC 4180 writes it. */
function readCsv(body: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of body.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === '\n') rows.push([])
  }
  return rows.slice(0, -1)
}

async function csvOf(api: Api, query: string): Promise<Array<Record<string, string>>> {
  const [head = [], ...rows] = readCsv((await ask(api, 'GET', `/jobs/export?${query}`)).body)
  return rows.map((row) => Object.fromEntries(row.map((cell, i) => [head[i], cell])))
}

async function seed(sql: Sql, queue: string, count: number): Promise<void> {
  await sql`insert into duly.queues (name) values (${queue}) on conflict do nothing`
  await sql`
    insert into duly.jobs (id, queue, type, payload, scheduled_at, run_at)
    select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid, ${queue}, 'log', json_build_object('n', n), now(), now()
      from generate_series(1, ${count}) n`
}

describe('what is written', () => {
  test('NDJSON: each job as GET /jobs/:id has it, one in a line', async ({ api, fileSql }) => {
    const queue = newQueue()
    const jobs = await makeJobs(api, fileSql, 'pending', 3, { queue, payload: { text: 'two\nlines, "quoted" ü😀\u2028' }, tags: ['a'], metadata: { m: null } })
    const answer = await ask(api, 'GET', `/jobs/export?format=ndjson&queue=${queue}`)
    expect(answer.headers['content-type']).toBe('application/x-ndjson; charset=utf-8')
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="jobs-\d{4}-\d\d-\d\d\.ndjson"$/)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(lines(answer.body).map((line) => JSON.parse(line) as unknown)).toEqual(jobs.toReversed())
  })

  test('CSV: a row of names, then one row for each job; objects and lists as JSON', async ({ api, fileSql }) => {
    const queue = newQueue()
    const fields = { queue, payload: { text: 'two\nlines, "quoted" ü😀', a: [1] }, priority: 3, tags: ['a,b', 'c'], metadata: { m: null }, backoff: { type: 'fixed', delay_ms: 1, max_ms: 2 } as const }
    const job = await makeJob(api, fileSql, 'pending', fields)
    const answer = await ask(api, 'GET', `/jobs/export?queue=${queue}`)
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(answer.headers['content-disposition']).toMatch(/filename="jobs-\d{4}-\d\d-\d\d\.csv"$/)
    const [head, row, ...more] = readCsv(answer.body)
    expect(head).toEqual(Object.keys(Job.properties))
    expect(more).toEqual([])
    const cell = Object.fromEntries(head!.map((name, i) => [name, row![i]!]))
    for (const name of ['payload', 'tags', 'metadata', 'backoff'] as const) expect(JSON.parse(cell[name]!)).toEqual(job[name])
    expect(cell).toMatchObject({ id: job.id, queue, priority: '3', status: 'pending', scheduled_at: job.scheduled_at, created_at: job.created_at, result: '', timeout_ms: '', finished_at: '' })
  })

  test('no jobs make a row of names, or nothing', async ({ api }) => {
    const queue = newQueue()
    expect((await ask(api, 'GET', `/jobs/export?queue=${queue}`)).body).toBe(`${Object.keys(Job.properties).join(',')}\n`)
    expect((await ask(api, 'GET', `/jobs/export?format=ndjson&queue=${queue}`)).body).toBe('')
  })

  test.for([
    ['text/csv', 'text/csv'], ['application/x-ndjson', 'application/x-ndjson'], ['application/jsonl, text/csv;q=0.5', 'application/x-ndjson'],
    ['text/csv, application/x-ndjson', 'text/csv'], ['*/*', 'text/csv'], ['application/json', 'text/csv']
  ] as const)('Accept: %s gets %s, and format is stronger', async ([accept, type], { api }) => {
    const typeOf = async (query: string) => (await ask(api, 'GET', `/jobs/export?queue=none${query}`, undefined, { accept })).headers['content-type']
    expect(await typeOf('')).toBe(`${type}; charset=utf-8`)
    expect(await typeOf('&format=csv')).toBe('text/csv; charset=utf-8')
    expect(await typeOf('&format=ndjson')).toBe('application/x-ndjson; charset=utf-8')
  })

  test('HEAD says what would come, and reads nothing', async ({ api }) => {
    const listJobs = vi.spyOn(api.store, 'listJobs')
    const answer = await ask(api, 'HEAD', '/jobs/export')
    expect([answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([200, 'text/csv; charset=utf-8', ''])
    expect(listJobs).not.toHaveBeenCalled()
  })
})

describe('formulas', () => {
  const STARTS = ['=1+1', '+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', ' =1', '  \u00a0@x', '"=1"', '\'=1', '" -1', '＝1', '\ufeff=1']

  test.for(STARTS)('a spreadsheet takes %j for text, wherever it stands', async (start, { api, fileSql }) => {
    const queue = newQueue()
    const { id } = await makeJob(api, fileSql, 'failed', { queue, payload: start, tags: [start], metadata: { [start]: start } })
    await fileSql`update duly.jobs set last_error = ${start} where id = ${id}`
    const [row] = await csvOf(api, `queue=${queue}`)
    expect(row!.last_error).toBe(`'${start}`)
    for (const cell of Object.values(row!)) expect(cell).not.toMatch(/^[\s"\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]/)
    expect(JSON.parse(row!.tags!)).toEqual([start])
    expect(JSON.parse(row!.metadata!)).toEqual({ [start]: start })
    expect(JSON.parse(row!.payload!.replace(/^'/, ''))).toBe(start)
    expect(await exported(api, `queue=${queue}`)).toMatchObject([{ last_error: start, payload: start }]) // NDJSON is exact
  })

  test('numbers stay numbers, and other text stays as it is', async ({ api, fileSql }) => {
    const queue = newQueue()
    const { id } = await makeJob(api, fileSql, 'completed', { queue, payload: true })
    await fileSql`update duly.jobs set result = '-5', last_error = 'a = b' where id = ${id}`
    expect(await csvOf(api, `queue=${queue}`)).toMatchObject([{ result: '-5', payload: 'true', last_error: 'a = b' }])
  })
})

describe('which jobs', () => {
  test('the filters and the sort are those of the list', async ({ api, fileSql }) => {
    const queue = newQueue()
    await makeJobs(api, fileSql, 'failed', 3, { queue, tags: ['x'] })
    await makeJobs(api, fileSql, 'pending', 4, { queue, tags: ['x', 'y'], payload: { find: 'me' } })
    for (const query of ['status=failed', 'status=running,pending', 'tag=y', 'type=send_email', 'search=me', 'sort=scheduled&status=pending', 'order=asc', 'sort=finished&order=asc', 'from=2999-01-01T00:00:00Z']) {
      const { data } = (await ask(api, 'GET', `/jobs?limit=100&queue=${queue}&${query}`)).json<JobPage>()
      expect(await exported(api, `queue=${queue}&${query}`), query).toEqual(data)
    }
  })

  test('limit is the most', async ({ api, fileSql }) => {
    const queue = newQueue()
    await seed(fileSql, queue, 1_500)
    for (const limit of [1, 1_000, 1_200, 9_999]) expect(await exported(api, `queue=${queue}&limit=${limit}`)).toHaveLength(Math.min(limit, 1_500))
  })

  test.for([
    ['format=xml', ['?format must be one of "csv", "ndjson"']],
    ['limit=0', ['?limit must be one whole number from 1']],
    ['cursor=x', ['?cursor is not known here']],
    ['status=pendng&from=2026-01-31', ['?status/0 must be one of']],
    ['from=2026-01-31', ['?from has no offset']]
  ] as const)('%s is refused', async ([query, expected], { api }) => {
    const answer = await ask(api, 'GET', `/jobs/export?${query}`)
    expect(expectProblem(answer, 'invalid_request')).toEqual(expected.map((words) => expect.stringContaining(words)))
    expect(answer.headers['content-disposition']).toBeUndefined()
  })

  test.for(['csv', 'ndjson'])('3,000 jobs come as %s, each once and in order', async (format, { api, fileSql }) => {
    const queue = newQueue()
    await seed(fileSql, queue, 3_000)
    const url = await listen(api)
    const body = await (await fetch(`${url}/jobs/export?format=${format}&queue=${queue}&order=asc`)).text()
    const numbers = format === 'csv' ? readCsv(body).slice(1).map((row) => JSON.parse(row[3]!) as { n: number }) : lines(body).map((line) => (JSON.parse(line) as Job).payload as { n: number })
    expect(numbers.map(({ n }) => n)).toEqual(Array.from({ length: 3_000 }, (_, i) => i + 1))
  })

  test('it goes on over pages on which nothing was found yet', async ({ api }) => {
    const [a, b] = [newJob(), newJob()].map((job) => ({ ...job, status: 'pending' }) as unknown as Job)
    const pages: JobPage[] = [
      { data: [], next_cursor: 'x', scanned_until: '2026-01-02T00:00:00.000Z' },
      { data: [a!], next_cursor: 'y', scanned_until: '2026-01-01T00:00:00.000Z' },
      { data: [], next_cursor: 'z', scanned_until: '2025-01-01T00:00:00.000Z' },
      { data: [b!], next_cursor: null, scanned_until: null }
    ]
    const listJobs = vi.spyOn(api.store, 'listJobs').mockImplementation(async () => pages.shift()!)
    expect((await exported(api, 'search=x')).map(({ id }) => id)).toEqual([a!.id, b!.id])
    expect(listJobs.mock.calls.map(([{ cursor }]) => cursor)).toEqual([null, 'x', 'y', 'z'])
  })
})

describe('over a real connection', () => {
  /** A store whose pages never end, of 1,000 jobs of about 1 kB. */
  function endless(api: Api) {
    const data = Array.from({ length: 1_000 }, () => ({ ...newJob({ payload: 'x'.repeat(1_000) }), status: 'pending' }) as unknown as Job)
    return vi.spyOn(api.store, 'listJobs').mockImplementation(async () => ({ data, next_cursor: 'more', scanned_until: null }))
  }

  const open = (url: string) => new Promise<IncomingMessage>((resolve, reject) => get(url, resolve).on('error', reject))
  const connections = (api: Api) => new Promise<number>((resolve) => api.app.server.getConnections((_error, count) => resolve(count)))

  test('a client that takes nothing is not read for; one that goes away ends it', async ({ api }) => {
    const url = await listen(api)
    const listJobs = endless(api)
    const answer = await open(`${url}/jobs/export?format=ndjson`)
    let before = -1
    await vi.waitFor(() => {
      const calls = listJobs.mock.calls.length
      const stands = calls === before
      before = calls
      expect(stands).toBe(true) // its buffers and those of the system are full
    }, { interval: 300, timeout: 15_000 })
    expect(before).toBeLessThan(50)

    answer.destroy()
    await vi.waitFor(async () => expect(await connections(api)).toBe(0))
    const after = listJobs.mock.calls.length
    expect(after).toBeLessThanOrEqual(before + 1)
    await ask(api, 'GET', '/livez')
    expect(listJobs.mock.calls.length).toBe(after)
  })

  test('other requests are answered while one runs', async ({ api }) => {
    const url = await listen(api)
    endless(api)
    const answer = await open(`${url}/jobs/export`)
    answer.resume()
    for (let i = 0; i < 20; i++) expect((await fetch(`${url}/livez`)).status).toBe(200)
    answer.destroy()
  })

  test('a store that fails before the first page is a problem as usual', async ({ api }) => {
    const url = await listen(api)
    vi.spyOn(api.store, 'listJobs').mockRejectedValue(new Error('secret'))
    const answer = await fetch(`${url}/jobs/export`)
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('content-disposition')]).toEqual([500, expect.stringContaining('application/problem+json'), null])
  })

  test('one that fails in the middle breaks off the connection: no client takes it for the whole', async ({ api, fileSql }) => {
    const queue = newQueue()
    await seed(fileSql, queue, 3_000)
    const url = await listen(api)
    const listJobs = api.store.listJobs.bind(api.store)
    const failing = vi.spyOn(api.store, 'listJobs')
    const fail = (when = async () => {}) => {
      let page = 0
      failing.mockImplementation(async (options) => {
        if (++page < 3) return listJobs(options)
        await when()
        throw new Error('secret')
      })
    }
    for (const format of ['csv', 'ndjson']) {
      fail()
      const answer = await fetch(`${url}/jobs/export?format=${format}&queue=${queue}`)
      expect(answer.status).toBe(200)
      await expect(answer.text()).rejects.toThrow()
    }
    expect(api.logged).toContainEqual(expect.objectContaining({ level: 40, msg: 'an export was broken off', jobs: 2_000 }))

    // HTTP/1.0 knows no chunks: only a reset tells that something is missing. A client that has something left to read may not see it.
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let received = ''
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
    fail(() => vi.waitFor(() => expect(lines(received.split('\r\n\r\n')[1] ?? '')).toHaveLength(2_001)))
    socket.write(`GET /jobs/export?queue=${queue} HTTP/1.0\r\n\r\n`)
    expect(await new Promise((resolve) => socket.on('error', resolve).on('end', () => resolve('complete')))).toMatchObject({ code: 'ECONNRESET' })
  })

  test('when the API stops, one that goes on and on is broken off', async ({ api }) => {
    const url = await listen(api)
    endless(api)
    const answer = await open(`${url}/jobs/export`)
    const ended = text(answer).then(() => 'complete', () => 'broken off')
    await api.app.close()
    expect(await ended).toBe('broken off')
  })
})

async function listen(api: Api): Promise<string> {
  await api.app.listen({ port: 0, host: '127.0.0.1' })
  return `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`
}
