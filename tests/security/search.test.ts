/** What is asked for never becomes SQL, nor a pattern: it is looked for letter by letter. */
import fc from 'fast-check'
import { expect } from 'vitest'
import { ask, makeJob, makeJobs, newQueue } from '../api/asking.js'
import { test } from '../api/fixtures.js'
import type { Api } from '../api/support.js'
import type { Job } from '../../core/job.js'

/** What means something to SQL, to LIKE, to regular expressions or to JSON, and a few letters. The type "log" and empty payloads have none of them. */
const LETTERS = ['%', '_', '\\', "'", '"', ';', '--', '/*', '*/', '$1', '$$', ':a', '?', '(', ')', '[', ']', '|', '^', '.*', '&', '<', ',', '\t', 'é', 'b', 'B', ' x', 'drop table duly.jobs', "' or true --", '\u2019', '🙂']

const text = (maxLength: number) => fc.array(fc.constantFrom(...LETTERS), { minLength: 1, maxLength }).map((parts) => parts.join(''))

async function found(api: Api, query: Record<string, string>): Promise<Job[]> {
  const answer = await ask(api, 'GET', `/jobs?${new URLSearchParams({ limit: '100', ...query }).toString()}`)
  expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200)
  return answer.json<{ data: Job[] }>().data
}

test('a search finds what has its letters, and nothing else', { timeout: 120_000 }, async ({ api, fileSql }) => {
  const queue = newQueue()
  const jobs = await makeJobs(api, fileSql, 'failed', 60, { queue })
  const texts = fc.sample(text(6), { numRuns: jobs.length, seed: 7 })
  for (const [i, { id }] of jobs.entries()) await fileSql`update duly.jobs set last_error = ${texts[i]!}, result = null where id = ${id}`
  let hits = 0
  await fc.assert(
    fc.asyncProperty(fc.oneof(text(3), fc.constantFrom(...texts), fc.constantFrom(...texts).map((one) => [...one].slice(1, 4).join(''))), async (search) => {
      fc.pre(search.trim() === search && search !== '')
      const expected = jobs.filter((_, i) => texts[i]!.toLowerCase().includes(search.toLowerCase())).map(({ id }) => id)
      expect((await found(api, { queue, search })).map(({ id }) => id).sort()).toEqual(expected.sort())
      hits += expected.length
    }),
    { numRuns: 200 }
  )
  expect(hits).toBeGreaterThan(100)
  expect(await found(api, { queue })).toHaveLength(jobs.length)
})

test('a tag is found by exactly its letters', { timeout: 120_000 }, async ({ api, fileSql }) => {
  const queue = newQueue()
  const tags = [...new Set(fc.sample(text(4), { numRuns: 40, seed: 8 }).map((tag) => tag.replaceAll(/[\t,]/g, '').trim()).filter(Boolean))]
  const jobs: Job[] = []
  for (const tag of tags) jobs.push(await makeJob(api, fileSql, 'pending', { queue, tags: [tag] }))
  for (const [i, tag] of tags.entries()) expect([tag, (await found(api, { queue, tag })).map(({ id }) => id)]).toEqual([tag, [jobs[i]!.id]])
})

test('no filter takes text for SQL: whatever it says, it means nothing or is refused, and nothing happens', { timeout: 120_000 }, async ({ api, fileSql }) => {
  const queue = newQueue()
  const jobs = await makeJobs(api, fileSql, 'pending', 3, { queue })
  const names = ['queue', 'type', 'tag', 'id', 'status', 'search', 'from', 'to', 'sort', 'order', 'cursor', 'limit', 'page', 'count']
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.oneof(text(6), fc.string({ unit: 'binary' })), async (name, value) => {
      const answer = await ask(api, 'GET', `/jobs?${new URLSearchParams({ queue, [name]: value }).toString()}`)
      expect([200, 422], answer.body.slice(0, 300)).toContain(answer.statusCode)
    }),
    { numRuns: 200 }
  )
  expect(api.logged.filter(({ level }) => (level as number) >= 50)).toEqual([])
  expect(await found(api, { queue })).toHaveLength(jobs.length)
})

test('text in an action by filter acts on the jobs that have it, and on no others', async ({ api, fileSql }) => {
  const queue = newQueue()
  const texts = ["' or true --", '%', '_', '\\', '100%']
  const jobs: Job[] = []
  for (const one of texts) jobs.push(await makeJob(api, fileSql, 'pending', { queue, tags: [one] }))
  const answer = await ask(api, 'POST', '/jobs/bulk/cancel', { filter: { queue: [queue], tag: ['%'] }, expected_count: 1 })
  expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200)
  expect((await found(api, { queue, status: 'cancelled' })).map(({ id }) => id)).toEqual([jobs[1]!.id])
})
