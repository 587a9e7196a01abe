/** What people do to jobs, one by one or a thousand in a call, and what must not come of it. */
import { uuidv7 } from 'uuidv7'
import { describe, expect, test } from 'vitest'
import type { Acted, NewJob } from '../../core/store/index.js'
import { type Bench, dueJobs, ids, inMs, insertRows, newJob, newQueue, newWorker, onEveryStack, trust } from './support.js'

const oops = JSON.stringify({ name: 'Error', message: 'oops' })
const NOBODY = '00000000-0000-7000-8000-000000000000'

/** Jobs that a new worker has claimed. */
async function running(bench: Bench, count = 1, fields: Partial<NewJob> = {}) {
  const worker = await newWorker(bench.store)
  const wanted = ids(await dueJobs(bench, count, fields))
  const { jobs } = await bench.store.claimJobs(worker, wanted)
  const byId = new Map(jobs.map((job) => [job.id, job]))
  return { worker, jobs: wanted.map((id) => byId.get(id)!), job: jobs[0]! }
}

async function ended(bench: Bench, outcome: 'completed' | 'failed' = 'failed', fields: Partial<NewJob> = {}) {
  const { worker, job } = await running(bench, 1, fields)
  await bench.store.finishJobs(worker, [{ id: job.id, fence: job.fence, outcome, error: oops, result: '1' }])
  return { id: job.id, fence: job.fence, worker }
}

const makeDue = ({ stack }: Bench, ...these: string[]) => stack.sql(`update duly.jobs set run_at = now() - interval '1 second' where id = any($1::uuid[])`, [these])
const expire = ({ stack }: Bench, ...these: string[]) => stack.sql(`update duly.jobs set expires_at = now() - interval '1 second' where id = any($1::uuid[])`, [these])
const words = (acted: readonly Acted[]) => acted.map(({ outcome, refused }) => outcome ?? refused)
/** The row as it is in the table. */
const rowOf = async ({ stack }: Bench, id: string) => (await stack.sql('select * from duly.jobs where id = $1', [id]))[0]!

