/**
 * `npm run bench`: what Duly does on this machine. Each round starts fresh stores; the two transports take turns,
 * since the machine's mood changes from minute to minute. Medians are over rounds, the range is in brackets.
 */
import { cpus } from 'node:os'
import { Command } from 'commander'
import { uuidv7 } from 'uuidv7'
import type { Job } from '../core/job.js'
import type { NewJob } from '../core/store/index.js'
import { sync } from '../scripts/lib/sync.js'
import { openStage, type Stage, type Transport, TRANSPORTS, WINDOW_MS } from './stage.js'

const options = new Command('bench')
  .description('Measure start lateness, drain and a full sync on stores of its own.')
  .option('--rounds <n>', 'rounds of everything', Number, 3)
  .option('--only <what>', 'lateness, drain or sync')
  .option('--transport <name>', TRANSPORTS.join(' or '))
  .option('--json', 'print one JSON object')
  .parse()
  .opts<{ rounds: number; only?: string; transport?: Transport; json?: boolean }>()

const BATCH = 500
const newJob = (scheduledAtMs: number): NewJob => ({ id: uuidv7(), queue: 'default', type: 'bench.stamp', payload: {}, priority: 0, scheduled_at: new Date(scheduledAtMs).toISOString(), max_retries: 3, backoff: null, timeout_ms: null })

/** As the API does: stored, then added. */
async function schedule({ store, timeline }: Stage, atMs: readonly number[]): Promise<string[]> {
  const ids: string[] = []
  for (let from = 0; from < atMs.length; from += BATCH) {
    const made = await store.createJobs(atMs.slice(from, from + BATCH).map(newJob))
    await timeline.add(made.map((job) => ({ ...job, run_at_ms: Date.parse(job.run_at) })))
    ids.push(...made.map((job) => job.id))
  }
  return ids
}

async function allJobs({ store }: Stage): Promise<Job[]> {
  const all: Job[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof store.listJobs>> = await store.listJobs({ limit: 1_000, cursor })
    all.push(...page.data)
    cursor = page.next_cursor
  } while (cursor)
  return all
}

/** Waits until nothing is pending any more: asks the store for what is left, not Redis. */
async function untilDrained({ store }: Stage): Promise<void> {
  while ((await store.countPending(WINDOW_MS)).some(({ count }) => Number(count) > 0)) await new Promise((resolve) => setTimeout(resolve, 250))
}

type Measurement = Record<string, number>

/** Handler start minus run_at for 1,000 jobs spread evenly over 5 s, one worker with the default of 10 slots. */
async function lateness(stage: Stage): Promise<Measurement> {
  const stop = await stage.work({ concurrency: 10 })
  await schedule(stage, [Date.now() - 1_000]) // warms everything up
  await untilDrained(stage)
  const startMs = Date.now() + 1_500
  const ids = new Set(await schedule(stage, Array.from({ length: 1_000 }, (_, i) => startMs + i * 5)))
  await new Promise((resolve) => setTimeout(resolve, startMs - Date.now() + 5_500))
  await stop()
  const late = (await allJobs(stage)).filter((job) => ids.has(job.id) && job.status === 'completed').map((job) => Number(job.result) - Date.parse(job.run_at)).toSorted((a, b) => a - b)
  const at = (share: number) => late[Math.min(late.length - 1, Math.floor(late.length * share))] ?? Number.NaN
  return { 'lateness p50 (ms)': at(0.5), 'lateness p99 (ms)': at(0.99), 'lateness max (ms)': at(1), 'completed of 1000': late.length, early: late.filter((ms) => ms < 0).length }
}

/** Jobs per second that one worker runs when 20,000 no-op jobs are due. */
async function drain(stage: Stage): Promise<Measurement> {
  const count = 20_000
  await schedule(stage, Array.from({ length: count }, () => Date.now() - 60_000))
  await sync({ ...stage, windowMs: WINDOW_MS }, { begin: () => {}, advance: () => {}, end: () => {} })
  const startedAtMs = performance.now()
  const stop = await stage.work({ concurrency: 100 })
  const registeredAtMs = performance.now()
  await untilDrained(stage)
  const seconds = (performance.now() - registeredAtMs) / 1_000
  await stop()
  return { 'drain (jobs/s)': Math.round(count / seconds), 'worker start (ms)': Math.round(registeredAtMs - startedAtMs) }
}

/** Time of a full rebuild of an empty timeline from 100,000 pending jobs. */
async function fullSync(stage: Stage): Promise<Measurement> {
  const count = 100_000
  await stage.store.createJobs([newJob(Date.now() + 600_000)])
  for (let from = 1; from < count; from += 1_000) await stage.store.createJobs(Array.from({ length: Math.min(1_000, count - from) }, (_, i) => newJob(Date.now() + 600_000 + from + i)))
  await stage.redis.flushall()
  const startedAtMs = performance.now()
  const done = await sync({ ...stage, windowMs: WINDOW_MS }, { begin: () => {}, advance: () => {}, end: () => {} })
  const ms = performance.now() - startedAtMs
  return { 'sync of 100,000 (ms)': Math.round(ms), 'sync (jobs/s)': Math.round((done.reduce((sum, queue) => sum + queue.count, 0) / ms) * 1_000) }
}

const MEASUREMENTS = { lateness, drain, sync: fullSync }

const figures = new Map<string, number[]>()
for (let round = 1; round <= options.rounds; round++) {
  for (const [name, measure] of Object.entries(MEASUREMENTS)) {
    if (options.only && options.only !== name) continue
    for (const transport of TRANSPORTS) {
      if (options.transport && options.transport !== transport) continue
      const stage = await openStage(transport)
      try {
        for (const [what, value] of Object.entries(await measure(stage))) {
          const key = `${transport}: ${what}`
          figures.set(key, [...(figures.get(key) ?? []), value])
        }
      } finally {
        await stage.stop()
      }
      if (!options.json) console.error(`round ${round} of ${options.rounds}: ${name} over ${transport} done`)
    }
  }
}

const rows = [...figures].map(([what, values]) => {
  const sorted = values.toSorted((a, b) => a - b)
  return { what, median: sorted[sorted.length >> 1]!, least: sorted[0]!, most: sorted.at(-1)! }
})
if (options.json) console.log(JSON.stringify({ node: process.version, cpus: cpus().length, rounds: options.rounds, rows }))
else for (const { what, median, least, most } of rows) console.log(`${what.padEnd(36)} ${String(median).padStart(9)}  [${least} to ${most}]`)
