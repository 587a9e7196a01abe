/** The requests of other schedulers, as their documentation writes them. docs/compatibility.md has the same table. */
import { uuidv7 } from 'uuidv7'
import { describe, expect } from 'vitest'
import { rewriteUrl } from '../../api/plugins/compatibility.js'
import type { Job } from '../../core/job.js'
import { ask, makeJob, makeJobs, newQueue, read } from './asking.js'
import { bare, readText, table } from '../docs/support.js'
import { test } from './fixtures.js'
import { type Api, expectProblem } from './support.js'

const mail = { to: 'test@example.com', subject: 'Hello!', message: 'This is a test job.' }

interface OldPage {
  data: Job[]
  jobs: Job[]
  total: number
  page: number
  limit: number
  totalPages: number
}

describe('with the addresses of Duly', () => {
  test('POST /jobs, GET /jobs, PUT /jobs/:id/cancel', async ({ api }) => {
    const created = await ask(api, 'POST', '/jobs', { type: 'email_notification', payload: mail, scheduled_at: '2999-01-31T09:30:00Z', priority: 1, max_retries: 3 })
    expect([created.statusCode, created.json()]).toEqual([201, expect.objectContaining({ type: 'email_notification', payload: mail, priority: 1, max_retries: 3 })])
    const { id } = created.json<Job>()
    expect((await ask(api, 'GET', '/jobs')).json<{ data: Job[] }>().data.map((job) => job.id)).toContain(id)
    expect((await ask(api, 'GET', '/jobs?status=picked')).statusCode).toBe(200)
    expect((await ask(api, 'GET', '/jobs?status=running')).statusCode).toBe(200)
    const cancelled = await ask(api, 'PUT', `/jobs/${id}/cancel`)
    expect([cancelled.statusCode, cancelled.json()]).toEqual([200, expect.objectContaining({ id, status: 'cancelled' })])
  })
})

describe('POST /api/job', () => {
  test('{task: {type, data}, scheduled_at}', async ({ api }) => {
    const answer = await ask(api, 'POST', '/api/job', { task: { type: 'email_notification', data: mail }, scheduled_at: '2999-01-31T09:30:00Z' })
    const job = answer.json<Job>()
    expect([answer.statusCode, job]).toEqual([201, expect.objectContaining({ type: 'email_notification', payload: mail, status: 'pending', scheduled_at: '2999-01-31T09:30:00.000Z' })])
    expect(answer.headers.location).toBe(`/jobs/${job.id}`)
    expect(await read(api, job.id)).toMatchObject(job)
  })

  test.for([
    [{ task: { type: 'log', data: { a: 1 }, priority: 2, maxRetries: 1 }, scheduledAt: '2999-01-31T09:30:00+01:00', timeoutMs: 5 }, { payload: { a: 1 }, priority: 2, max_retries: 1, timeout_ms: 5, scheduled_at: '2999-01-31T08:30:00.000Z' }],
    [{ type: 'log', data: { a: 1 }, expiresAt: '2999-01-31T09:30:00Z' }, { payload: { a: 1 }, expires_at: '2999-01-31T09:30:00.000Z' }],
    [{ type: 'log', payload: { data: { maxRetries: 1 } }, tags: ['a'] }, { payload: { data: { maxRetries: 1 } }, tags: ['a'] }],
    [{ task: { type: 'log' }, backoff: { type: 'fixed', delay: 5, maxMs: 6 } }, { backoff: { type: 'fixed', delay_ms: 5, max_ms: 6 }, payload: {} }]
  ] as const)('%j', async ([body, job], { api }) => {
    const answer = await ask(api, 'POST', '/api/job', body)
    expect([answer.statusCode, answer.json()]).toEqual([201, expect.objectContaining({ type: 'log', ...job })])
  })

  test.for([
    [{}, 'invalid_request', ['/task/type is missing']],
    [{ task: {} }, 'invalid_request', ['/task/type is missing']],
    [undefined, 'invalid_request', [' is missing: send a JSON object']],
    [[], 'invalid_request', [' must be an object, not an array']],
    [{ task: 'log' }, 'invalid_request', ['/task must be an object such as']],
    [{ task: { type: 'email_notification', data: { ...mail, to: 5 } } }, 'invalid_payload', ['/task/data/to must be']],
    [{ task: { type: 'write_file' } }, 'invalid_payload', ['/task/data/content is missing', '/task/data/path is missing']],
    [{ task: { type: 'send_mail', data: 'a\0' } }, 'invalid_request', ['/task/type no handler is known for the type "send_mail"; did you mean "send_email"?', '/task/data contains a NUL']],
    [{ task: { type: 'log', nonsense: 1 }, maxRetrys: 1 }, 'invalid_request', ['/maxRetrys is not known here; did you mean "max_retries"?', '/task/nonsense is not known here']],
    [{ task: { type: 'log', priority: 10 }, scheduledAt: '2026-01-31T09:30:00' }, 'invalid_request', ['/task/priority must be 0 to 9', '/scheduledAt has no offset']],
    [{ task: { type: 'log' }, backoff: { delay: -1, 'a/b': 1 } }, 'invalid_request', ['/backoff/a~1b is not known here', '/backoff/delay must be 0 or more']],
    [{ task: { type: 'log', data: {} }, payload: {}, maxRetries: 1, max_retries: 2 }, 'invalid_request', ['/max_retries says the same as /maxRetries: send one of them', '/task/data says the same as /payload: send one of them']]
  ] as const)('%j is refused where the caller wrote it', async ([body, code, expected], { api }) => {
    const answer = await ask(api, 'POST', '/api/job', body)
    const faults = expectProblem(answer, code)
    expect(faults.toSorted()).toEqual(expected.toSorted().map((words) => expect.stringContaining(words)))
    expect(answer.json()).toMatchObject({ detail: expect.stringContaining(faults[0]!.trim()) })
  })

  test('with an Idempotency-Key makes one job', async ({ api }) => {
    const key = { 'idempotency-key': uuidv7() }
    const first = await ask(api, 'POST', '/api/job', { task: { type: 'log', data: { a: 1 } } }, key)
    const second = await ask(api, 'POST', '/api/job', { type: 'log', payload: { a: 1 } }, key)
    expect([first.statusCode, second.statusCode]).toEqual([201, 200])
    expect(second.json()).toEqual(first.json())
  })
})