onEveryStack('the store', (bench) => {
  describe('a cancel', () => {
    test('ends a pending job at once, and says so as often as it is asked', async () => {
      const [job] = await bench.store.createJobs([newJob({ scheduled_at: inMs(60_000), priority: 4 })])
      const first = await bench.store.cancelJobs([job!.id])
      const now = await bench.store.getJob(job!.id)
      const { attempts, ...withoutAttempts } = now
      expect(first).toEqual([{ id: job!.id, outcome: 'cancelled', refused: null, status: 'cancelled', fence: 0, queue: 'default', priority: 4, run_at_ms: Date.parse(job!.run_at), job: withoutAttempts }])
      expect(now).toMatchObject({ status: 'cancelled', cancel_reason: 'requested', cancel_requested_at: null, finished_at: expect.any(String) as string, attempt: 0, worker_id: null })
      expect(attempts).toEqual([])
      expect(await bench.store.cancelJobs([job!.id])).toEqual(first)
    })

    test('of a running job is kept for its worker, and the first one counts', async () => {
      const { worker, job } = await running(bench)
      const first = await bench.store.cancelJobs([job.id])
      expect(first).toMatchObject([{ id: job.id, outcome: 'cancel_requested', refused: null, status: 'in_progress', fence: 1, job: { status: 'in_progress', cancel_reason: null, cancel_requested_at: expect.any(String) as string } }])
      expect(await bench.store.cancelJobs([job.id])).toEqual(first)
      expect(await bench.store.beat(worker)).toMatchObject({ held: [{ id: job.id, fence: 1 }], cancelled: [{ id: job.id, fence: 1 }] })
      expect((await bench.store.beat(await newWorker(bench.store))).cancelled).toEqual([])
    })

    test('does nothing to a job that has ended or that nobody has', async () => {
      const [completed, failed] = [await ended(bench, 'completed'), await ended(bench, 'failed')]
      const before = await Promise.all([completed, failed].map(({ id }) => rowOf(bench, id)))
      expect(await bench.store.cancelJobs([completed.id])).toMatchObject([{ outcome: null, refused: 'job_not_cancellable', status: 'completed' }])
      expect(words(await bench.store.cancelJobs([failed.id, NOBODY]))).toEqual(['job_not_cancellable', 'job_not_found'])
      expect(await Promise.all([completed, failed].map(({ id }) => rowOf(bench, id)))).toEqual(before)
      expect(await bench.store.cancelJobs([])).toEqual([])
    })

    test('of a thousand at once answers each, in the order of the question', async () => {
      const queue = newQueue()
      const statuses = ['pending', 'in_progress', 'completed', 'failed', 'cancelled'] as const
      const rows = await insertRows(bench, Array.from({ length: 999 }, (_, i) => ({ queue, status: statuses[i % 5]! })))
      const asked = [...ids(rows).toReversed(), NOBODY]
      const acted = await bench.store.cancelJobs(asked)
      expect(ids(acted)).toEqual(asked)
      const expected = { pending: 'cancelled', in_progress: 'cancel_requested', completed: 'job_not_cancellable', failed: 'job_not_cancellable', cancelled: 'cancelled' }
      expect(words(acted)).toEqual([...rows.toReversed().map(({ status }) => expected[status]), 'job_not_found'])
      expect(acted.every(({ job }) => job === null)).toBe(true)
    })

    test('stands when the attempt ends in any way that would run the job again', async () => {
      const ends = [
        { outcome: 'retry', error: oops, delay_ms: 0 },
        { outcome: 'snoozed', delay_ms: 0 },
        { outcome: 'handed_back' }
      ] as const
      const { worker, jobs } = await running(bench, ends.length)
      await bench.store.cancelJobs(ids(jobs))
      const finishes = jobs.map(({ id }, i) => ({ id, fence: 1, ...ends[i]! }))
      const answer = await bench.store.finishJobs(worker, finishes)
      expect(answer.moved.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'cancelled'])
      expect(answer.refused).toEqual([])
      expect((await bench.store.finishJobs(worker, finishes)).refused).toEqual([]) // sent again
      for (const { id } of jobs) {
        expect(await bench.store.getJob(id)).toMatchObject({ status: 'cancelled', cancel_reason: 'requested', cancel_requested_at: expect.any(String) as string, finished_at: expect.any(String) as string, worker_id: null })
      }
      expect((await bench.store.getJob(jobs[0]!.id)).attempts).toMatchObject([{ outcome: 'cancelled', fence: 1, error: { message: 'oops' } }])
      await makeDue(bench, ...ids(jobs))
      expect(await bench.store.claimJobs(worker, ids(jobs))).toEqual({ jobs: [], later: [] })
    })

    test('stands when its worker dies, also on the last attempt', async () => {
      const { worker, jobs } = await running(bench, 2, { max_retries: 0 })
      await bench.store.cancelJobs([jobs[0]!.id])
      await bench.store.endWorker(worker, 'declared_dead')
      const other = await newWorker(bench.store)
      await trust(bench, other)
      const rescued = await bench.store.rescueJobs(other, 1_000)
      expect(rescued.filter(({ worker_id }) => worker_id === worker).toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ status }) => status)).toEqual(['cancelled', 'failed'])
      expect(await bench.store.getJob(jobs[0]!.id)).toMatchObject({ status: 'cancelled', cancel_reason: 'requested', attempts: [{ outcome: 'rescued' }] })
    })

    test('comes too late for what is done: completed and failed stay what they are', async () => {
      const { worker, jobs } = await running(bench, 2)
      await bench.store.cancelJobs(ids(jobs))
      await bench.store.finishJobs(worker, [{ id: jobs[0]!.id, fence: 1, outcome: 'completed', result: '"done"' }, { id: jobs[1]!.id, fence: 1, outcome: 'failed', error: oops }])
      expect(await bench.store.getJob(jobs[0]!.id)).toMatchObject({ status: 'completed', result: 'done', cancel_reason: null })
      expect(await bench.store.getJob(jobs[1]!.id)).toMatchObject({ status: 'failed', cancel_reason: null, attempts: [{ outcome: 'failed' }] })
    })

    test('that races a start: "cancelled" means that no start follows', async () => {
      const { store } = bench
      const jobs = ids(await dueJobs(bench, 300))
      const worker = await newWorker(store)
      const batches = Array.from({ length: 30 }, (_, i) => jobs.slice(i * 10, i * 10 + 10))
      const claimed = new Set<string>()
      const cancelled = new Set<string>()
      await Promise.all(
        batches.flatMap((batch) => [
          store.claimJobs(worker, batch).then((claim) => claim.jobs.forEach(({ id }) => claimed.add(id))),
          store.cancelJobs(batch.toReversed()).then((acted) => acted.forEach(({ id, outcome }) => outcome === 'cancelled' && cancelled.add(id)))
        ])
      )
      expect([...cancelled].filter((id) => claimed.has(id))).toEqual([])
      expect(claimed.size + cancelled.size).toBe(300)
      expect((await store.claimJobs(worker, [...cancelled])).jobs).toEqual([])
      const states = await store.readStates(jobs)
      expect(states.map(({ id, status }) => [id, status])).toEqual(jobs.map((id) => [id, cancelled.has(id) ? 'cancelled' : 'in_progress']))
    })

    test('that races the end of an attempt: whoever is told "cancel requested" finds it completed or cancelled, never pending', async () => {
      const { store } = bench
      const { worker, jobs } = await running(bench, 300)
      const batches = Array.from({ length: 30 }, (_, i) => jobs.slice(i * 10, i * 10 + 10))
      const told = new Map<string, string | null>()
      await Promise.all(
        batches.flatMap((batch) => [
          store.finishJobs(worker, batch.map(({ id }, i) => (i % 2 ? { id, fence: 1, outcome: 'completed' as const } : { id, fence: 1, outcome: 'retry' as const, delay_ms: 0, error: oops }))),
          store.cancelJobs(ids(batch.toReversed())).then((acted) => acted.forEach(({ id, outcome, refused }) => told.set(id, outcome ?? refused)))
        ])
      )
      const states = new Map((await store.readStates(ids(jobs))).map(({ id, status }) => [id, status]))
      const wrong = jobs.filter(({ id }, i) => {
        const allowed = i % 2 ? { cancel_requested: 'completed', job_not_cancellable: 'completed' } : { cancel_requested: 'cancelled', cancelled: 'cancelled' }
        return allowed[told.get(id) as keyof typeof allowed] !== states.get(id)
      })
      expect(wrong).toEqual([])
    })
  })

  describe('a retry', () => {
    test('runs a job again that has ended, with all its attempts, under a new fence', async () => {
      for (const outcome of ['failed', 'completed'] as const) {
        const { id, fence, worker } = await ended(bench, outcome, { max_retries: 0, expires_at: inMs(60_000) })
        const acted = await bench.store.retryJobs([{ id, fence }])
        expect(acted).toMatchObject([{ id, outcome: 'retried', refused: null, status: 'pending', fence: 2, job: { status: 'pending' } }])
        const job = await bench.store.getJob(id)
        expect(job).toMatchObject({ status: 'pending', attempt: 0, fence: 2, result: null, finished_at: null, started_at: null, expires_at: null, cancel_reason: null })
        if (outcome === 'failed') expect(job.attempts).toMatchObject([{ fence: 1, outcome: 'failed' }])
        await makeDue(bench, id)
        expect((await bench.store.claimJobs(worker, [id])).jobs).toMatchObject([{ attempt: 1, fence: 3 }])
      }
    })

    test('runs a job that was cancelled before it ever ran, once', async () => {
      const [job] = await bench.store.createJobs([newJob({ scheduled_at: inMs(60_000) })])
      await bench.store.cancelJobs([job!.id])
      expect(words(await bench.store.retryJobs([{ id: job!.id, fence: 0 }]))).toEqual(['retried'])
      expect(await bench.store.getJob(job!.id)).toMatchObject({ status: 'pending', fence: 1, cancel_reason: null, cancel_requested_at: null })
      await bench.store.cancelJobs([job!.id])
      expect(words(await bench.store.retryJobs([{ id: job!.id, fence: 0 }]))).toEqual(['fence_superseded']) // a delayed copy of the first
      expect(await bench.store.getJob(job!.id)).toMatchObject({ status: 'cancelled' })
    })

    test('that arrives a second time does nothing more, whatever has happened since', async () => {
      const { id, fence, worker } = await ended(bench)
      await bench.store.retryJobs([{ id, fence }])
      expect(words(await bench.store.retryJobs([{ id, fence }]))).toEqual(['fence_superseded'])
      await makeDue(bench, id)
      const [claimed] = (await bench.store.claimJobs(worker, [id])).jobs
      await bench.store.finishJobs(worker, [{ id, fence: claimed!.fence, outcome: 'completed', result: '"second"' }])
      const before = await rowOf(bench, id)
      expect(words(await bench.store.retryJobs([{ id, fence }]))).toEqual(['fence_superseded'])
      expect(await rowOf(bench, id)).toEqual(before)
    })

    test('that is sent again since its reply was lost says that it was done', async () => {
      const { id, fence } = await ended(bench)
      const [pending] = await bench.store.createJobs([newJob({ scheduled_at: inMs(60_000) })])
      const send = async (again: boolean) => (await bench.stack.sql('select public.duly_retry_jobs($1::uuid[], $2::int[], false, $3) as answer', [[id, pending!.id, NOBODY], [fence, 0, 0], again]))[0]!.answer as Acted[]
      expect(words(await send(false))).toEqual(['retried', 'job_not_retryable', 'job_not_found'])
      expect(words(await send(true))).toEqual(['retried', 'job_not_retryable', 'job_not_found'])
      expect(await bench.store.getJob(id)).toMatchObject({ status: 'pending', fence: fence + 1 })
    })

    test('of many answers each in the order of the question, and leaves word for the timeline when asked', async () => {
      const queue = newQueue()
      const rows = await insertRows(bench, Array.from({ length: 400 }, (_, i) => ({ queue, status: (['failed', 'completed', 'cancelled', 'pending'] as const)[i % 4]!, fence: i })))
      const seen = rows.toReversed().map(({ id, fence }, i) => ({ id, fence: fence - Number(i % 10 === 9) }))
      const acted = await bench.store.retryJobs(seen, { outbox: true })
      expect(ids(acted)).toEqual(ids(seen))
      expect(words(acted)).toEqual(rows.toReversed().map(({ status }, i) => (i % 10 === 9 ? 'fence_superseded' : status === 'pending' ? 'job_not_retryable' : 'retried')))
      const retried = acted.filter(({ outcome }) => outcome).map(({ id }) => id)
      const word = (await bench.stack.sql('select job_id from duly.timeline_outbox where job_id = any($1::uuid[])', [ids(rows)])).map((row) => row.job_id as string)
      expect(word.toSorted()).toEqual(retried.toSorted())
    })
  })

  describe('a change', () => {
    test.for([
      ['priority', { priority: 7 }, { priority: 7 }],
      ['payload', { payload: { to: 'Zoë 🙂', n: null } }, { payload: { to: 'Zoë 🙂', n: null } }],
      ['payload, to null', { payload: null }, { payload: null }],
      ['max_retries', { max_retries: 0 }, { max_retries: 0 }],
      ['timeout_ms', { timeout_ms: 500 }, { timeout_ms: 500 }],
      ['timeout_ms, to none', { timeout_ms: null }, { timeout_ms: null }],
      ['backoff, in part', { backoff: { type: 'fixed' as const } }, { backoff: { type: 'fixed', delay_ms: 2_000, max_ms: 3_600_000 } }],
      ['backoff, to none', { backoff: null }, { backoff: null }],
      ['tags', { tags: ['a', 'b c', '"'] }, { tags: ['a', 'b c', '"'] }],
      ['tags, to none', { tags: [] }, { tags: [] }],
      ['metadata', { metadata: { who: 'ann', deep: [1] } }, { metadata: { who: 'ann', deep: [1] } }],
      ['metadata, to none', { metadata: {} }, { metadata: {} }],
      ['expires_at', { expires_at: '2999-01-01T00:00:00+01:00' }, { expires_at: '2998-12-31T23:00:00.000Z' }],
      ['expires_at, to none', { expires_at: null }, { expires_at: null }],
      ['scheduled_at', { scheduled_at: '2999-01-01T00:00:00Z' }, { scheduled_at: '2999-01-01T00:00:00.000Z', run_at: '2999-01-01T00:00:00.000Z' }],
      ['several at once', { priority: 1, tags: ['x'], scheduled_at: '2999-01-01T00:00:00Z' }, { priority: 1, tags: ['x'], scheduled_at: '2999-01-01T00:00:00.000Z', run_at: '2999-01-01T00:00:00.000Z' }],
      ['nothing', {}, {}]
    ] as const)('of %s touches nothing else', async ([, changes, expected]) => {
      const [job] = await bench.store.createJobs([
        newJob({ scheduled_at: inMs(3_600_000), payload: { a: 1 }, priority: 3, backoff: { type: 'linear', delay_ms: 1, max_ms: 9 }, timeout_ms: 9_000, expires_at: inMs(7_200_000), tags: ['old'], metadata: { k: 'v' } })
      ])
      const acted = await bench.store.updateJobs([job!.id], changes)
      expect(acted).toMatchObject([{ id: job!.id, outcome: 'updated', status: 'pending', priority: { ...job!, ...expected }.priority, run_at_ms: Date.parse({ ...job!, ...expected }.run_at) }])
      expect(acted[0]!.job).toEqual({ ...job!, ...expected })
      expect(await bench.store.getJob(job!.id)).toEqual({ ...job!, ...expected, attempts: [] })
      expect((await bench.store.updateJobs([job!.id], changes))[0]).toEqual(acted[0]) // sent twice
    })

    test('of the time to one that is past, or to none, means now; a delay counts by the clock of the database', async () => {
      const jobs = await bench.store.createJobs([1, 2, 3].map(() => newJob({ scheduled_at: inMs(3_600_000) })))
      const { now_ms: before } = await bench.store.ping()
      await bench.store.updateJobs([jobs[0]!.id], { scheduled_at: '2001-01-01T00:00:00Z' })
      await bench.store.updateJobs([jobs[1]!.id], { scheduled_at: null })
      await bench.store.updateJobs([jobs[2]!.id], { delay_ms: 60_000 })
      const { now_ms: after } = await bench.store.ping()
      const [past, none, delayed] = await Promise.all(jobs.map(({ id }) => bench.store.getJob(id)))
      const isBetween = (iso: string, from: number) => expect(Date.parse(iso) >= from + before && Date.parse(iso) <= from + after + 1).toBe(true)
      expect(past!.scheduled_at).toBe('2001-01-01T00:00:00.000Z')
      isBetween(past!.run_at, 0)
      isBetween(none!.run_at, 0)
      expect(none!.scheduled_at).toBe(none!.run_at)
      isBetween(delayed!.run_at, 60_000)
      expect(delayed!.scheduled_at).toBe(delayed!.run_at)
    })

    test('"run now" makes a job due and leaves the rest, also the time that was asked for', async () => {
      const [later, due] = await bench.store.createJobs([newJob({ scheduled_at: inMs(3_600_000), tags: ['t'] }), newJob()])
      const { now_ms: before } = await bench.store.ping()
      await bench.store.updateJobs([later!.id, due!.id], { run_now: true })
      const now = await bench.store.getJob(later!.id)
      expect(now).toEqual({ ...later!, run_at: now.run_at, attempts: [] })
      expect(Date.parse(now.run_at)).toBeLessThan(Date.parse(later!.run_at) - 3_000_000)
      expect(Date.parse(now.run_at)).toBeGreaterThanOrEqual(before)
      expect(await bench.store.getJob(due!.id)).toEqual({ ...due!, attempts: [] }) // it keeps its place in the line
    })

    test('is for pending jobs only, and answers each in order', async () => {
      const { job } = await running(bench)
      const failed = await ended(bench)
      const [pending, cancelled] = await bench.store.createJobs([newJob({ scheduled_at: inMs(60_000) }), newJob({ scheduled_at: inMs(60_000) })])
      await bench.store.cancelJobs([cancelled!.id])
      const before = await Promise.all([job.id, failed.id, cancelled!.id].map((id) => rowOf(bench, id)))
      const acted = await bench.store.updateJobs([job.id, failed.id, pending!.id, NOBODY, cancelled!.id], { priority: 9, payload: 'x' }, { outbox: true })
      expect(words(acted)).toEqual(['job_not_pending', 'job_not_pending', 'updated', 'job_not_found', 'job_not_pending'])
      expect(acted.map(({ status }) => status)).toEqual(['in_progress', 'failed', 'pending', null, 'cancelled'])
      expect(await Promise.all([job.id, failed.id, cancelled!.id].map((id) => rowOf(bench, id)))).toEqual(before)
      expect(await bench.stack.sql('select job_id from duly.timeline_outbox where job_id = any($1::uuid[])', [ids(acted)])).toEqual([{ job_id: pending!.id }])
    })

    test('of the payload keeps every digit', async () => {
      const [job] = await bench.store.createJobs([newJob({ scheduled_at: inMs(60_000) })])
      await bench.stack.sql(`select public.duly_update_jobs(array[$1::uuid], '{"payload": {"n": 12345678901234567890, "tiny": 1e-7}}', false)`, [job!.id])
      expect((await bench.stack.sql('select payload::text as text from duly.jobs where id = $1', [job!.id]))[0]!.text).toBe('{"n": 12345678901234567890, "tiny": 0.0000001}')
    })
  })

  describe('a duplicate', () => {
    test('is a new job with what the other was created with, whatever became of that', async () => {
      const { id } = await ended(bench, 'failed', { payload: { a: ['x'] }, priority: 5, max_retries: 1, backoff: { type: 'linear', delay_ms: 1, max_ms: 9 }, timeout_ms: 9_000, expires_at: inMs(60_000), tags: ['t'], metadata: { k: 'v' } })
      const newId = uuidv7()
      const acted = await bench.store.duplicateJobs([id], { newIds: [newId] })
      const original = await bench.store.getJob(id)
      const copy = await bench.store.getJob(newId)
      expect(acted).toMatchObject([{ id, outcome: 'duplicated', refused: null, new_id: newId, status: 'pending', queue: 'default', priority: 5, run_at_ms: Date.parse(copy.run_at), job: { id: newId } }])
      const { type, queue, payload, priority, max_retries, backoff, timeout_ms, tags, metadata } = original
      expect(copy).toEqual({
        id: newId, type, queue, payload, priority, max_retries, backoff, timeout_ms, tags, metadata, status: 'pending', attempt: 0, fence: 0, expires_at: null,
        scheduled_at: copy.created_at, run_at: copy.created_at, created_at: copy.created_at, started_at: null, finished_at: null,
        result: null, last_error: null, worker_id: null, cancel_requested_at: null, cancel_reason: null, attempts: []
      })
      expect(await bench.store.getJob(id)).toEqual(original)
    })

    test('keeps every digit of a payload', async () => {
      const [job] = await bench.store.createJobs([newJob({ scheduled_at: inMs(60_000) })])
      await bench.stack.sql(`update duly.jobs set payload = '{"n": 12345678901234567890, "m": 0.1000000000000000055511151231257827, "tiny": 1e-7}', metadata = '{"n": 98765432109876543210}' where id = $1`, [job!.id])
      const newId = uuidv7()
      await bench.store.duplicateJobs([job!.id], { newIds: [newId] })
      const text = async (id: string) => (await bench.stack.sql('select payload::text as payload, metadata::text as metadata from duly.jobs where id = $1', [id]))[0]
      expect(await text(newId)).toEqual(await text(job!.id))
      expect((await text(newId))!.payload).toContain('12345678901234567890')
    })

    test('is due at a time, in a while, or now; and is made once, however often it is asked for', async () => {
      const originals = await insertRows(bench, Array.from({ length: 3 }, () => ({ status: 'completed' as const })))
      const copy = async (options: { scheduled_at?: string; delay_ms?: number }) => {
        const newIds = originals.map(() => uuidv7())
        const asked = [...ids(originals).toReversed(), NOBODY]
        const ask = () => bench.store.duplicateJobs(asked, { newIds: [...newIds, uuidv7()], outbox: true, ...options })
        const acted = await ask()
        expect(ids(acted)).toEqual(asked)
        expect(words(acted)).toEqual(['duplicated', 'duplicated', 'duplicated', 'job_not_found'])
        expect(acted.map(({ new_id }) => new_id)).toEqual([...newIds, null])
        expect((await ask()).slice(0, 3)).toEqual(acted.slice(0, 3))
        expect((await bench.stack.sql('select distinct job_id from duly.timeline_outbox where job_id = any($1::uuid[])', [newIds])).length).toBe(3)
        return bench.store.getJob(newIds[0]!)
      }
      expect(await copy({ scheduled_at: '2999-01-01T00:00:00Z' })).toMatchObject({ scheduled_at: '2999-01-01T00:00:00.000Z', run_at: '2999-01-01T00:00:00.000Z' })
      const past = await copy({ scheduled_at: '2001-01-01T00:00:00Z' })
      expect(past).toMatchObject({ scheduled_at: '2001-01-01T00:00:00.000Z', run_at: past.created_at })
      const later = await copy({ delay_ms: 60_000 })
      expect(Date.parse(later.run_at) - Date.parse(later.created_at)).toBe(60_000)
    })
  })

  describe('a delete', () => {
    test('removes a job that has ended, with its attempts, and no other', async () => {
      const failed = await ended(bench)
      const { job } = await running(bench)
      const [pending] = await bench.store.createJobs([newJob({ scheduled_at: inMs(60_000) })])
      const asked = [job.id, failed.id, pending!.id, NOBODY]
      expect(await bench.stack.sql('select fence from duly.job_attempts where job_id = $1', [failed.id])).toHaveLength(1)
      expect(words(await bench.store.deleteJobs(asked))).toEqual(['job_not_deletable', 'deleted', 'job_not_deletable', 'job_not_found'])
      await expect(bench.store.getJob(failed.id)).rejects.toMatchObject({ code: 'job_not_found' })
      expect(await bench.stack.sql('select fence from duly.job_attempts where job_id = $1', [failed.id])).toEqual([])
      expect(await bench.store.readStates(asked)).toMatchObject([{ id: job.id, status: 'in_progress', fence: 1 }, { id: failed.id, status: null, fence: null }, { id: pending!.id, status: 'pending', fence: 0 }, { id: NOBODY, status: null, fence: null }])
    })

    test('is told that there is no such job the second time, but not when it is sent again for a lost reply', async () => {
      const [a] = await insertRows(bench, [{ status: 'completed' }])
      const send = async (again: boolean) => (await bench.stack.sql('select public.duly_delete_jobs(array[$1::uuid], $2) as answer', [a!.id, again]))[0]!.answer as Acted[]
      expect(await send(false)).toMatchObject([{ id: a!.id, outcome: 'deleted', status: null, job: null }])
      expect(words(await send(false))).toEqual(['job_not_found'])
      expect(words(await send(true))).toEqual(['deleted'])
    })

    test('is done with its word for the timeline, too: that row is found to be done', async () => {
      const [job] = await bench.store.createJobs([newJob({ scheduled_at: inMs(60_000) })], { outbox: true })
      await bench.store.cancelJobs([job!.id])
      await bench.store.deleteJobs([job!.id])
      expect((await bench.store.readOutbox([], 1_000)).filter(({ id }) => id === job!.id)).toMatchObject([{ run_at_ms: null }])
    })
  })

  describe('an end to the patience for a job', () => {
    test('makes a claim refuse it and cancel it, with that reason', async () => {
      const worker = await newWorker(bench.store)
      const queue = newQueue()
      const [late, early] = await dueJobs(bench, 2, { queue, expires_at: inMs(3_600_000) })
      await expire(bench, late!.id)
      expect(ids((await bench.store.claimJobs(worker, [late!.id, early!.id])).jobs)).toEqual([early!.id])
      expect(await bench.store.getJob(late!.id)).toMatchObject({ status: 'cancelled', cancel_reason: 'expired', attempt: 0, fence: 0, cancel_requested_at: null, finished_at: expect.any(String) as string })
      const [other] = await dueJobs(bench, 1, { queue, expires_at: inMs(3_600_000) })
      await expire(bench, other!.id)
      expect(await bench.store.claimDueJobs(worker, [queue], 10)).toEqual({ jobs: [], wait_ms: null })
      expect((await bench.store.getJob(other!.id)).cancel_reason).toBe('expired')
    })

    test('is kept by the sweep where nobody claims, a bounded number at a time', async () => {
      const queue = newQueue()
      const [paused, ...others] = await bench.store.createJobs(Array.from({ length: 5 }, () => newJob({ queue, type: 'unheard.of', scheduled_at: inMs(60_000), expires_at: inMs(3_600_000) })))
      await bench.stack.sql('update duly.queues set paused = true where name = $1', [queue])
      expect(await bench.store.expireJobs(1_000)).toEqual({ expired: 0 })
      await expire(bench, paused!.id, ...ids(others).slice(0, 3))
      expect(await bench.store.expireJobs(3)).toEqual({ expired: 3 })
      expect(await bench.store.expireJobs(3)).toEqual({ expired: 1 })
      expect(await bench.store.expireJobs(3)).toEqual({ expired: 0 })
      expect((await bench.store.readStates(ids([paused!, ...others]))).map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'cancelled', 'cancelled', 'pending'])
    })

    test('no longer matters once it has started: not after a retry, a snooze, or the death of its worker', async () => {
      const { worker, jobs } = await running(bench, 3, { expires_at: inMs(3_600_000) })
      await bench.store.finishJobs(worker, [{ id: jobs[0]!.id, fence: 1, outcome: 'retry', error: oops, delay_ms: 0 }, { id: jobs[1]!.id, fence: 1, outcome: 'snoozed', delay_ms: 0 }])
      await bench.store.endWorker(worker, 'declared_dead')
      await bench.store.rescueJobs(await newWorker(bench.store), 1_000)
      await makeDue(bench, ...ids(jobs))
      await bench.stack.sql(`update duly.jobs set expires_at = now() - interval '1 second' where id = any($1::uuid[]) and expires_at is not null`, [ids(jobs)])
      await bench.store.expireJobs(1_000)
      expect((await bench.store.claimJobs(await newWorker(bench.store), ids(jobs))).jobs).toHaveLength(3)
    })

    test('matters again for a job that was handed back before it ran, and only for that', async () => {
      const { worker, jobs } = await running(bench, 2, { expires_at: inMs(3_600_000) })
      const [never, snoozed] = ids(jobs) as [string, string]
      await bench.store.finishJobs(worker, [{ id: never, fence: 1, outcome: 'handed_back' }, { id: snoozed, fence: 1, outcome: 'snoozed', delay_ms: 0 }])
      expect(await bench.store.getJob(never)).toMatchObject({ status: 'pending', started_at: null })
      await makeDue(bench, never, snoozed)
      await bench.store.claimJobs(worker, [never, snoozed])
      await bench.store.finishJobs(worker, [never, snoozed].map((id) => ({ id, fence: 2, outcome: 'handed_back' as const }))) // the one has never run, the other has
      await bench.stack.sql(`update duly.jobs set expires_at = now() - interval '1 second' where id = any($1::uuid[]) and expires_at is not null`, [[never, snoozed]])
      await bench.store.expireJobs(1_000)
      expect((await bench.store.readStates([never, snoozed])).map(({ status }) => status)).toEqual(['cancelled', 'pending'])
    })

    test('is over when somebody retries it, or gives it more time', async () => {
      const [retried, changed] = await bench.store.createJobs([newJob({ scheduled_at: inMs(60_000), expires_at: inMs(3_600_000) }), newJob({ scheduled_at: inMs(60_000), expires_at: inMs(3_600_000) })])
      await expire(bench, retried!.id)
      await bench.store.expireJobs(1_000)
      expect(words(await bench.store.retryJobs([{ id: retried!.id, fence: 0 }]))).toEqual(['retried'])
      await expire(bench, changed!.id)
      await bench.store.updateJobs([changed!.id], { expires_at: inMs(3_600_000) })
      await bench.store.expireJobs(1_000)
      expect((await bench.store.readStates([retried!.id, changed!.id])).map(({ status }) => status)).toEqual(['pending', 'pending'])
    })
  })

  describe('a request with an Idempotency-Key', () => {
    const idempotency = (fields = {}) => ({ scope: 'ann', key: uuidv7(), requestHash: 'h1', ...fields })

    test('that is sent 200 times at once makes one job: one is its maker, 199 are answered with it', async () => {
      const once = idempotency()
      const queue = newQueue()
      const answers = await Promise.all(Array.from({ length: 200 }, () => bench.store.createOnce([newJob({ queue })], once)))
      const made = answers.filter(({ replayed }) => !replayed)
      expect(made).toHaveLength(1)
      expect(new Set(answers.map(({ jobs }) => jobs.map(({ id }) => id).join())).size).toBe(1)
      expect((await bench.stack.sql('select id from duly.jobs where queue = $1', [queue])).map((row) => row.id)).toEqual(ids(made[0]!.jobs))
    })

    test('is answered with the job as it is now', async () => {
      const once = idempotency()
      const { jobs } = await bench.store.createOnce([newJob({ scheduled_at: inMs(60_000) })], once)
      await bench.store.cancelJobs(ids(jobs))
      expect(await bench.store.createOnce([newJob()], once)).toMatchObject({ replayed: true, jobs: [{ id: jobs[0]!.id, status: 'cancelled' }] })
      await bench.store.deleteJobs(ids(jobs))
      expect(await bench.store.createOnce([newJob()], once)).toEqual({ replayed: true, jobs: [] })
    })

    test('can be asked what it has made, by its caller and with the same request', async () => {
      const once = idempotency()
      expect(await bench.store.findCreated(once)).toBeUndefined()
      const made = await bench.store.createOnce([newJob({ scheduled_at: inMs(60_000) }), newJob({ scheduled_at: inMs(60_000) })].toReversed(), once)
      expect(await bench.store.findCreated(once)).toEqual(made.jobs)
      for (const other of [{ scope: 'nobody' }, { requestHash: 'another' }]) expect(await bench.store.findCreated({ ...once, ...other })).toBeUndefined()
      await bench.store.cancelJobs(ids(made.jobs))
      await bench.store.deleteJobs([made.jobs[0]!.id])
      expect(await bench.store.findCreated(once)).toMatchObject([{ id: made.jobs[1]!.id, status: 'cancelled' }])
    })

    test('and another body is refused, and makes nothing', async () => {
      const once = idempotency()
      await bench.store.createOnce([newJob()], once)
      const other = newJob()
      await expect(bench.store.createOnce([other], { ...once, requestHash: 'h2' })).rejects.toMatchObject({ code: 'idempotency_key_reused', message: expect.stringContaining('Idempotency-Key') as string })
      await expect(bench.store.getJob(other.id)).rejects.toMatchObject({ code: 'job_not_found' })
    })

    test('is no other caller\'s: scopes stay apart', async () => {
      const once = idempotency()
      const [a, b] = await Promise.all(['ann', 'bob'].map((scope) => bench.store.createOnce([newJob()], { ...once, scope })))
      expect([a!.replayed, b!.replayed]).toEqual([false, false])
      expect(a!.jobs[0]!.id).not.toBe(b!.jobs[0]!.id)
    })

    test('that is sent again with the same ids, since its reply was lost, still counts as the maker', async () => {
      const once = idempotency()
      const jobs = [newJob(), newJob()]
      const first = await bench.store.createOnce(jobs, once)
      expect(await bench.store.createOnce(jobs, once)).toEqual(first)
      expect(first.replayed).toBe(false)
    })

    test('makes all jobs of a bulk or none, and answers with them in their order', async () => {
      const once = idempotency()
      const jobs = Array.from({ length: 100 }, (_, i) => newJob({ payload: { i } })).toReversed()
      const made = await bench.store.createOnce(jobs, once)
      expect(ids(made.jobs)).toEqual(ids(jobs))
      const again = await bench.store.createOnce(jobs.map(({ payload }) => newJob({ payload })), once)
      expect(again).toEqual({ jobs: made.jobs, replayed: true })
      const bad = idempotency()
      await expect(bench.store.createOnce([newJob(), newJob({ priority: 10 })], bad)).rejects.toThrow()
      expect((await bench.store.createOnce([newJob()], bad)).replayed).toBe(false) // its key was not used up
    })
  })

  describe('what explains a job', () => {
    test('is who could run it, what comes first, and what happened to it', async () => {
      const { store, stack } = bench
      await stack.sql(`update duly.workers set ended_at = now(), end_reason = 'stopped' where ended_at is null`) // of other tests
      const queue = newQueue()
      const [first, second, urgent, later] = await store.createJobs([newJob({ queue }), newJob({ queue }), newJob({ queue, priority: 3 }), newJob({ queue, scheduled_at: inMs(60_000) })])
      await stack.sql(`update duly.jobs set run_at = now() - interval '2 seconds' where id = $1`, [first!.id])
      await makeDue(bench, second!.id, urgent!.id)
      await dueJobs(bench, 1) // of another queue
      const facts = await store.explainJob(second!.id)
      expect(facts).toMatchObject({ job: { id: second!.id, status: 'pending' }, queue_paused: false, workers: { alive: 0, of_type: 0, of_queue: 0, able: 0, slots: 0, running: 0 }, ahead: 2, attempts: [] })
      expect(Math.abs(Date.parse(facts.now) - Date.now())).toBeLessThan(60_000)
      expect((await store.explainJob(urgent!.id)).ahead).toBe(0)
      expect((await store.explainJob(later!.id)).ahead).toBe(3)

      await newWorker(store, { types: ['log'], queues: ['elsewhere'] })
      await newWorker(store, { types: ['other'], queues: [queue] })
      const able = await newWorker(store, { types: ['other', 'log'], queues: ['elsewhere', queue] })
      await newWorker(store, { types: ['log'] })
      const dead = await newWorker(store)
      await store.endWorker(dead, 'stopped')
      const silent = await newWorker(store)
      await stack.sql(`update duly.workers set last_beat_at = now() - interval '1 hour' where id = $1`, [silent])
      await store.claimJobs(able, [first!.id])
      await stack.sql('update duly.queues set paused = true where name = $1', [queue])
      expect(await store.explainJob(second!.id)).toMatchObject({ queue_paused: true, workers: { alive: 4, of_type: 3, of_queue: 3, able: 2, slots: 20, running: 1 }, ahead: 1 })

      await store.finishJobs(able, [{ id: first!.id, fence: 1, outcome: 'retry', error: oops, delay_ms: 60_000 }])
      expect(await store.explainJob(first!.id)).toMatchObject({ job: { status: 'pending', attempt: 1, last_error: 'oops' }, attempts: [{ outcome: 'retry' }] })
      await store.cancelJobs([second!.id])
      expect(await store.explainJob(second!.id)).toMatchObject({ job: { status: 'cancelled' }, ahead: 0 })
      await expect(store.explainJob(NOBODY)).rejects.toMatchObject({ code: 'job_not_found' })
    })

    test('counts what comes first up to a thousand', async () => {
      const queue = newQueue()
      await insertRows(bench, Array.from({ length: 1_100 }, (_, i) => ({ queue, priority: i % 3, run_at: new Date(Date.now() - 60_000).toISOString() })))
      const [job] = await dueJobs(bench, 1, { queue })
      expect((await bench.store.explainJob(job!.id)).ahead).toBe(1_000)
    })
  })
})
