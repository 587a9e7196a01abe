/**
 * The parts of one row: a database and a Redis of its own, APIs and workers as processes, and a proxy between each of
 * them and each of its stores. Intervals are short, so that a row takes seconds.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import postgres, { type Sql } from 'postgres'
import type { JobStatus } from '../../core/job.js'
import { openStore, type Store } from '../../core/store/index.js'
import { freePort } from '../../scripts/lib/free-port.js'
import type { TestDatabase } from '../support/databases.js'
import { type Proxy, startProxy } from '../support/proxy.js'
import { Client } from './client.js'
import type { Ground } from './ground.js'
import type { Fault, FinalRow, History, Line, Move } from './history.js'
import { type Kept, keepRunning, type StartedProcess, startProcess } from './process.js'
import { RowRedis } from './redis.js'
import { type Rest, startRest } from './rest.js'
import { until } from './wait.js'

/** `direct`: a connection to Postgres. `rest`: supabase-js over the stand-in for the hosted REST layer. */
export const TRANSPORTS = ['direct', 'rest'] as const
export type Transport = (typeof TRANSPORTS)[number]

export interface StageOptions {
  /** 1 and 2 unless given. */
  readonly apis?: number
  readonly workers?: number
  /** A worker that was seen to end is declared dead, as under `npm start`; else its lease has to run out. */
  readonly declares?: boolean
  /** On top of what all processes get. */
  readonly env?: Readonly<Record<string, string>>
  /** Before the first process starts. */
  readonly spoil?: (stage: Stage) => Promise<void>
  /** How far the wall clock of a process is ahead (ms). */
  readonly clockShiftMs?: (module: 'api' | 'worker', index: number) => number
  /** The same of Redis. */
  readonly redisClockShiftMs?: number
}

/** One API or one worker: the process, and the proxies that are its only ways to the stores. */
export interface Part {
  readonly kept: Kept
  readonly redis: Proxy
  readonly store: Proxy
  /** Of an API. */
  readonly url: string
  /** A process like it, beside it and with nobody to start it again. */
  spawn(): StartedProcess
}

export const SHORT = { LEASE_MS: 2_000, SWEEP_INTERVAL_MS: 500, SWEEP_GRACE_MS: 1_000, POLL_INTERVAL_MS: 1_000, SHUTDOWN_GRACE_MS: 2_000, STORE_TIMEOUT_MS: 2_000, WORKER_CONCURRENCY: 10 } as const
export const PREFIX = 'chaos'

/** Files that are no modules lie in the source tree only. */
const beside = (name: string) => fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? name : `../../../tests/chaos/${name}`, import.meta.url))

export class Stage {
  readonly transport: Transport
  readonly sql: Sql
  /** Past every proxy and every fault of the REST layer. */
  readonly store: Store
  readonly redis: RowRedis
  /** Past the proxies. */
  readonly redisClient: Redis
  readonly rest: Rest | undefined
  readonly client: Client
  readonly apis: Part[] = []
  readonly workers: Part[] = []
  readonly faults: Fault[] = []
  /** What the processes printed: warnings and worse. */
  readonly lines: string[] = []
  readonly folder: string
  readonly #ground: Ground
  readonly #database: TestDatabase
  readonly #options: StageOptions

  private constructor(ground: Ground, transport: Transport, options: StageOptions, parts: { folder: string; database: TestDatabase; redis: RowRedis; rest: Rest | undefined }) {
    this.#ground = ground
    this.#options = options
    this.#database = parts.database
    this.transport = transport
    this.folder = parts.folder
    this.redis = parts.redis
    this.rest = parts.rest
    this.sql = postgres(parts.database.url, { max: 4, onnotice: () => {}, backoff: false, fetch_types: false })
    this.store = openStore({ DATABASE_URL: parts.database.url, STORE_TIMEOUT_MS: 10_000 }, { maxConnections: 2 })
    this.redisClient = new Redis(parts.redis.url, { retryStrategy: () => 50 })
    this.redisClient.on('error', () => {}) // it is killed in some rows
    let turn = 0
    this.client = new Client(() => this.apis[turn++ % this.apis.length]!.url)
  }

