import { uuidv7 } from 'uuidv7'
import { describe, expect } from 'vitest'
import { ENDED, type Job } from '../../core/job.js'
import { ask, inMs, makeJob, newQueue, read, timelineOf } from './asking.js'
import { test } from './fixtures.js'
import { expectProblem } from './support.js'

const JSON_TYPE = { 'content-type': 'application/json' }

describe.each(['PUT', 'POST'] as const)('%s /jobs/:id/cancel', (method) => {
  test('cancels a pending job, takes it from the timeline, and may be sent again', async ({ api, fileSql }) => {
    const queue = newQueue()
    const { id, run_at } = await makeJob(api, fileSql, 'pending', { queue })
    await api.timeline.add([{ id, queue, priority: 0, run_at_ms: Date.parse(run_at) }])
    const answer = await ask(api, method, `/jobs/${id}/cancel`)
    expect([answer.statusCode, answer.json()]).toEqual([200, expect.objectContaining({ id, status: 'cancelled', outcome: 'cancelled', cancel_reason: 'requested', finished_at: expect.any(String) })])
    await timelineOf(api, queue, [])
    const again = await ask(api, method, `/jobs/${id}/cancel`)
    expect([again.statusCode, again.json()]).toEqual([200, answer.json()])
  })

  test('tells a running job to stop: 202, and the time of the first request stays', async ({ api, fileSql }) => {
    const { id } = await makeJob(api, fileSql, 'in_progress')
    const answer = await ask(api, method, `/jobs/${id}/cancel`)
    expect([answer.statusCode, answer.json()]).toEqual([202, expect.objectContaining({ id, status: 'in_progress', outcome: 'cancel_requested', cancel_requested_at: expect.any(String), cancel_reason: null })])
    expect((await ask(api, method, `/jobs/${id}/cancel`)).json()).toEqual(answer.json())
  })

  test.for(['completed', 'failed'] as const)('refuses a job that is %s', async (status, { api, fileSql }) => {
    const { id } = await makeJob(api, fileSql, status)
    const answer = await ask(api, method, `/jobs/${id}/cancel`)
    expectProblem(answer, 'job_not_cancellable')
    expect(answer.json()).toMatchObject({ detail: expect.stringContaining(status) })
  })
})

test.for([['PUT', 'cancel'], ['POST', 'cancel'], ['POST', 'retry'], ['POST', 'run-now'], ['POST', 'duplicate'], ['GET', 'explain']] as const)('%s /jobs/:id/%s of no job is 404, and of no id 422', async ([method, action], { api }) => {
  expectProblem(await ask(api, method, `/jobs/${uuidv7()}/${action}`), 'job_not_found')
  expect(expectProblem(await ask(api, method, `/jobs/17/${action}`), 'invalid_request')).toEqual([expect.stringContaining(':id must be the id of a job')])
})

test.for([['PATCH', { priority: 1 }], ['PATCH', { payload: {} }], ['DELETE', undefined]] as const)('%s /jobs/:id of no job is 404', async ([method, body], { api }) => {
  expectProblem(await ask(api, method, `/jobs/${uuidv7()}`, body), 'job_not_found')
})

test.for([
  ['PUT', 'cancel', 'pending'], ['POST', 'cancel', 'pending'], ['POST', 'retry', 'failed'], ['POST', 'run-now', 'pending'], ['POST', 'duplicate', 'failed']
] as const)('%s %s needs no body, whether or not a type of one is named', async ([method, action, status], { api, fileSql }) => {
  for (const headers of [{}, JSON_TYPE]) {
    const { id } = await makeJob(api, fileSql, status)
    const answer = await ask(api, method, `/jobs/${id}/${action}`, undefined, headers)
    expect([answer.statusCode, answer.json()]).toEqual([action === 'duplicate' ? 201 : 200, expect.objectContaining({ type: 'log' })])
  }
})

