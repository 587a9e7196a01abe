/** Which jobs a filter means, in which order, and how a list goes on. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JOB_STATUSES } from '../../core/job.js'
import { type FoundPlace, type JobFilter, openStore, type Sort, SORTS, type Store, type Targets } from '../../core/store/index.js'
import { test as onPostgres } from '../support/fixtures.js'
import { type Bench, findAll, ids, insertRows, newQueue, onEveryStack, type Row, walk } from './support.js'

const HOUR = 3_600_000
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
const ORDERS = ['asc', 'desc'] as const
/** Sort, order, and whether only pending jobs are meant: these have an index by run_at. */
const WALKS = ORDERS.flatMap((order) => [['created', order, false], ['scheduled', order, true], ['scheduled', order, false], ['finished', order, false]] as const)

/** Rows of one queue by a letter. */
async function letters(bench: Bench, rows: Record<string, Partial<Row>>) {
  const queue = newQueue()
  const made = await insertRows(bench, Object.values(rows).map((row) => ({ queue, ...row })))
  const letterOf = new Map(made.map((row, i) => [row.id, Object.keys(rows)[i]!]))
  const idOf = (letter: string) => made[Object.keys(rows).indexOf(letter)]!.id
  /** Letters of what is found in this queue, in the order of the answer. */
  const find = async (filter: JobFilter, options: { sort?: Sort; order?: 'asc' | 'desc' } = {}) =>
    (await findAll(bench.store, { queue: [queue], ...filter }, { order: 'asc', ...options })).map((id) => letterOf.get(id) ?? id).join('')
  return { queue, idOf, find }
}

