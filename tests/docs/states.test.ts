/** docs/states.md, core/job.ts and the SQL functions say the same: each is compared with what the functions do to rows. */
import type { Sql } from 'postgres'
import { describe, expect, test } from 'vitest'
import { JOB_STATUSES, ENDED, MOVES, OUTCOMES } from '../../core/job.js'
import { openStore, type Finish, type NewJob, type Store } from '../../core/store/index.js'
import { newJob, newWorker } from '../store/support.js'
import { test as onDatabase } from '../support/fixtures.js'
import { bare, readText, table } from './support.js'

const page = await readText('docs/states.md')
const rows = table(page, 'from', 'to', 'function').filter((row) => row.from !== '')
const moves = Object.entries(MOVES).flatMap(([from, targets]) => targets.map((to) => `${from} -> ${to}`)).sort()

describe('docs/states.md', () => {
  test('explains every status, in their order', () => {
    expect(table(page, 'status', 'means').map((row) => bare(row.status))).toEqual(JOB_STATUSES)
  })

  test('has every move of core/job.ts in its table, and no other', () => {
    expect([...new Set(rows.map((row) => `${bare(row.from)} -> ${bare(row.to)}`))].sort()).toEqual(moves)
  })

  test('draws every move of core/job.ts, and no other', () => {
    const drawn = [...page.matchAll(/^ {2}(\w+) --> (\w+)/gm)].map(([, from, to]) => `${from} -> ${to}`)
    expect(drawn.sort()).toEqual(moves)
  })

  test('draws as an end each status in which a job stays by itself', () => {
    const ends = [...page.matchAll(/^ {2}(\w+) --> \[\*\]/gm)].map(([, status]) => status)
    expect(ends.sort()).toEqual([...ENDED].sort())
  })

  test('names every outcome of an attempt', () => {
    const named = rows.flatMap((row) => [...(row.when ?? '').matchAll(/`(\w+)`/g)].map(([, word]) => word))
    expect([...new Set(named)].sort()).toEqual([...OUTCOMES].sort())
  })
})

describe('the SQL functions', () => {
  onDatabase('make exactly the moves of the table, and do to attempt, fence and run_at what it says', async ({ sql, database }) => {
    await recordMoves(sql)
    const store = openStore({ DATABASE_URL: database.url, STORE_TIMEOUT_MS: 20_000 }, { maxConnections: 2 })
    await tryEverything(store, sql)
    await store.close()
    const seen = await sql<Move[]>`
      select distinct old_status as from, new_status as to, by, attempt, new_attempt, fence, run_at from moves`
    const kept = new Set<number>()
    const unknown = seen.filter((move) => {
      const fitting = rows.flatMap((row, i) => (fits(move, row) ? [i] : []))
      for (const i of fitting) kept.add(i)
      return fitting.length === 0
    })
    expect(unknown).toEqual([]) // made, and not in the table
    expect(rows.filter((_, i) => !kept.has(i))).toEqual([]) // in the table, and never made
  })
})

interface Move {
  from: string
  to: string
  by: string
  attempt: number
  new_attempt: number
  fence: number
  run_at: 'moves' | 'stays'
}

/** Whether a move that was made is what a row of the table promises. */
function fits(move: Move, row: Record<string, string>): boolean {
  const changes = (cell: string | undefined, change: number, value?: number) => (cell === '0' ? value === 0 : change === (cell === '=' ? 0 : Number(cell)))
  return (
    move.from === bare(row.from) && move.to === bare(row.to) && move.by === bare(row.function) &&
    changes(row.attempt, move.attempt, move.new_attempt) && changes(row.fence, move.fence) && move.run_at === (row.run_at === '=' ? 'stays' : 'moves')
  )
}

