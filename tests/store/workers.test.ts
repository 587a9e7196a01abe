import { expect, test } from 'vitest'
import { type Bench, dueJobs, ids, newQueue, newWorker, onEveryStack, silence, trust } from './support.js'

async function holding(bench: Bench, fields = {}) {
  const worker = await newWorker(bench.store)
  const { jobs } = await bench.store.claimJobs(worker, ids(await dueJobs(bench, 1, fields)))
  return { worker, job: jobs[0]! }
}

/** A worker that may judge others. */
async function judge(bench: Bench) {
  const worker = await newWorker(bench.store)
  await trust(bench, worker)
  return worker
}

onEveryStack('a lease', (bench) => {
  test('is renewed by a beat, which tells what the store thinks the worker holds', async () => {
    const queue = newQueue()
    const { worker, job } = await holding(bench, { queue })
    const beat = await bench.store.beat(worker)
    expect(beat.held).toEqual([{ id: job.id, fence: 1 }])
    expect(beat.queues).toContainEqual({ name: queue, paused: false })
    expect(Math.abs(beat.now_ms - Date.now())).toBeLessThan(5_000)
  })

  test('that ran out is over: its jobs go back at once, the attempt counts, and a note says why', async () => {
    const { worker, job } = await holding(bench)
    await silence(bench, worker)
    const rescued = await bench.store.rescueJobs(await judge(bench), 1_000)
    expect(rescued.filter((entry) => entry.id === job.id)).toMatchObject([{ status: 'pending', worker_id: worker, queue: 'default', priority: 0 }])
    const after = await bench.store.getJob(job.id)
    expect(after).toMatchObject({ status: 'pending', attempt: 1, worker_id: null, attempts: [{ fence: 1, outcome: 'rescued', worker_id: worker, error: { name: 'WorkerLost' } }] })
    await expect(bench.store.beat(worker)).rejects.toMatchObject({ code: 'worker_dead' })
    expect(await bench.store.finishJobs(worker, [{ id: job.id, fence: 1, outcome: 'completed' }])).toEqual({ moved: [], refused: [job.id], locked: [] })
  })

  test('of a job without attempts left ends it as failed: max_retries 0 never runs twice', async () => {
    const { worker, job } = await holding(bench, { max_retries: 0 })
    await bench.store.endWorker(worker, 'declared_dead')
    await bench.store.rescueJobs(await judge(bench), 1_000)
    expect(await bench.store.getJob(job.id)).toMatchObject({ status: 'failed', attempt: 1, finished_at: expect.any(String) as string })
  })

  test('is judged only by who has been in contact for a whole lease: after an outage all look dead', async () => {
    const { worker, job } = await holding(bench)
    await silence(bench, worker)
    const justBack = await newWorker(bench.store)
    await bench.store.rescueJobs(justBack, 1_000)
    expect((await bench.store.getJob(job.id)).status).toBe('in_progress')
    await trust(bench, justBack)
    await silence(bench, justBack) // its own beats have a gap as well
    await bench.store.beat(justBack)
    await bench.store.rescueJobs(justBack, 1_000)
    expect((await bench.store.getJob(job.id)).status).toBe('in_progress')
    await bench.store.beat(worker) // and so it is still alive
    expect(await bench.store.finishJobs(worker, [{ id: job.id, fence: 1, outcome: 'completed' }])).toEqual({ moved: [], refused: [], locked: [] })
  })

  test('of a worker that was seen to exit is over at once', async () => {
    const { worker, job } = await holding(bench)
    await bench.store.endWorker(worker, 'declared_dead')
    const rescued = await bench.store.rescueJobs(await newWorker(bench.store), 1_000)
    expect(ids(rescued)).toContain(job.id)
  })

  test('leaves the jobs of living workers alone', async () => {
    const { worker, job } = await holding(bench)
    await bench.store.rescueJobs(await judge(bench), 1_000)
    expect(await bench.store.getJob(job.id)).toMatchObject({ status: 'in_progress', worker_id: worker })
  })

  test('is rescued in bounded steps, each job once, by many at the same time', async () => {
    const worker = await newWorker(bench.store)
    const jobs = ids(await dueJobs(bench, 50))
    await bench.store.claimJobs(worker, jobs)
    await bench.store.endWorker(worker, 'declared_dead')
    const others = await Promise.all([judge(bench), judge(bench), judge(bench)])
    const rescued: string[] = []
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all(others.map((other) => bench.store.rescueJobs(other, 10)))
      for (const answer of answers) expect(answer.length).toBeLessThanOrEqual(10)
      rescued.push(...answers.flatMap(ids).filter((id) => jobs.includes(id)))
    }
    expect(rescued.toSorted()).toEqual(jobs.toSorted())
    const [row] = await bench.stack.sql('select released_at from duly.workers where id = $1', [worker])
    expect(row!.released_at).not.toBeNull()
  })
})
