/** Creates that arrive together share an insert, and nobody notices but the store. */
import { expect, type Mock, vi } from 'vitest'
import { DulyError } from '../../core/errors.js'
import type { Job } from '../../core/job.js'
import { openStore, type Store } from '../../core/store/index.js'
import { GroupedCreates } from '../../api/grouped-creates.js'
import { ids, newJob } from '../store/support.js'
import { deferred } from '../support/deferred.js'
import { test as base } from '../support/fixtures.js'

interface Scene {
  readonly store: Store
  readonly createJobs: Mock<Store['createJobs']>
  readonly creates: GroupedCreates
}

const test = base.extend<{ scene: Scene }>({
  scene: async ({ database }, use) => {
    const store = openStore({ DATABASE_URL: database.url, STORE_TIMEOUT_MS: 5_000 })
    const createJobs = vi.fn(store.createJobs.bind(store))
    const creates = new GroupedCreates({ createJobs })
    await creates.create([newJob()], ALONE) // its queue is known from here on
    createJobs.mockClear()
    await use({ store, createJobs, creates })
    await store.close()
  }
})

const ALONE = { outbox: false }
const settled = async (promises: Array<Promise<Job[]>>) => (await Promise.allSettled(promises)).map((each) => (each.status === 'fulfilled' ? ids(each.value) : (each.reason as DulyError).code))

test('two hundred that arrive together are a few calls, and each caller gets its own jobs, in its order', async ({ scene: { creates, createJobs, store } }) => {
  const asked = Array.from({ length: 200 }, (_, i) => Array.from({ length: 1 + (i % 3) }, () => newJob()).toReversed())
  const answers = await Promise.all(asked.map((jobs) => creates.create(jobs, ALONE)))
  expect(answers.map((jobs) => ids(jobs))).toEqual(asked.map((jobs) => ids(jobs)))
  expect(createJobs.mock.calls.length).toBeLessThan(10)
  expect(await store.readStates(asked.flatMap((jobs) => ids(jobs)))).toHaveLength(asked.flat().length)
})

test('one that arrives alone waits for nobody', async ({ scene: { creates, createJobs } }) => {
  const [job] = [newJob()]
  expect(ids(await creates.create([job], ALONE))).toEqual([job.id])
  expect(createJobs.mock.calls.map(([jobs]) => jobs.length)).toEqual([1])
})

test('one that cannot be stored fails alone', async ({ scene: { creates } }) => {
  const asked = Array.from({ length: 20 }, (_, i) => [newJob(i === 13 ? { queue: 'no such name, with blanks' } : {}), newJob()])
  const answers = await settled(asked.map((jobs) => creates.create(jobs, ALONE)))
  expect(answers).toEqual(asked.map((jobs, i) => (i === 13 ? 'not_storable' : ids(jobs))))
})

test('those that want a word in the outbox do not share with those that do not', async ({ scene: { creates, createJobs }, sql }) => {
  const asked = Array.from({ length: 40 }, (_, i) => ({ job: newJob(), outbox: i % 4 === 0 }))
  await Promise.all(asked.map(({ job, outbox }) => creates.create([job], { outbox })))
  const noted = (await sql`select job_id from duly.timeline_outbox`).map((row) => row.job_id as string)
  expect(noted.toSorted()).toEqual(asked.filter(({ outbox }) => outbox).map(({ job }) => job.id).toSorted())
  for (const [jobs, options] of createJobs.mock.calls) expect(jobs.every(({ id }) => asked.find(({ job }) => job.id === id)!.outbox === options?.outbox)).toBe(true)
})

