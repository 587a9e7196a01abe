/** A compiled API or worker as a process that is killed, frozen and told to stop, and that a small supervisor starts again. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { compiled } from '../../scripts/lib/compiled.js'
import type { Ready } from '../../scripts/lib/service.js'
import { type Running, Supervisor } from '../../scripts/lib/supervisor.js'
import type { Reaper } from './reaper.js'

export interface ProcessOptions {
  /** `worker/main`. */
  readonly module: string
  /** The whole of its environment. */
  readonly env: Readonly<Record<string, string>>
  readonly execArgv?: readonly string[]
  readonly reaper: Reaper
  /** Each line that it prints. */
  readonly onLine: (line: string) => void
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface StartedProcess extends Running {
  readonly pid: number
  /** Resolves when it serves; rejects when it ends before. */
  readonly ready: Promise<unknown>
  /** Of a worker: its newest id. */
  readonly workerId: string | undefined
  readonly exit: Promise<Exit>
  readonly signal: (signal: NodeJS.Signals) => void
}

/** Starts one and does not wait for it. */
export function startProcess({ module, env, execArgv = [], reaper, onLine }: ProcessOptions): StartedProcess {
  const child = fork(compiled(module), { env, execArgv: [...execArgv], detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const pid = child.pid as number
  reaper.add(pid)
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface(stream).on('line', onLine)
  let workerId: string | undefined
  child.on('message', (message: Ready) => (workerId = message.worker_id))
  const exit = exitOf(child).finally(() => reaper.remove(pid))
  const ready = Promise.race([once(child, 'message'), exit.then(({ code, signal }) => Promise.reject(new Error(`${module} has ended before it served (${signal ?? code})`)))])
  ready.catch(() => {})
  return {
    pid,
    ready,
    exit,
    ended: exit.then(({ code, signal }) => (signal ? `ended by ${signal}` : `exit code ${code}`)),
    get workerId() {
      return workerId
    },
    signal: (signal) => void child.kill(signal),
    async stop() {
      child.kill('SIGKILL') // frozen ones, too
      await exit
    }
  }
}

async function exitOf(child: ChildProcess): Promise<Exit> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  return { code, signal }
}

export interface Kept {
  /** The one that runs now; undefined between two. */
  readonly current: StartedProcess | undefined
  /** Those that have ended without being told to by `stop`, in order. */
  readonly exits: readonly Exit[]
  /** Resolves when the first one serves. */
  start(): Promise<void>
  /** Waits until one serves that is not the one with this pid. */
  after(pid: number): Promise<StartedProcess>
  stop(): Promise<void>
}

/** @param onEnded - Told of each end, before another is started. */
export function keepRunning(start: () => StartedProcess, onEnded: (ended: StartedProcess) => void): Kept {
  const exits: Exit[] = []
  const waiting = new Set<(process: StartedProcess) => void>()
  const supervisor = new Supervisor<StartedProcess>({
    async start() {
      const started = start()
      await started.ready
      return started
    },
    onEnded(ended) {
      void ended.exit.then((exit) => exits.push(exit))
      onEnded(ended)
    },
    onRestarted(process) {
      for (const tell of waiting) tell(process)
      waiting.clear()
    },
    pace: { firstMs: 20, longestMs: 500, healthyMs: 500 }
  })
  return {
    exits,
    get current() {
      return supervisor.current
    },
    async start() {
      await supervisor.start()
    },
    async after(pid) {
      const { current } = supervisor
      return current && current.pid !== pid ? current : new Promise((resolve) => waiting.add(resolve))
    },
    stop: () => supervisor.stop()
  }
}