  static async open(ground: Ground, transport: Transport, options: StageOptions = {}): Promise<Stage> {
    const folder = await ground.newFolder()
    const redis = new RowRedis(join(folder, 'redis'), ground.reaper)
    const [database] = await Promise.all([ground.newDatabase(), redis.start(options.redisClockShiftMs)])
    const rest = transport === 'rest' ? await startRest(database.url) : undefined
    const stage = new Stage(ground, transport, options, { folder, database, redis, rest })
    try {
      const { apis = 1, workers = 2 } = options
      await options.spoil?.(stage)
      for (let i = 0; i < apis; i++) stage.apis.push(await stage.#part('api', i))
      for (let i = 0; i < workers; i++) stage.workers.push(await stage.#part('worker', i))
      await Promise.all([...stage.apis, ...stage.workers].map(({ kept }) => kept.start()))
      return stage
    } catch (error) {
      await stage.close()
      throw error
    }
  }

  get databaseUrl(): string {
    return this.#database.url
  }

  get databaseName(): string {
    return this.#database.name
  }

  get reaper() {
    return this.#ground.reaper
  }

  get postgres() {
    return this.#ground.postgres
  }

  /** Notes when something was wrong. */
  async during(what: string, wrong: () => Promise<void>): Promise<void> {
    const began_at_ms = Date.now()
    await wrong()
    this.faults.push({ what, began_at_ms, ended_at_ms: Date.now() })
  }

  async journal(): Promise<Line[]> {
    const text = await readFile(this.#journalFile, 'utf8').catch(() => '')
    return text.split('\n').slice(0, -1).map((line) => JSON.parse(line) as Line)
  }

  async starts(): Promise<Line[]> {
    return (await this.journal()).filter((line) => line.what === 'start')
  }

  /** @returns Whether every job has ended within the time. */
  settled(timeoutMs: number): Promise<boolean> {
    return until(async () => {
      const [row] = await this.sql<[{ open: boolean }]>`select exists (select from duly.jobs where status in ('pending', 'in_progress')) as open`.catch(() => [{ open: true }])
      return row?.open === false
    }, timeoutMs, 100)
  }

  async history(): Promise<History> {
    const [rows, moves] = await Promise.all([this.#rows(), this.#moves()])
    return { told: this.client.told, journal: await this.journal(), moves, rows, faults: this.faults }
  }

  /** For a process of the row's own, such as a sync: past the proxies. */
  get env(): Record<string, string> {
    return this.#env(this.#database.url, this.redis.url, this.rest?.url)
  }

  async close(): Promise<void> {
    await Promise.all([...this.apis, ...this.workers].map(({ kept }) => kept.stop()))
    await Promise.all([...this.apis, ...this.workers].flatMap(({ redis, store }) => [redis.close(), store.close()]))
    this.redisClient.disconnect()
    await Promise.all([this.redis.stop(), this.rest?.close(), this.store.close(), this.sql.end({ timeout: 1 })])
    await this.#database.drop()
  }

  get #journalFile(): string {
    return join(this.folder, 'journal.ndjson')
  }

  #env(databaseUrl: string, redisUrl: string, restUrl: string | undefined): Record<string, string> {
    return {
      PATH: process.env.PATH ?? '',
      ...(restUrl ? { SUPABASE_URL: restUrl, SUPABASE_KEY: this.rest!.key } : { DATABASE_URL: databaseUrl, DATABASE_POOLER: 'true' }), // unprepared: the proxy sees the name of each call
      REDIS_URL: redisUrl,
      REDIS_PREFIX: PREFIX,
      DATA_DIR: this.folder,
      HANDLERS_DIR: beside('handlers'),
      CHAOS_JOURNAL: this.#journalFile,
      LOG_LEVEL: 'warn',
      ...Object.fromEntries(Object.entries(SHORT).map(([name, value]) => [name, String(value)])),
      ...this.#options.env
    }
  }

  async #part(module: 'api' | 'worker', index: number): Promise<Part> {
    const [redis, store, port] = await Promise.all([startProxy(this.redis.url), startProxy(this.rest?.url ?? this.#database.url), freePort()])
    const shiftMs = this.#options.clockShiftMs?.(module, index) ?? 0
    const env = {
      ...this.#env(store.url, redis.url, this.rest && store.url.replace(/\/$/, '')),
      PORT: String(port),
      ...(shiftMs !== 0 && { CHAOS_CLOCK_SHIFT_MS: String(shiftMs) })
    }
    const execArgv = shiftMs === 0 ? [] : ['--import', beside('clock-shift.mjs')]
    const spawn = () => startProcess({ module: `${module}/main`, env, execArgv, reaper: this.#ground.reaper, onLine: (line) => this.lines.push(`${module} ${index}: ${line}`) })
    const kept = keepRunning(spawn, (ended) => {
      if (this.#options.declares && ended.workerId) void this.store.endWorker(ended.workerId, 'declared_dead').catch(() => {}) // its lease will
    })
    return { kept, redis, store, url: `http://127.0.0.1:${port}`, spawn }
  }

  async #rows(): Promise<FinalRow[]> {
    return this.sql<FinalRow[]>`
      select j.id, coalesce(j.payload ->> 'key', '') as key, j.status, j.attempt, j.fence, j.max_retries,
             duly.epoch_ms(j.scheduled_at)::float8 as scheduled_at_ms, duly.epoch_ms(j.created_at)::float8 as created_at_ms, duly.epoch_ms(j.run_at)::float8 as run_at_ms,
             (j.result ->> 'fence')::int as result_fence,
             coalesce((
               select json_agg(json_build_object('fence', a.fence, 'attempt', a.attempt, 'outcome', a.outcome,
                        'error_fence', (substring(a.error ->> 'message' from '\\(fence (\\d+)\\)'))::int))
                 from duly.job_attempts a where a.job_id = j.id
             ), '[]') as attempts
        from duly.jobs j`
  }

  async #moves(): Promise<Move[]> {
    return this.sql<Array<Move & { from: JobStatus | null }>>`select id, "from", "to", fence_before, fence, attempt_before, attempt from public.chaos_moves order by place`
  }
}