onEveryStack('the store', (bench) => {
  describe('a filter', () => {
    test('of ids, statuses, types, queues and tags means the jobs that fit all of them', async () => {
      const other = newQueue()
      const { queue, idOf, find } = await letters(bench, {
        a: { status: 'pending', type: 'mail.send', tags: ['eu', 'vip'] },
        b: { status: 'in_progress', type: 'mail.send', tags: ['eu'] },
        c: { status: 'completed', type: 'pdf', tags: ['vip', 'eu', 'late'] },
        d: { status: 'failed', type: 'pdf' },
        e: { status: 'cancelled', type: 'log' },
        x: { status: 'pending', type: 'mail.send', tags: ['eu', 'vip'], queue: other }
      })
      const cases: Array<[JobFilter, string]> = [
        [{}, 'abcde'],
        [{ queue: [other] }, 'x'],
        [{ queue: [queue, other] }, 'abcdex'],
        [{ queue: ['nobody-has-it'] }, ''],
        [{ ids: [idOf('d'), idOf('b'), '01900000-0000-7000-8000-000000000000', idOf('x')] }, 'bd'],
        [{ ids: [] }, ''],
        ...JOB_STATUSES.map((status, i): [JobFilter, string] => [{ status: [status] }, 'abcde'[i]!]),
        [{ status: ['failed', 'pending'] }, 'ad'],
        [{ status: ['completed', 'failed', 'cancelled', 'in_progress'] }, 'bcde'],
        [{ type: ['pdf'] }, 'cd'],
        [{ type: ['pdf', 'log', 'none'] }, 'cde'],
        [{ type: ['mail'] }, ''],
        [{ tag: ['eu'] }, 'abc'],
        [{ tag: ['vip', 'eu'] }, 'ac'],
        [{ tag: ['vip', 'eu', 'late'] }, 'c'],
        [{ tag: ['VIP'] }, ''],
        [{ ids: [idOf('a'), idOf('b')], tag: ['vip'] }, 'a'],
        [{ status: ['pending', 'completed'], type: ['pdf'], tag: ['late'] }, 'c'],
        [{ status: ['pending'], type: ['pdf'] }, ''],
        [{ queue: [queue, other], status: ['pending'], search: 'mail' }, 'ax']
      ]
      for (const [filter, expected] of cases) expect([filter, await find(filter)]).toEqual([filter, expected])
      expect(await findAll(bench.store, { type: ['mail.send'], tag: ['vip'], ids: [idOf('a'), idOf('x')] })).toEqual([idOf('x'), idOf('a')]) // of no queue
    })

    test('of a text means jobs that have it in type, tags, last error or payload, and takes every character as it is', async () => {
      const { find } = await letters(bench, {
        a: { type: 'mail.send', tags: ['eu', 'vip'], payload: { to: 'Zoë 🙂', note: '100%_done' } },
        b: { payload: { to: 'bob', path: 'C:\\temp\\x' } },
        c: { payload: { text: 'she said "hi"\nand left' } },
        d: { status: 'failed', last_error: 'connection refused: 100 percent' },
        e: { payload: { sql: "'; drop table duly.jobs; --", deep: [{ list: [1, 'deadbeef01'] }] } }
      })
      const cases: Array<[string, string]> = [
        ['mail', 'a'], ['MAIL.S', 'a'], ['vip', 'a'], ['refused', 'd'], ['zoë', 'a'], ['🙂', 'a'], ['log', 'bcde'],
        ['100', 'ad'], ['100%', 'a'], ['%', 'a'], ['0%_d', 'a'], ['1_0', ''], ['o_: _bob', ''], ['"to": "bob"', 'b'],
        ['C:\\temp\\x', 'b'], ['C:\\\\temp', 'b'], ['p\\%', ''], ['said "hi"', 'c'], ['"hi"\nand', 'c'],
        ["'; drop table duly.jobs; --", 'e'], ["' or 1=1 --", ''], ['") or true', ''], ['$1', ''],
        ['deadbeef01', 'e'], ['DEADBEEF', 'e'], ['dead-beef', '']
      ]
      for (const [search, expected] of cases) expect([search, await find({ search })]).toEqual([search, expected])
      expect(await find({})).toBe('abcde') // nothing was dropped
    })

    test('of the beginning of an id means that job, in every order, however old it is', async () => {
      const old = new Date(Date.UTC(2025, 0, 1)).toISOString()
      const { queue, idOf, find } = await letters(bench, {
        a: { status: 'completed', created_at: old, run_at: ago(HOUR), finished_at: ago(HOUR) },
        b: { status: 'completed', created_at: ago(HOUR), finished_at: ago(1_000) },
        c: { status: 'pending', created_at: ago(2 * HOUR) }
      })
      for (const letter of ['a', 'b', 'c']) {
        const id = idOf(letter)
        for (const search of [id, id.slice(0, 18), id.slice(0, 19), id.slice(0, 30), id.replaceAll('-', ''), id.replaceAll('-', '').slice(0, 22), id.toUpperCase()]) {
          expect([search, await find({ search })]).toEqual([search, letter])
        }
      }
      expect(await find({ search: idOf('a').slice(0, 8) })).toBe('a')
      for (const order of ORDERS) {
        expect(await find({ search: idOf('a') }, { sort: 'finished', order })).toBe('a')
        expect(await find({ search: idOf('a') }, { sort: 'scheduled', order })).toBe('a')
        expect(await find({ search: idOf('c'), status: ['pending'] }, { sort: 'scheduled', order })).toBe('c')
      }
      expect(await find({ search: idOf('a'), status: ['pending'] })).toBe('')
      expect(await bench.store.countJobs({ queue: [queue], search: idOf('a').slice(0, 13) }, { exact: true })).toEqual({ count: 1, estimated: false })
      expect((await bench.store.findJobs({ queue: [queue], search: idOf('b') }, 10)).ids).toEqual([idOf('b')])
    })

    test('of times means those from the first to before the last, of the time that is sorted by', async () => {
      const at = (hours: number) => new Date(Date.UTC(2025, 5, 1, hours)).toISOString()
      const { find } = await letters(bench, {
        a: { status: 'completed', created_at: at(1), run_at: at(5), finished_at: at(3) },
        b: { status: 'failed', created_at: at(2), run_at: at(4), finished_at: at(2) },
        c: { status: 'cancelled', created_at: at(3), run_at: at(3), finished_at: at(4) },
        p: { status: 'pending', created_at: at(4), run_at: at(2) },
        q: { status: 'pending', created_at: at(5), run_at: at(1) }
      })
      const cases: Array<[Sort, JobFilter, string]> = [
        ['created', { from: at(2), to: at(4) }, 'bc'],
        ['created', { from: at(5) }, 'q'],
        ['created', { to: at(2) }, 'a'],
        ['created', { from: at(2), to: at(3), status: ['failed', 'pending'] }, 'b'],
        ['created', { from: at(6) }, ''],
        ['finished', { from: at(2), to: at(4) }, 'ba'],
        ['finished', { from: at(4) }, 'c'],
        ['finished', { status: ['completed', 'pending'] }, 'a'],
        ['finished', { status: ['pending'] }, ''],
        ['scheduled', { from: at(2), to: at(4) }, 'pc'],
        ['scheduled', { from: at(4) }, 'ba'],
        ['scheduled', { status: ['pending'] }, 'qp'],
        ['scheduled', { status: ['pending'], from: at(2) }, 'p'],
        ['scheduled', { status: ['pending'], to: at(2) }, 'q']
      ]
      for (const [sort, filter, expected] of cases) {
        expect([sort, filter, await find(filter, { sort })]).toEqual([sort, filter, expected])
        expect([sort, filter, await find(filter, { sort, order: 'desc' })]).toEqual([sort, filter, [...expected].reverse().join('')])
      }
    })

    test('of a text means the last 24 hours unless told otherwise, and the answer says so', async () => {
      const old = { created_at: ago(25 * HOUR), run_at: ago(25 * HOUR), finished_at: ago(25 * HOUR), payload: { word: 'needle' } }
      const { queue, find } = await letters(bench, {
        a: { ...old, status: 'completed' },
        b: { status: 'completed', created_at: ago(23 * HOUR), payload: { word: 'needle' } },
        c: { ...old, created_at: ago(24.5 * HOUR), run_at: ago(24.5 * HOUR), status: 'pending', finished_at: null },
        d: { status: 'pending', created_at: ago(1_000), payload: { word: 'needle' } }
      })
      for (const sort of SORTS) {
        const ended = sort === 'finished'
        expect([sort, await find({ search: 'needle' }, { sort })]).toEqual([sort, ended ? 'b' : 'bd'])
        expect([sort, await find({ search: 'needle', from: ago(30 * HOUR) }, { sort })]).toEqual([sort, ended ? 'ab' : 'acbd'])
        const { scanned_until, next_cursor } = await bench.store.listJobs({ limit: 10, filter: { queue: [queue], search: 'needle' }, sort })
        expect(next_cursor).toBeNull()
        expect(Math.abs(Date.parse(scanned_until!) - (Date.now() - 24 * HOUR))).toBeLessThan(HOUR / 2)
        expect((await bench.store.listJobs({ limit: 10, filter: { queue: [queue], search: 'needle', from: ago(30 * HOUR) }, sort })).scanned_until).toBeNull()
        expect((await bench.store.listJobs({ limit: 10, filter: { queue: [queue] }, sort })).scanned_until).toBeNull()
      }
      expect(await find({ search: 'needle', status: ['pending'] }, { sort: 'scheduled' })).toBe('d')
      expect(await bench.store.countJobs({ queue: [queue], search: 'needle' }, { exact: false })).toEqual({ count: 2, estimated: false })
    })
  })

  describe('a list', () => {
    test.for(WALKS)(
      'sorted by %s %s (only pending: %s) has each job once, also those of equal times, while new ones come in',
      { timeout: 60_000 },
      async ([sort, order, onlyPending]) => {
        const queue = newQueue()
        const start = Date.now() - HOUR
        const status: Row['status'] = sort === 'finished' ? 'completed' : 'pending'
        const made = await insertRows(
          bench,
          Array.from({ length: 33 }, (_, i) => ({
            queue,
            status: sort === 'scheduled' && !onlyPending && i % 2 ? ('failed' as const) : status,
            priority: i % 10,
            created_at: new Date(start + i).toISOString(),
            run_at: new Date(start + 10 * ((i * 7) % 5)).toISOString(), // in another order, six or seven of each time
            ...(sort === 'finished' && { finished_at: new Date(start + 10 * ((i * 7) % 5)).toISOString() })
          }))
        )
        const timeOf = (row: Row) => ({ created: '', scheduled: row.run_at, finished: row.finished_at! })[sort]
        const expected = ids(made.toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)) || a.id.localeCompare(b.id)))
        if (order === 'desc') expected.reverse()
        const pages = await walk(bench.store, { limit: 7, sort, order, filter: { queue: [queue], ...(onlyPending && { status: ['pending'] }) } }, () =>
          insertRows(bench, [{ queue, status, created_at: new Date().toISOString() }, { queue, status, created_at: new Date(start - 1).toISOString() }].slice(0, 1 + Number(order === 'asc')))
        )
        const seen = pages.flat()
        expect(seen.filter((id) => expected.includes(id))).toEqual(expected)
        expect(new Set(seen).size).toBe(seen.length)
      }
    )

    test('leaves out as many as it is told to: numbered pages', async () => {
      const queue = newQueue()
      const made = await insertRows(bench, Array.from({ length: 12 }, (_, i) => ({ queue, status: 'failed' as const, run_at: ago(i), finished_at: ago(60_000 - i) })))
      for (const sort of SORTS) {
        const all = await findAll(bench.store, { queue: [queue] }, { sort })
        expect(all).toHaveLength(made.length)
        for (const skip of [0, 5, 10, 12, 50]) {
          const page = await bench.store.listJobs({ limit: 5, skip, sort, filter: { queue: [queue] } })
          expect([sort, skip, ids(page.data)]).toEqual([sort, skip, all.slice(skip, skip + 5)])
          expect(page.next_cursor === null).toBe(skip + 5 >= 12)
          if (page.next_cursor) expect(ids((await bench.store.listJobs({ limit: 5, cursor: page.next_cursor, sort, filter: { queue: [queue] } })).data)).toEqual(all.slice(skip + 5, skip + 10))
        }
      }
    })

    test('takes a cursor of its own sort and order only', async () => {
      const queue = newQueue()
      await insertRows(bench, Array.from({ length: 3 }, () => ({ queue, status: 'completed' as const })))
      const { next_cursor } = await bench.store.listJobs({ limit: 1, sort: 'finished', order: 'desc', filter: { queue: [queue] } })
      expect(ids((await bench.store.listJobs({ limit: 5, sort: 'finished', order: 'desc', cursor: next_cursor, filter: { queue: [queue] } })).data)).toHaveLength(2)
      for (const [sort, order] of [['finished', 'asc'], ['created', 'desc'], ['scheduled', 'desc']] as const) {
        await expect(bench.store.listJobs({ limit: 1, sort, order, cursor: next_cursor })).rejects.toMatchObject({ code: 'invalid_cursor' })
      }
      for (const cursor of ['!', Buffer.from('f-zzzzzzzzzzz.01900000-0000-7000-8000-000000000000').toString('base64url'), Buffer.from("f-1.' or true").toString('base64url')]) {
        await expect(bench.store.listJobs({ limit: 1, sort: 'finished', cursor })).rejects.toMatchObject({ code: 'invalid_cursor' })
      }
    })

    test('is cut at about 4 MB, however well it compresses, and goes on with the cursor', async () => {
      const queue = newQueue()
      const made = await insertRows(bench, Array.from({ length: 7 }, (_, i) => ({ queue, status: 'completed' as const, payload: i === 3 ? 'one large job' : 'x'.repeat(900_000) })))
      await bench.stack.sql(`update duly.jobs set payload = to_jsonb(repeat('y', 5000000)) where id = $1`, [made[3]!.id]) // larger than the cut alone
      for (const sort of SORTS) {
        const pages = await walk(bench.store, { limit: 100, sort, order: 'asc', filter: { queue: [queue] } })
        expect(pages.map((page) => page.length)).toEqual([3, 1, 3])
        expect(pages.flat()).toEqual(ids(made))
      }
    })

    test('that has no time left says how far it has looked, and goes on from there to find everything once', async () => {
      const needle = newQueue()
      const base = Date.now() - 5 * 60_000
      const made = await insertRows(bench, Array.from({ length: 1_500 }, (_, i) => ({ queue: 'haystack', status: 'completed' as const, type: i % 400 === 7 ? needle : 'log', created_at: new Date(base + i).toISOString() })))
      const wanted = ids(made.filter((row) => row.type === needle))
      for (const sort of ['created', 'finished'] as const) {
        const found: string[] = []
        let unfinished = 0
        let next: { at: string | null; id: string | null } | null = { at: null, id: null }
        for (let calls = 0; next; calls++) {
          expect(calls).toBeLessThan(500)
          const [row] = await bench.stack.sql(`select public.duly_list_jobs($1, $2, true, $3, $4, 0, 2, 0) as answer`, [JSON.stringify({ types: [needle], from_at: ago(HOUR) }), sort, next.at, next.id])
          const answer = row!.answer as { jobs: Array<{ id: string }>; more: boolean; next: { at: string; id: string } | null; scanned_at: string | null }
          found.push(...ids(answer.jobs))
          if (answer.more && answer.jobs.length < 2) {
            unfinished++
            expect(answer.scanned_at).toBe(answer.next!.at)
          }
          expect(answer.next !== null).toBe(answer.more)
          next = answer.next
        }
        expect(unfinished).toBeGreaterThan(0)
        expect(found).toEqual(wanted.toReversed())
      }
    })

    test('by run_at of all statuses is refused when there are more than it has time for', async () => {
      await bench.stack.sql('truncate duly.jobs cascade')
      await insertRows(bench, [{ status: 'failed' }, { status: 'completed' }])
      const ask = () => bench.stack.sql(`select public.duly_list_jobs('{}', 'scheduled', true, null, null, 0, 2, 0) as answer`)
      expect(((await ask())[0]!.answer as { jobs: unknown[] }).jobs).toHaveLength(2) // fewer than one chunk
      await bench.stack.sql(`insert into duly.jobs (id, type, scheduled_at, run_at) select duly.uuid_v7(), 'log', now(), now() from generate_series(1, 20500)`) // more than one chunk
      await expect(ask()).rejects.toThrow(/too_many_jobs/)
    })
  })

  describe('what an action acts on', () => {
    test('is found oldest first, with the fences, up to a limit', async () => {
      const queue = newQueue()
      const made = await insertRows(bench, Array.from({ length: 300 }, (_, i) => ({ queue, status: i % 3 ? ('failed' as const) : ('pending' as const), fence: i })))
      const failed = made.filter(({ status }) => status === 'failed')
      expect(await bench.store.findJobs({ queue: [queue], status: ['failed'] }, 1_000)).toEqual({ ids: ids(failed), fences: failed.map(({ fence }) => fence), more: false, next: null })
      expect(await bench.store.findJobs({ queue: [queue], status: ['failed'] }, 200)).toMatchObject({ ids: ids(failed), more: false })
      expect(await bench.store.findJobs({ queue: [queue], status: ['failed'] }, 199)).toMatchObject({ ids: ids(failed).slice(0, 199), more: true })
      expect(await bench.store.findJobs({ queue: [newQueue()] }, 10)).toEqual({ ids: [], fences: [], more: false, next: null })
    })

    test.for([
      ['of those that failed, by when they did', { status: ['failed'] as const }],
      ['of others, by their creation', { status: ['failed', 'pending'] as const }]
    ] as const)('is found to the end, each job once, %s, also while the first ones are dealt with', async ([, filter]) => {
      const queue = newQueue()
      const made = await insertRows(bench, Array.from({ length: 25 }, (_, i) => ({ queue, status: i % 5 ? ('failed' as const) : ('pending' as const), fence: 1 })))
      const wanted = ids(made.filter(({ status }) => (filter.status as readonly string[]).includes(status)))
      const walked: string[] = []
      let after: FoundPlace | null = null
      do {
        const { ids: found, more, next }: Targets = await bench.store.findJobs({ queue: [queue], ...filter }, 7, after)
        expect(more).toBe(next !== null)
        walked.push(...found)
        await bench.store.retryJobs(found.map((id) => ({ id, fence: 1 })))
        await bench.stack.sql(`update duly.jobs set status = 'failed', finished_at = duly.ceil_ms(now()) + interval '2 ms', attempt = 1 where queue = $1 and status = 'pending' and id = any($2::uuid[])`, [queue, found]) // they fail again
        await insertRows(bench, [{ queue, status: 'failed', created_at: new Date(Date.now() + 1_000).toISOString(), finished_at: new Date(Date.now() + 1_000).toISOString() }]) // and so do others
        after = next
      } while (after)
      expect(walked).toEqual(wanted)
    })

    test('is counted exactly while it is little, or when that is asked for', async () => {
      const queue = newQueue()
      await insertRows(bench, Array.from({ length: 1_200 }, (_, i) => ({ queue, status: i % 4 ? ('completed' as const) : ('failed' as const), created_at: new Date(Date.UTC(2025, 8, 1) + i).toISOString(), payload: { n: i % 2 ? 'odd' : 'even' } })))
      const count = (filter: JobFilter, exact = false) => bench.store.countJobs({ queue: [queue], ...filter }, { exact })
      expect(await count({ status: ['failed'] })).toEqual({ count: 300, estimated: false })
      expect(await count({ search: 'odd' })).toEqual({ count: 0, estimated: false }) // not in the last 24 hours
      expect(await count({ search: 'odd', from: '2025-01-01T00:00:00Z' }, true)).toEqual({ count: 600, estimated: false })
      expect(await count({}, true)).toEqual({ count: 1_200, estimated: false })
      expect(await count({ search: Date.UTC(2025, 8, 1).toString(16).padStart(12, '0').slice(0, 8) }, true)).toEqual({ count: 1_200, estimated: false }) // the beginning of all their ids
      const { count: estimate, estimated } = await count({})
      expect(estimated).toBe(true)
      expect(estimate).toBeGreaterThanOrEqual(1_000)
    })

    test.for(['exact', 'estimate'])('is counted by the time that the list is sorted by, also when it is much: %s', async (how) => {
      const queue = newQueue()
      const ended = (hour: number) => ({ queue, status: 'completed' as const, created_at: new Date(Date.UTC(2025, 8, 1)).toISOString(), finished_at: new Date(Date.UTC(2025, 8, 1, hour)).toISOString() })
      await insertRows(bench, [...Array.from({ length: 1_100 }, () => ended(1)), ended(5), { queue, created_at: new Date(Date.UTC(2025, 8, 1)).toISOString() }])
      const count = (filter: JobFilter) => bench.store.countJobs({ queue: [queue], ...filter }, { sort: 'finished', exact: how === 'exact' })
      expect(await count({ from: '2025-09-01T03:00:00Z' })).toEqual({ count: 1, estimated: false })
      expect(await count({ from: '2025-09-01T06:00:00Z' })).toEqual({ count: 0, estimated: false })
      if (how === 'exact') expect(await count({ to: '2025-09-01T06:00:00Z' })).toEqual({ count: 1_101, estimated: false })
      else expect((await count({ to: '2025-09-01T03:00:00Z' })).count).toBeGreaterThanOrEqual(1_000)
    })
  })
})

