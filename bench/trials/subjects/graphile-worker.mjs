/** graphile-worker: a lock lasts four hours, which cannot be set, so the trial moves `locked_at` back. Results are not kept; a completed job is deleted. */
import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import postgres from 'postgres'
import { witness } from '../journal.mjs'

const options = () => ({ connectionString: process.env.DATABASE_URL, logger: new Logger(() => () => {}) })

export async function schedule(jobs) {
  const utils = await makeWorkerUtils(options())
  await utils.migrate()
  await utils.addJobs(jobs.map(({ name, dueInMs }) => ({ identifier: 'trial', payload: { name }, runAt: new Date(Date.now() + dueInMs), jobKey: name })))
  await utils.release()
}

export async function work() {
  await run({ ...options(), concurrency: 50, maxPoolSize: 10, pollInterval: 500, minResetLockedInterval: 500, maxResetLockedInterval: 1_000, noHandleSignals: true, taskList: { trial: ({ name }) => witness(name) } })
}

/** Four hours go by. */
export async function letLocksLapse() {
  const sql = postgres(process.env.DATABASE_URL, { max: 1 })
  await sql`update graphile_worker._private_jobs set locked_at = now() - interval '5 hours' where locked_at is not null`
  await sql.end()
}

export async function outcomes(names) {
  const sql = postgres(process.env.DATABASE_URL, { max: 1 })
  const rows = await sql`select key from graphile_worker._private_jobs`
  await sql.end()
  const left = new Set(rows.map((row) => row.key))
  return names.map((name) => ({ completed: !left.has(name), by: null }))
}
