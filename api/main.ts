/**
 * The API process: `node dist/api/main.js`. Exits 78 when its environment, its handlers or the schema are wrong and
 * starting again would not help, 1 when it cannot listen or crashes, 0 when it was told to stop.
 *
 * A store or a Redis that is down is no reason to stop: without the store requests get 503, and without Redis jobs are
 * stored all the same.
 */
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import closeWithGrace from 'close-with-grace'
import { type Config, STORES } from '../core/config.js'
import { createLog, type Logger } from '../core/log.js'
import { configOrExit, EX_CONFIG } from '../core/service.js'
import { openStore } from '../core/store/index.js'
import { waitForSchema } from '../core/store/wait-for-schema.js'
import { openRedis, Timeline } from '../core/timeline/index.js'
import { onToldToStop } from '../core/told-to-stop.js'
import { loadRegistry } from '../worker/handlers/index.js'
import { buildApp } from './app.js'
import { sessionSecret } from './sessions.js'
import type { OpenTimeline } from './sync.js'

/** At the start the store and Redis may take this long to answer before the port opens without them. */
const PATIENCE_MS = 2_000

/** Requests under way may finish within this time when the process stops. */
const CLOSE_TIMEOUT_MS = 10_000

/** A sync gives up when Redis has not answered by then. */
const SYNC_PATIENCE_MS = 3_000

/** Beside the compiled API. */
const WEB_FOLDER = fileURLToPath(new URL('../web/', import.meta.url))

const config = configOrExit('api', [...STORES, 'port'])
await main(config, createLog('api', config.LOG_LEVEL))

async function main(config: Config, log: Logger): Promise<void> {
  const store = openStore(config)
  const redis = openRedis(config, 'serve')
  redis.on('error', (error: Error) => log.debug({ reason: error.message }, 'no connection to Redis')) // the app says so once, when it matters
  const timeline = new Timeline(redis, { prefix: config.REDIS_PREFIX, windowMs: config.TIMELINE_WINDOW_MS })
  const listener = openRedis(config, 'listen')
  listener.on('error', () => {}) // the other client tells
  const registry = await loadRegistry(
    { filesRoot: config.FILES_ROOT, mail: { smtpUrl: config.SMTP_URL, from: config.MAIL_FROM, outboxDir: join(config.DATA_DIR, 'outbox') } },
    config.HANDLERS_DIR
  ).catch((error: unknown) => fail(log, EX_CONFIG, messageOf(error)))
  const app = await buildApp({
    store,
    timeline,
    registry,
    log,
    listener: { redis: listener, prefix: config.REDIS_PREFIX },
    windowMs: config.TIMELINE_WINDOW_MS,
    config,
    openTimeline: () => openTimeline(config),
    webFolder: WEB_FOLDER,
    access: { apiKeys: config.apiKeys, sessionSecret: sessionSecret(config), corsOrigins: config.corsOrigins, rateLimitPerMinute: config.RATE_LIMIT_PER_MINUTE }
  })

  const stopping = new AbortController()
  let why = 'an error'
  const { close } = closeWithGrace({ delay: CLOSE_TIMEOUT_MS, logger: false, skip: ['SIGTERM', 'SIGINT'] }, async ({ signal, err }) => {
    if (err) log.fatal({ err }, 'unexpected error')
    log.info({ why: signal ?? why }, 'API stops')
    stopping.abort()
    await app.close()
    redis.disconnect()
    listener.disconnect()
    await store.close()
  })
  onToldToStop({
    stop: (reason) => {
      if (stopping.signal.aborted) return
      why = reason
      close()
    },
    hurry: () => {
      log.warn('told to stop a second time: quits at once')
      process.exit(1)
    }
  })

  const redisAnswers = once(redis, 'ready', { signal: stopping.signal }).catch(() => {}) // or refuses
  const schemaFits = waitForSchema(store, { log, signal: stopping.signal, away: 'the store does not answer: requests get 503 until it does' })
    .catch((error: unknown) => fail(log, EX_CONFIG, messageOf(error)))
  await Promise.race([Promise.all([schemaFits, redisAnswers]), pause(PATIENCE_MS, stopping.signal)])
  if (stopping.signal.aborted) return

  const url = await app
    .listen({ host: config.HOST, port: config.PORT, listenTextResolver: (address) => `API listens at ${address}` })
    .catch((error: unknown) => fail(log, 1, whyNotListening(error, config)))
  sayWhoCanCall(config, log)
  process.send?.({ ready: true, url })
}

/** For a sync, as the command line has it: a page of it is thousands of jobs. */
async function openTimeline(config: Config): Promise<OpenTimeline> {
  const redis = openRedis(config, 'work')
  redis.on('error', () => {}) // the deadline says it
  try {
    if (redis.status !== 'ready') await once(redis, 'ready', { signal: AbortSignal.timeout(SYNC_PATIENCE_MS) })
  } catch (error) {
    redis.disconnect()
    throw error
  }
  return { timeline: new Timeline(redis, { prefix: config.REDIS_PREFIX, windowMs: config.TIMELINE_WINDOW_MS }), close: () => redis.disconnect() }
}

function whyNotListening(error: unknown, { HOST, PORT }: Config): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE': return `port ${PORT} of ${HOST} is taken: stop what listens there, or set PORT to another (0 takes a free one)`
    case 'EACCES': return `this user may not listen on port ${PORT}: set PORT to one above 1023`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND': return `HOST ${HOST} is no address of this machine`
    default: return messageOf(error)
  }
}

function sayWhoCanCall({ apiKeys }: Config, log: Logger): void {
  if (apiKeys.length > 0) log.info({ keys: apiKeys.map(({ name, scope }) => `${name}:${scope}`) }, 'callers need an API key')
  else log.info('there are no API keys, so the API is open to this machine only')
}

/** Says why in one line and ends the process. */
function fail(log: Logger, exitCode: number, why: string): never {
  log.fatal(why)
  process.exit(exitCode)
}

/** Also over, without a word, when the signal fires. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {})
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
