/** `npm start`, without the compiling, as a process of its own in a fresh DATA_DIR; its log lines can be waited for. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, inject, vi } from 'vitest'
import { compiled } from '../../scripts/lib/compiled.js'
import { makePgliteFolder } from '../../scripts/lib/pglite-folder.js'
import { pgliteTemplate } from './stacks.js'

export interface Line {
  readonly name?: string
  readonly msg?: string
  readonly [field: string]: unknown
}

export interface Started {
  readonly process: ChildProcess
  readonly pid: number
  readonly lines: Line[]
  /** Waits for a line of its log, or of a child's. */
  line(name: string, msg: string | RegExp, after?: number): Promise<Line>
  /** What it printed that is no log line. */
  readonly words: string[]
  /** @returns Exit code, once it has ended. */
  readonly ended: Promise<number | null>
}

export async function newDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(inject('tempDir'), 'data-'))
  await makePgliteFolder(join(dataDir, 'postgres'), { template: await pgliteTemplate() })
  return dataDir
}

/** Those that a test has not ended, since it failed before. */
const running = new Set<ChildProcess>()
afterAll(async () => {
  for (const child of running) {
    const ended = once(child, 'close')
    child.kill('SIGKILL') // what it has started ends when it is gone
    await ended
  }
})

/** @param env - On top of PATH, PORT=0 and DATA_DIR; nothing else is inherited. */
export function startAll(dataDir: string, env: NodeJS.ProcessEnv = {}): Started {
  const child = spawn(process.execPath, [compiled('scripts/start')], { cwd: dataDir, env: { PATH: process.env.PATH, PORT: '0', DATA_DIR: dataDir, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  child.once('close', () => running.delete(child))
  const lines: Line[] = []
  const words: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (text) => {
      if (text.startsWith('{')) lines.push(JSON.parse(text) as Line)
      else words.push(text)
    })
  }
  return {
    process: child,
    pid: child.pid as number,
    lines,
    words,
    ended: once(child, 'close').then(([code]: unknown[]) => code as number | null),
    line: (name, msg, after = 0) =>
      vi.waitFor(
        () => {
          const found = lines.slice(after).find((line) => line.name === name && (typeof msg === 'string' ? line.msg === msg : msg.test(line.msg ?? '')))
          if (!found) throw new Error(`no line of ${name} says ${String(msg)}:\n${[...words, ...lines.map((line) => JSON.stringify(line))].join('\n')}`)
          return found
        },
        { timeout: 60_000, interval: 20 } // a start takes six seconds, and half a minute where several suites run
      )
  }
}

/** Every process that has this DATA_DIR in its environment or its command line. Linux only. */
export async function processesOf(dataDir: string): Promise<Array<{ pid: number; command: string }>> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0 && pid !== process.pid)
  const read = (pid: number, file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
  const all = await Promise.all(pids.map(async (pid) => ({ pid, command: (await read(pid, 'cmdline')).replaceAll('\0', ' '), environment: await read(pid, 'environ') })))
  return all.filter(({ command, environment }) => command.includes(dataDir) || environment.includes(`DATA_DIR=${dataDir}`)).map(({ pid, command }) => ({ pid, command }))
}
