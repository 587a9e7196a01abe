/** One bad row, or one bad key, keeps nobody else: every step of the sweep goes on with the others. */
import { describe, expect, vi } from 'vitest'
import { keysOf } from '../../core/timeline/keys.js'
import type { Store } from '../../core/store/index.js'
import { inMs, log, newJob, test } from './support.js'

const WAIT = { timeout: 25_000, interval: 20 }
const handlers = [{ type: 'test', run: async () => 'done' }, { type: 'strict', payload: { type: 'object', required: ['name'] }, run: async () => 'done' }]

describe('rows that SQL has put past the functions', () => {
  test('keep no other job from running, and end as they should where they can', async ({ scene, sql }) => {
    const store = scene.store
    await scene.work(handlers)
    const odd = (fields: Record<string, unknown>) => sql<[{ id: string }]>`insert into duly.jobs ${sql({ id: newJob().id, type: 'test', scheduled_at: 'now', run_at: 'now', ...fields })} returning id`.then(([row]) => row.id)
    await sql`insert into duly.queues (name) values ('a:b.c-d_9'), ('window'), ('p0')`
    const [ancient, nil, colon, window, born, wrong, deep, last, full] = [
      await odd({ scheduled_at: '0001-01-01 00:00Z', run_at: '0001-01-01 00:00Z' }),
      await odd({ id: '00000000-0000-0000-0000-000000000000' }),
      await odd({ queue: 'a:b.c-d_9', priority: 9 }),
      await odd({ queue: 'window' }),
      await odd({ created_at: sql.unsafe("'infinity'::timestamptz") as never }),
      await odd({ type: 'strict', payload: '[]' }),
      await odd({ payload: sql.unsafe(`(repeat('[', 3000) || repeat(']', 3000))::jsonb`) as never }),
      await odd({ scheduled_at: '9999-12-31 23:59:59Z', run_at: '9999-12-31 23:59:59Z' }),
      await odd({ fence: 2_147_483_647 })
    ]
    const others = await store.createJobs(Array.from({ length: 30 }, () => newJob({ type: 'test' }))) // nobody tells Redis: the sweep puts them back with the odd ones
    const statusOf = async (id: string) => (await store.readStates([id]))[0]!.status
    for (const { id } of others) await vi.waitFor(async () => expect(await statusOf(id)).toBe('completed'), WAIT)
    for (const id of [ancient, nil, colon, window, born]) await vi.waitFor(async () => expect(await statusOf(id)).toBe('completed'), WAIT)
    for (const id of [wrong, deep]) await vi.waitFor(async () => expect(await statusOf(id)).toBe('failed'), WAIT)
    expect(await statusOf(last)).toBe('pending')
    expect(await statusOf(full)).toBe('pending') // its fence can grow no more
  })

  test('and one whose row a stranger keeps locked, hold up no step of the sweep', async ({ scene, sql }) => {
    const [locked, expiring] = await scene.store.createJobs([newJob({ type: 'test', scheduled_at: inMs(-60_000) }), newJob({ type: 'test', scheduled_at: inMs(600_000), expires_at: inMs(50) })])
    const ended = await scene.store.createJobs(Array.from({ length: 3 }, () => newJob({ type: 'test', scheduled_at: inMs(600_000) })))
    await sql`update duly.jobs set status = 'cancelled', cancel_reason = 'requested', finished_at = now() - interval '1 hour' where id in ${sql(ended.map(({ id }) => id))}`
    let unlock: (() => void) | undefined
    const stranger = sql.begin(async (tx) => {
      await tx`select from duly.jobs where id in ${tx([locked!.id, expiring!.id, ended[0]!.id])} for update`
      await new Promise<void>((resolve) => (unlock = resolve))
    })
    await vi.waitFor(() => expect(unlock).toBeDefined(), WAIT)
    await scene.work(handlers, { config: { keep: { completed: null, failed: null, cancelled: 1_000 } } })
    const [free] = await scene.store.createJobs([newJob({ type: 'test' })])
    await vi.waitFor(async () => expect((await scene.store.readStates([free!.id]))[0]!.status).toBe('completed'), WAIT)
    await vi.waitFor(async () => expect((await scene.store.readStates(ended.map(({ id }) => id))).map(({ status }) => status)).toEqual(['cancelled', null, null]), WAIT)
    unlock!()
    await stranger
    await vi.waitFor(async () => expect((await scene.store.readStates([locked!.id, expiring!.id])).map(({ status }) => status)).toEqual(['completed', 'cancelled']), WAIT)
  })
})

describe('a key of the wrong type in the place of a timeline', () => {
  test('costs its own queue, which is served from the store, and no other; it is said once, and over when the key is gone', async ({ scene, redis, prefix }) => {
    const walks: string[] = []
    const scanPending: Store['scanPending'] = (scans, options) => {
      if (options.withinMs > 0 && options.limit === 500) walks.push(scans[0]!.queue)
      return scene.store.scanPending(scans, options)
    }
    const store = new Proxy(scene.store, { get: (target, name) => (name === 'scanPending' ? scanPending : (Reflect.get(target, name) as () => unknown).bind(target)) })
    const said: string[] = []
    const warn = vi.spyOn(log, 'warn').mockImplementation((...args: unknown[]) => void said.push(String(args.at(-1))))
    try {
      await redis.set(keysOf(prefix, 'spoilt').timelines[9]!, 'not a timeline')
      await scene.work(handlers, { store })
      const run = async (queue: string) => {
        const [job] = await scene.store.createJobs([newJob({ type: 'test', queue })], { outbox: true })
        await vi.waitFor(async () => expect((await scene.store.readStates([job!.id]))[0]!.status).toBe('completed'), WAIT)
      }
      await run('sound')
      await run('spoilt')
      await vi.waitFor(() => expect(said.filter((words) => words.startsWith('a key of this queue'))).toHaveLength(1), WAIT)
      const before = walks.filter((queue) => queue === 'sound').length
      for (let i = 0; i < 10; i++) {
        await run('sound')
        await run('spoilt')
      }
      expect(walks.filter((queue) => queue === 'sound').length).toBe(before)
      expect(said.filter((words) => words.startsWith('a key of this queue'))).toHaveLength(1)
      expect(said.filter((words) => /timeline does not answer|cannot empty the outbox|a step of the sweep/.test(words))).toEqual([])
      await redis.unlink(keysOf(prefix, 'spoilt').timelines[9]!)
      const [later] = await scene.store.createJobs([newJob({ type: 'test', queue: 'spoilt', scheduled_at: inMs(600_000) })])
      await vi.waitFor(async () => expect(await scene.timeline.list('spoilt', 0, 0, 10)).toMatchObject([{ id: later!.id }]), WAIT)
    } finally {
      warn.mockRestore()
    }
  })
})
