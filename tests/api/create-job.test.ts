import Value from 'typebox/value'
import { describe, expect, vi } from 'vitest'
import { Job } from '../../core/job.js'
import { test } from './fixtures.js'

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()

test('a type is enough: the job runs now, with the defaults', async ({ api }) => {
  const answer = await api.post({ type: 'log' })
  const job = answer.json<Job>()
  expect(answer.statusCode).toBe(201)
  expect(answer.headers.location).toBe(`/jobs/${job.id}`)
  expect(Value.Check(Job, job)).toBe(true)
  expect(job).toMatchObject({ type: 'log', payload: {}, queue: 'default', priority: 0, status: 'pending', attempt: 0, max_retries: 3, backoff: null, timeout_ms: null, result: null })
  expect(job.scheduled_at).toBe(job.run_at)
})

test('what was asked for is stored and answered whole', async ({ api }) => {
  const asked = { type: 'log', payload: { a: [1, null, { b: 'ü😀' }] }, scheduled_at: inMinutes(5), queue: 'mail.eu-1', priority: 9, max_retries: 0, backoff: { type: 'linear', delay_ms: 10, max_ms: 20 }, timeout_ms: 1_000 }
  const job = (await api.post(asked)).json<Job>()
  expect(job).toMatchObject({ ...asked, run_at: asked.scheduled_at })
  const read = (await api.get(`/jobs/${job.id}`)).json()
  expect(read).toEqual({ ...job, attempts: [] })
})

test('null means the same as leaving out, so that an answer can be sent again', async ({ api }) => {
  const job = (await api.post({ type: 'log', scheduled_at: null, backoff: null, timeout_ms: null })).json<Job>()
  expect(job).toMatchObject({ status: 'pending', backoff: null, timeout_ms: null })
})

test('a part of a backoff gets its defaults', async ({ api }) => {
  const { backoff } = (await api.post({ type: 'log', backoff: { type: 'fixed' } })).json<Job>()
  expect(backoff).toEqual({ type: 'fixed', delay_ms: 2_000, max_ms: 3_600_000 })
})

test('a time in the past is kept as asked for and is due now', async ({ api }) => {
  const { scheduled_at, run_at, created_at } = (await api.post({ type: 'log', scheduled_at: '1999-12-31T23:59:59-05:00' })).json<Job>()
  expect(scheduled_at).toBe('2000-01-01T04:59:59.000Z')
  expect(run_at).toBe(created_at)
})

describe('a payload comes back as it was sent', () => {
  const deep = JSON.parse('['.repeat(60) + ']'.repeat(60)) as unknown
  test.for([null, true, 0, -1.5, 1e21, 1e-7, 9_007_199_254_740_991, '', '"\\\u2028\u007f', [], [[], [null]], {}, { '': { 'a/b~c': [1] }, toJSON: 1, constructor: 'x' }, deep])('%j', async (data, { api }) => {
    const payload = { message: 'fidelity', data }
    const created = (await api.post({ type: 'log', payload })).json<Job>()
    const read = (await api.get(`/jobs/${created.id}`)).json<Job>()
    expect(created.payload).toEqual(payload)
    expect(read.payload).toEqual(payload)
  })
})

test('a new job is in the timeline, with its time and its priority', async ({ api }) => {
  const { id, run_at } = (await api.post({ type: 'log', scheduled_at: inMinutes(5), priority: 4, queue: 'q' })).json<Job>()
  await vi.waitFor(async () => {
    expect(await api.timeline.list('q', 4, 0, 10)).toEqual([{ id, queue: 'q', priority: 4, run_at_ms: Date.parse(run_at) }])
  })
})

test('what was created just before the API stops reaches the timeline', async ({ api }) => {
  const { id } = (await api.post({ type: 'log', scheduled_at: inMinutes(5) })).json<Job>()
  await api.app.close()
  expect(await api.timeline.list('default', 0, 0, 10)).toMatchObject([{ id }])
})

test('a caller may bring a request id, if it is harmless; else it is given one', async ({ api }) => {
  const withId = (id: string) => api.app.inject({ url: '/livez', headers: { 'x-request-id': id } })
  expect((await withId('order-17')).headers['x-request-id']).toBe('order-17')
  expect((await withId('a b\u00ff')).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
})
