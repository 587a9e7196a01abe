import type { Sql } from 'postgres'
import { uuidv7 } from 'uuidv7'
import { describe, expect } from 'vitest'
import { type Job, JOB_STATUSES } from '../../core/job.js'
import { ask, inMs, makeJob, makeJobs, newQueue } from './asking.js'
import { test as base } from './fixtures.js'
import { type Api, expectProblem } from './support.js'

interface Page {
  data: Job[]
  next_cursor: string | null
  scanned_until: string | null
  count?: number
  count_estimated?: boolean
}

const list = async (api: Api, query: string) => {
  const answer = await ask(api, 'GET', `/jobs?${query}`)
  expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200)
  return answer.json<Page>()
}
const idsOf = ({ data }: Page) => data.map(({ id }) => id)

/** One job of each status, in a queue of the test's own, oldest first. */
const test = base.extend<{ queue: string; each: Record<Job['status'], string> }>({
  queue: async ({}, use) => use(newQueue()),
  each: async ({ api, fileSql, queue }, use) => use(await oneOfEach(api, fileSql, queue))
})

async function oneOfEach(api: Api, sql: Sql, queue: string): Promise<Record<Job['status'], string>> {
  const made: Record<string, string> = {}
  for (const status of JOB_STATUSES) made[status] = (await makeJob(api, sql, status, { queue, tags: ['all', status], payload: { message: `I am ${status}` } })).id
  return made
}

describe('status', () => {
  test.for([
    ['status=pending', ['pending']],
    ['status=failed,completed', ['failed', 'completed']],
    ['status=failed&status=completed', ['failed', 'completed']],
    ['status=running', ['in_progress']],
    ['status=picked,in_progress', ['in_progress']],
    ['', ['cancelled', 'failed', 'completed', 'in_progress', 'pending']]
  ] as const)('%s', async ([query, expected], { api, queue, each }) => {
    expect(idsOf(await list(api, `queue=${queue}&${query}`))).toEqual(expected.map((status) => each[status]))
  })
})

test('type, tag, id and search narrow what is meant; together all of them must hold', async ({ api, fileSql, queue, each }) => {
  const mail = await makeJob(api, fileSql, 'pending', { queue, type: 'send_email', tags: ['all', 'vip'], payload: { to: 'ann@example.com' } })
  const found = async (query: string) => idsOf(await list(api, `queue=${queue}&${query}`))
  expect(await found('type=send_email')).toEqual([mail.id])
  expect(await found('type=send_email,log&limit=2')).toEqual([mail.id, each.cancelled])
  expect(await found('tag=all,vip')).toEqual([mail.id])
  expect(await found('tag=all&tag=failed')).toEqual([each.failed])
  expect(await found(`id=${each.failed},${uuidv7()}`)).toEqual([each.failed])
  expect(await found('search=ANN@example')).toEqual([mail.id])
  expect(await found('search=i%20am%20comp')).toEqual([each.completed])
  expect(await found(`search=${mail.id}`)).toEqual([mail.id])
  expect(await found('search=vip&status=failed')).toEqual([])
  expect(await found('search=%25')).toEqual([]) // % and _ are letters like any other
  expect(await found('search=_am_')).toEqual([])
})

test('a queue of several', async ({ api, fileSql, queue }) => {
  const other = newQueue()
  const [a, b] = [await makeJob(api, fileSql, 'pending', { queue }), await makeJob(api, fileSql, 'failed', { queue: other })]
  expect(idsOf(await list(api, `queue=${queue},${other}`))).toEqual([b.id, a.id])
})

test('a search that is not told from when looks at a day, and says so', async ({ api, fileSql, queue }) => {
  const { id } = await makeJob(api, fileSql, 'pending', { queue, payload: { word: 'needle' } })
  const old = uuidv7().replace(/^.{13}/, '01000000-0000')
  await fileSql`insert into duly.jobs (id, queue, type, payload, scheduled_at, run_at, created_at) values (${old}, ${queue}, 'log', '{"word": "needle"}', now(), now(), to_timestamp(1099511.627))`
  const day = await list(api, `queue=${queue}&search=needle`)
  expect([idsOf(day), day.next_cursor, typeof day.scanned_until]).toEqual([[id], null, 'string'])
  const all = await list(api, `queue=${queue}&search=needle&from=1970-01-01T00:00:00Z`)
  expect([idsOf(all), all.scanned_until]).toEqual([[id, old], null])
})

test('from is included, to is not, and both bound what is sorted by', async ({ api, fileSql, queue }) => {
  const times = ['2999-01-01T00:00:00.000Z', '2999-01-02T00:00:00.000Z', '2999-01-03T00:00:00.000Z']
  const ids: string[] = []
  for (const scheduled_at of times) ids.push((await makeJob(api, fileSql, 'pending', { queue, scheduled_at })).id)
  const found = async (query: string) => idsOf(await list(api, `queue=${queue}&status=pending&sort=scheduled&${query}`))
  expect(await found(`order=asc&from=${times[1]}`)).toEqual([ids[1], ids[2]])
  expect(await found(`to=${times[2]}`)).toEqual([ids[1], ids[0]])
  expect(await found('from=2999-01-02T01:00:00%2B01:00&to=2999-01-02T00:00:00.001Z')).toEqual([ids[1]])
  expect(idsOf(await list(api, `queue=${queue}&from=${inMs(600_000)}`))).toEqual([])
})