/** Writes down each change of a status, and the function that made it. */
async function recordMoves(sql: Sql): Promise<void> {
  await sql.unsafe(`
    create table moves (old_status text, new_status text, by text, attempt int, new_attempt int, fence int, run_at text);
    create function record_move() returns trigger language plpgsql as $$
    declare
      v_context text;
    begin
      get diagnostics v_context = pg_context; -- this function, then those that called it, innermost first
      insert into public.moves values (
        old.status, new.status, replace(substring(v_context from 'PL/pgSQL function (?:public\\.)?(duly[._]\\w+)\\('), 'public.', ''),
        new.attempt - old.attempt, new.attempt, new.fence - old.fence, case when new.run_at = old.run_at then 'stays' else 'moves' end
      );
      return new;
    end $$;
    create trigger record_move after update on duly.jobs for each row when (old.status <> new.status) execute function record_move();`)
}

/** Every call that may change a status, on jobs of every status: those that make a move, and those that must not. */
async function tryEverything(store: Store, sql: Sql): Promise<void> {
  const worker = await newWorker(store)
  const due = async (fields: Partial<NewJob> = {}) => {
    const [job] = await store.createJobs([newJob(fields)])
    await sql`update duly.jobs set run_at = run_at - interval '1 second' where id = ${job!.id}`
    return job!.id
  }
  const claimed = async (fields: Partial<NewJob> = {}, by = worker) => {
    const { jobs } = await store.claimJobs(by, [await due(fields)])
    return jobs[0]!
  }
  const ends: Array<Pick<Finish, 'outcome' | 'error' | 'result' | 'delay_ms'>> = [
    { outcome: 'completed', result: '1' },
    { outcome: 'retry', error: '{"message":"oops"}', delay_ms: 60_000 },
    { outcome: 'failed', error: '{"message":"oops"}' },
    { outcome: 'snoozed', delay_ms: 60_000 },
    { outcome: 'handed_back' }
  ]
  expect(ends.map(({ outcome }) => outcome)).toEqual(OUTCOMES)
  const poke = async (id: string) => {
    await store.cancelJobs([id])
    await store.claimJobs(worker, [id])
    await store.retryJobs([{ id, fence: 99 }])
    await store.updateJobs([id], { run_now: true })
    await store.duplicateJobs([id], { newIds: [newJob().id], delay_ms: 3_600_000 })
    await store.expireJobs(1_000)
    await store.finishJobs(worker, ends.map((end) => ({ ...end, id, fence: 99 }))) // nobody's fence
  }

  for (const end of ends) {
    for (const max_retries of [0, 3]) {
      const { id, fence } = await claimed({ max_retries })
      await store.finishJobs(worker, [{ id, fence, ...end }])
      await store.finishJobs(worker, [{ id, fence, ...end }]) // sent again
      if (max_retries === 0) await poke(id)
    }
  }
  const [exchanged, next] = [await claimed(), await due()]
  await store.exchange(worker, [{ id: exchanged.id, fence: exchanged.fence, outcome: 'completed' }], [next])
  await due({ queue: 'found' })
  await store.claimDueJobs(worker, ['found'], 10)

  const cancelled = await due()
  await store.cancelJobs([cancelled])
  await poke(cancelled)
  await store.retryJobs([{ id: cancelled, fence: 0 }])
  await store.retryJobs([{ id: cancelled, fence: 0 }]) // sent again

  for (const end of ends) {
    for (const max_retries of [0, 3]) {
      const { id, fence } = await claimed({ max_retries })
      await poke(id) // it was told to stop, and is in progress
      await store.deleteJobs([id])
      await store.finishJobs(worker, [{ id, fence, ...end }])
      await store.finishJobs(worker, [{ id, fence, ...end }])
      await poke(id)
      await store.retryJobs([{ id, fence }])
      await store.retryJobs([{ id, fence }])
      await poke(id)
    }
  }

  const late = async () => {
    const id = await due()
    await sql`update duly.jobs set expires_at = now() - interval '1 second' where id = ${id}`
    return id
  }
  await store.claimJobs(worker, [await late()])
  await late()
  await store.expireJobs(1_000)

  const dying = await newWorker(store)
  const held = []
  for (const max_retries of [0, 3, 0, 3]) held.push(await claimed({ max_retries }, dying))
  await store.cancelJobs(held.slice(2).map(({ id }) => id))
  await store.endWorker(dying, 'declared_dead')
  await store.rescueJobs(worker, 1_000)
  await store.rescueJobs(worker, 1_000)
}
