import { readFile } from 'node:fs/promises'
import { percentile } from '../client.js'
import type { Row } from '../row.js'
import type { Stage } from '../stage.js'
import { sleep, until } from '../wait.js'

const MAX_WORKER_MB = 300

export const overdue: Row = {
  name: 'overdue',
  promise: 'A mountain of overdue jobs: a worker stays below 300 MB, the API answers within 100 ms (p95), and a fresh job of priority 9 starts within 2 s',
  transports: ['direct'],
  stage: { workers: 1, env: { WORKER_CONCURRENCY: '100' } },
  jobs: { short: 20_000, full: 1_000_000 },
  async run({ stage, jobs, short, patience, expect }) {
    await insertOverdue(stage, jobs)
    const megabytes: number[] = []
    let measuring = true
    const measured = (async () => {
      for (; measuring; await sleep(200)) megabytes.push(await memoryOf(stage.workers[0]!.kept.current?.pid))
    })()
    await until(async () => (await pendingCount(stage)) < jobs, 30_000)
    for (let i = 0; i < (short ? 10 : 60); i++) {
      await stage.client.create({ priority: 9 })
      await sleep(short ? 50 : 500)
    }
    const left = await pendingCount(stage)
    await stage.settled(short ? 60_000 : 900_000)
    measuring = false
    await measured
    const [{ completed }] = await stage.sql<[{ completed: number }]>`select count(*)::int as completed from duly.jobs where status = 'completed' and attempt = 1 and payload ? 'quiet'`
    expect('each of them ran once', completed === jobs, completed)
    await stage.sql`delete from duly.jobs where payload ? 'quiet'` // a million rows are more than a checker can hold
    return (_verdict, { told, rows, journal }) => {
      const fresh = new Set(told.map(({ id }) => id))
      const starts = new Map(journal.filter((line) => line.what === 'start' && fresh.has(line.id)).map((line) => [line.id, line.at_ms]))
      const waits = rows.filter(({ id }) => fresh.has(id)).map((row) => (starts.get(row.id) ?? Infinity) - row.scheduled_at_ms)
      const highest = Math.max(...megabytes)
      expect('the fresh jobs came while others were waiting', left > 0)
      expect(`the worker stays below ${MAX_WORKER_MB} MB`, highest < MAX_WORKER_MB, highest)
      expect('a fresh job starts within 2 s', Math.max(...waits) <= 2_000 * patience, Math.max(...waits))
      expect('the API answers within 100 ms (p95)', percentile(told, 0.95) < 100 * patience, percentile(told, 0.95))
    }
  }
}

/** Jobs that leave no line in the journal; and their moves are not noted, which would cost more than the moves. */
async function insertOverdue({ sql }: Stage, count: number): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`alter table duly.jobs disable trigger user`
    await transaction`insert into duly.queues (name) values ('default') on conflict do nothing`
    await transaction`
      insert into duly.jobs (id, scheduled_at, run_at, type, payload)
      select gen_random_uuid(), t, t, 'chaos', json_build_object('key', 'overdue-' || n, 'quiet', true)
        from generate_series(1, ${count}::int) n, lateral (select duly.ceil_ms(now()) - n * interval '1 ms') at(t)`
  })
  await sql`analyze duly.jobs`
}

async function pendingCount({ sql }: Stage): Promise<number> {
  const [row] = await sql<[{ count: number }]>`select count(*)::int as count from duly.jobs where status = 'pending' and payload ? 'quiet'`
  return row.count
}

/** Resident memory, MB. Linux only; 0 while there is no such process. */
async function memoryOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
}
