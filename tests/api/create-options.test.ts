import { uuidv7 } from 'uuidv7'
import { describe, expect, vi } from 'vitest'
import type { Job } from '../../core/job.js'
import { ask, inMs, newQueue, timelineOf } from './asking.js'
import { test } from './fixtures.js'
import { type Api, expectProblem } from './support.js'

const HOUR = 3_600_000
const create = (api: Api, fields: object, headers?: Record<string, string>) => ask(api, 'POST', '/jobs', { type: 'log', ...fields }, headers)
const jobsOf = async (api: Api, queue: string) => (await ask(api, 'GET', `/jobs?queue=${queue}&limit=100`)).json<{ data: Job[] }>().data

describe('delay', () => {
  test.for([
    ['1h30m', 1.5 * HOUR], ['90s', 90_000], ['250ms', 250], ['1.5h', 1.5 * HOUR], ['2d', 48 * HOUR], ['1w', 168 * HOUR], [5_000, 5_000], [0.4, 1], [0, 0], ['0ms', 0], ['36500d', 36_500 * 24 * HOUR]
  ] as const)('%s counts from when it is stored, by the clock of the database', async ([delay, ms], { api }) => {
    const answer = await create(api, { delay })
    const job = answer.json<Job>()
    expect(answer.statusCode).toBe(201)
    expect(job.run_at).toBe(job.scheduled_at)
    expect(Date.parse(job.run_at) - Date.parse(job.created_at)).toBe(ms)
  })

  test('null is as if it were left out, also beside a time', async ({ api }) => {
    const scheduled_at = inMs(HOUR)
    expect((await create(api, { delay: null, scheduled_at })).json()).toMatchObject({ scheduled_at })
    const { run_at, created_at } = (await create(api, { delay: null, scheduled_at: null })).json<Job>()
    expect(run_at).toBe(created_at)
  })

  test.for([
    [{ delay: '1h', scheduled_at: '2999-01-01T00:00:00Z' }, '/delay contradicts scheduled_at: send one of them'],
    [{ delay: 'soon' }, '/delay must be a length of time such as "250ms"'],
    [{ delay: '' }, '/delay must be a length of time'],
    [{ delay: '5' }, '/delay must be a length of time'],
    [{ delay: -1 }, '/delay must be 0 or more'],
    [{ delay: '101y' }, '/delay must be a length of time'],
    [{ delay: '36501d' }, '/delay must be at most 36500 days'],
    [{ delay: true }, '/delay must be a string or a number or null, not true'],
    [{ delay: { h: 1 } }, '/delay must be a string or a number or null, not an object']
  ] as const)('%j is refused', async ([fields, fault], { api }) => {
    expect(expectProblem(await create(api, fields), 'invalid_request')).toEqual([expect.stringContaining(fault)])
  })

  test('a job with a delay is in the timeline', async ({ api }) => {
    const queue = newQueue()
    const { id, run_at } = (await create(api, { delay: '10m', queue })).json<Job>()
    await timelineOf(api, queue, [[id, Date.parse(run_at)]])
  })
})

describe('expires_at', () => {
  test('is kept, to the millisecond', async ({ api }) => {
    expect((await create(api, { expires_at: '2999-01-01T01:00:00.0001+01:00' })).json()).toMatchObject({ expires_at: '2999-01-01T00:00:00.001Z' })
    expect((await create(api, { expires_at: null })).json()).toMatchObject({ expires_at: null })
  })

  test('is refused when the job could never start before it', async ({ api }) => {
    const times = { scheduled_at: '2999-01-01T00:00:00Z', expires_at: '2999-01-01T01:00:00+01:00' }
    expect(expectProblem(await create(api, times), 'invalid_request')).toEqual(['/expires_at must be after scheduled_at'])
    expect(expectProblem(await create(api, { expires_at: '2999-01-01' }), 'invalid_request')).toEqual([expect.stringContaining('/expires_at has no offset')])
  })
})

