/** The worker process: `node dist/worker/main.js`. Exits 78 when a person has to change something first (environment, handlers, schema), 0 when it was told to stop. */
import dotenv from 'dotenv'
import { type Config, ConfigError, loadConfig } from '../core/config.js'
import { isDulyError } from '../core/errors.js'
import { createLog, type Logger } from '../core/log.js'
import { checkSchema, openStore, type Store } from '../core/store/index.js'
import { openRedis } from '../core/timeline/index.js'
import { loadRegistry } from './handlers/index.js'
import { Worker } from './worker.js'

const EX_CONFIG = 78

dotenv.config({ quiet: true })
let config: Config
try {
  config = loadConfig(process.env)
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`duly worker: ${error.message}\n`)
  process.exit(EX_CONFIG)
}
await main(config, createLog('worker', config.LOG_LEVEL))

async function main(config: Config, log: Logger): Promise<void> {
  const store = openStore(config)
  const heartStore = openStore(config, { maxConnections: 1 })
  const redis = openRedis(config, 'work')
  const subscriber = openRedis(config, 'listen')
  let redisUp = true
  redis.on('error', (error: Error) => {
    if (redisUp) log.warn({ err: error }, 'no connection to Redis; trying until there is one')
    redisUp = false
  })
  redis.on('ready', () => (redisUp = true))
  subscriber.on('error', () => {}) // the other client tells

  const deps = { filesRoot: config.FILES_ROOT, mail: { smtpUrl: config.SMTP_URL, from: config.MAIL_FROM, outboxDir: `${config.DATA_DIR}/outbox` } }
  const registry = await loadRegistry(deps, config.HANDLERS_DIR).catch((error: unknown) => {
    log.fatal((error as Error).message)
    process.exit(EX_CONFIG)
  })
  const worker = new Worker({ config, store, heartStore, redis, subscriber, registry, log, onBorn: (workerId) => process.send?.({ ready: true, worker_id: workerId }) })

  let signals = 0
  const stop = (why: string) => {
    if (++signals > 1) {
      log.warn('told to stop a second time: quits at once, its jobs will be rescued')
      process.exit(1)
    }
    log.info({ why }, 'worker is told to stop')
    // Whatever hangs, the process ends: what is not handed back is rescued.
    setTimeout(() => process.exit(0), config.SHUTDOWN_GRACE_MS + 6_000).unref()
    void worker
      .stop()
      .catch((error: unknown) => log.error({ err: error }, 'worker stopped badly'))
      .then(async () => {
        await registry.close()
        await Promise.allSettled([store.close(), heartStore.close()])
        process.exit(0)
      })
  }
  process.on('SIGTERM', () => stop('SIGTERM'))
  process.on('SIGINT', () => stop('SIGINT'))
  if (process.send) process.on('disconnect', () => stop('its parent is gone'))

  await schemaFits(store, log)
  await worker.start()
  log.info({ worker_id: worker.workerId, concurrency: config.WORKER_CONCURRENCY, types: registry.types, queues: config.queues.length > 0 ? config.queues : 'all' }, 'worker runs')
}

/** Waits for the store as long as it takes; a schema that does not fit needs a person. */
async function schemaFits(store: Store, log: Logger): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await checkSchema(store)
    } catch (error) {
      if (isDulyError(error, 'schema_outdated')) {
        log.fatal(error.message)
        process.exit(EX_CONFIG)
      }
      if (tries === 0) log.warn({ err: error }, 'the store does not answer; trying until it does')
      await new Promise((resolve) => setTimeout(resolve, Math.min(100 * 2 ** tries, 2_000)))
    }
  }
}