describe('POST /jobs/:id/retry', () => {
  test.for(ENDED)('runs a job again that is %s: now, with all its attempts, and in the timeline', async (status, { api, fileSql }) => {
    const queue = newQueue()
    const { id } = await makeJob(api, fileSql, status, { queue, expires_at: inMs(-1_000) })
    const answer = await ask(api, 'POST', `/jobs/${id}/retry`)
    const job = answer.json<Job>()
    expect([answer.statusCode, job]).toEqual([200, expect.objectContaining({ id, status: 'pending', attempt: 0, fence: 2, result: null, started_at: null, finished_at: null, cancel_reason: null, expires_at: null })])
    expect(Date.parse(job.run_at)).toBeLessThan(Date.now() + 60_000)
    await timelineOf(api, queue, [[id, Date.parse(job.run_at)]])
  })

  test('a delayed copy of a request that names its fence does nothing', async ({ api, fileSql }) => {
    const { id } = await makeJob(api, fileSql, 'failed')
    expect((await ask(api, 'POST', `/jobs/${id}/retry`, { fence: 1 })).statusCode).toBe(200)
    await fileSql`update duly.jobs set status = 'completed', finished_at = now() where id = ${id}`
    expectProblem(await ask(api, 'POST', `/jobs/${id}/retry`, { fence: 1 }), 'fence_superseded')
    expect(await read(api, id)).toMatchObject({ status: 'completed', fence: 2 })
  })

  test.for(['pending', 'in_progress'] as const)('refuses a job that is %s', async (status, { api, fileSql }) => {
    const { id } = await makeJob(api, fileSql, status)
    const answer = await ask(api, 'POST', `/jobs/${id}/retry`)
    expectProblem(answer, 'job_not_retryable')
    expect(answer.json()).toMatchObject({ detail: expect.stringContaining(status) })
  })

  test.for([
    [{ fence: -1 }, '/fence must be 0 or more'],
    [{ fence: '1' }, '/fence must be a whole number, not a string'],
    [{ fense: 1 }, '/fense is not known here; did you mean "fence"?'],
    [[], ' must be an object, not an array'],
    [null, ' must be an object, not null']
  ] as const)('refuses %j', async ([body, fault], { api, fileSql }) => {
    const { id } = await makeJob(api, fileSql, 'failed')
    expect(expectProblem(await ask(api, 'POST', `/jobs/${id}/retry`, body), 'invalid_request')).toEqual([fault])
    expect(await read(api, id)).toMatchObject({ status: 'failed' })
  })
})

describe('PATCH /jobs/:id', () => {
  test('changes what it names, and nothing else', async ({ api, fileSql }) => {
    const { id, ...before } = await makeJob(api, fileSql, 'pending', { tags: ['old'], metadata: { old: 1 } })
    const changes = { payload: { new: true }, priority: 7, max_retries: 0, timeout_ms: 5, expires_at: '2999-01-01T00:00:00.000Z', tags: ['a', 'b'], metadata: { a: { b: 1 } } }
    const answer = await ask(api, 'PATCH', `/jobs/${id}`, { ...changes, backoff: { type: 'fixed' } })
    expect([answer.statusCode, answer.json()]).toEqual([200, { id, ...before, ...changes, backoff: { type: 'fixed', delay_ms: 2_000, max_ms: 3_600_000 } }])
    expect((await ask(api, 'PATCH', `/jobs/${id}`, { backoff: null, timeout_ms: null, expires_at: null, tags: [], metadata: {} })).json()).toMatchObject({ backoff: null, timeout_ms: null, expires_at: null, tags: [], metadata: {} })
  })

  test('moves its time, by an instant or by a delay, and its place in the timeline', async ({ api, fileSql }) => {
    const queue = newQueue()
    const { id, run_at } = await makeJob(api, fileSql, 'pending', { queue })
    await api.timeline.add([{ id, queue, priority: 0, run_at_ms: Date.parse(run_at) }])
    const scheduled_at = inMs(1_200_000)
    expect((await ask(api, 'PATCH', `/jobs/${id}`, { scheduled_at })).json()).toMatchObject({ scheduled_at, run_at: scheduled_at })
    await timelineOf(api, queue, [[id, Date.parse(scheduled_at)]])
    const delayed = (await ask(api, 'PATCH', `/jobs/${id}`, { delay: '30m', priority: 3 })).json<Job>()
    expect(Math.abs(Date.parse(delayed.run_at) - Date.now() - 1_800_000)).toBeLessThan(60_000)
    await timelineOf(api, queue, [])
    await timelineOf(api, queue, [[id, Date.parse(delayed.run_at)]], 3)
  })

  test('a time of null is now; a delay of null says nothing', async ({ api, fileSql }) => {
    const job = await makeJob(api, fileSql, 'pending')
    expect((await ask(api, 'PATCH', `/jobs/${job.id}`, { delay: null, priority: 1 })).json()).toMatchObject({ scheduled_at: job.scheduled_at, run_at: job.run_at, priority: 1 })
    const { run_at } = (await ask(api, 'PATCH', `/jobs/${job.id}`, { scheduled_at: null })).json<Job>()
    expect(Date.parse(run_at)).toBeLessThan(Date.now() + 60_000)
  })

  test('checks a new payload against the schema of its type', async ({ api, fileSql }) => {
    const payload = { to: 'a@example.com', subject: 's', message: 'm' }
    const { id } = await makeJob(api, fileSql, 'pending', { type: 'send_email', payload })
    const faults = expectProblem(await ask(api, 'PATCH', `/jobs/${id}`, { payload: { ...payload, subject: 5 } }), 'invalid_payload')
    expect(faults).toEqual(['/payload/subject must be a string, not a number'])
    expect((await read(api, id)).payload).toEqual(payload)
  })

  test.for([
    [undefined, [' is missing: send a JSON object']],
    [{}, [' must name what to change']],
    [null, [' must be an object, not null']],
    [{ priorty: 1 }, ['/priorty is not known here; did you mean "priority"?']],
    [{ status: 'completed', priority: 10 }, ['/status is not known here', '/priority must be 0 to 9']],
    [{ delay: '1h', scheduled_at: '2999-01-01T00:00:00Z' }, ['/delay contradicts scheduled_at: send one of them']],
    [{ scheduled_at: '2999-01-01', expires_at: 'soon' }, ['/scheduled_at has no offset', '/expires_at must be a time']],
    [{ scheduled_at: '2999-01-02T00:00:00Z', expires_at: '2999-01-02T01:00:00+01:00' }, ['/expires_at must be after scheduled_at']],
    [{ tags: [''] }, ['/tags/0 must not be empty']],
    [{ metadata: { a: 'x'.repeat(16_384) } }, ['/metadata must have at most 16384 bytes of JSON']]
  ] as const)('refuses %j', async ([body, expected], { api, fileSql }) => {
    const job = await makeJob(api, fileSql, 'pending')
    const faults = expectProblem(await ask(api, 'PATCH', `/jobs/${job.id}`, body), 'invalid_request')
    expect(faults).toEqual(expected.map((words) => expect.stringContaining(words)))
    expect(await read(api, job.id)).toMatchObject(job)
  })

  test.for(['in_progress', ...ENDED] as const)('refuses a job that is %s', async (status, { api, fileSql }) => {
    const { id } = await makeJob(api, fileSql, status)
    const answer = await ask(api, 'PATCH', `/jobs/${id}`, { priority: 1 })
    expectProblem(answer, 'job_not_pending')
    expect(answer.json()).toMatchObject({ detail: expect.stringContaining(status) })
  })
})

