import { describe, expect, inject, vi } from 'vitest'
import type { Job } from '../../core/job.js'
import { test as base } from '../support/fixtures.js'
import { ask, makeJobs, newQueue } from './asking.js'
import { type Api, expectProblem, startApi } from './support.js'

const test = base.extend<{ api: Api }>({
  api: async ({ database, prefix }, use) => {
    const api = await startApi({ databaseUrl: database.url, redisUrl: inject('redisUrl'), prefix })
    await use(api)
    await api.close()
  }
})

interface Group { type: string; error: string | null; error_group: string; total: number; counts: { hour: number }; sample: { job_id: string; message: string }; filter: Record<string, unknown> }
interface Answer { data: Group[]; estimated: boolean; as_of: string }

test('what a group counts is what its filter lists, counts, exports and retries, and nothing else', async ({ api, sql }) => {
  const queue = newQueue()
  const away = await makeJobs(api, sql, 'failed', 3, { queue })
  const other = await makeJobs(api, sql, 'failed', 2, { queue })
  for (const [i, { id }] of away.entries()) await sql`update duly.jobs set last_error = ${`connect ECONNREFUSED 10.0.0.${i}:25`} where id = ${id}`
  await sql`update duly.jobs set last_error = 'connect ECONNREFUSED' where id = any(${other.map(({ id }) => id)})`

  const { data, estimated, as_of } = (await api.get('/failures')).json<Answer>()
  expect([data.length, estimated, Math.abs(Date.parse(as_of) - Date.now()) < 60_000]).toEqual([2, false, true])
  const group = data[0]!
  expect(group).toMatchObject({ type: 'log', error: 'connect ECONNREFUSED *.*.*.*:*', total: 3, counts: { hour: 3, day: 3, week: 3 }, sample: { job_id: away[2]!.id, message: 'connect ECONNREFUSED 10.0.0.2:25' } })
  expect(group.filter).toEqual({ status: ['failed'], type: ['log'], error_group: group.error_group })

  const query = `status=failed&type=log&error_group=${group.error_group}`
  const listed = (await api.get(`/jobs?${query}&count=exact`)).json<{ data: Job[]; count: number }>()
  expect([listed.data.map(({ id }) => id), listed.count]).toEqual([away.map(({ id }) => id).reverse(), 3])
  expect((await api.get(`/jobs/export?${query}&format=ndjson`)).body.trim().split('\n')).toHaveLength(3)
  const retried = (await ask(api, 'POST', '/jobs/bulk/retry', { filter: group.filter, expected_count: group.total })).json()
  expect(retried).toMatchObject({ matched: 3, changed: 3 })
  expect((await api.get(`/failures?queue=${queue}`)).json()).toMatchObject({ data: [{ error: 'connect ECONNREFUSED', total: 2, filter: { queue: [queue] } }] })
  expect((await api.get('/failures?type=mail')).json()).toMatchObject({ data: [] })
})

test('many who look at the same moment cost as much as one', async ({ api }) => {
  const read = vi.spyOn(api.store, 'readFailures')
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => api.get(`/failures?limit=${i + 1}`)))
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 20 }, () => 200))
  expect(read).toHaveBeenCalledTimes(1)
})

describe('a filter', () => {
  test('finds a text in the last error, and no pattern', async ({ api, sql }) => {
    const [job, other] = await makeJobs(api, sql, 'failed', 2)
    await sql`update duly.jobs set last_error = 'timed out (100%)' where id = ${job!.id}`
    await sql`update duly.jobs set last_error = 'timed out (1000)' where id = ${other!.id}`
    const found = async (query: string) => (await api.get(`/jobs?${query}`)).json<{ data: Job[] }>().data.map(({ id }) => id)
    expect(await found('error=Timed%20out')).toEqual([other!.id, job!.id])
    expect(await found('error=100%25')).toEqual([job!.id])
    expect(await found('error=timed%25100')).toEqual([])
  })

  test('with an error that is empty, or a group that is none, is refused', async ({ api }) => {
    expect(expectProblem(await api.get('/jobs?error=&error_group=x'), 'invalid_request').sort()).toEqual([expect.stringMatching(/^\?error /), '?error_group must be error_group of GET /failures, 16 digits'])
    expect(expectProblem(await api.get('/failures?limit=201&nothing=1'), 'invalid_request')).toHaveLength(2)
  })
})
