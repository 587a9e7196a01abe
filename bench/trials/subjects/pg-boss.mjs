/** pg-boss: a heartbeat of 10 s, the shortest that it takes, looked after every second; polled twice a second. */
import { PgBoss } from 'pg-boss'
import { witness } from '../journal.mjs'

const QUEUE = 'trial'

async function open(supervise) {
  const boss = new PgBoss({ connectionString: process.env.DATABASE_URL, supervise, monitorIntervalSeconds: 1, superviseIntervalSeconds: 1, maintenanceIntervalSeconds: 1 })
  boss.on('error', () => {})
  await boss.start()
  await boss.createQueue(QUEUE, { expireInSeconds: 300, heartbeatSeconds: 10, retryLimit: 3, retryDelay: 0 })
  return boss
}

export async function schedule(jobs) {
  const boss = await open(false)
  await boss.insert(QUEUE, jobs.map(({ name, dueInMs }) => ({ data: { name }, startAfter: new Date(Date.now() + dueInMs) })))
  await boss.stop()
}

export async function work() {
  const boss = await open(true)
  // One worker for each job at once: a batch would end as one.
  for (let i = 0; i < 50; i++) await boss.work(QUEUE, { pollingIntervalSeconds: 0.5 }, async ([job]) => ({ by: await witness(job.data.name) }))
}

export async function outcomes(names) {
  const { default: postgres } = await import('postgres')
  const sql = postgres(process.env.DATABASE_URL, { max: 1 })
  const rows = await sql`select data ->> 'name' as name, state::text as state, output from pgboss.job where name = ${QUEUE}`
  await sql.end()
  const byName = new Map(rows.map((row) => [row.name, row]))
  return names.map((name) => ({ completed: byName.get(name)?.state === 'completed', by: byName.get(name)?.output?.by ?? null }))
}
