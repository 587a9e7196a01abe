import { expect, test, vi } from 'vitest'
import type { Finish } from '../../core/store/index.js'
import { type Bench, dueJobs, ids, newWorker, onEveryStack } from './support.js'

const oops = JSON.stringify({ name: 'Error', message: 'oops' })

async function claimed(bench: Bench, count = 1, fields = {}) {
  const worker = await newWorker(bench.store)
  const { jobs } = await bench.store.claimJobs(worker, ids(await dueJobs(bench, count, fields)))
  return { worker, jobs, job: jobs[0]! }
}

onEveryStack('a finish', (bench) => {
  test('completes a job with its result', async () => {
    const { worker, job } = await claimed(bench)
    const answer = await bench.store.finishJobs(worker, [{ id: job.id, fence: 1, outcome: 'completed', result: '{"sent":true}' }])
    expect(answer).toEqual({ moved: [], refused: [], locked: [] })
    expect(await bench.store.getJob(job.id)).toMatchObject({ status: 'completed', result: { sent: true }, worker_id: null, attempts: [], finished_at: expect.any(String) as string })
  })

  test('puts a failed attempt back with the wait that was asked for, and notes its error', async () => {
    const { worker, job } = await claimed(bench)
    const { moved } = await bench.store.finishJobs(worker, [{ id: job.id, fence: 1, outcome: 'retry', error: oops, delay_ms: 60_000 }])
    const after = await bench.store.getJob(job.id)
    expect(moved).toEqual([{ id: job.id, queue: 'default', priority: 0, status: 'pending', run_at_ms: Date.parse(after.run_at) }])
    expect(after).toMatchObject({ status: 'pending', attempt: 1, last_error: 'oops', attempts: [{ fence: 1, attempt: 1, outcome: 'retry', error: { message: 'oops' }, worker_id: worker }] })
    expect(Date.parse(after.run_at)).toBeGreaterThan(Date.parse(after.created_at) + 59_000)
  })

  test('fails a job once its attempts are used up: max_retries 1 means two', async () => {
    const { worker, job } = await claimed(bench, 1, { max_retries: 1 })
    await bench.store.finishJobs(worker, [{ id: job.id, fence: 1, outcome: 'retry', error: oops, delay_ms: 0 }])
    await vi.waitFor(async () => expect((await bench.store.claimJobs(worker, [job.id])).jobs).toMatchObject([{ attempt: 2, fence: 2 }])) // due in the millisecond that follows
    const { moved } = await bench.store.finishJobs(worker, [{ id: job.id, fence: 2, outcome: 'retry', error: oops, delay_ms: 0 }])
    expect(moved).toMatchObject([{ status: 'failed' }])
    expect(await bench.store.getJob(job.id)).toMatchObject({ status: 'failed', attempts: [{ fence: 2, outcome: 'failed' }, { fence: 1, outcome: 'retry' }] })
  })

  test('fails at once what the handler gave up', async () => {
    const { worker, job } = await claimed(bench)
    await bench.store.finishJobs(worker, [{ id: job.id, fence: 1, outcome: 'failed', error: oops }])
    expect(await bench.store.getJob(job.id)).toMatchObject({ status: 'failed', last_error: 'oops', attempts: [{ outcome: 'failed' }] })
  })

  test('does not count a snooze or a hand-back, and grows the fence all the same', async () => {
    const { worker, jobs } = await claimed(bench, 2)
    const [snoozed, handed] = jobs as [(typeof jobs)[0], (typeof jobs)[0]]
    await bench.store.finishJobs(worker, [
      { id: snoozed.id, fence: 1, outcome: 'snoozed', delay_ms: 3_000_000_000 },
      { id: handed.id, fence: 1, outcome: 'handed_back' }
    ])
    expect(await bench.store.getJob(snoozed.id)).toMatchObject({ status: 'pending', attempt: 0, fence: 1, attempts: [] })
    expect(Date.parse((await bench.store.getJob(snoozed.id)).run_at)).toBeGreaterThan(Date.now() + 2_900_000_000)
    expect(await bench.store.getJob(handed.id)).toMatchObject({ status: 'pending', attempt: 0, run_at: handed.run_at })
    expect((await bench.store.claimJobs(worker, [handed.id])).jobs).toMatchObject([{ attempt: 1, fence: 2 }])
  })

  test('with a fence that is no longer the current one changes nothing', async () => {
    const { worker, job } = await claimed(bench)
    await bench.store.finishJobs(worker, [{ id: job.id, fence: 1, outcome: 'handed_back' }])
    await bench.store.claimJobs(worker, [job.id])
    const before = await bench.store.getJob(job.id)
    for (const outcome of ['completed', 'retry', 'failed', 'snoozed', 'handed_back'] as const) {
      expect(await bench.store.finishJobs(worker, [{ id: job.id, fence: 1, outcome, delay_ms: 0 }])).toEqual({ moved: [], refused: [job.id], locked: [] })
    }
    expect(await bench.store.getJob(job.id)).toEqual(before)
  })

  test('that is sent twice has the effect of one, and an answer that serves as well', async () => {
    const { worker, jobs } = await claimed(bench, 5, { max_retries: 0 })
    const finishes: Finish[] = (['completed', 'retry', 'failed', 'snoozed', 'handed_back'] as const).map((outcome, i) => ({ id: jobs[i]!.id, fence: 1, outcome, error: oops, delay_ms: 5_000 }))
    const first = await bench.store.finishJobs(worker, finishes)
    const rows = await Promise.all(jobs.map((job) => bench.store.getJob(job.id)))
    const second = await bench.store.finishJobs(worker, finishes)
    const order = (moved: typeof first.moved) => moved.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    expect(order(second.moved)).toEqual(order(first.moved))
    expect(second.refused).toEqual([])
    expect(await Promise.all(jobs.map((job) => bench.store.getJob(job.id)))).toEqual(rows)
  })

  test('of a batch in which one is stale ends the others', async () => {
    const { worker, jobs } = await claimed(bench, 3)
    const { refused } = await bench.store.finishJobs(worker, jobs.map((job, i) => ({ id: job.id, fence: i === 1 ? 9 : 1, outcome: 'completed' })))
    expect(refused).toEqual([jobs[1]!.id])
    expect(await Promise.all(jobs.map(async (job) => (await bench.store.getJob(job.id)).status))).toEqual(['completed', 'in_progress', 'completed'])
  })

  test('that cannot be stored is refused whole, and says so', async () => {
    const { worker, jobs } = await claimed(bench, 2)
    const finishes: Finish[] = [{ id: jobs[0]!.id, fence: 1, outcome: 'completed', result: '"fine"' }, { id: jobs[1]!.id, fence: 1, outcome: 'completed', result: '"\\u0000"' }]
    await expect(bench.store.finishJobs(worker, finishes)).rejects.toMatchObject({ code: 'not_storable' })
    expect((await bench.store.getJob(jobs[0]!.id)).status).toBe('in_progress')
  })

  test('and a claim share one round trip', async () => {
    const { worker, job } = await claimed(bench)
    const next = ids(await dueJobs(bench, 3))
    const answer = await bench.store.exchange(worker, [{ id: job.id, fence: 1, outcome: 'completed', result: '1' }], next)
    expect(ids(answer.jobs).toSorted()).toEqual(next.toSorted())
    expect(answer).toMatchObject({ moved: [], refused: [], later: [] })
    expect((await bench.store.getJob(job.id)).status).toBe('completed')
  })
})
