import { expect, test } from 'vitest'
import { DEFAULT_BACKOFF } from '../../core/job.js'
import type { NewJob } from '../../core/store/index.js'
import { dueJobs, ids, inMs, newJob, newQueue, newWorker, onEveryStack } from './support.js'

onEveryStack('the store', (bench) => {
  test('keeps a job as it was given, and answers with the resolved times', async () => {
    const at = inMs(60_000)
    const job = newJob({ queue: 'mail', type: 'send_email', payload: { a: ['x', { b: 1.5 }], quote: '"\'\\', emoji: '👩‍🚀' }, priority: 9, scheduled_at: at, max_retries: 0, backoff: { type: 'fixed', delay_ms: 5, max_ms: 9 }, timeout_ms: 1_000 })
    const [stored] = await bench.store.createJobs([job])
    expect(stored).toEqual({
      ...job,
      status: 'pending', scheduled_at: at, run_at: at, attempt: 0, fence: 0, result: null, last_error: null, worker_id: null, expires_at: null, tags: [], metadata: {}, cancel_requested_at: null, cancel_reason: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string, started_at: null, finished_at: null
    })
    expect(await bench.store.getJob(job.id)).toEqual({ ...stored, attempts: [] })
  })

  test('answers what a read finds, whatever was given', async () => {
    const given: Array<Partial<NewJob>> = [
      {},
      { scheduled_at: '2031-05-06T07:08:09.1234567+02:00', expires_at: '2031-05-06T07:08:09.0001Z' },
      { delay_ms: 90_000, backoff: { type: 'linear' } as NewJob['backoff'] },
      { tags: ['a b', 'ü,"\\{}'], metadata: { z: 1, a: [null, 1e21, -0.5] } },
      { payload: null },
      { payload: [1.10, 'x', { deep: { b: 1, a: 2 } }], max_retries: 100, timeout_ms: 86_400_000, priority: 9 }
    ]
    const stored = await bench.store.createJobs(given.map((fields) => newJob(fields)))
    const read = await Promise.all(stored.map(({ id }) => bench.store.getJob(id)))
    expect(stored).toEqual(read.map(({ attempts: _, ...job }) => job))
  })

  test('takes a time in the past, and none, as now', async () => {
    const [past, none] = await bench.store.createJobs([newJob({ scheduled_at: '2001-01-01T00:00:00Z' }), newJob()])
    expect(past).toMatchObject({ scheduled_at: '2001-01-01T00:00:00.000Z', run_at: past!.created_at })
    expect(none).toMatchObject({ scheduled_at: none!.created_at, run_at: none!.created_at })
  })

  test('stores a job once, however often the request is sent', async () => {
    const jobs = [newJob({ payload: { n: 1 } }), newJob({ payload: { n: 2 } })]
    const first = await bench.store.createJobs(jobs)
    expect(await bench.store.createJobs(jobs)).toEqual(first)
    const [{ count }] = (await bench.stack.sql('select count(*)::int as count from duly.jobs where id = any($1::uuid[])', [ids(jobs)])) as [{ count: number }]
    expect(count).toBe(2)
  })

  test('stores all of a batch or none', async () => {
    const jobs = [newJob(), newJob({ priority: 10 })]
    // The local REST layer turns a violated constraint into a bare 500, which says nothing.
    await expect(bench.store.createJobs(jobs)).rejects.toMatchObject({ code: bench.stack.kind === 'postgres' ? 'not_storable' : 'store_unavailable' })
    await expect(bench.store.getJob(jobs[0]!.id)).rejects.toMatchObject({ code: 'job_not_found' })
  })

  test('reads the newest 100 attempts of a job, however many there are', async () => {
    const [job] = await bench.store.createJobs([newJob()])
    await bench.stack.sql(
      `insert into duly.job_attempts (job_id, fence, attempt, outcome, error, worker_id, started_at)
       select $1::uuid, n, 1, 'failed', '{"name": "Error", "message": "no"}', gen_random_uuid(), now() from generate_series(1, 130) n`,
      [job!.id]
    )
    expect((await bench.store.getJob(job!.id)).attempts.map(({ fence }) => fence)).toEqual(Array.from({ length: 100 }, (_, i) => 130 - i))
  })

  test('answers a batch in the order of the request', async () => {
    const jobs = Array.from({ length: 50 }, () => newJob()).toReversed()
    expect(ids(await bench.store.createJobs(jobs))).toEqual(ids(jobs))
  })

  test('lists newest first, page by page, without a gap or a repeat', async () => {
    const mine = ids(await bench.store.createJobs(Array.from({ length: 23 }, () => newJob())))
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<typeof bench.store.listJobs>> = await bench.store.listJobs({ limit: 5, cursor })
      expect(page.data.length).toBeLessThanOrEqual(5)
      seen.push(...ids(page.data))
      cursor = page.next_cursor
    } while (cursor && seen.length < 10_000)
    expect(cursor).toBeNull()
    expect(seen).toEqual(seen.toSorted().toReversed())
    expect(seen.filter((id) => mine.includes(id))).toEqual(mine.toReversed())
    await expect(bench.store.listJobs({ limit: 5, cursor: 'nonsense' })).rejects.toMatchObject({ code: 'invalid_cursor' })
  })

  test('lets a cancel or a claim win, never both', async () => {
    const jobs = ids(await dueJobs(bench, 30))
    const worker = await newWorker(bench.store)
    const [claims, cancels] = await Promise.all([
      Promise.all(jobs.map((id) => bench.store.claimJobs(worker, [id]))),
      Promise.all(jobs.map((id) => bench.store.cancelJobs([id])))
    ])
    jobs.forEach((_, i) => expect(claims[i]!.jobs.length === 1).toBe(cancels[i]![0]!.outcome === 'cancel_requested'))
  })

  test('walks pending jobs of a queue and priority in order of time, page by page, until the end of the window', async () => {
    const queue = newQueue()
    const jobs = await bench.store.createJobs(Array.from({ length: 7 }, (_, i) => newJob({ queue, priority: 4, scheduled_at: inMs(60_000 + 1_000 * (i >> 1)) }))) // pairs share a time
    await bench.store.createJobs([newJob({ queue, priority: 4, scheduled_at: inMs(7_200_000) }), newJob({ queue, priority: 3, scheduled_at: inMs(60_000) })])
    const walked: string[] = []
    let after = { run_at_ms: 0, id: '00000000-0000-0000-0000-000000000000' }
    for (;;) {
      const { pages, until_ms } = await bench.store.scanPending([{ queue, priority: 4, after }], { withinMs: 3_600_000, skipPaused: false, limit: 3 })
      expect(until_ms).toBeGreaterThan(Date.now() + 3_000_000)
      walked.push(...ids(pages[0]!))
      const last = pages[0]!.at(-1)
      if (!last) break
      after = last
    }
    expect(walked).toEqual(jobs.toSorted((a, b) => a.run_at.localeCompare(b.run_at) || a.id.localeCompare(b.id)).map((job) => job.id))
  })

  test('walks overdue jobs, but not those of paused queues', async () => {
    const [running, paused] = [newQueue(), newQueue()]
    const [late] = await dueJobs(bench, 1, { queue: running })
    await dueJobs(bench, 1, { queue: paused })
    await bench.stack.sql('update duly.queues set paused = true where name = $1', [paused])
    const after = { run_at_ms: 0, id: '00000000-0000-0000-0000-000000000000' }
    const scans = [running, paused].map((queue) => ({ queue, priority: 0, after }))
    const { pages } = await bench.store.scanPending(scans, { withinMs: -500, skipPaused: true, limit: 10 })
    expect(pages.map(ids)).toEqual([[late!.id], []])
    expect((await bench.store.scanPending(scans, { withinMs: -3_600_000, skipPaused: true, limit: 10 })).pages).toEqual([[], []])
  })

  test('keeps word of jobs for the timeline until somebody says that they are there', async () => {
    const [{ id }] = (await bench.stack.sql(`select duly.schedule_job('log', '{"from": "sql"}', now() + interval '1 minute', p_queue => 'from.sql', p_priority => 2) as id`)) as [{ id: string }]
    const job = await bench.store.getJob(id)
    expect(job).toMatchObject({ type: 'log', payload: { from: 'sql' }, queue: 'from.sql', priority: 2, status: 'pending', max_retries: 3 })
    const mine = async (done: number[]) => (await bench.store.readOutbox(done, 500)).filter((row) => row.id === id)
    const [row] = await mine([])
    expect(row).toMatchObject({ id, queue: 'from.sql', priority: 2, run_at_ms: Date.parse(job.run_at) })
    expect(await mine([])).toEqual([row])
    expect(await mine([row!.outbox_id])).toEqual([])
  })

  test('fills what a backoff from SQL leaves out, and refuses one that makes no sense', async () => {
    const backoffOf = async (backoff: string) => {
      const [{ id }] = (await bench.stack.sql('select duly.schedule_job($1, p_backoff => $2::text::jsonb) as id', ['log', backoff])) as [{ id: string }]
      return (await bench.store.getJob(id)).backoff
    }
    expect(await backoffOf('{}')).toEqual(DEFAULT_BACKOFF)
    expect(await backoffOf('{"type": "fixed", "delay_ms": 5}')).toEqual({ ...DEFAULT_BACKOFF, type: 'fixed', delay_ms: 5 })
    for (const wrong of ['{"type": "sometimes"}', '{"delay_ms": -1}', '{"delay_ms": "soon"}', '{"max_ms": 1e300}', '{"type": null}']) await expect(backoffOf(wrong)).rejects.toThrow(/backoff_is_a_known_policy/)
  })

  test('tells its version and its clock', async () => {
    const { now_ms, schema_version } = await bench.store.ping()
    expect(Math.abs(now_ms - Date.now())).toBeLessThan(5_000)
    expect(schema_version).toMatch(/^\d{14}$/)
  })
})
