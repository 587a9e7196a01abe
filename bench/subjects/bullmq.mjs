/** BullMQ: one worker with a concurrency of 100, jobs added in bulk. What has completed stays, as it does unless told otherwise. */
import { Queue, Worker } from 'bullmq'
import { count as ran } from '../report.mjs'

const NAME = 'bench'
const BATCH = 1_000
const { hostname: host, port } = new URL(process.env.REDIS_URL)
const connection = { host, port: Number(port) }
const queue = new Queue(NAME, { connection })

export const addOne = (payload) => queue.add(NAME, payload)
export const addMany = (count, payload) => queue.addBulk(Array.from({ length: count }, () => ({ name: NAME, data: payload })))

export async function seed({ count, payload }) {
  for (let left = count; left > 0; left -= BATCH) await addMany(Math.min(left, BATCH), payload)
}

export async function schedule({ startMs, count, everyMs }) {
  const timestamp = Date.now() // due is this + delay
  await queue.addBulk(Array.from({ length: count }, (_, i) => ({ name: NAME, data: { due_ms: startMs + i * everyMs }, opts: { timestamp, delay: startMs + i * everyMs - timestamp } })))
}

export async function work() {
  const worker = new Worker(NAME, async (job) => ran(job.data), { connection, concurrency: 100 })
  worker.on('error', (error) => console.error(error))
  await worker.waitUntilReady()
}

export async function state() {
  const { completed, ...others } = await queue.getJobCounts('completed', 'wait', 'active', 'delayed', 'prioritized', 'paused')
  return { completed, left: Object.values(others).reduce((sum, count) => sum + count, 0) }
}