describe('tags and metadata', () => {
  test('come back as they were sent', async ({ api }) => {
    const labels = { tags: ['a b', 'ü,"\'{}', 'a b', '😀', 'null'], metadata: { a: [1, null, { b: 'ü' }], '': 0 } }
    const job = (await create(api, labels)).json<Job>()
    expect(job).toMatchObject(labels)
    expect((await ask(api, 'GET', `/jobs/${job.id}`)).json()).toMatchObject(labels)
  })

  test('20 tags of 100 characters and 16 KiB of metadata are taken', async ({ api }) => {
    const labels = { tags: Array.from({ length: 20 }, (_, i) => i % 10 + '😀'.repeat(99)), metadata: { a: 'x'.repeat(16 * 1024 - 8) } }
    expect((await create(api, labels)).json()).toMatchObject(labels)
  })

  test.for([
    [{ tags: 'a' }, ['/tags must be an array, not a string']],
    [{ tags: [1, ''] }, ['/tags/0 must be a string, not a number', '/tags/1 must not be empty']],
    [{ tags: Array.from({ length: 21 }, String) }, ['/tags must have at most 20 items']],
    [{ tags: ['x'.repeat(101)] }, ['/tags/0 must have at most 100 characters']],
    [{ tags: ['a\0'] }, ['/tags/0 contains a NUL character']],
    [{ metadata: [] }, ['/metadata must be an object, not an array']],
    [{ metadata: null }, ['/metadata must be an object, not null']],
    [{ metadata: { a: '\ud800' } }, ['/metadata/a contains half of a surrogate pair']],
    [{ metadata: { a: 'x'.repeat(16 * 1024) } }, ['/metadata must have at most 16384 bytes of JSON']]
  ] as const)('%j is refused', async ([fields, expected], { api }) => {
    expect(expectProblem(await create(api, fields), 'invalid_request')).toEqual(expected.map((words) => expect.stringContaining(words)))
  })
})

describe('POST /jobs/bulk', () => {
  const bulk = (api: Api, jobs: unknown, headers?: Record<string, string>) => ask(api, 'POST', '/jobs/bulk', { jobs }, headers)

  test('stores 1,000 jobs in the order given, and tells the timeline', async ({ api }) => {
    const queue = newQueue()
    const answer = await bulk(api, Array.from({ length: 1_000 }, (_, i) => ({ type: 'log', payload: { i }, queue, delay: '30m' })))
    const { data } = answer.json<{ data: Job[] }>()
    expect(answer.statusCode).toBe(201)
    expect(data.map(({ payload }) => (payload as { i: number }).i)).toEqual(Array.from({ length: 1_000 }, (_, i) => i))
    const entries = await vi.waitFor(async () => {
      const found = await api.timeline.list(queue, 0, 0, 2_000)
      expect(found).toHaveLength(1_000)
      return found
    })
    expect(new Set(entries.map(({ id }) => id))).toEqual(new Set(data.map(({ id }) => id)))
  })

  test('names the index of every fault, and stores nothing', async ({ api }) => {
    const queue = newQueue()
    const good = { type: 'log', queue }
    const faults = expectProblem(await bulk(api, [good, { ...good, delay: 'x' }, good, { ...good, priority: 10 }, { queue }, { ...good, type: 'send_email', payload: { to: 5 } }, 7]), 'invalid_request')
    expect(faults).toEqual(expect.arrayContaining([
      '/jobs/3/priority must be 0 to 9',
      expect.stringContaining('/jobs/1/delay must be a length of time'),
      expect.stringContaining('/jobs/4/type is missing'),
      expect.stringContaining('/jobs/5/payload/to must be'),
      '/jobs/6 must be an object, not a number'
    ]))
    expect(await jobsOf(api, queue)).toEqual([])
  })

  test('a fault that only the type or the payload has tells so by its code', async ({ api }) => {
    expect(expectProblem(await bulk(api, [{ type: 'log' }, { type: 'lug' }]), 'unknown_type')).toEqual([expect.stringContaining('/jobs/1/type no handler is known')])
    expect(expectProblem(await bulk(api, [{ type: 'write_file' }]), 'invalid_payload')).toContainEqual(expect.stringContaining('/jobs/0/payload/path is missing'))
  })

  test.for([
    [undefined, [' is missing: send {"jobs": [...]}']],
    [{}, ['/jobs is missing']],
    [null, [' must be an object, not null']],
    [[], [' must be an object, not an array']],
    [{ jobs: [] }, ['/jobs must not be empty']],
    [{ jobs: Array.from({ length: 1_001 }, () => ({ type: 'log' })) }, ['/jobs must have at most 1000 items']],
    [{ jobs: { 0: { type: 'log' } } }, ['/jobs must be an array, not an object']],
    [{ jobs: [{ type: 'log' }], atomic: true }, ['/atomic is not known here']]
  ] as const)('refuses %j', async ([body, expected], { api }) => {
    expect(expectProblem(await ask(api, 'POST', '/jobs/bulk', body), 'invalid_request')).toEqual(expected.map((words) => expect.stringContaining(words)))
  })

  test('a body above its limit is 413, and the limit that is named is its own', async ({ api }) => {
    const answer = await bulk(api, [{ type: 'log', payload: { message: 'x'.repeat(16 * 1024 * 1024) } }])
    expectProblem(answer, 'body_too_large')
    expect(answer.json()).toMatchObject({ detail: expect.stringContaining('at most 16 MiB (16,777,216 bytes)') })
  })

  test('with a key is done once', async ({ api }) => {
    const queue = newQueue()
    const key = { 'idempotency-key': uuidv7() }
    const [first, second] = [await bulk(api, [{ type: 'log', queue }, { type: 'log', queue, priority: 1 }], key), await bulk(api, [{ type: 'log', queue }, { type: 'log', queue, priority: 1 }], key)]
    expect([first.statusCode, second.statusCode, second.headers['idempotent-replayed']]).toEqual([201, 200, 'true'])
    expect(second.json()).toEqual(first.json())
    expect(await jobsOf(api, queue)).toHaveLength(2)
    await deleteJob(api, first.json<{ data: Job[] }>().data[0]!.id)
    expectProblem(await bulk(api, [{ type: 'log', queue }, { type: 'log', queue, priority: 1 }], key), 'job_not_found')
  })
})