describe('GET /api/jobs', () => {
  test('?page&limit&status&taskType&search&startDate&endDate', async ({ api, fileSql }) => {
    const queue = newQueue()
    const ids = (await makeJobs(api, fileSql, 'failed', 5, { queue, type: 'send_email', payload: { ...mail, note: queue } })).map(({ id }) => id).toReversed()
    const today = new Date().toISOString().slice(0, 10)
    const answer = await ask(api, 'GET', `/api/jobs?page=2&limit=2&status=failed&taskType=send_email&search=${queue}&startDate=${today}&endDate=${today}`)
    const page = answer.json<OldPage>()
    expect(answer.statusCode, answer.body).toBe(200)
    expect(page).toMatchObject({ total: 5, page: 2, limit: 2, totalPages: 3 })
    expect(page.jobs.map(({ id }) => id)).toEqual(ids.slice(2, 4))
    expect(page.data).toEqual(page.jobs)
  })

  test('without a page is the first of 20', async ({ api, fileSql }) => {
    const queue = newQueue()
    await makeJobs(api, fileSql, 'pending', 21, { queue })
    const page = (await ask(api, 'GET', `/api/jobs?queue=${queue}`)).json<OldPage>()
    expect([page.jobs.length, page.page, page.limit, page.total, page.totalPages]).toEqual([20, 1, 20, 21, 2])
  })

  test('empty words and "all" filter nothing, and statuses go by other names', async ({ api, fileSql }) => {
    const queue = newQueue()
    const job = await makeJob(api, fileSql, 'pending', { queue })
    await makeJob(api, fileSql, 'in_progress', { queue })
    const found = async (query: string) => (await ask(api, 'GET', `/api/jobs?queue=${queue}&${query}`)).json<OldPage>().total
    expect(await found('status=&taskType=&search=&startDate=&endDate=')).toBe(2)
    expect(await found('status=all&taskType=all')).toBe(2)
    for (const status of ['queued', 'QUEUED', 'scheduled', 'pending', 'running', 'picked', 'active', 'processing']) expect(await found(`status=${status}`), status).toBe(1)
    expect(await found('status=queued,running')).toBe(2)
    expect(await found('status=canceled')).toBe(0)
    expect((await ask(api, 'GET', `/api/jobs/${job.id}`)).json()).toMatchObject({ id: job.id })
  })

  test('a date is a day of UTC, and the last is included', async ({ api, fileSql }) => {
    const queue = newQueue()
    const [job] = await makeJobs(api, fileSql, 'completed', 1, { queue })
    await fileSql`update duly.jobs set finished_at = '2026-01-31 23:59:59.999+00' where id = ${job!.id}`
    const found = async (query: string) => (await ask(api, 'GET', `/api/jobs?queue=${queue}&sort=finished&${query}`)).json<OldPage>().jobs.length
    expect(await found('startDate=2026-01-31&endDate=2026-01-31')).toBe(1)
    expect(await found('endDate=2026-01-30')).toBe(0)
    expect(await found('startDate=2026-02-01')).toBe(0)
    expect(await found('startDate=0001-01-01&endDate=9999-12-31')).toBe(1)
    expect(await found('startDate=2026-01-31T23:00:00Z&endDate=2026-02-01T00:00:00Z')).toBe(1)
  })

  test.for([
    ['status=pendng', ['?status/0 must be one of']],
    ['taskType=a&taskType=', ['?taskType/1 must not be empty']],
    ['startDate=2026-02-30', ['?startDate has a day that does not exist']],
    ['endDate=tomorrow', ['?endDate must be a time']],
    ['startDate=2026-02-02&endDate=2026-02-01', ['?endDate must be after from']],
    ['page=0&limit=1000', ['?limit must be one whole number from 1 to 100', '?page must be one whole number from 1']],
    ['taskType=a&type=b', ['?type says the same as ?taskType: send one of them']],
    ['__proto__=x&constructor=y', ['?__proto__ is not known here', '?constructor is not known here']]
  ] as const)('%s is refused where the caller wrote it', async ([query, expected], { api }) => {
    const faults = expectProblem(await ask(api, 'GET', `/api/jobs?${query}`), 'invalid_request')
    expect(faults.toSorted()).toEqual(expected.toSorted().map((words) => expect.stringContaining(words)))
  })
})

