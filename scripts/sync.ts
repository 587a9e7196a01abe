#!/usr/bin/env node
/** `npm run sync`: rebuilds the timeline in Redis from the database. The workers do so by themselves; this is for the impatient, and for proof. */
import { once } from 'node:events'
import { SingleBar } from 'cli-progress'
import { Command } from 'commander'
import { config as loadEnvFile } from 'dotenv'
import { ConfigError, loadConfig } from '../core/config.js'
import { openStore } from '../core/store/index.js'
import { openRedis, Timeline } from '../core/timeline/index.js'
import { KINDS } from '../core/audit.js'
import { type Progress, sync, type SyncDeps, type Verdict, verify } from '../core/sync.js'

const EXIT = { done: 0, failed: 1, misuse: 2, different: 3 } as const
/** Differences of one kind that are printed; --json has them all. */
const SHOWN = 20
const REDIS_WAIT_MS = 3_000

interface Options {
  readonly verify?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
  readonly queue?: string
}

const options = new Command('sync')
  .description('Rebuild the timeline in Redis from the database. Safe at any time, beside workers and beside other syncs.')
  .option('--verify', 'compare Redis with the database, print what differs, and change nothing')
  .option('--dry-run', 'the same: what a sync would find')
  .option('--json', 'print one JSON object')
  .option('--queue <name>', 'only this queue')
  .addHelpText('after', '\nExit codes: 0 done (or they agree), 1 failed, 2 misuse, 3 --verify found differences.')
  .allowExcessArguments(false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.done : EXIT.misuse))
  .parse()
  .opts<Options>()

async function main({ verify: only = false, dryRun = false, json = false, queue }: Options): Promise<number> {
  const config = loadConfig(process.env)
  const store = openStore(config, { maxConnections: 4 })
  const redis = openRedis(config, 'work')
  let why = 'no answer'
  redis.on('error', (error: Error) => (why = error.message || (error as NodeJS.ErrnoException).code || why))
  try {
    if (redis.status !== 'ready') {
      await once(redis, 'ready', { signal: AbortSignal.timeout(REDIS_WAIT_MS) }).catch(() => {
        throw new Error(`cannot reach Redis at REDIS_URL (${why}). Is it running?`)
      })
    }
    const timeline = new Timeline(redis, { prefix: config.REDIS_PREFIX, windowMs: config.TIMELINE_WINDOW_MS })
    const deps = { store, timeline, windowMs: config.TIMELINE_WINDOW_MS, queue }
    if (queue !== undefined && !(await store.listQueues()).some(({ name }) => name === queue)) throw new Error(`there is no queue "${queue}"`)
    return only || dryRun ? printVerdict(await verify(deps), json) : await printSync(deps, json)
  } finally {
    redis.disconnect()
    await store.close()
  }
}

async function printSync(deps: SyncDeps, json: boolean): Promise<number> {
  const startedAtMs = performance.now()
  const queues = await sync(deps, json ? SILENT : process.stderr.isTTY ? bar() : lines())
  const count = queues.reduce((sum, queue) => sum + queue.count, 0)
  const added = queues.reduce((sum, queue) => sum + queue.added, 0)
  const durationMs = Math.round(performance.now() - startedAtMs)
  if (json) console.log(JSON.stringify({ count, added, queues, duration_ms: durationMs }))
  else {
    for (const queue of queues) console.log(`${queue.queue}: ${jobs(queue.count)}`)
    console.log(`${jobs(count)} of the window ${count === 1 ? 'is' : 'are'} in the timeline; it lacked ${added.toLocaleString('en')} of them, or had them too late (${(durationMs / 1_000).toFixed(1)} s)`)
  }
  return EXIT.done
}

function printVerdict(verdict: Verdict, json: boolean): number {
  if (json) console.log(JSON.stringify(verdict))
  else {
    const { agree, queues } = verdict
    printTable(queues.map(({ pending, in_redis, ...queue }) => ({ queue: queue.queue, pending, 'in Redis': in_redis, missing: queue.missing, ghost: queue.ghost, late: queue.late, verdict: queue.verdict })))
    for (const kind of KINDS) {
      for (const { id, queue, priority, run_at_ms } of verdict[kind].slice(0, SHOWN)) {
        console.log(`${kind.padEnd(8)} ${id}  ${queue} p${priority}  ${run_at_ms > 0 ? new Date(run_at_ms).toISOString() : 'due'}`)
      }
      if (verdict[kind].length > SHOWN) console.log(`${kind.padEnd(8)} ... and ${verdict[kind].length - SHOWN} more (--json lists them all)`)
    }
    console.log(agree ? 'the timeline agrees with the database' : 'the timeline differs from the database: the workers mend it, and "npm run sync" adds what is missing at once')
  }
  return verdict.agree ? EXIT.done : EXIT.different
}

/** Words to the left, numbers to the right. */
function printTable(rows: ReadonlyArray<Readonly<Record<string, string | number>>>): void {
  const names = Object.keys(rows[0] ?? {})
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => String(row[name]).length)))
  const line = (cells: ReadonlyArray<string | number>) => cells.map((cell, i) => (typeof cell === 'number' ? String(cell).padStart(widths[i]!) : cell.padEnd(widths[i]!))).join('  ')
  if (names.length > 0) console.log(line(names).trimEnd())
  for (const row of rows) console.log(line(names.map((name) => row[name]!)).trimEnd())
}

const jobs = (count: number) => `${count.toLocaleString('en')} ${count === 1 ? 'job' : 'jobs'}`

const SILENT: Progress = { begin: () => {}, advance: () => {}, end: () => {} }

/** On standard error, so that standard output stays clean. */
function bar(): Progress {
  const bar = new SingleBar({ format: 'sync [{bar}] {percentage}% | {value}/{total} jobs | {duration} s', hideCursor: true, barsize: 30, stream: process.stderr })
  return { begin: (total) => bar.start(total, 0), advance: (count) => bar.increment(count), end: () => bar.stop() }
}

/** One line a second at most. */
function lines(): Progress {
  let total = 0
  let value = 0
  let saidAtMs = -Infinity
  const say = () => {
    saidAtMs = performance.now()
    console.error(`sync: ${value} of ${total} jobs`)
  }
  return {
    begin: (all) => {
      total = all
      say()
    },
    advance: (count) => {
      value += count
      if (performance.now() - saidAtMs >= 1_000) say()
    },
    end: () => {}
  }
}

loadEnvFile({ quiet: true })
try {
  process.exitCode = await main(options)
} catch (error) {
  const message = error instanceof Error ? error.message : String(error)
  if (options.json) console.log(JSON.stringify({ error: message }))
  else console.error(`sync: ${message}`)
  process.exitCode = error instanceof ConfigError ? EXIT.misuse : EXIT.failed
}
