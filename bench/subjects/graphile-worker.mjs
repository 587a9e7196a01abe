/**
 * graphile-worker, with the settings under which its own page on performance gives its figures: 24 jobs at once, 25
 * connections, a local queue of 500, completions in batches without a delay. It deletes a job that has completed. Jobs
 * that are due later are looked for every half second; its own default is two.
 */
import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import postgres from 'postgres'
import { count as ran } from '../report.mjs'

const TASK = 'bench'
const BATCH = 1_000
const logger = new Logger(() => (level, message) => level === 'error' && console.error(message))
const preset = { worker: { connectionString: process.env.DATABASE_URL, logger, concurrentJobs: 24, maxPoolSize: 25, localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0, pollInterval: 500 } }
const sql = postgres(process.env.DATABASE_URL, { max: 1, onnotice: () => {} })
const utils = await makeWorkerUtils({ connectionString: process.env.DATABASE_URL, logger })
await utils.migrate()

export const addOne = (payload) => utils.addJob(TASK, payload)
export const addMany = (count, payload) => utils.addJobs(Array.from({ length: count }, () => ({ identifier: TASK, payload })))

export async function seed({ count, payload }) {
  for (let left = count; left > 0; left -= BATCH) await addMany(Math.min(left, BATCH), payload)
}

export async function schedule({ startMs, count, everyMs }) {
  await utils.addJobs(Array.from({ length: count }, (_, i) => ({ identifier: TASK, payload: { due_ms: startMs + i * everyMs }, runAt: new Date(startMs + i * everyMs) })))
}

export async function work() {
  await run({ preset, noHandleSignals: true, taskList: { [TASK]: async (payload) => ran(payload) } })
}

/** What has completed is not there any more: nobody can count it. */
export async function state() {
  const [{ left }] = await sql`select count(*)::int as left from graphile_worker._private_jobs`
  return { completed: null, left }
}
