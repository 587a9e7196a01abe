/** What a measurement runs on: stores of its own, and one worker as a process of its own. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { openStore, type Store } from '../core/store/index.js'
import { openRedis, type RedisClient, Timeline } from '../core/timeline/index.js'
import { compiled } from '../scripts/lib/compiled.js'
import { startLocalSupabase } from '../scripts/lib/local-supabase.js'
import { migrate } from '../scripts/lib/migrations.js'
import { provideRedis, startRedis } from '../scripts/lib/redis.js'
import { startPostgres } from '../tests/support/postgres-server.js'

/** `direct`: a connection to a native Postgres. `supabase`: supabase-js over the local Supabase on PGlite, as under `npm start`. */
export const TRANSPORTS = ['direct', 'supabase'] as const
export type Transport = (typeof TRANSPORTS)[number]

export interface Stage {
  readonly store: Store
  readonly timeline: Timeline
  readonly redis: RedisClient
  /** Starts one worker. @returns How to stop it. */
  work(options: { readonly concurrency: number }): Promise<() => Promise<void>>
  stop(): Promise<void>
}

export const WINDOW_MS = 3_600_000

export async function openStage(transport: Transport): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'duly-bench-'))
  const redisServer = await startRedis({ server: await provideRedis({ path: process.env.PATH ?? '' }), dir: join(folder, 'redis') })
  const endings: Array<() => Promise<void>> = [() => redisServer.stop()]
  let env: Record<string, string>
  if (transport === 'direct') {
    const server = await startPostgres({ durable: true })
    endings.unshift(() => server.stop())
    const sql = postgres(server.url, { max: 1, onnotice: () => {} })
    await sql.unsafe('create database duly')
    await sql.end()
    const url = new URL(server.url)
    url.pathname = 'duly'
    await migrate(url.href)
    env = { DATABASE_URL: url.href }
  } else {
    const supabase = await startLocalSupabase({ engine: { folder: join(folder, 'postgres') }, keys: { publishable: 'bench-publishable', secret: 'bench-secret' }, port: 0 })
    endings.unshift(() => supabase.stop())
    env = { SUPABASE_URL: supabase.url, SUPABASE_KEY: supabase.keys.secret }
  }
  const store = openStore({ ...env, STORE_TIMEOUT_MS: 60_000 })
  const redis = openRedis({ REDIS_URL: redisServer.url }, 'work')
  await once(redis, 'ready')
  return {
    store,
    redis,
    timeline: new Timeline(redis, { prefix: 'duly', windowMs: WINDOW_MS }),
    async work({ concurrency }) {
      const worker = fork(compiled('worker/main'), {
        env: { PATH: process.env.PATH, ...env, REDIS_URL: redisServer.url, DATA_DIR: folder, HANDLERS_DIR: fileURLToPath(new URL('../../bench/handlers', import.meta.url)), WORKER_CONCURRENCY: String(concurrency), LOG_LEVEL: process.env.WORKER_LOG_LEVEL ?? 'warn' },
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        execArgv: process.env.WORKER_EXEC_ARGV?.split(' ') ?? []
      })
      await once(worker, 'message')
      return () => end(worker)
    },
    async stop() {
      redis.disconnect()
      await store.close()
      for (const ending of endings) await ending()
      await rm(folder, { recursive: true, force: true })
    }
  }
}

async function end(worker: ChildProcess): Promise<void> {
  worker.kill('SIGTERM')
  await once(worker, 'exit')
}