describe('on a large table', () => {
  const WORDS = ['%', '_', 'a', 'b%', '\\', '"', 'ab']

  onPostgres('a count is estimated from a sample, and not far off', { timeout: 120_000 }, async ({ sql, database }) => {
    const store = openStore({ DATABASE_URL: database.url, STORE_TIMEOUT_MS: 20_000 }, { maxConnections: 1 })
    await sql`insert into duly.queues (name) values ('default')`
    await sql`insert into duly.jobs (id, type, payload, scheduled_at, run_at, status, finished_at)
              select duly.uuid_v7(), 'log', jsonb_build_object('text', repeat('x', 500)), now(), now(), case when n % 10 = 0 then 'failed' else 'completed' end::duly.job_status, now() from generate_series(1, 60000) n`
    const { count, estimated } = await store.countJobs({ status: ['failed'] }, { exact: false })
    expect(estimated).toBe(true)
    expect(count).toBeGreaterThan(4_000)
    expect(count).toBeLessThan(8_000)
    await store.close()
  })

  onPostgres('the list jumps over a stretch without a job of the statuses that are meant', { timeout: 120_000 }, async ({ sql, database }) => {
    const store = openStore({ DATABASE_URL: database.url, STORE_TIMEOUT_MS: 30_000 }, { maxConnections: 1 })
    await sql`insert into duly.queues (name) values ('default')`
    // More failed jobs than are sorted at once, then a stretch without any: only a jump passes it at a bearable cost.
    const insert = (count: number, status: string, afterMs: number) =>
      sql`insert into duly.jobs (id, type, scheduled_at, run_at, status, finished_at)
          select (lpad(to_hex(1700000000000 + ${afterMs}::bigint + n), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid, 'log', now(), now(), ${status}::duly.job_status, now()
            from generate_series(1, ${count}::int) n`
    await insert(25_000, 'failed', 0)
    await insert(60_000, 'completed', 100_000)
    await insert(3, 'failed', 300_000)
    const [newest] = await sql<[{ ids: string[] }]>`select array_agg(f.id order by f.id desc) as ids from (select id from duly.jobs where status = 'failed' order by id desc limit 1200) f`
    const read = async (cursor: string | null) => {
      const page = await store.listJobs({ limit: 100, cursor, filter: { status: ['failed'] } })
      return { cursor: page.next_cursor, found: ids(page.data) }
    }
    const first = await read(null)
    const found = [...first.found]
    for (let { cursor } = first; cursor && found.length < 1_000; ) {
      const page = await read(cursor)
      found.push(...page.found)
      cursor = page.cursor
    }
    expect(found).toEqual(newest.ids.slice(0, found.length))
    expect(found.length).toBeGreaterThanOrEqual(1_000)

    await sql.begin(async (tx) => {
      const fetched = async () => (await tx<[{ n: number }]>`select pg_stat_get_xact_tuples_fetched('duly.jobs_pkey'::regclass)::int as n`)[0].n
      const before = await fetched()
      const [row] = await tx<[{ answer: { jobs: unknown[]; scanned_at: string | null } }]>`
        select public.duly_list_jobs('{"statuses": ["failed"]}', 'created', true, null, ${newest.ids[2]!}, 0, 5, 60000) as answer`
      expect(row.answer.jobs).toHaveLength(5)
      expect((await fetched()) - before).toBeLessThan(45_000) // of the 60,000 in between
    })
    await store.close()
  })

  onPostgres('the list does not look for a jump where jobs of that status are, but none that fits', { timeout: 120_000 }, async ({ sql, database }) => {
    void database
    await sql`insert into duly.queues (name) values ('default')`
    await sql`insert into duly.jobs (id, type, scheduled_at, run_at, status, finished_at)
              select duly.uuid_v7(), case when n = 1 then 'rare' else 'log' end, now(), now(), 'completed', now() from generate_series(1, 60000) n`
    await sql.begin(async (tx) => {
      const scans = async () => (await tx<[{ n: number }]>`select pg_stat_get_xact_tuples_returned('duly.jobs_ended'::regclass)::int as n`)[0].n
      const before = await scans()
      const [row] = await tx<[{ answer: { jobs: unknown[] } }]>`select public.duly_list_jobs('{"statuses": ["completed"], "types": ["rare"]}', 'created', true, null, null, 0, 5, 60000) as answer`
      expect(row.answer.jobs).toHaveLength(1)
      expect((await scans()) - before).toBeLessThan(25_000) // once, to learn that there are too many to sort
    })
  })

  const instant = fc.constantFrom(-30, -20, -3, -2, -1, 2).map((hours) => new Date(Date.now() + hours * HOUR).toISOString())
  const text = fc.array(fc.constantFrom('a', 'b', '%', '_', '\\', '"'), { maxLength: 3 }).map((chars) => chars.join(''))
  const aRow = fc.record({
    queue: fc.constantFrom('q1', 'q2'),
    type: fc.constantFrom('ta', 'tb'),
    payload: text.map((t) => ({ t })),
    priority: fc.constantFrom(0, 5, 9),
    status: fc.constantFrom(...JOB_STATUSES),
    created_at: instant,
    run_at: instant,
    ended: instant,
    tags: fc.subarray(['x', 'y', 'z%']),
    last_error: fc.option(text)
  }).map(({ ended, ...row }): Partial<Row> => ({ ...row, finished_at: ['completed', 'failed', 'cancelled'].includes(row.status) ? ended : null }))
  const aFilter = fc.record(
    {
      status: fc.uniqueArray(fc.constantFrom(...JOB_STATUSES), { minLength: 1, maxLength: 3 }),
      type: fc.constantFrom(['ta'], ['ta', 'tb'], ['tc']),
      queue: fc.constantFrom(['q1'], ['q2', 'q1'], ['q3']),
      tag: fc.constantFrom(['x'], ['y', 'x'], ['z%']),
      search: fc.constantFrom(...WORDS),
      from: instant,
      to: instant
    },
    { requiredKeys: [] }
  )

  onPostgres('whatever is asked for, the walk is what a simple filter and sort give', { timeout: 180_000 }, async ({ sql, database }) => {
    const store = openStore({ DATABASE_URL: database.url, STORE_TIMEOUT_MS: 20_000 }, { maxConnections: 2 })
    const bench = { stack: { sql: (statement: string, parameters: unknown[] = []) => sql.unsafe(statement, parameters as never[]) } }
    const ask = fc.record({ filter: aFilter, sort: fc.constantFrom(...SORTS), order: fc.constantFrom(...ORDERS), limit: fc.integer({ min: 1, max: 6 }), byId: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(aRow, { maxLength: 20 }), fc.array(ask, { minLength: 3, maxLength: 6 }), async (given, asks) => {
        await sql`truncate duly.jobs, duly.queues cascade`
        const rows = await insertRows(bench, given)
        for (const { byId, filter: wanted, ...options } of asks) {
          const filter: JobFilter = byId ? { ...wanted, ids: ids(rows).filter((_, i) => i % 2 === 0) } : wanted
          const expected = ids(simply(rows, filter, options))
          expect((await walk(store, { filter, ...options })).flat()).toEqual(expected)
          expect(ids((await store.listJobs({ filter, ...options, skip: 3 })).data)).toEqual(expected.slice(3, 3 + options.limit))
          expect(await store.countJobs(filter, { sort: options.sort, exact: true })).toEqual({ count: expected.length, estimated: false })
        }
        await agrees(store, rows, asks.map(({ filter }) => filter))
      }),
      { numRuns: 60 }
    )
    await store.close()
  })

  async function agrees(store: Store, rows: readonly Row[], filters: readonly JobFilter[]) {
    for (const filter of filters) {
      const expected = simply(rows, filter, { sort: 'created', order: 'asc' })
      expect((await store.findJobs(filter, 100)).ids).toEqual(ids(expected))
      expect(await store.countJobs(filter, { exact: true })).toEqual({ count: expected.length, estimated: false })
    }
  }

  /** The same in a few lines that are easy to believe. */
  function simply(rows: readonly Row[], filter: JobFilter, { sort, order }: { sort: Sort; order: 'asc' | 'desc' }): Row[] {
    const timeOf = (row: Row) => ({ created: row.created_at, scheduled: row.run_at, finished: row.finished_at })[sort]
    const from = filter.from ?? (filter.search && ago(24 * HOUR))
    const found = rows.filter((row) => {
      const at = timeOf(row)
      if (at === null || (from && at < from) || (filter.to && at >= filter.to)) return false
      if (filter.ids && !filter.ids.includes(row.id)) return false
      if (filter.status && !filter.status.includes(row.status)) return false
      if (filter.type && !filter.type.includes(row.type)) return false
      if (filter.queue && !filter.queue.includes(row.queue)) return false
      if (filter.tag && !filter.tag.every((tag) => row.tags.includes(tag))) return false
      const { search } = filter
      if (search === undefined) return true
      const payload = `{"t": ${JSON.stringify((row.payload as { t: string }).t)}}`
      return [row.type, row.tags.join(' '), row.last_error ?? '', payload].some((where) => where.includes(search)) || payload.includes(JSON.stringify(search).slice(1, -1))
    })
    const key = (row: Row) => (sort === 'created' ? row.id : timeOf(row)! + row.id)
    found.sort((a, b) => (key(a) < key(b) ? -1 : 1))
    return order === 'asc' ? found : found.reverse()
  }
})
