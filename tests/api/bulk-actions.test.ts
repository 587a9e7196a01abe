import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { uuidv7 } from 'uuidv7'
import { describe, expect, vi } from 'vitest'
import { ENDED, type Job, JOB_STATUSES } from '../../core/job.js'
import { ask, inMs, makeJob, makeJobs, newQueue, read, timelineOf } from './asking.js'
import { test } from './fixtures.js'
import { type Api, expectProblem } from './support.js'

interface Answer {
  dry_run: boolean
  matched: number
  changed: number
  results: Array<{ id: string; outcome: string; code?: string; detail?: string; new_id?: string }>
  next_cursor: string | null
}

const bulk = (api: Api, action: string, body: unknown) => ask(api, 'POST', `/jobs/bulk/${action}`, body)
const done = async (api: Api, action: string, body: unknown) => {
  const answer = await bulk(api, action, body)
  expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200)
  return answer.json<Answer>()
}

test('a key against doubles is refused where it would not be one', async ({ api, fileSql }) => {
  const queue = newQueue()
  const { id } = await makeJob(api, fileSql, 'completed', { queue })
  const answer = await ask(api, 'POST', '/jobs/bulk/duplicate', { ids: [id] }, { 'idempotency-key': 'order-17' })
  expect(expectProblem(answer, 'invalid_request')).toEqual([expect.stringContaining('Idempotency-Key is not taken here')])
  expect((await ask(api, 'GET', `/jobs?queue=${queue}`)).json<{ data: Job[] }>().data).toHaveLength(1)
})

test('a comma in the list of a filter is a part of its text', async ({ api, fileSql }) => {
  const queue = newQueue()
  const [both, one] = [await makeJob(api, fileSql, 'pending', { queue, tags: ['a', 'b'] }), await makeJob(api, fileSql, 'pending', { queue, tags: ['a,b'] })]
  const meant = async (tag: unknown) => (await done(api, 'cancel', { filter: { queue, tag }, dry_run: true })).results.map(({ id }) => id)
  expect(await meant(['a,b'])).toEqual([one.id])
  expect(await meant('a,b')).toEqual([both.id])
  expect(await meant(['a', 'b'])).toEqual([both.id])
})

/** What each action says to a job of each status. */
const SAID: Record<string, { body?: object; of: Record<Job['status'] | 'missing', string> }> = {
  cancel: { of: { pending: 'cancelled', in_progress: 'cancel_requested', completed: 'job_not_cancellable', failed: 'job_not_cancellable', cancelled: 'cancelled', missing: 'job_not_found' } },
  retry: { of: { pending: 'job_not_retryable', in_progress: 'job_not_retryable', completed: 'retried', failed: 'retried', cancelled: 'retried', missing: 'job_not_found' } },
  'run-now': { of: { pending: 'updated', in_progress: 'job_not_pending', completed: 'job_not_pending', failed: 'job_not_pending', cancelled: 'job_not_pending', missing: 'job_not_found' } },
  update: { body: { changes: { priority: 4 } }, of: { pending: 'updated', in_progress: 'job_not_pending', completed: 'job_not_pending', failed: 'job_not_pending', cancelled: 'job_not_pending', missing: 'job_not_found' } },
  duplicate: { body: { delay: '1h' }, of: { pending: 'duplicated', in_progress: 'duplicated', completed: 'duplicated', failed: 'duplicated', cancelled: 'duplicated', missing: 'job_not_found' } },
  delete: { of: { pending: 'job_not_deletable', in_progress: 'job_not_deletable', completed: 'deleted', failed: 'deleted', cancelled: 'deleted', missing: 'job_not_found' } }
}

