/** BullMQ: locks of 2 s, looked after every second; a job may stall ten times. */
import { Queue, Worker } from 'bullmq'
import { witness } from '../journal.mjs'

const connection = () => {
  const { hostname, port } = new URL(process.env.REDIS_URL)
  return { host: hostname, port: Number(port) }
}

export async function schedule(jobs) {
  const queue = new Queue('trial', { connection: connection() })
  await queue.addBulk(jobs.map(({ name, dueInMs }) => ({ name: 'trial', data: { name }, opts: { jobId: name, delay: dueInMs, attempts: 3 } })))
  await queue.close()
}

export function work() {
  const worker = new Worker('trial', (job) => witness(job.data.name), { connection: connection(), concurrency: 50, lockDuration: 2_000, stalledInterval: 1_000, maxStalledCount: 10 })
  worker.on('error', () => {})
}

/** @returns For each job, whether it counts as completed, and by whom. */
export async function outcomes(names) {
  const queue = new Queue('trial', { connection: connection() })
  const jobs = await Promise.all(names.map((name) => queue.getJob(name)))
  const answer = await Promise.all(jobs.map(async (job) => ({ completed: (await job?.getState()) === 'completed', by: job?.returnvalue ?? null })))
  await queue.close()
  return answer
}
