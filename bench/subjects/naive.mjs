/** The loop that projects begin with: every 5 s all due rows are read, and one after the other is marked, run and marked again. */
import postgres from 'postgres'
import { count as ran } from '../report.mjs'

const POLL_MS = 5_000
const BATCH = 1_000
const sql = postgres(process.env.DATABASE_URL, { max: 10, onnotice: () => {} })
await sql`create table if not exists jobs (id bigint generated always as identity primary key, payload jsonb not null, status text not null default 'pending', run_at timestamptz not null default now(), started_at timestamptz, finished_at timestamptz)`
await sql`create index if not exists jobs_by_status on jobs (status, run_at)`
let polling

export const addOne = (payload) => sql`insert into jobs (payload) values (${sql.json(payload)})`
export const addMany = (count, payload) => sql`insert into jobs ${sql(Array.from({ length: count }, () => ({ payload: sql.json(payload) })))}`

export async function seed({ count, payload }) {
  for (let left = count; left > 0; left -= BATCH) await addMany(Math.min(left, BATCH), payload)
}

export async function schedule({ startMs, count, everyMs }) {
  await sql`insert into jobs ${sql(Array.from({ length: count }, (_, i) => ({ payload: sql.json({ due_ms: startMs + i * everyMs }), run_at: new Date(startMs + i * everyMs) })))}`
}

async function poll() {
  const due = await sql`select id, payload from jobs where status = 'pending' and run_at <= now() order by run_at`
  for (const { id, payload } of due) {
    await sql`update jobs set status = 'in_progress', started_at = now() where id = ${id}`
    ran(payload)
    await sql`update jobs set status = 'completed', finished_at = now() where id = ${id}`
  }
}

export async function work() {
  const turn = () => (polling ??= poll().finally(() => (polling = undefined)))
  setInterval(turn, POLL_MS)
  void turn()
}

export async function state() {
  const [row] = await sql`select count(*) filter (where status = 'completed')::int as completed, count(*) filter (where status <> 'completed' and run_at <= now())::int as left from jobs`
  return row
}
