/** What a worker removes, and that nothing keeps it, or its sweep, from going on. */
import { pino } from 'pino'
import type { Sql } from 'postgres'
import { describe, expect, test as plain, vi } from 'vitest'
import { type EndedPlace, openStore, type Pruned } from '../../core/store/index.js'
import { Pruner } from '../../worker/pruner.js'
import { insertRows } from '../store/support.js'
import { startProxy } from '../support/proxy.js'
import { test } from './support.js'

const KEEP = { completed: 3_600_000, failed: null, cancelled: null }
const WAIT = { timeout: 20_000, interval: 20 }

describe('a worker', () => {
  test('removes jobs past their time until none is left, also beyond one call, and does not stop sweeping for it', async ({ scene, sql }) => {
    const bench = { stack: { sql: (text: string, parameters?: unknown[]) => sql.unsafe(text, parameters as never[]) as unknown as Promise<Array<Record<string, unknown>>> } }
    const old = new Date(Date.now() - 2 * 3_600_000).toISOString()
    await insertRows(bench, Array.from({ length: 2_500 }, () => ({ status: 'completed' as const, created_at: old })))
    const [failed] = await insertRows(bench, [{ status: 'failed', created_at: old }])
    await sql`create table public.orders (job_id uuid references duly.jobs)`
    await sql`insert into public.orders select id from duly.jobs where status = 'completed' order by id limit 20`
    await scene.work([{ type: 'test', run: async () => 1 }], { config: { keep: KEEP } })
    await vi.waitFor(async () => expect(await sql`select from duly.jobs where status = 'completed'`).toHaveLength(20), WAIT)
    expect(await scene.job(failed!.id)).toMatchObject({ status: 'failed' })
    const [job] = await scene.schedule({})
    await scene.timeline.remove([job!]) // the sweep has to put it back
    await vi.waitFor(async () => expect((await scene.job(job!.id)).status).toBe('completed'), WAIT)
  })
})

describe('a removal that is killed midway', () => {
  /** Jobs with an attempt each, and a trigger in which the removal of the middle one waits for as long as `public.hold` has a row. */
  async function heldRemoval(sql: Sql, count: number) {
    const bench = { stack: { sql: (text: string, parameters?: unknown[]) => sql.unsafe(text, parameters as never[]) as unknown as Promise<Array<Record<string, unknown>>> } }
    const rows = await insertRows(bench, Array.from({ length: count }, (_, i) => ({ status: 'completed' as const, created_at: new Date(Date.now() - 2 * 3_600_000 + i).toISOString() })))
    await sql`insert into duly.job_attempts (job_id, fence, attempt, outcome, worker_id, started_at) select id, 1, 1, 'retry', id, now() from duly.jobs`
    await sql.unsafe(`
      create table public.hold ();
      insert into public.hold default values;
      create function public.hold() returns trigger language plpgsql as $$ begin
        if old.id = '${rows[count / 2]!.id}' and exists (select from public.hold) then perform pg_sleep(60); end if;
        return old;
      end $$;
      create trigger hold before delete on duly.jobs for each row execute function public.hold();`)
    return {
      release: () => sql`delete from public.hold`,
      /** Waits until somebody is in the middle. @returns Its backend. */
      inTheMiddle: (other = 0) => vi.waitFor(async () => {
        const [found] = await sql<Array<{ pid: number }>>`select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep' and pid <> ${other}`
        expect(found).toBeDefined()
        return found!.pid
      }, WAIT),
      left: async () => {
        const [counts] = await sql<[{ jobs: number; attempts: number }]>`select (select count(*)::int from duly.jobs) as jobs, (select count(*)::int from duly.job_attempts) as attempts`
        return counts
      }
    }
  }

  test('leaves every job and every attempt where it was, and the worker removes them with its next call', async ({ scene, sql }) => {
    const { release, inTheMiddle, left } = await heldRemoval(sql, 100)
    await scene.work([{ type: 'test', run: async () => 1 }], { config: { keep: KEEP } })
    const first = await inTheMiddle()
    await sql`select pg_terminate_backend(${first})`
    const second = await inTheMiddle(first) // the call was sent again
    expect(await left()).toEqual({ jobs: 100, attempts: 100 })
    await release()
    await sql`select pg_terminate_backend(${second})`
    await vi.waitFor(async () => expect(await left()).toEqual({ jobs: 0, attempts: 0 }), WAIT)
  })

  test('by the end of its worker is whole or nothing, and another worker does the rest', async ({ scene, sql, database }) => {
    const { release, inTheMiddle, left } = await heldRemoval(sql, 100)
    const proxy = await startProxy(database.url)
    const dying = openStore({ DATABASE_URL: proxy.url, STORE_TIMEOUT_MS: 5_000 }, { maxConnections: 1 })
    const lost = dying.pruneJobs(KEEP, { after: [], limit: 60 }).catch(() => 'nobody is there to be told')
    const backend = await inTheMiddle()
    proxy.mode = 'refuse' // its connection is gone, and it asks no more
    await dying.close()
    expect(await left()).toEqual({ jobs: 100, attempts: 100 })
    await release()
    await sql`select pg_cancel_backend(${backend})`
    await vi.waitFor(async () => expect(await sql`select from pg_stat_activity where pid = ${backend}`).toEqual([]), WAIT)
    const { jobs, attempts } = await left()
    expect(attempts).toBe(jobs)
    expect([40, 100]).toContain(jobs)
    await scene.work([{ type: 'test', run: async () => 1 }], { config: { keep: KEEP } })
    await vi.waitFor(async () => expect(await left()).toEqual({ jobs: 0, attempts: 0 }), WAIT)
    await lost
    await proxy.close()
  })
})

