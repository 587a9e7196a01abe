/** The order of things: what starts after what, and what stops before what. */
import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import closeWithGrace from 'close-with-grace'
import { type Config, ConfigError, type Endpoints, endpointsFile, loadConfig } from '../../core/config.js'
import { AFTER_LOSS, EX_CONFIG } from '../../core/service.js'
import { checkSchema, openStore, type Store } from '../../core/store/index.js'
import { freePort, listenOnce } from './free-port.js'
import type { LocalSupabase } from './local-supabase.js'
import { acquireLock, type Lock } from './lock.js'
import { migrate } from './migrations.js'
import { openOutput, type Output } from './output.js'
import { type LocalRedis, RedisMissingError } from './redis.js'
import { renderScreen } from './screen.js'
import { type Service, ServiceFailedError, startService } from './service.js'
import { reports, superviseRedis, superviseSupabase } from './stores.js'
import { Supervisor } from './supervisor.js'
import { type Watch, watchSources } from './watch.js'

/** After this long without everything running, the log says what is awaited. */
const PATIENCE_MS = 15_000

/** A child that was told to stop in time and did not is killed after this, on top of its own grace. */
const KILL_AFTER_MS = 8_000

export class Starter {
  readonly #env: NodeJS.ProcessEnv
  readonly #watching: boolean
  readonly #output: Output
  readonly #startedAtMs = performance.now()
  #lock: Lock | undefined
  #redis: Supervisor<LocalRedis> | undefined
  #supabase: Supervisor<LocalSupabase> | undefined
  #api: Supervisor<Service> | undefined
  #worker: Supervisor<Service> | undefined
  /** For a worker that dies. Open before one does: to load its library then would keep the next worker waiting. Connects with its first call. */
  #store: Store | undefined
  #watch: Watch | undefined
  #endpointsFile: string | undefined
  #stopped: Promise<void> | undefined

  constructor(env: NodeJS.ProcessEnv, options: { readonly watch?: boolean }) {
    const terminal = process.stdout.isTTY
    this.#env = env
    this.#watching = options.watch ?? false
    this.#output = openOutput({ terminal, colour: terminal && !env.NO_COLOR, level: env.LOG_LEVEL || 'info' })
  }