describe.each(Object.entries(SAID))('POST /jobs/bulk/%s', (action, { body = {}, of }) => {
  test('says for each id, in their order, what happened or why not; a dry run says the same and does nothing', async ({ api, fileSql }) => {
    const jobs = await Promise.all(JOB_STATUSES.map((status) => makeJob(api, fileSql, status, { queue: newQueue() })))
    const ids = [...jobs.map(({ id }) => id), uuidv7()].toReversed()
    const before = await Promise.all(jobs.map(({ id }) => read(api, id)))

    const dry = await done(api, action, { ids, dry_run: true, ...body })
    expect(await Promise.all(jobs.map(({ id }) => read(api, id)))).toEqual(before)

    const real = await done(api, action, { ids, ...body })
    const said = ({ results }: Answer) => results.map(({ id, outcome, code }) => [id, outcome === 'refused' ? code : outcome])
    expect(said(real)).toEqual(ids.map((id, i) => [id, of[([...JOB_STATUSES, 'missing'] as const).toReversed()[i]!]]))
    expect(said(dry)).toEqual(said(real))
    const changed = real.results.filter(({ outcome }) => outcome !== 'refused').length
    expect([real.dry_run, real.matched, real.changed]).toEqual([false, 6, changed])
    expect([dry.dry_run, dry.matched, dry.changed]).toEqual([true, 6, changed])
    for (const { outcome, detail } of real.results) if (outcome === 'refused') expect(detail).toMatch(/\.$/)
  })

  test('goes by a filter, if it means about as many as were seen', async ({ api, fileSql }) => {
    const queue = newQueue()
    const status = (Object.keys(of) as Array<Job['status']>).find((status) => !of[status].startsWith('job_'))!
    await makeJobs(api, fileSql, status, 20, { queue })
    const other = await makeJob(api, fileSql, status, { queue: newQueue() })
    for (const expected_count of [17, 23]) {
      const answer = await bulk(api, action, { filter: { queue }, expected_count, ...body })
      expectProblem(answer, 'count_moved')
      expect(answer.json()).toMatchObject({ detail: expect.stringContaining(`20 jobs by now, not ${expected_count}`) })
    }
    expect(await done(api, action, { filter: { queue }, dry_run: true, ...body })).toMatchObject({ matched: 20, changed: 20 })
    expect(await done(api, action, { filter: { queue: [queue], status, type: 'log' }, expected_count: 19, ...body })).toMatchObject({ matched: 20, changed: 20 })
    expect((await read(api, other.id)).status).toBe(status)
  })
})

describe('which jobs are meant', () => {
  test.for([
    [undefined, [' is missing: send a JSON object']],
    [{}, [' must have either ids or filter']],
    [{ ids: [uuidv7()], filter: {} }, [' must have either ids or filter', '/expected_count is missing']],
    [{ ids: [] }, ['/ids must not be empty']],
    [{ ids: [uuidv7(), '17', 5] }, ['/ids/1 must be the id of a job', '/ids/2 must be the id of a job']],
    [{ ids: Array.from({ length: 10_001 }, () => uuidv7()) }, ['/ids must have at most 10000 items']],
    [{ filter: { status: 'failed' } }, ['/expected_count is missing: say how many jobs you expect']],
    [{ filter: { status: ['pendin'] }, expected_count: 1 }, ['/filter/status/0 must be one of']],
    [{ filter: { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }, expected_count: 1 }, ['/filter/to must be after from']],
    [{ filter: { form: 'x' }, expected_count: -1, dryrun: true }, ['/filter/form is not known here', '/expected_count must be 0 or more', '/dryrun is not known here; did you mean "dry_run"?']]
  ] as const)('%# is refused with its faults', async ([body, expected], { api }) => {
    const faults = expectProblem(await bulk(api, 'cancel', body), 'invalid_request')
    expect(faults.toSorted()).toEqual(expected.toSorted().map((words) => expect.stringContaining(words)))
  })

  test('an id that is named twice, in whatever letters, is one', async ({ api, fileSql }) => {
    const { id } = await makeJob(api, fileSql, 'completed', { queue: newQueue() })
    const answer = await done(api, 'duplicate', { ids: [id, id.toUpperCase(), id] })
    expect(answer).toMatchObject({ matched: 1, changed: 1, results: [{ id, new_id: expect.any(String) }] })
  })

  test('what else is wrong comes in the same answer', async ({ api }) => {
    const faults = expectProblem(await bulk(api, 'update', { changes: { delay: '1h', scheduled_at: '2999-01-01T00:00:00Z', payload: 'a\0' } }), 'invalid_request')
    expect(faults).toEqual([expect.stringContaining('/changes/delay contradicts'), expect.stringContaining('/changes/payload contains a NUL'), ' must have either ids or filter'])
    expect(expectProblem(await bulk(api, 'update', { ids: [uuidv7()], changes: {} }), 'invalid_request')).toEqual(['/changes must name what to change'])
    expect(expectProblem(await bulk(api, 'duplicate', { ids: [uuidv7()], delay: 'x' }), 'invalid_request')).toEqual([expect.stringContaining('/delay must be a length of time')])
  })

  test('a filter that means nothing does nothing', async ({ api }) => {
    expect(await done(api, 'cancel', { filter: { queue: newQueue() }, expected_count: 0 })).toEqual({ dry_run: false, matched: 0, changed: 0, results: [], next_cursor: null })
  })
})

