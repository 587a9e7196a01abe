/** Duly: a lease of 2 s, a sweep every half second. Its worker is the real one, with the handler of this folder. */
import postgres from 'postgres'

export async function schedule(jobs) {
  const sql = postgres(process.env.DATABASE_URL, { max: 1 })
  const rows = jobs.map(({ name, dueInMs }) => ({ name, ms: dueInMs }))
  await sql`select duly.schedule_job('trial', jsonb_build_object('name', r.name), now() + r.ms * interval '1 ms') from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(name text, ms int)`
  await sql.end()
}

export async function work() {
  Object.assign(process.env, { HANDLERS_DIR: new URL('../handlers', import.meta.url).pathname, LEASE_MS: '2000', SWEEP_INTERVAL_MS: '500', WORKER_CONCURRENCY: '50', LOG_LEVEL: 'silent' })
  await import('../../../dist/worker/main.js')
}

export async function outcomes(names) {
  const sql = postgres(process.env.DATABASE_URL, { max: 1 })
  const rows = await sql`select payload ->> 'name' as name, status::text as status, result #>> '{}' as by from duly.jobs`
  await sql.end()
  const byName = new Map(rows.map((row) => [row.name, row]))
  return names.map((name) => ({ completed: byName.get(name)?.status === 'completed', by: byName.get(name)?.by ?? null }))
}