describe('the removal', () => {
  const place: EndedPlace = { queue: 'default', status: 'completed', at_ms: 1, id: '00000000-0000-0000-0000-000000000001' }
  const kept: Pruned = { removed: 0, more: true, kept: [{ ...place, count: 3, example: place.id }] }

  /** @returns What it asked, and what it said at warn. */
  function scripted(answers: Array<Pruned | Error>) {
    const asked: Array<{ after: readonly EndedPlace[]; limit: number }> = []
    const said: string[] = []
    const log = pino({ level: 'warn' }, { write: (line: string) => void said.push((JSON.parse(line) as { msg: string }).msg) })
    const pruner = new Pruner({
      keep: KEEP,
      log,
      store: {
        pruneJobs: async (_keep, options) => {
          asked.push(options)
          const answer = answers.shift() ?? { removed: 0, more: false, kept: [] }
          if (answer instanceof Error) throw answer
          return answer
        }
      }
    })
    return { pruner, asked, said }
  }

  plain('goes on behind what could not be removed, and says so once', async () => {
    const { pruner, asked, said } = scripted([kept, kept])
    await pruner.run(() => false)
    await pruner.run(() => false)
    expect(asked.map(({ after }) => after.length)).toEqual([0, 1, 1, 1])
    expect(asked[1]!.after[0]).toMatchObject(place)
    expect(said).toHaveLength(1)
  })

  plain('asks for less after a call that failed, and for more again', async () => {
    const { pruner, asked } = scripted([new Error('too slow'), { removed: 100, more: true, kept: [] }])
    await expect(pruner.run(() => false)).rejects.toThrow('too slow')
    expect(await pruner.run(() => false)).toEqual({ removed: 100, more: false })
    expect(asked.map(({ limit }) => limit)).toEqual([1_000, 100, 200])
  })

  plain('leaves the other steps of the sweep their turn, however much there is', async () => {
    const endless = new Pruner({ keep: KEEP, log: pino({ level: 'silent' }), store: { pruneJobs: () => new Promise((resolve) => setTimeout(() => resolve({ removed: 1_000, more: true, kept: [] }), 20)) } })
    const startedAtMs = performance.now()
    expect(await endless.run(() => false)).toMatchObject({ more: true })
    expect(performance.now() - startedAtMs).toBeLessThan(5_000)
    expect(await endless.run(() => true)).toEqual({ removed: 0, more: true })
  })
})
