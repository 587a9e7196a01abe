/** The worker process: `node dist/worker/main.js`. Exits 78 when a person has to change something first (environment, handlers, schema), 0 when it was told to stop. */
import type { Config } from '../core/config.js'
import { createLog, type Logger } from '../core/log.js'
import { AFTER_LOSS, configOrExit, EX_CONFIG } from '../core/service.js'
import { openStore } from '../core/store/index.js'
import { waitForSchema } from '../core/store/wait-for-schema.js'
import { openRedis } from '../core/timeline/index.js'
import { onToldToStop } from '../core/told-to-stop.js'
import { ABANDON_MS } from './executor.js'
import { loadRegistry } from './handlers/index.js'
import { Isolation, rescuedProcesses } from './isolate/isolation.js'
import { Ownership } from './ownership.js'
import { Pulse } from './pulse.js'
import { Vitals } from './vitals.js'
import { Worker } from './worker.js'

/** After a loss, jobs wait for this worker: what it can do without meanwhile waits for this time. */
const PREPARE_MS = 3_000

const config = configOrExit('worker')
await main(config, createLog('worker', config.LOG_LEVEL))

async function main(config: Config, log: Logger): Promise<void> {
  const deps = { filesRoot: config.FILES_ROOT, mail: { smtpUrl: config.SMTP_URL, from: config.MAIL_FROM, outboxDir: `${config.DATA_DIR}/outbox` } }
  const isolation = new Isolation({
    processes: {
      isolated: config.ISOLATE_PROCESSES,
      rescued: rescuedProcesses({ slots: config.WORKER_CONCURRENCY, least: config.ISOLATE_PROCESSES, availableMb: process.availableMemory() / 1024 / 1024 })
    },
    memoryMb: config.ISOLATE_MEMORY_MB,
    settings: { handlers: deps, logLevel: config.LOG_LEVEL, leaseMs: config.LEASE_MS },
    log
  })
  const isAfterLoss = process.argv.includes(AFTER_LOSS)
  if (isAfterLoss) isolation.expectRescued() // first of all: what follows keeps one core busy, and they another
  const store = openStore(config)
  const ownership = new Ownership()
  const vitals = new Vitals()
  const pulse = new Pulse({
    config,
    ownership,
    vitals,
    abandonMs: ABANDON_MS,
    onFailed(error) {
      log.fatal({ err: error }, 'nobody keeps the lease any more: this process ends, its jobs will be rescued')
      process.exit(1)
    }
  })
  const redis = openRedis(config, 'work')
  const subscriber = openRedis(config, 'listen')
  let redisUp = true
  redis.on('error', (error: Error) => {
    if (redisUp) log.warn({ err: error }, 'no connection to Redis; trying until there is one')
    redisUp = false
  })
  redis.on('ready', () => (redisUp = true))
  subscriber.on('error', () => {}) // the other client tells

  const schema = waitForSchema(store, { log, away: 'the store does not answer; trying until it does' }).catch((error: unknown) => {
    log.fatal((error as Error).message)
    process.exit(EX_CONFIG)
  })
  const registry = await loadRegistry(deps, config.HANDLERS_DIR).catch((error: unknown) => {
    log.fatal((error as Error).message)
    process.exit(EX_CONFIG)
  })
  const worker = new Worker({ config, store, heartStore: pulse, ownership, vitals, redis, subscriber, registry, isolation, log, onBorn: (workerId) => process.send?.({ ready: true, worker_id: workerId }) })

  const stop = (why: string) => {
    log.info({ why }, 'worker is told to stop')
    // Whatever hangs, the process ends: what is not handed back is rescued.
    setTimeout(() => process.exit(0), config.SHUTDOWN_GRACE_MS + 6_000).unref()
    void worker
      .stop()
      .catch((error: unknown) => log.error({ err: error }, 'worker stopped badly'))
      .then(async () => {
        await registry.close()
        await Promise.allSettled([store.close(), pulse.close()])
        process.exit(0)
      })
  }
  onToldToStop({
    stop,
    hurry: () => {
      log.warn('told to stop a second time: quits at once, its jobs will be rescued')
      process.exit(1)
    }
  })

  if (!isAfterLoss) registry.prepare()
  await schema
  await worker.start()
  if (isAfterLoss) setTimeout(() => registry.prepare(), PREPARE_MS).unref()
  log.info({ worker_id: worker.workerId, concurrency: config.WORKER_CONCURRENCY, types: registry.types, queues: config.queues.length > 0 ? config.queues : 'all' }, 'worker runs')
}