  /** Resolves when everything runs; from then on signals decide. Ends the process when something does not start. */
  async run(): Promise<void> {
    const { log } = this.#output
    closeWithGrace({ delay: 60_000, logger: false }, async ({ signal, err }) => {
      if (err) log.fatal({ err }, 'unexpected error')
      log.info(signal ? { signal } : {}, 'stopping; a second signal quits at once')
      this.#output.release()
      await this.#stop()
      log.info('stopped')
    })
    // After a second signal; the stores see that we are gone, and close.
    process.on('exit', () => [this.#api, this.#worker].forEach((service) => service?.current?.kill()))
    stopWithParent(this.#env)

    try {
      await this.#start()
    } catch (error) {
      if (this.#stopped) return // told to stop while starting: what fails then is no news
      this.#output.release()
      process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`)
      await this.#stop()
      process.exit(exitCodeOf(error))
    }
  }

  async #start(): Promise<void> {
    const { DATA_DIR } = loadConfig(this.#env, ['port'])
    this.#lock = await acquireLock(join(DATA_DIR, 'start.lock'))
    await rm(endpointsFile(DATA_DIR), { force: true }) // of a start that was killed: what it names runs no more
    const config = loadConfig(this.#env, [])
    const port = await this.#claimPort(config)
    const first = !config.DATABASE_URL && !config.SUPABASE_URL && !(await stat(join(DATA_DIR, 'postgres')).catch(() => null))
    this.#output.print(`\n  Starting Duly${first ? ' for the first time: making the database takes a few seconds' : ''} ...\n`)
    const impatience = setTimeout(() => this.#output.release(), PATIENCE_MS)

    const { endpoints, migrations } = await this.#startStores(config)
    await this.#writeEndpoints(config, endpoints)
    await this.#startServices(config, { ...this.#env, ...endpoints, DATA_DIR, HOST: config.HOST, PORT: String(port) })
    if (this.#watching) this.#watch = watchSources(() => void this.#replaceServices(), this.#output.line)

    clearTimeout(impatience)
    this.#tell(config, endpoints, migrations)
    this.#output.release()
  }

  /** Redis and the database, at the same time: neither needs the other. */
  async #startStores(config: Config): Promise<{ endpoints: Endpoints; migrations: string[] }> {
    const { log, print } = this.#output
    const say = (line: string) => (this.#output.terminal ? print(`  ${line}\n`) : log.info(line))
    if (!config.REDIS_URL) this.#redis = superviseRedis(config, this.#env.PATH ?? '', log, say)
    if (!config.DATABASE_URL && !config.SUPABASE_URL) this.#supabase = superviseSupabase(config, log)
    const [redis, supabase, migrations] = await Promise.all([this.#redis?.start(), this.#supabase?.start(), prepareGiven(config)])
    return {
      endpoints: { ...(redis && { REDIS_URL: redis.url }), ...(supabase && { SUPABASE_URL: supabase.url, SUPABASE_KEY: supabase.keys.secret }) },
      migrations: supabase?.applied ?? migrations
    }
  }

  async #startServices(config: Config, env: NodeJS.ProcessEnv): Promise<void> {
    const { log, line } = this.#output
    const supervise = (name: string, module: string, graceMs: number, afterLoss: readonly string[] = [], onEnded: (service: Service) => void = () => {}) => {
      const report = reports(name, log)
      let lost = false
      return new Supervisor<Service>({
        ...report,
        start: (signal) => startService({ module, args: lost ? afterLoss : [], env, signal, onLine: line, stopMs: graceMs + KILL_AFTER_MS }),
        onEnded(service, how) {
          lost = true
          report.onEnded(service, how)
          onEnded(service)
        },
        onRestarted() {
          lost = false
          report.onRestarted()
        }
      })
    }
    this.#api = supervise('the API', 'api/main', 10_000)
    this.#worker = supervise('the worker', 'worker/main', config.SHUTDOWN_GRACE_MS, [AFTER_LOSS], ({ ready }) => void this.#declareDead(ready.worker_id))
    this.#store = openStore(loadConfig(env, ['store']), { maxConnections: 1 })
    await Promise.all([this.#api.start(), this.#worker.start()])
  }

  async #replaceServices(): Promise<void> {
    this.#output.log.info('the code has changed: restarting the API and the worker')
    await Promise.all([this.#api?.replace(), this.#worker?.replace()])
  }

  /** Its jobs need not wait until its lease is over. */
  async #declareDead(workerId: string | undefined): Promise<void> {
    if (!workerId) return
    try {
      await this.#store?.endWorker(workerId, 'declared_dead')
    } catch (error) {
      this.#output.log.warn({ worker_id: workerId, reason: messageOf(error) }, 'could not declare the worker dead: its lease will')
    }
  }

  /** Said before anything is started, and not by a child in the middle of its log. */
  async #claimPort({ HOST, PORT }: Config): Promise<number> {
    if (PORT === 0) return freePort() // chosen here, so that the API has the same one after a restart
    for (let tries = 1; ; tries++) {
      try {
        return await listenOnce(PORT, HOST)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code !== 'EADDRINUSE') throw new Error(`cannot listen on ${HOST}, port ${PORT}: ${messageOf(error)}`, { cause: error })
        // An API whose parent was killed needs a moment to close.
        if (tries === 4) throw new Error(`Port ${PORT} on ${HOST} is taken. Stop what listens there, or choose another: PORT=${PORT + 1} npm start`, { cause: error })
        await sleep(400)
      }
    }
  }

  async #writeEndpoints({ DATA_DIR }: Config, endpoints: Endpoints): Promise<void> {
    this.#endpointsFile = endpointsFile(DATA_DIR)
    await mkdir(DATA_DIR, { recursive: true })
    await writeFile(this.#endpointsFile, JSON.stringify(endpoints, null, 2), { mode: 0o600 })
  }

  #tell(config: Config, endpoints: Endpoints, migrations: string[]): void {
    const { terminal, colour, print, log } = this.#output
    const seconds = (performance.now() - this.#startedAtMs) / 1000
    const apiUrl = this.#api?.current?.ready.url ?? ''
    const outbox = config.SMTP_URL ? null : join(config.DATA_DIR, 'outbox')
    const worker = this.#worker?.current
    if (!terminal) {
      const { SUPABASE_URL, REDIS_URL } = endpoints // only ours: others may hold a password
      log.info({ seconds, api_url: apiUrl, worker_id: worker?.ready.worker_id, SUPABASE_URL, redis_url: REDIS_URL, migrations, files_root: config.FILES_ROOT, outbox }, 'duly runs')
      return
    }
    print(
      renderScreen({
        seconds,
        apiUrl,
        worker: `process ${worker?.pid}, runs ${config.WORKER_CONCURRENCY} jobs at once`,
        redis: endpoints.REDIS_URL ?? `${hostOf(config.REDIS_URL)} (REDIS_URL)`,
        database: databaseWords(config, endpoints),
        migrations,
        filesRoot: config.FILES_ROOT,
        outbox,
        needsKey: config.apiKeys.length > 0,
        colour,
        platform: process.platform
      })
    )
  }

  /** Users before what they use: the worker hands back what it holds while the stores still run. */
  #stop(): Promise<void> {
    this.#stopped ??= (async () => {
      await this.#watch?.stop()
      await this.#api?.stop()
      await this.#worker?.stop()
      await this.#store?.close()
      await Promise.all([this.#redis?.stop(), this.#supabase?.stop()])
      if (this.#endpointsFile) await rm(this.#endpointsFile, { force: true })
      await this.#lock?.release()
    })()
    return this.#stopped
  }
}

/** A database that the environment names: migrated where a connection string allows it, else looked at. @returns Migrations applied. */
async function prepareGiven(config: Config): Promise<string[]> {
  if (config.DATABASE_URL) return migrate(config.DATABASE_URL)
  if (config.SUPABASE_URL) {
    const store = openStore(config)
    await checkSchema(store).finally(() => store.close())
  }
  return []
}

/** npm runs this in a shell that dies of a signal without passing it on. */
function stopWithParent(env: NodeJS.ProcessEnv): void {
  if (!env.npm_lifecycle_event) return
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && process.kill(process.pid, 'SIGTERM'), 1_000).unref()
}

function databaseWords(config: Config, { SUPABASE_URL }: Endpoints): string {
  if (config.DATABASE_URL) return `${hostOf(config.DATABASE_URL)} (DATABASE_URL)`
  if (SUPABASE_URL) return `${SUPABASE_URL}, local Supabase, kept in ${join(config.DATA_DIR, 'postgres')}`
  return `${hostOf(config.SUPABASE_URL)} (SUPABASE_URL)`
}

/** Without the password that may stand before it. */
const hostOf = (url: string | undefined) => (url ? new URL(url).host : '')

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

function exitCodeOf(error: unknown): number {
  if (error instanceof RedisMissingError || error instanceof ConfigError) return EX_CONFIG
  if (error instanceof ServiceFailedError && error.exitCode === EX_CONFIG) return EX_CONFIG
  return 1
}