describe('more jobs than one request does', () => {
  /** @returns The answers of all requests. */
  async function throughout(api: Api, action: string, body: object, between = async () => {}): Promise<Answer[]> {
    const answers: Answer[] = []
    for (let cursor: string | null = null; answers.length === 0 || cursor !== null; cursor = answers.at(-1)!.next_cursor) {
      if (answers.length > 50) throw new Error('this does not end')
      answers.push(await done(api, action, { ...body, ...(cursor !== null && { cursor }) }))
      await between()
    }
    return answers
  }

  const sum = (answers: readonly Answer[], name: 'matched' | 'changed') => answers.reduce((all, answer) => all + answer[name], 0)

  test.for(ENDED)('are all retried by the requests that follow its cursor, each once, also those that are %s again meanwhile', async (status, { api, fileSql }) => {
    const queue = newQueue()
    const jobs = await makeJobs(api, fileSql, status, 25, { queue })
    const body = { filter: { queue, status }, limit: 10 }
    expect((await throughout(api, 'retry', { ...body, dry_run: true })).map(({ matched, changed }) => [matched, changed])).toEqual([[10, 10], [10, 10], [5, 5]])
    const answers = await throughout(api, 'retry', { ...body, expected_count: 25 }, async () => {
      await fileSql`update duly.jobs set status = ${status}, finished_at = duly.ceil_ms(clock_timestamp()) + interval '2 ms', cancel_reason = ${status === 'cancelled' ? 'requested' : null} where queue = ${queue} and status = 'pending'`
    })
    expect(answers.map(({ matched, changed }) => [matched, changed])).toEqual([[10, 10], [10, 10], [5, 5]])
    expect(answers.flatMap(({ results }) => results.map(({ id }) => id)).toSorted()).toEqual(jobs.map(({ id }) => id).toSorted())
  })

  test('end, though each makes another one like it', async ({ api, fileSql }) => {
    const queue = newQueue()
    await makeJobs(api, fileSql, 'pending', 12, { queue })
    const answers = await throughout(api, 'duplicate', { filter: { queue }, limit: 5, expected_count: 12, delay: '1h' })
    expect([sum(answers, 'matched'), sum(answers, 'changed')]).toEqual([12, 12])
  })

  test('are counted, all of them, before the first is touched', async ({ api, fileSql }) => {
    const queue = newQueue()
    const jobs = await makeJobs(api, fileSql, 'failed', 20, { queue })
    for (const expected_count of [17, 23, 5]) {
      const answer = await bulk(api, 'retry', { filter: { queue, status: 'failed' }, expected_count, limit: 5 })
      expectProblem(answer, 'count_moved')
      expect(answer.json()).toMatchObject({ detail: expect.stringContaining(`means 20 jobs by now, not ${expected_count}`) })
    }
    expect(await read(api, jobs[0]!.id)).toMatchObject({ status: 'failed' })
  })

  test('are never more than a tenth above the promise, also when others come under the filter on the way', async ({ api, fileSql }) => {
    const queue = newQueue()
    await makeJobs(api, fileSql, 'failed', 20, { queue })
    const body = { filter: { queue, status: 'failed' }, expected_count: 20, limit: 15 }
    const { matched, next_cursor } = await done(api, 'retry', body)
    expect(matched).toBe(15)
    const others = await makeJobs(api, fileSql, 'failed', 8, { queue }) // by a transaction that began long ago
    await fileSql`update duly.jobs set finished_at = (select finished_at from duly.jobs where queue = ${queue} and status = 'failed' order by finished_at limit 1) where id = any(${others.map(({ id }) => id)}::uuid[])`
    const answer = await bulk(api, 'retry', { ...body, cursor: next_cursor })
    expectProblem(answer, 'count_moved')
    expect(answer.json()).toMatchObject({ detail: expect.stringContaining('28 jobs, not 20; 15 were dealt with') })
  })

  test.for(['x', Buffer.from('1.2.3').toString('base64url'), Buffer.from(`1.zzzzzzzzzzz.0.${uuidv7()}`).toString('base64url')])('a cursor that no answer had is refused: %j', async (cursor, { api }) => {
    expectProblem(await bulk(api, 'cancel', { filter: { queue: newQueue() }, expected_count: 0, cursor }), 'invalid_cursor')
  })

  test('ids have neither a cursor nor a limit', async ({ api }) => {
    expect(expectProblem(await bulk(api, 'cancel', { ids: [uuidv7()], cursor: 'x', limit: 1 }), 'invalid_request')).toEqual(['/limit goes with filter: ids are done all', '/cursor goes with filter, as in the request before'])
  })
})

