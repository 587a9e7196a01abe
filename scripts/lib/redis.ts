/** A Redis (or Valkey) for `npm start`: found, installed where that works, started, and ended with us. It holds only hints, so nothing of it is kept. */
import { execFile } from 'node:child_process'
import { access, constants, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './free-port.js'
import { keep } from './kept-process.js'
import { beginOf } from './lock.js'
import type { Running } from './supervisor.js'

const run = promisify(execFile)

/** There is none and none can be installed. The message is what to type. */
export class RedisMissingError extends Error {
  override readonly name = 'RedisMissingError'
}

export interface LocalRedis extends Running {
  readonly url: string
  readonly port: number
}

const SERVERS = ['redis-server', 'valkey-server']

/** First with `ZRANGE ... BYSCORE`. */
const OLDEST = [6, 2] as const

const START_MS = 10_000

/** @param path - As in the variable PATH. @returns Path of the first server on it, or null. */
export async function findRedis(path: string): Promise<string | null> {
  for (const name of SERVERS) {
    const found = await findProgram(name, path)
    if (found) return found
  }
  return null
}

/**
 * @param options.log - Told before something is installed.
 * @throws {RedisMissingError}
 */
export async function provideRedis(options: { readonly path: string; readonly log?: (line: string) => void }): Promise<string> {
  const { path, log = () => {} } = options
  let server = await findRedis(path)
  if (!server && process.getuid?.() === 0 && (await findProgram('apt-get', path))) {
    log('no redis-server on this machine: installing it with apt-get')
    await install(path).catch(() => {}) // the message below says what to type, and apt-get then says why it fails
    server = await findRedis(path)
  }
  if (!server) throw new RedisMissingError(`Duly needs Redis, and there is no redis-server or valkey-server on PATH. Install one:\n\n  ${await installCommand(path)}\n\nor set REDIS_URL to one that runs elsewhere.`)
  await checkVersion(server)
  return server
}

/**
 * Starts one on loopback and waits until it answers. One that a crash has left in this folder is ended first.
 *
 * @param options.server - Path of redis-server or valkey-server.
 * @param options.dir - Its own; holds who runs.
 * @param options.port - A free one if not given.
 * @param options.remove - A folder that goes with it.
 */
export async function startRedis(options: { readonly server: string; readonly dir: string; readonly port?: number; readonly remove?: string }): Promise<LocalRedis> {
  const { server, dir, remove } = options
  await mkdir(dir, { recursive: true })
  await endLeftover(dir)
  const port = options.port ?? (await freePort())
  let output = ''
  const settings = { port, bind: '127.0.0.1', dir, save: '', appendonly: 'no', loglevel: 'warning' }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
  const redis = keep(server, args, { ...(remove && { remove }), onOutput: (text) => (output = (output + text).slice(-2_000)) })
  try {
    const pid = await answer(port, dir, redis.ended)
    await writeFile(leftoverFile(dir), JSON.stringify({ pid, began: await beginOf(pid) }))
  } catch (error) {
    await redis.stop()
    throw new Error(`Redis does not start: ${error instanceof Error ? error.message : String(error)}\n${output}`.trimEnd(), { cause: error })
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    ended: redis.ended.then((code) => `exit code ${code ?? 'none'}`),
    async stop() {
      await redis.stop()
      await rm(leftoverFile(dir), { force: true })
    }
  }
}

/** @returns Its pid, once it answers: it, and not another that has the port already. */
async function answer(port: number, dir: string, ended: Promise<unknown>): Promise<number> {
  const { Redis } = await import('ioredis')
  const client = new Redis({ host: '127.0.0.1', port, lazyConnect: true, maxRetriesPerRequest: null, retryStrategy: () => 20 })
  client.on('error', () => {}) // refused until it listens
  const within = new AbortController()
  try {
    const [info, [, served]] = await Promise.race([
      Promise.all([client.info('server'), client.config('GET', 'dir') as Promise<[string, string]>]),
      ended.then(() => Promise.reject(new Error('it has ended'))),
      sleep(START_MS, null, { signal: within.signal }).then(() => Promise.reject(new Error(`no answer within ${START_MS / 1000} s`)))
    ])
    if ((await realpath(served)) !== (await realpath(dir))) throw new Error(`port ${port} is taken by another Redis`)
    return Number(/process_id:(\d+)/.exec(info)?.[1])
  } finally {
    within.abort()
    client.disconnect()
  }
}

const leftoverFile = (dir: string) => join(dir, 'redis.json')

async function endLeftover(dir: string): Promise<void> {
  try {
    const { pid, began } = JSON.parse(await readFile(leftoverFile(dir), 'utf8')) as { pid: number; began: string }
    for (const deadline = performance.now() + START_MS; (await beginOf(pid)) === began && began !== ''; await sleep(50)) {
      process.kill(pid, performance.now() < deadline ? 'SIGTERM' : 'SIGKILL')
    }
  } catch {
    // none was left, or it has ended by itself
  }
  await rm(leftoverFile(dir), { force: true })
}

async function findProgram(name: string, path: string): Promise<string | null> {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const file = join(folder, name)
    if (await access(file, constants.X_OK).then(() => true, () => false)) return file
  }
  return null
}

async function checkVersion(server: string): Promise<void> {
  const { stdout } = await run(server, ['--version'])
  const [major = 0, minor = 0] = (/v=(\d+)\.(\d+)/.exec(stdout) ?? []).slice(1).map(Number)
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new RedisMissingError(`Duly needs Redis ${OLDEST.join('.')} or newer; ${server} is ${major}.${minor}. Install a newer one, or set REDIS_URL to one that runs elsewhere.`)
  }
}

/** Debian's way to say that a package must not start its service. */
const POLICY = '/usr/sbin/policy-rc.d'

/** Installs the program only: nobody asked for a service on port 6379, now or after the next boot. */
async function install(path: string): Promise<void> {
  const env = { PATH: path, DEBIAN_FRONTEND: 'noninteractive' }
  const mine = await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' }).then(() => true, () => false)
  try {
    await run('apt-get', ['update'], { env, timeout: 120_000 })
    await run('apt-get', ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=60', 'redis-server'], { env, timeout: 300_000 })
    await run('systemctl', ['disable', 'redis-server'], { env }).catch(() => {}) // there is no systemd in a container
  } finally {
    if (mine) await rm(POLICY, { force: true })
  }
}

const COMMANDS: ReadonlyArray<[manager: string, command: string]> = [
  ['apt-get', 'sudo apt-get update && sudo apt-get install -y redis-server'],
  ['brew', 'brew install redis'],
  ['dnf', 'sudo dnf install -y valkey'],
  ['apk', 'sudo apk add valkey'],
  ['pacman', 'sudo pacman -S valkey'],
  ['zypper', 'sudo zypper install -y valkey']
]

async function installCommand(path: string): Promise<string> {
  for (const [manager, command] of COMMANDS) {
    if (await findProgram(manager, path)) return command
  }
  return process.platform === 'darwin' ? 'brew install redis' : 'sudo apt-get update && sudo apt-get install -y redis-server'
}
