import Value from 'typebox/value'
import { uuidv7 } from 'uuidv7'
import { afterAll, beforeAll, describe, expect, inject, test as base, vi } from 'vitest'
import { Job, JobWithAttempts } from '../../core/job.js'
import type { JobPage, NewJob } from '../../core/store/index.js'
import { type Stack, startStack } from '../support/stacks.js'
import { type Api, expectProblem, startApi } from './support.js'

const aJob = (job: Partial<NewJob> = {}): NewJob => ({ id: uuidv7(), queue: 'default', type: 'log', payload: {}, priority: 0, scheduled_at: '2999-01-01T00:00:00Z', max_retries: 3, backoff: null, timeout_ms: null, ...job })
const someJobs = (count: number) => Array.from({ length: count }, () => aJob())

/** The rest of the store's behaviour is tested below the API, on every transport; here each must answer the same. */
describe.each(['postgres', 'supabase'] as const)('through %s', (kind) => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack(kind)
  })
  afterAll(() => stack.stop())

  const test = base.extend<{ api: Api }>({
    api: async ({}, use) => {
      const api = await startApi({ ...stack, redisUrl: inject('redisUrl'), prefix: `test:${uuidv7()}` })
      await use(api)
      await api.close()
      await stack.sql('truncate duly.jobs cascade')
    }
  })

  async function readAll(api: Api, limit: number, afterEachPage: () => Promise<unknown> = async () => {}): Promise<JobPage[]> {
    const pages: JobPage[] = []
    for (let cursor: string | null = ''; cursor !== null; cursor = pages.at(-1)!.next_cursor) {
      pages.push((await api.get(`/jobs?limit=${limit}${cursor && `&cursor=${cursor}`}`)).json())
      await afterEachPage()
    }
    return pages
  }

  test('pages list each of 250 jobs once, newest first, also while new ones come in', async ({ api }) => {
    const ids = (await api.store.createJobs(someJobs(250))).map((job) => job.id)
    const pages = await readAll(api, 33, () => api.post({ type: 'log' }))
    const listed = pages.flatMap((page) => page.data)
    expect(listed.map((job) => job.id)).toEqual(ids.toReversed())
    expect(Value.Check(Job, listed[0])).toBe(true)
  })

  test.for([[0, [0]], [1, [1]], [100, [100]], [101, [100, 1]]] as const)('%i jobs make pages of %j', async ([count, sizes], { api }) => {
    if (count > 0) await api.store.createJobs(someJobs(count))
    expect((await readAll(api, 100)).map((page) => page.data.length)).toEqual(sizes)
  })

  test('a list without a limit has 20 jobs', async ({ api }) => {
    await api.store.createJobs(someJobs(21))
    expect((await api.get('/jobs')).json<JobPage>().data).toHaveLength(20)
  })

  test('a cursor that no list returned is refused', async ({ api }) => {
    expectProblem(await api.get('/jobs?cursor=abc'), 'invalid_cursor')
  })

  test('a job is read with what went wrong with it', async ({ api }) => {
    const [{ id }] = await api.store.createJobs([aJob()]) as [Job]
    const worker = uuidv7()
    await stack.sql(`insert into duly.job_attempts (job_id, fence, attempt, outcome, error, worker_id, started_at) values ('${id}', 1, 1, 'retry', '{"name": "Error", "message": "no luck"}', '${worker}', now())`)
    const answer = await api.get(`/jobs/${id}`)
    expect(answer.statusCode).toBe(200)
    expect(Value.Check(JobWithAttempts, answer.json())).toBe(true)
    expect(answer.json()).toMatchObject({ id, attempts: [{ fence: 1, outcome: 'retry', error: { name: 'Error', message: 'no luck' }, worker_id: worker }] })
  })

  test('a row that came by SQL and differs from its description breaks no list', async ({ api }) => {
    const [{ id }] = await api.store.createJobs([aJob()]) as [Job]
    await stack.sql(`update duly.jobs set backoff = '{"type": "fixed", "delay_ms": 1.5, "max_ms": 2.5, "note": "by hand"}' where id = '${id}'`)
    expect((await api.get('/jobs')).statusCode).toBe(200)
  })

  test('an id that no job has is 404, one that no job can have is refused', async ({ api }) => {
    for (const ask of [(id: string) => api.get(`/jobs/${id}`), (id: string) => api.put(`/jobs/${id}/cancel`)]) {
      expectProblem(await ask(uuidv7()), 'job_not_found')
      for (const id of ['17', 'urn:uuid:01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71', `${uuidv7()}0`, '%00', 'x'.repeat(2_000)]) {
        expect(expectProblem(await ask(id), 'invalid_request')).toEqual([expect.stringContaining(':id must be the id of a job')])
      }
    }
  })

  test('a pending job is cancelled, leaves the timeline, and may be cancelled again', async ({ api }) => {
    const { id, queue } = (await api.post({ type: 'log', scheduled_at: new Date(Date.now() + 60_000).toISOString() })).json<Job>()
    const first = await api.put(`/jobs/${id}/cancel`)
    expect(first.statusCode).toBe(200)
    expect(first.json()).toMatchObject({ id, status: 'cancelled', outcome: 'cancelled', cancel_reason: 'requested', finished_at: expect.any(String) })
    expect((await api.put(`/jobs/${id}/cancel`)).json()).toEqual(first.json())
    await vi.waitFor(async () => expect(await api.timeline.list(queue, 0, 0, 10)).toEqual([]))
  })

  test.for(['PUT', 'POST'] as const)('%s to cancel a running job is 202: it was told to stop, and the answer says so each time', async (method, { api }) => {
    const [{ id }] = await api.store.createJobs([aJob()]) as [Job]
    await stack.sql(`update duly.jobs set status = 'in_progress', worker_id = '${uuidv7()}' where id = '${id}'`)
    const ask = () => api.app.inject({ method, url: `/jobs/${id}/cancel` })
    const first = await ask()
    expect(first.statusCode).toBe(202)
    expect(first.json()).toMatchObject({ id, status: 'in_progress', outcome: 'cancel_requested', cancel_requested_at: expect.any(String), cancel_reason: null })
    expect((await ask()).json()).toEqual(first.json())
  })

  test.for(['completed', 'failed'])('a job that is %s cannot be cancelled, and the answer says so', async (status, { api }) => {
    const [{ id }] = await api.store.createJobs([aJob()]) as [Job]
    await stack.sql(`update duly.jobs set status = '${status}', finished_at = now() where id = '${id}'`)
    const answer = await api.put(`/jobs/${id}/cancel`)
    expectProblem(answer, 'job_not_cancellable')
    expect(answer.json()).toMatchObject({ detail: expect.stringContaining(status) })
  })

  test('a client that names the type of a body it does not send can cancel', async ({ api }) => {
    const { id } = (await api.post({ type: 'log' })).json<Job>()
    const answer = await api.app.inject({ method: 'PUT', url: `/jobs/${id}/cancel`, headers: { 'content-type': 'application/json' } })
    expect(answer.statusCode).toBe(200)
  })
})
