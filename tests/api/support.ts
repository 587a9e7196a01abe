/** An API as `main.ts` puts it together, on a real store and a real Redis, asked by `inject`. */
import { once } from 'node:events'
import { join } from 'node:path'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { pino } from 'pino'
import { expect, inject } from 'vitest'
import { type Access, type AppDeps, buildApp } from '../../api/app.js'
import { ERRORS, type ErrorCode, type Fault } from '../../core/errors.js'
import type { Config } from '../../core/config.js'
import { openStore, type Store } from '../../core/store/index.js'
import { openRedis, Timeline } from '../../core/timeline/index.js'
import { loadRegistry } from '../../worker/handlers/index.js'

export interface Api {
  readonly app: FastifyInstance
  readonly store: Store
  readonly timeline: Timeline
  /** Lines of the log so far. */
  readonly logged: Array<Record<string, unknown>>
  post(payload: unknown): Promise<Answer>
  get(url: string): Promise<Answer>
  put(url: string): Promise<Answer>
  close(): Promise<void>
}

export type Answer = Awaited<ReturnType<FastifyInstance['inject']>>

export interface Where {
  readonly databaseUrl?: string | undefined
  readonly supabaseUrl?: string | undefined
  readonly supabaseKey?: string | undefined
  readonly redisUrl: string
  readonly prefix: string
  readonly storeTimeoutMs?: number
  readonly access?: Access
  readonly logLevel?: string
  /** Hears what other processes tell, as the API of `main.ts` does. */
  readonly listens?: boolean
  readonly eventsIntervalMs?: AppDeps['eventsIntervalMs']
  /** What GET /system shows, and where files and mail lie. */
  readonly config?: Config
  /** The same, for a test that only needs the folder. */
  readonly dataDir?: string
  /** Of a built dashboard. */
  readonly webFolder?: string
}

export async function startApi(where: Where): Promise<Api> {
  const config = {
    ...(where.databaseUrl && !where.supabaseUrl && { DATABASE_URL: where.databaseUrl }),
    ...(where.supabaseUrl && { SUPABASE_URL: where.supabaseUrl, SUPABASE_KEY: where.supabaseKey }),
    STORE_TIMEOUT_MS: where.storeTimeoutMs ?? 10_000
  } as Config
  const logged: Array<Record<string, unknown>> = []
  const log = pino({ level: where.logLevel ?? 'info' }, { write: (line) => void logged.push(JSON.parse(line) as Record<string, unknown>) })

  const store = openStore(config)
  const redis = openRedis({ REDIS_URL: where.redisUrl }, 'serve')
  redis.on('error', () => {})
  const listener = where.listens ? openRedis({ REDIS_URL: where.redisUrl }, 'listen') : undefined
  listener?.on('error', () => {})
  const timeline = new Timeline(redis, { prefix: where.prefix, windowMs: 3_600_000 })
  const shown = where.config ?? (where.dataDir && ({ DATA_DIR: where.dataDir, FILES_ROOT: join(where.dataDir, 'files'), MAIL_FROM: 'duly@localhost', apiKeys: [] } as unknown as Config))
  const folder = join(inject('tempDir'), 'api')
  const registry = await loadRegistry({ filesRoot: folder, mail: { smtpUrl: undefined, from: 'duly@localhost', outboxDir: folder } })
  // A machine that runs several suites at once is overloaded for a while: only tests about that are to be told so.
  const app = await buildApp({ store, timeline, registry, log, ...(where.webFolder && { webFolder: where.webFolder }), ...(where.eventsIntervalMs && { eventsIntervalMs: where.eventsIntervalMs }), ...(shown && { config: shown }), ...(listener && { listener: { redis: listener, prefix: where.prefix } }), access: { maxEventLoopDelayMs: Infinity, ...where.access } })
  // A connection that is refused is an answer too; one that was not made in time, on a busy machine, is tried again.
  for (let tries = 0; redis.status !== 'ready' && tries < 5; tries++) {
    const refused = await once(redis, 'ready').then(() => false, (error: { code?: string }) => error.code === 'ECONNREFUSED')
    if (refused) break
  }

  const ask = (options: InjectOptions) => app.inject(options)
  return {
    app,
    store,
    timeline,
    logged,
    post: (payload) => ask({ method: 'POST', url: '/jobs', headers: { 'content-type': 'application/json' }, payload: typeof payload === 'string' ? payload : JSON.stringify(payload) }),
    get: (url) => ask({ method: 'GET', url }),
    put: (url) => ask({ method: 'PUT', url }),
    async close() {
      await app.close()
      redis.disconnect()
      listener?.disconnect()
      await store.close()
    }
  }
}

/** What every refusal promises; @returns its faults as `pointer detail`. */
export function expectProblem(answer: Answer, code: ErrorCode): string[] {
  const problem = answer.json<{ errors?: Fault[] }>()
  expect(problem).toMatchObject({ type: `urn:duly:error:${code}`, code, status: ERRORS[code].status, title: ERRORS[code].title, request_id: answer.headers['x-request-id'] })
  expect(answer.statusCode).toBe(ERRORS[code].status)
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  return (problem.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`)
}
