/**
 * pg-boss: `work` with a batch of 500 that goes on without a pause while batches are full, twice at once, so that one
 * fetches while the other completes. Between short batches it polls twice a second, which is the most that it takes.
 */
import { PgBoss } from 'pg-boss'
import postgres from 'postgres'
import { count as ran } from '../report.mjs'

const QUEUE = 'bench'
const BATCH = 1_000
const sql = postgres(process.env.DATABASE_URL, { max: 1, onnotice: () => {} })
const boss = new PgBoss({ connectionString: process.env.DATABASE_URL })
boss.on('error', (error) => console.error(error))
await boss.start()
await boss.createQueue(QUEUE)

export const addOne = (payload) => boss.send(QUEUE, payload)
export const addMany = (count, payload) => boss.insert(QUEUE, Array.from({ length: count }, () => ({ data: payload })))

export async function seed({ count, payload }) {
  for (let left = count; left > 0; left -= BATCH) await addMany(Math.min(left, BATCH), payload)
}

export async function schedule({ startMs, count, everyMs }) {
  await boss.insert(QUEUE, Array.from({ length: count }, (_, i) => ({ data: { due_ms: startMs + i * everyMs }, startAfter: new Date(startMs + i * everyMs) })))
}

export async function work() {
  await boss.work(QUEUE, { batchSize: 500, burstWhenBatchFull: true, localConcurrency: 2, pollingIntervalSeconds: 0.5 }, async (jobs) => {
    for (const { data } of jobs) ran(data)
  })
}

export async function state() {
  const [row] = await sql`
    select count(*) filter (where state = 'completed')::int as completed, count(*) filter (where state in ('created', 'retry', 'active'))::int as left
      from pgboss.job where name = ${QUEUE}`
  return row
}