describe.each(['created', 'scheduled', 'finished'] as const)('sort=%s', (sort) => {
  test.for(['asc', 'desc'] as const)('%s: pages by cursor and by number say the same, in order', async (order, { api, fileSql, queue }) => {
    for (let i = 0; i < 7; i++) await makeJob(api, fileSql, sort === 'scheduled' ? 'pending' : 'completed', { queue, scheduled_at: inMs(((i * 3) % 7) * 60_000) })
    const query = `queue=${queue}&sort=${sort}&order=${order}${sort === 'scheduled' ? '&status=pending' : ''}`
    const whole = await list(api, query)
    const times = whole.data.map((job) => ({ created: job.created_at, scheduled: job.run_at, finished: job.finished_at! })[sort])
    expect(times).toEqual(order === 'asc' ? times.toSorted() : times.toSorted().toReversed())
    expect([whole.data.length, whole.next_cursor]).toEqual([7, null])

    const byCursor: string[] = []
    let cursor: string | null = ''
    for (; cursor !== null; ) {
      const page: Page = await list(api, `${query}&limit=3${cursor && `&cursor=${cursor}`}`)
      byCursor.push(...idsOf(page))
      cursor = page.next_cursor
    }
    expect(byCursor).toEqual(idsOf(whole))
    const byNumber = await Promise.all([1, 2, 3, 4].map((page) => list(api, `${query}&limit=3&page=${page}`)))
    expect(byNumber.map((page) => page.data.length)).toEqual([3, 3, 1, 0])
    expect(byNumber.flatMap(idsOf)).toEqual(idsOf(whole))
  })
})

test('jobs that have not ended are not in a list by finished', async ({ api, queue, each }) => {
  expect(new Set(idsOf(await list(api, `queue=${queue}&sort=finished`)))).toEqual(new Set([each.completed, each.failed, each.cancelled]))
})

test('count says how many the list has, whatever it is sorted by', async ({ api, fileSql, queue }) => {
  const later = await makeJob(api, fileSql, 'pending', { queue, scheduled_at: '2999-01-02T00:00:00Z' })
  await makeJob(api, fileSql, 'pending', { queue, scheduled_at: '2999-01-01T00:00:00Z' })
  const ended = await makeJob(api, fileSql, 'failed', { queue })
  for (const [query, ids] of [['sort=finished', [ended.id]], ['sort=scheduled&from=2999-01-01T12:00:00Z', [later.id]]] as const) {
    const page = await list(api, `queue=${queue}&count=exact&${query}`)
    expect([idsOf(page), page.count]).toEqual([ids, ids.length])
  }
})

test('count is exact for few, and an estimate says that it is one', async ({ api, fileSql, queue }) => {
  await makeJobs(api, fileSql, 'pending', 30, { queue })
  expect(await list(api, `queue=${queue}&limit=5`)).not.toHaveProperty('count')
  for (const count of ['exact', 'estimate']) expect(await list(api, `queue=${queue}&limit=5&count=${count}`)).toMatchObject({ count: 30, count_estimated: false })
  await fileSql`insert into duly.jobs (id, queue, type, scheduled_at, run_at) select gen_random_uuid(), ${queue}, 'log', now(), now() from generate_series(1, 2970)`
  expect(await list(api, `queue=${queue}&limit=1&count=exact`)).toMatchObject({ count: 3_000, count_estimated: false })
  const { count, count_estimated } = await list(api, `queue=${queue}&limit=1&count=estimate`)
  expect(count_estimated).toBe(true)
  expect(count).toBeGreaterThanOrEqual(1_000)
})

describe('faults', () => {
  test.for([
    ['status=pendng', ['?status/0 must be one of "pending", "in_progress", "completed", "failed", "cancelled", "picked", "running"; did you mean "pending"?']],
    ['status=failed,done', ['?status/1 must be one of']],
    ['status=', ['?status/0 must be one of']],
    ['id=17', ['?id/0 must be the id of a job, a UUID']],
    ['statos=failed', ['?statos is not known here; did you mean "status"?']],
    ['from=2026-01-31', ['?from has no offset']],
    ['from=2026-01-31T00:00:00+01:00', ['?from has a space where its offset begins: in an address a + has to be written as %2B']],
    ['from=2026-01-31T00:00:00Z&to=2026-01-30T00:00:00Z', ['?to must be after from']],
    ['sort=name&order=up', ['?sort must be one of "created", "scheduled", "finished"', '?order must be one of "asc", "desc"']],
    ['page=0', ['?page must be one whole number from 1']],
    ['page=1&cursor=x', ['?page contradicts cursor: send one of them']],
    ['page=1001&limit=100', ['?page reaches beyond the first 100,000 jobs: use cursor']],
    ['count=yes', ['?count must be one of "estimate", "exact"']],
    ['search=', ['?search must not be empty']],
    [`search=${'x'.repeat(201)}`, ['?search must have at most 200 characters']],
    ['search=a%00&queue=%00', ['?queue contains a NUL', '?search contains a NUL']],
    ['search=a&search=b', ['?search must be a string']],
    ['tag=&type=', ['?tag/0 must not be empty', '?type/0 must not be empty']],
    ['status=x&limit=0&from=soon&sort=id', ['?status/0 must be', '?sort must be one of', '?limit must be one']]
  ] as const)('%s', async ([query, expected], { api }) => {
    const faults = expectProblem(await ask(api, 'GET', `/jobs?${query}`), 'invalid_request')
    expect(faults.toSorted()).toEqual(expected.toSorted().map((words) => expect.stringContaining(words)))
  })

  test('a cursor of another sort is refused', async ({ api, fileSql, queue }) => {
    await makeJobs(api, fileSql, 'completed', 2, { queue })
    const { next_cursor } = await list(api, `queue=${queue}&limit=1`)
    for (const query of ['order=asc', 'sort=finished']) expectProblem(await ask(api, 'GET', `/jobs?queue=${queue}&${query}&cursor=${next_cursor}`), 'invalid_cursor')
  })
})