describe('10,000 failed jobs of one error, among others', () => {
  test('are as many as a list counts, a dry run says, and a retry does', { timeout: 120_000 }, async ({ api, fileSql }) => {
    const queue = newQueue()
    await makeJob(api, fileSql, 'failed', { queue })
    await fileSql`
      insert into duly.jobs (id, queue, type, scheduled_at, run_at, status, finished_at, last_error, attempt, fence, created_at)
      select duly.uuid_v7(), ${queue}, 'log', t, t, 'failed', t, case when n % 3 = 0 then format('order %s: no answer within 30 s', n) else format('row %s has no price', n) end, 1, 1, t
        from generate_series(1, 30000) n cross join lateral (select now() - n * interval '1 second' as t) x`
    const groups = (await ask(api, 'GET', `/failures?queue=${queue}`)).json<{ estimated: boolean; data: Array<{ error: string; total: number; filter: { error_group: string } }> }>()
    const { filter } = groups.data.find(({ error }) => error === 'order *: no answer within * s')!
    expect(groups.estimated).toBe(true)
    const query = new URLSearchParams({ status: 'failed', type: 'log', queue, error_group: filter.error_group, count: 'exact', limit: '1' })
    const { count, count_estimated } = (await ask(api, 'GET', `/jobs?${query}`)).json<{ count: number; count_estimated: boolean }>()
    expect([count, count_estimated]).toEqual([10_000, false])
    expect(await done(api, 'retry', { filter, dry_run: true })).toMatchObject({ matched: count, changed: count, next_cursor: null })
    expect(await done(api, 'retry', { filter, expected_count: count })).toMatchObject({ matched: count, changed: count, next_cursor: null })
    expect(await fileSql`select count(*)::int as count from duly.jobs where queue = ${queue} and status = 'pending'`).toEqual([{ count }])
  })
})