test('GET /api/jobs/export?status&taskType', async ({ api, fileSql }) => {
  const queue = newQueue()
  const { id } = await makeJob(api, fileSql, 'failed', { queue, type: 'send_email' })
  await makeJob(api, fileSql, 'failed', { queue })
  const answer = await ask(api, 'GET', `/api/jobs/export?status=failed&taskType=send_email&queue=${queue}`)
  expect([answer.statusCode, answer.headers['content-type'], answer.headers['content-disposition']]).toEqual([200, 'text/csv; charset=utf-8', expect.stringContaining('.csv')])
  expect(answer.body.split('\n')).toEqual([expect.stringMatching(/^id,/), expect.stringContaining(id), ''])
})

test('POST /api/duplicate/:id', async ({ api, fileSql }) => {
  const { id } = await makeJob(api, fileSql, 'completed', { payload: { a: 1 } })
  const bare = await ask(api, 'POST', `/api/duplicate/${id}`)
  expect([bare.statusCode, bare.json()]).toEqual([201, expect.objectContaining({ payload: { a: 1 }, status: 'pending' })])
  const later = await ask(api, 'POST', `/api/duplicate/${id}`, { scheduledAt: '2999-01-31T09:30:00Z' })
  expect([later.statusCode, later.json()]).toEqual([201, expect.objectContaining({ scheduled_at: '2999-01-31T09:30:00.000Z' })])
  expectProblem(await ask(api, 'POST', `/api/duplicate/${uuidv7()}`), 'job_not_found')
})

test('POST /api/retry/:id', async ({ api, fileSql }) => {
  const { id } = await makeJob(api, fileSql, 'failed')
  const answer = await ask(api, 'POST', `/api/retry/${id}`)
  expect([answer.statusCode, answer.json()]).toEqual([200, expect.objectContaining({ id, status: 'pending' })])
  expectProblem(await ask(api, 'POST', `/api/retry/${id}`), 'job_not_retryable')
})

test('POST /api/cancel/:id', async ({ api, fileSql }) => {
  const { id } = await makeJob(api, fileSql, 'pending')
  const answer = await ask(api, 'POST', `/api/cancel/${id}`)
  expect([answer.statusCode, answer.json()]).toEqual([200, expect.objectContaining({ id, status: 'cancelled' })])
  expect(expectProblem(await ask(api, 'POST', '/api/cancel/17'), 'invalid_request')).toEqual([expect.stringContaining(':id must be the id of a job')])
})

test.for(['ids', 'jobIds', 'job_ids'])('POST /api/bulk/cancel and retry {%s}', async (name, { api, fileSql }) => {
  const ids = (await makeJobs(api, fileSql, 'pending', 3)).map(({ id }) => id)
  const cancelled = await ask(api, 'POST', '/api/bulk/cancel', { [name]: ids })
  expect([cancelled.statusCode, cancelled.json()]).toEqual([200, expect.objectContaining({ matched: 3, changed: 3 })])
  const retried = await ask(api, 'POST', '/api/bulk/retry', { [name]: ids })
  expect([retried.statusCode, retried.json()]).toEqual([200, expect.objectContaining({ matched: 3, changed: 3 })])
  expect(expectProblem(await ask(api, 'POST', '/api/bulk/cancel', { [name]: ['17'] }), 'invalid_request')).toEqual([expect.stringContaining(`/${name}/0 must be the id of a job`)])
})

/** Routes of others are translated here already; until they are there, the address is not. */
async function needs(api: Api, url: string, skip: (why: string) => void): Promise<void> {
  if (!api.app.hasRoute({ method: 'GET', url })) skip(`there is no GET ${url} yet`)
}