describe('POST /jobs/:id/run-now', () => {
  test('makes a pending job due, and leaves what was asked for', async ({ api, fileSql }) => {
    const queue = newQueue()
    const { id, scheduled_at } = await makeJob(api, fileSql, 'pending', { queue })
    const answer = await ask(api, 'POST', `/jobs/${id}/run-now`)
    const job = answer.json<Job>()
    expect([answer.statusCode, job]).toEqual([200, expect.objectContaining({ id, status: 'pending', scheduled_at })])
    expect(Date.parse(job.run_at)).toBeLessThan(Date.now() + 60_000)
    await timelineOf(api, queue, [[id, Date.parse(job.run_at)]])
  })

  test('a job that is due already keeps its place', async ({ api, fileSql }) => {
    const { id, run_at } = await makeJob(api, fileSql, 'pending', { scheduled_at: inMs(-5_000) })
    expect((await ask(api, 'POST', `/jobs/${id}/run-now`)).json()).toMatchObject({ run_at })
  })

  test('refuses a job that has started', async ({ api, fileSql }) => {
    const { id } = await makeJob(api, fileSql, 'in_progress')
    expectProblem(await ask(api, 'POST', `/jobs/${id}/run-now`), 'job_not_pending')
  })
})

describe('POST /jobs/:id/duplicate', () => {
  test.for(['pending', 'in_progress', ...ENDED] as const)('creates a job like one that is %s, with a time of its own', async (status, { api, fileSql }) => {
    const queue = newQueue()
    const like = { queue, payload: { a: [1] }, priority: 2, max_retries: 7, backoff: { type: 'fixed', delay_ms: 1, max_ms: 2 } as const, timeout_ms: 9, tags: ['t'], metadata: { m: 1 } }
    const { id } = await makeJob(api, fileSql, status, { ...like, expires_at: inMs(900_000) })
    const scheduled_at = inMs(1_200_000)
    const answer = await ask(api, 'POST', `/jobs/${id}/duplicate`, { scheduled_at })
    const job = answer.json<Job>()
    expect([answer.statusCode, job]).toEqual([201, expect.objectContaining({ ...like, type: 'log', status: 'pending', scheduled_at, run_at: scheduled_at, attempt: 0, fence: 0, expires_at: null, result: null })])
    expect(job.id).not.toBe(id)
    expect(answer.headers.location).toBe(`/jobs/${job.id}`)
    expect(await read(api, job.id)).toMatchObject(job)
    await timelineOf(api, queue, [[job.id, Date.parse(scheduled_at)]], 2)
  })

  test('makes one job of requests with the same key', async ({ api, fileSql }) => {
    const { id } = await makeJob(api, fileSql, 'completed')
    const key = { 'idempotency-key': uuidv7() }
    const first = await ask(api, 'POST', `/jobs/${id}/duplicate`, { delay: '1h' }, key)
    const second = await ask(api, 'POST', `/jobs/${id}/duplicate`, { delay: '1h' }, key)
    expect([first.statusCode, second.statusCode, second.headers['idempotent-replayed']]).toEqual([201, 200, 'true'])
    expect(second.json()).toEqual(first.json())
    expectProblem(await ask(api, 'POST', `/jobs/${id}/duplicate`, { delay: '2h' }, key), 'idempotency_key_reused')
  })

  test('answers a copy of the request also when the job that it is like has gone', async ({ api, fileSql }) => {
    const { id } = await makeJob(api, fileSql, 'completed')
    const key = { 'idempotency-key': uuidv7() }
    const first = await ask(api, 'POST', `/jobs/${id}/duplicate`, { delay: '1h' }, key)
    expect((await ask(api, 'DELETE', `/jobs/${id}`)).statusCode).toBe(204)
    const second = await ask(api, 'POST', `/jobs/${id}/duplicate`, { delay: '1h' }, key)
    expect([second.statusCode, second.headers['idempotent-replayed'], second.headers.location]).toEqual([200, 'true', first.headers.location])
    expect(second.json()).toEqual(first.json())
    for (const [body, headers] of [[{ delay: '2h' }, key], [{ delay: '1h' }, {}], [{ delay: '1h' }, { 'idempotency-key': uuidv7() }]] as const) {
      expectProblem(await ask(api, 'POST', `/jobs/${id}/duplicate`, body, headers), 'job_not_found')
    }
    const { id: copy } = first.json<Job>()
    await ask(api, 'PUT', `/jobs/${copy}/cancel`)
    await ask(api, 'DELETE', `/jobs/${copy}`)
    const third = await ask(api, 'POST', `/jobs/${id}/duplicate`, { delay: '1h' }, key)
    expectProblem(third, 'job_not_found')
    expect(third.json()).toMatchObject({ detail: expect.stringContaining('has been deleted since') })
  })

  test('refuses contradictions and what it does not know', async ({ api, fileSql }) => {
    const { id } = await makeJob(api, fileSql, 'completed')
    expect(expectProblem(await ask(api, 'POST', `/jobs/${id}/duplicate`, { delay: 5, scheduled_at: '2999-01-01T00:00:00Z' }), 'invalid_request')).toEqual(['/delay contradicts scheduled_at: send one of them'])
    expect(expectProblem(await ask(api, 'POST', `/jobs/${id}/duplicate`, { priority: 1 }), 'invalid_request')).toEqual([expect.stringContaining('/priority is not known here')])
  })
})

describe('DELETE /jobs/:id', () => {
  test.for(ENDED)('deletes a job that is %s, with its attempts', async (status, { api, fileSql }) => {
    const { id } = await makeJob(api, fileSql, status)
    await fileSql`insert into duly.job_attempts (job_id, fence, attempt, outcome, worker_id, started_at) values (${id}, 1, 1, 'failed', ${uuidv7()}, now())`
    const answer = await ask(api, 'DELETE', `/jobs/${id}`)
    expect([answer.statusCode, answer.body]).toEqual([204, ''])
    expectProblem(await ask(api, 'GET', `/jobs/${id}`), 'job_not_found')
    expectProblem(await ask(api, 'DELETE', `/jobs/${id}`), 'job_not_found')
    expect(await fileSql`select from duly.job_attempts where job_id = ${id}`).toHaveLength(0)
  })

  test.for(['pending', 'in_progress'] as const)('refuses a job that is %s', async (status, { api, fileSql }) => {
    const { id } = await makeJob(api, fileSql, status)
    expectProblem(await ask(api, 'DELETE', `/jobs/${id}`), 'job_not_deletable')
    expect(await read(api, id)).toMatchObject({ status })
  })
})
