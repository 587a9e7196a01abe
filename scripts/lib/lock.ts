/** A folder that only one process at a time may use, by a file in it that says who. The lock of a dead process is taken over. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

export interface Lock {
  /** May be called twice. */
  release(): Promise<void>
}

interface Holder {
  readonly pid: number
  readonly host: string
  /** When the process began, in words of the system: a pid is given out again, the two together are not. */
  readonly began: string
}

/** Somebody else is at work there. */
export class LockedError extends Error {
  override readonly name = 'LockedError'
  readonly pid: number
  constructor(file: string, { pid, host }: Holder) {
    super(`${dirname(file)} is in use by process ${pid}${host === hostname() ? '' : ` on ${host}`}`)
    this.pid = pid
  }
}

/** The holder touches its file this often, for those who cannot see its process: other hosts and containers. */
const TOUCH_MS = 2_000
const SILENT_MS = 15_000
const RETRY_MS = 100

/**
 * @param options.waitMs - How long to wait for a holder that is about to stop; 0 if not given.
 * @throws {LockedError}
 */
export async function acquireLock(file: string, options: { readonly waitMs?: number } = {}): Promise<Lock> {
  await mkdir(dirname(file), { recursive: true })
  const me: Holder = { pid: process.pid, host: hostname(), began: await beginOf(process.pid) }
  const deadline = performance.now() + (options.waitMs ?? 0)
  for (;;) {
    if (await create(file, me)) return hold(file, me)
    const holder = await readHolder(file)
    if (holder === undefined) continue // released in this moment
    if (holder && (await isAlive(file, holder))) {
      if (performance.now() >= deadline) throw new LockedError(file, holder)
      await sleep(RETRY_MS)
    } else {
      await removeStale(file, holder)
    }
  }
}

/** The file appears with its content or not at all: a reader never sees half of it. */
async function create(file: string, me: Holder): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, JSON.stringify(me))
  try {
    await link(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

function hold(file: string, me: Holder): Lock {
  const timer = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => {}), TOUCH_MS)
  timer.unref()
  return {
    async release() {
      clearInterval(timer)
      if (same(await readHolder(file), me)) await rm(file, { force: true })
    }
  }
}

/** One at a time: of two that found the same dead holder, the second would remove the new lock of the first. */
async function removeStale(file: string, seen: Holder | null): Promise<void> {
  const guard = `${file}.takeover`
  if (!(await writeFile(guard, '', { flag: 'wx' }).then(() => true, () => false))) {
    if (await isOlderThan(guard, SILENT_MS)) await rm(guard, { force: true }) // of one that died here
    return void (await sleep(RETRY_MS))
  }
  try {
    const holder = await readHolder(file)
    if (holder !== undefined && same(holder, seen)) await rm(file, { force: true })
  } finally {
    await rm(guard, { force: true })
  }
}

async function isAlive(file: string, holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) {
    return !(await isOlderThan(file, SILENT_MS))
  }
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return (await beginOf(holder.pid)) === holder.began
}

/** @returns '' where the system does not say. */
export async function beginOf(pid: number): Promise<string> {
  try {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8')
    // Field 22, counted after the name in parentheses, which may hold blanks.
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
    return stdout.trim()
  }
}

async function isOlderThan(file: string, ms: number): Promise<boolean> {
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Infinity })) // gone: another was faster
  return Date.now() - mtimeMs > ms
}

/** @returns undefined without a file, null when it says nothing. */
async function readHolder(file: string): Promise<Holder | null | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Holder
  } catch {
    return null
  }
}

const same = (a: Holder | null | undefined, b: Holder | null | undefined) => a?.pid === b?.pid && a?.host === b?.host && a?.began === b?.began