async function deleteJob(api: Api, id: string): Promise<void> {
  await ask(api, 'PUT', `/jobs/${id}/cancel`)
  expect((await ask(api, 'DELETE', `/jobs/${id}`)).statusCode).toBe(204)
}

describe('Idempotency-Key', () => {
  test('201 makes the job; a copy is 200 with the job as it is by then', async ({ api }) => {
    const key = { 'idempotency-key': 'order-17/confirm' }
    const first = await create(api, { delay: '1h' }, key)
    const { id } = first.json<Job>()
    expect([first.statusCode, first.headers['idempotent-replayed'], first.headers.location]).toEqual([201, undefined, `/jobs/${id}`])
    await ask(api, 'PUT', `/jobs/${id}/cancel`)
    const copy = await create(api, { delay: '1h' }, key)
    expect([copy.statusCode, copy.headers['idempotent-replayed'], copy.headers.location]).toEqual([200, 'true', `/jobs/${id}`])
    expect(copy.json()).toMatchObject({ id, status: 'cancelled' })
  })

  test('another body with the same key is refused, at another address too', async ({ api }) => {
    const key = { 'idempotency-key': uuidv7() }
    await create(api, {}, key)
    const answer = await create(api, { priority: 1 }, key)
    expectProblem(answer, 'idempotency_key_reused')
    expect(answer.json()).toMatchObject({ detail: expect.stringMatching(/at \d{4}-.+Z/) })
    expectProblem(await ask(api, 'POST', '/jobs/bulk', { jobs: [{ type: 'log' }] }, key), 'idempotency_key_reused')
  })

  test('200 equal requests at once make one job: one 201, the rest 200', async ({ api }) => {
    const queue = newQueue()
    const key = { 'idempotency-key': uuidv7() }
    const answers = await Promise.all(Array.from({ length: 200 }, () => create(api, { queue, delay: '1h' }, key)))
    const statuses = answers.map(({ statusCode }) => statusCode)
    expect([statuses.filter((status) => status === 201).length, statuses.filter((status) => status === 200).length]).toEqual([1, 199])
    expect(new Set(answers.map((answer) => answer.json<Job>().id)).size).toBe(1)
    expect(await jobsOf(api, queue)).toHaveLength(1)
  })

  test('a job that has been deleted since is 404, not made again', async ({ api }) => {
    const key = { 'idempotency-key': uuidv7() }
    await deleteJob(api, (await create(api, {}, key)).json<Job>().id)
    const answer = await create(api, {}, key)
    expectProblem(answer, 'job_not_found')
    expect(answer.json()).toMatchObject({ detail: expect.stringContaining('deleted since') })
  })

  test('a request that was refused leaves the key free', async ({ api }) => {
    const key = { 'idempotency-key': uuidv7() }
    expectProblem(await create(api, { priority: 10 }, key), 'invalid_request')
    expect((await create(api, { priority: 9 }, key)).statusCode).toBe(201)
  })

  test.for(['', ' ', 'a b', 'x'.repeat(256), 'ü'])('%j is no key', async (key, { api }) => {
    expect(expectProblem(await create(api, {}, { 'idempotency-key': key }), 'invalid_request')).toEqual(['Idempotency-Key must be 1 to 255 visible ASCII characters without spaces, such as a UUID'])
  })
})