test('large ones go alone, and keep nobody waiting', async ({ scene: { creates, createJobs, store } }) => {
  const held = deferred()
  createJobs.mockImplementation(async (jobs, options) => {
    if (jobs.length > 20 || JSON.stringify(jobs).length > 64 * 1024) await held.promise
    return store.createJobs(jobs, options)
  })
  const large = [...Array.from({ length: 3 }, () => Array.from({ length: 21 }, () => newJob())), [newJob({ payload: { text: 'x'.repeat(65_536) } })]]
  const waiting = settled(large.map((jobs) => creates.create(jobs, ALONE)))
  const small = newJob()
  expect(ids(await creates.create([small], ALONE))).toEqual([small.id])
  held.resolve()
  expect(await waiting).toEqual(large.map((jobs) => ids(jobs)))
})

test('when the store goes away while a group is halved, all of it is told', async ({ scene: { creates, createJobs } }) => {
  createJobs.mockRejectedValueOnce(new DulyError('not_storable')).mockRejectedValueOnce(new DulyError('store_unavailable'))
  expect(await settled(Array.from({ length: 8 }, () => creates.create([newJob()], ALONE)))).toEqual(Array.from({ length: 8 }, () => 'store_unavailable'))
})

test('an error that belongs to one group leaves those that wait alone', async ({ scene: { creates, createJobs, store } }) => {
  const held = deferred()
  createJobs.mockImplementation(async (jobs, options) => {
    if (createJobs.mock.calls.length > 2) return store.createJobs(jobs, options)
    await held.promise
    throw new RangeError('a text is too long')
  })
  const first = Promise.allSettled([creates.create([newJob()], ALONE)])
  await vi.waitFor(() => expect(createJobs).toHaveBeenCalledTimes(1))
  const second = Promise.allSettled([creates.create([newJob()], ALONE)])
  await vi.waitFor(() => expect(createJobs).toHaveBeenCalledTimes(2))
  const innocent = newJob()
  const third = creates.create([innocent], ALONE)
  held.resolve()
  expect([...(await first), ...(await second)].map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(ids(await third)).toEqual([innocent.id])
})

test('a job that is gone when its call is sent again is no reason to give anybody the job of another', async ({ scene: { creates, createJobs, store } }) => {
  const asked = Array.from({ length: 4 }, () => newJob())
  createJobs.mockImplementation(async (jobs, options) => (await store.createJobs(jobs, options)).filter(({ id }) => id !== asked[1]!.id))
  expect((await Promise.all(asked.map((job) => creates.create([job], ALONE)))).map((jobs) => ids(jobs))).toEqual(asked.map(({ id }, i) => (i === 1 ? [] : [id])))
})

test('while the store is away everybody is told, also those that wait', async ({ scene: { createJobs, creates } }) => {
  const away = deferred()
  createJobs.mockImplementation(async () => {
    await away.promise
    throw new DulyError('store_unavailable')
  })
  const asked = Array.from({ length: 5 }, async () => {
    await new Promise(setImmediate)
    return creates.create([newJob()], ALONE)
  })
  const first = settled(asked)
  await vi.waitFor(() => expect(createJobs).toHaveBeenCalled())
  const later = settled(Array.from({ length: 900 }, () => creates.create([newJob()], ALONE)))
  await new Promise(setImmediate)
  away.resolve()
  expect(new Set([...(await first), ...(await later)])).toEqual(new Set(['store_unavailable']))
  createJobs.mockReset()
  createJobs.mockResolvedValue([])
  await expect(creates.create([newJob()], ALONE)).resolves.toEqual([])
})

test('a queue that is new, and that a stranger keeps locked, delays nobody else', async ({ scene: { creates }, sql }) => {
  const stranger = await sql.reserve()
  await stranger`begin`
  await stranger`insert into duly.queues (name) values ('new')`
  const waiting = Promise.all(Array.from({ length: 4 }, () => creates.create([newJob({ queue: 'new' })], ALONE)))
  const others = Array.from({ length: 4 }, () => newJob())
  expect(ids((await Promise.all(others.map((job) => creates.create([job], ALONE)))).flat())).toEqual(others.map(({ id }) => id))
  await stranger`commit`
  stranger.release()
  expect(await waiting).toHaveLength(4)
})