describe('what was done', () => {
  test('cancelled jobs leave the timeline, and retried ones come in', async ({ api, fileSql }) => {
    const queue = newQueue()
    const pending = await makeJobs(api, fileSql, 'pending', 3, { queue })
    await api.timeline.add(pending.map(({ id, run_at }) => ({ id, queue, priority: 0, run_at_ms: Date.parse(run_at) })))
    const ids = pending.map(({ id }) => id)
    await done(api, 'cancel', { ids })
    await timelineOf(api, queue, [])
    await done(api, 'retry', { ids })
    const jobs = await Promise.all(ids.map((id) => read(api, id)))
    expect(jobs).toMatchObject(ids.map((id) => ({ id, status: 'pending', fence: 1 })))
    await timelineOf(api, queue, jobs.map(({ id, run_at }) => [id, Date.parse(run_at)]))
  })

  test('changed and duplicated jobs stand there with their new times and priorities', async ({ api, fileSql }) => {
    const queue = newQueue()
    const { id } = await makeJob(api, fileSql, 'pending', { queue })
    const scheduled_at = inMs(1_200_000)
    await done(api, 'update', { ids: [id], changes: { scheduled_at, priority: 2, metadata: { by: 'bulk' } } })
    expect(await read(api, id)).toMatchObject({ scheduled_at, run_at: scheduled_at, priority: 2, metadata: { by: 'bulk' } })
    await timelineOf(api, queue, [[id, Date.parse(scheduled_at)]], 2)
    const { results } = await done(api, 'duplicate', { ids: [id], scheduled_at })
    expect(await read(api, results[0]!.new_id!)).toMatchObject({ queue, scheduled_at, priority: 2, metadata: { by: 'bulk' } })
    await timelineOf(api, queue, [id, results[0]!.new_id!].map((each) => [each, Date.parse(scheduled_at)]), 2)
  })

  test.for(ENDED)('a retry that names no fence means a job that is %s as it is, and one by a filter as it was found', async (status, { api, fileSql }) => {
    const queue = newQueue()
    await makeJobs(api, fileSql, status, 3, { queue })
    expect(await done(api, 'retry', { filter: { queue, status }, expected_count: 3 })).toMatchObject({ changed: 3 })
  })
})

describe('over real connections', () => {
  async function listen(api: Api): Promise<number> {
    await api.app.listen({ port: 0, host: '127.0.0.1' })
    return (api.app.server.address() as AddressInfo).port
  }

  async function seed(api: Api, fileSql: Parameters<typeof makeJobs>[1], count: number, queue: string): Promise<string[]> {
    await makeJob(api, fileSql, 'pending', { queue })
    await fileSql`insert into duly.jobs (id, queue, type, scheduled_at, run_at) select gen_random_uuid(), ${queue}, 'log', now() + interval '1 day', now() + interval '1 day' from generate_series(2, ${count})`
    return (await fileSql`select id from duly.jobs where queue = ${queue} order by id`).map((row) => row.id as string)
  }

  test('10,000 ids are done in one request', async ({ api, fileSql }) => {
    const ids = await seed(api, fileSql, 10_000, newQueue())
    const port = await listen(api)
    const answer = await fetch(`http://127.0.0.1:${port}/jobs/bulk/cancel`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ids }) })
    const { matched, changed, results } = (await answer.json()) as Answer
    expect([answer.status, matched, changed]).toEqual([200, 10_000, 10_000])
    expect(results.map(({ id }) => id)).toEqual(ids)
  })

  test('when the client goes away, what is done is done, and the rest is left', async ({ api, fileSql }) => {
    const queue = newQueue()
    const ids = await seed(api, fileSql, 5_000, queue)
    const port = await listen(api)
    const sent = request({ port, host: '127.0.0.1', method: 'POST', path: '/jobs/bulk/cancel', headers: { 'content-type': 'application/json' } })
    sent.on('error', () => {})
    const cancelJobs = api.store.cancelJobs.bind(api.store)
    const calls: number[] = []
    vi.spyOn(api.store, 'cancelJobs').mockImplementation(async (batch) => {
      calls.push(batch.length)
      sent.destroy()
      await vi.waitFor(async () => expect(await connections(api)).toBe(0))
      return cancelJobs(batch)
    })
    sent.end(JSON.stringify({ ids }))
    await new Promise((resolve) => sent.on('close', resolve))
    await vi.waitFor(async () => expect((await ask(api, 'GET', `/jobs?queue=${queue}&status=cancelled&count=exact&limit=1`)).json()).toMatchObject({ count: 1_000 }), { timeout: 10_000 })
    await api.app.close()
    expect(calls).toEqual([1_000])
  })
})

const connections = (api: Api) => new Promise<number>((resolve, reject) => api.app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))))
