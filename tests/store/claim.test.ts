import { expect, test } from 'vitest'
import { dueJobs, ids, inMs, newJob, newQueue, newWorker, onEveryStack, silence } from './support.js'

onEveryStack('a claim', (bench) => {
  test('gives a due job to one of two workers that ask at the same moment', async () => {
    const { store } = bench
    const jobs = ids(await dueJobs(bench, 20))
    const [a, b] = await Promise.all([newWorker(store), newWorker(store)])
    const [first, second] = await Promise.all([store.claimJobs(a, jobs), store.claimJobs(b, jobs)])
    expect([...ids(first.jobs), ...ids(second.jobs)].toSorted()).toEqual(jobs.toSorted())
  })

  test('starts an attempt: counted, fenced, and owned by the worker', async () => {
    const { store } = bench
    const [job] = await dueJobs(bench, 1, { payload: { to: 'Zoë 🙂', n: [1, null, "it's", '{"a"}'] }, priority: 7 })
    const worker = await newWorker(store)
    const { jobs, later } = await store.claimJobs(worker, [job!.id])
    expect(later).toEqual([])
    expect(jobs).toMatchObject([{ id: job!.id, attempt: 1, fence: 1, priority: 7, payload: { to: 'Zoë 🙂', n: [1, null, "it's", '{"a"}'] } }])
    expect(await store.getJob(job!.id)).toMatchObject({ status: 'in_progress', worker_id: worker, attempt: 1, fence: 1, finished_at: null })
  })

  test('refuses a job that is not due, and says how long to wait', async () => {
    const { store } = bench
    const [job] = await store.createJobs([newJob({ scheduled_at: inMs(60_000) })])
    const { jobs, later } = await store.claimJobs(await newWorker(store), [job!.id])
    expect(jobs).toEqual([])
    expect(later).toMatchObject([{ id: job!.id, queue: 'default', priority: 0, reason: 'not_due' }])
    expect(later[0]!.wait_ms).toBeGreaterThan(30_000)
    expect(later[0]!.wait_ms).toBeLessThanOrEqual(60_000)
  })

  test('leaves a job of a type that the worker has no handler for, without burning an attempt', async () => {
    const { store } = bench
    const [job] = await dueJobs(bench, 1, { type: 'unheard.of' })
    const { jobs, later } = await store.claimJobs(await newWorker(store), [job!.id])
    expect(jobs).toEqual([])
    expect(later).toMatchObject([{ id: job!.id, reason: 'unknown_type' }])
    expect(await store.getJob(job!.id)).toMatchObject({ status: 'pending', attempt: 0, fence: 0 })
  })

  test('leaves the jobs of a paused queue', async () => {
    const { store, stack } = bench
    const queue = newQueue()
    const [job] = await dueJobs(bench, 1, { queue })
    await stack.sql('update duly.queues set paused = true where name = $1', [queue])
    const worker = await newWorker(store)
    expect(await store.claimJobs(worker, [job!.id])).toMatchObject({ jobs: [], later: [{ id: job!.id, reason: 'queue_paused' }] })
    expect(await store.claimDueJobs(worker, [queue], 10)).toEqual({ jobs: [], wait_ms: null })
  })

  test('says nothing of jobs that are gone: taken, cancelled, or never there', async () => {
    const { store } = bench
    const [taken, cancelled] = await dueJobs(bench, 2)
    await store.claimJobs(await newWorker(store), [taken!.id])
    await store.cancelJobs([cancelled!.id])
    const gone = [taken!.id, cancelled!.id, '00000000-0000-7000-8000-000000000000']
    expect(await store.claimJobs(await newWorker(store), gone)).toEqual({ jobs: [], later: [] })
  })

  test('says of a job whether an earlier attempt lost its worker', async () => {
    const { store } = bench
    const [lost, failed, fresh] = ids(await dueJobs(bench, 3))
    const gone = await newWorker(store)
    await store.claimJobs(gone, [lost!])
    await store.endWorker(gone, 'declared_dead')
    const worker = await newWorker(store)
    for (let left = true; left; ) left = (await store.rescueJobs(worker, 1_000)).length > 0
    await store.claimJobs(worker, [failed!])
    await store.finishJobs(worker, [{ id: failed!, fence: 1, outcome: 'retry', delay_ms: 0, error: '{"name": "Error", "message": "no"}' }])
    const { jobs } = await store.claimJobs(worker, [lost!, failed!, fresh!])
    expect(new Map(jobs.map(({ id, isolate }) => [id, isolate]))).toEqual(new Map([[lost, true], [failed, null], [fresh, null]]))
  })

  test('is refused to a worker that is unknown, has ended, or has not beaten within its lease', async () => {
    const { store } = bench
    const [job] = await dueJobs(bench, 1)
    await expect(store.claimJobs('00000000-0000-7000-8000-000000000000', [job!.id])).rejects.toMatchObject({ code: 'worker_dead' })
    const ended = await newWorker(store)
    await store.endWorker(ended, 'declared_dead')
    await expect(store.claimJobs(ended, [job!.id])).rejects.toMatchObject({ code: 'worker_dead' })
    await expect(store.claimDueJobs(ended, ['default'], 1)).rejects.toMatchObject({ code: 'worker_dead' })
    const silent = await newWorker(store)
    await silence(bench, silent)
    await expect(store.claimJobs(silent, [job!.id])).rejects.toMatchObject({ code: 'worker_silent' })
    await store.beat(silent)
    expect((await store.claimJobs(silent, [job!.id])).jobs).toHaveLength(1)
  })

  test('without the timeline takes the highest priority first, then the earliest', async () => {
    const { store, stack } = bench
    const queue = newQueue()
    const jobs = await store.createJobs([
      newJob({ queue, priority: 0 }),
      newJob({ queue, priority: 9 }),
      newJob({ queue, priority: 0 }),
      newJob({ queue, priority: 5, scheduled_at: inMs(3_600_000) }),
      newJob({ queue, priority: 5 })
    ])
    await stack.sql(`update duly.jobs set run_at = now() - make_interval(secs => 10 - array_position($1::uuid[], id)) where id = any($1::uuid[]) and run_at < now() + interval '1 minute'`, [ids(jobs)])
    const worker = await newWorker(store)
    const first = await store.claimDueJobs(worker, [queue], 3)
    expect(first.wait_ms).toBe(0)
    expect(ids(first.jobs).toSorted()).toEqual([jobs[1]!.id, jobs[4]!.id, jobs[0]!.id].toSorted())
    const rest = await store.claimDueJobs(worker, [queue], 3)
    expect(ids(rest.jobs)).toEqual([jobs[2]!.id])
    expect(rest.wait_ms).toBeGreaterThan(3_000_000)
  })

  test('without the timeline gives 200 due jobs to four workers once each', async () => {
    const { store } = bench
    const queue = newQueue()
    const jobs = ids(await dueJobs(bench, 200, { queue }))
    const workers = await Promise.all([1, 2, 3, 4].map(() => newWorker(store)))
    const claimed: string[] = []
    while (claimed.length < 200) {
      const answers = await Promise.all(workers.map((worker) => store.claimDueJobs(worker, [queue], 30)))
      claimed.push(...answers.flatMap((answer) => ids(answer.jobs)))
      if (answers.every((answer) => answer.jobs.length === 0)) break
    }
    expect(claimed.toSorted()).toEqual(jobs.toSorted())
  })
})
