/** What a worker removes, and that nothing keeps it, or its sweep, from going on. */
import { pino } from 'pino'
import { describe, expect, test as plain, vi } from 'vitest'
import type { EndedPlace, Pruned } from '../../core/store/index.js'
import { Pruner } from '../../worker/pruner.js'
import { insertRows } from '../store/support.js'
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