test('GET /api/stats', async ({ api, skip }) => {
  await needs(api, '/stats', skip)
  const [old, ours] = [await ask(api, 'GET', '/api/stats'), await ask(api, 'GET', '/stats')]
  expect([old.statusCode, Object.keys(old.json<object>())]).toEqual([200, Object.keys(ours.json<object>())])
})

test('GET and POST /api/templates, POST /api/templates/:id/use, DELETE /api/templates/:id', async ({ api, skip }) => {
  await needs(api, '/templates', skip)
  const name = `welcome ${uuidv7()}`
  const created = await ask(api, 'POST', '/api/templates', { name, task: { type: 'email_notification', data: { ...mail, subject: 'Hello, {{ name }}!' } }, maxRetries: 1 })
  expect([created.statusCode, created.json()]).toEqual([201, expect.objectContaining({ name, body: expect.objectContaining({ type: 'email_notification', max_retries: 1 }) })])
  const { id } = created.json<{ id: string }>()
  expect((await ask(api, 'GET', '/api/templates')).json<{ data: Array<{ id: string }> }>().data.map((template) => template.id)).toContain(id)

  const used = await ask(api, 'POST', `/api/templates/${id}/use`, { scheduledAt: '2999-01-31T09:30:00Z', variables: { name: 'Ann' } })
  expect([used.statusCode, used.json()]).toEqual([201, expect.objectContaining({ payload: { ...mail, subject: 'Hello, Ann!' }, scheduled_at: '2999-01-31T09:30:00.000Z', max_retries: 1 })])

  expect(expectProblem(await ask(api, 'POST', '/api/templates', { name, task: { type: 'lug', data: {}, priority: 10 } }), 'invalid_request').toSorted()).toEqual([expect.stringContaining('/task/priority must be'), expect.stringContaining('/task/type no handler')])
  const native = await ask(api, 'POST', '/api/templates', { name: `${name} 2`, body: { type: 'log', payload: { data: 1 } } })
  expect([native.statusCode, native.json()]).toEqual([201, expect.objectContaining({ body: expect.objectContaining({ payload: { data: 1 } }) })])
  expect((await ask(api, 'DELETE', `/api/templates/${id}`)).statusCode).toBe(204)
})

describe('addresses', () => {
  test.for([
    ['/api/job', '/jobs'], ['/api/job/', '/jobs'], ['/api/jobs?a=%2Fapi%2Fjob', '/jobs?a=%2Fapi%2Fjob'], ['/api/job/17', '/jobs/17'], ['/api/jobs/17/explain?x', '/jobs/17/explain?x'],
    ['/api/bulk/delete', '/jobs/bulk/delete'], ['/api/retry/$&', '/jobs/$&/retry'], ['/api/templates/17/use', '/templates/17/use'],
    ['/api', '/api'], ['/api/', '/api/'], ['/api/health', '/api/health'], ['/apijob', '/apijob'], ['/api/jobsx', '/api/jobsx'], ['/jobs', '/jobs']
  ] as const)('%s leads to %s', ([url, ours]) => {
    expect(rewriteUrl({ url })).toBe(ours)
  })

  test('docs/compatibility.md has them', async () => {
    const rows = table(await readText('docs/compatibility.md'), 'request', 'is').map(({ request, is }) => [bare(request), bare(is)])
    expect(rows.length).toBeGreaterThan(10)
    for (const [request, is] of rows) {
      const [method, url] = request!.split(' ')
      expect(`${method} ${rewriteUrl({ url: url! })}`).toBe(is)
    }
  })

  test('what is not there, or takes another method, is named as it was asked for', async ({ api }) => {
    const unknown = await ask(api, 'GET', '/api/nothing')
    expectProblem(unknown, 'route_not_found')
    expect(unknown.json()).toMatchObject({ detail: expect.stringContaining('There is no /api/nothing') })
    const method = await ask(api, 'DELETE', '/api/jobs?x=1')
    expectProblem(method, 'method_not_allowed')
    expect([method.headers.allow, method.json()]).toEqual(['GET, HEAD, POST', expect.objectContaining({ detail: '/api/jobs takes GET, HEAD, POST, not DELETE.' })])
  })

  test('with an address of Duly nothing is translated', async ({ api }) => {
    expect(expectProblem(await ask(api, 'POST', '/jobs', { task: { type: 'log' } }), 'invalid_request')).toContainEqual(expect.stringContaining('/task is not known here'))
    expect(expectProblem(await ask(api, 'GET', '/jobs?taskType=log'), 'invalid_request')).toEqual([expect.stringContaining('?taskType is not known here')])
  })
})
