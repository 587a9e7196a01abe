/** The API or a worker as a child process. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { compiled } from './compiled.js'
import type { Running } from './supervisor.js'

/** What a child says of itself: that it serves, and after a new registration again. */
export interface Ready {
  readonly ready: true
  readonly url?: string
  readonly worker_id?: string
}

export interface Service extends Running {
  readonly pid: number
  /** The newest. */
  readonly ready: Ready
  /** At once, and without waiting for it. */
  kill(): void
}

export interface ServiceOptions {
  /** `api/main`. */
  readonly module: string
  readonly args?: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Each line that it prints. */
  readonly onLine: (line: string) => void
  /** It has this long to stop, then it is killed. */
  readonly stopMs: number
  readonly signal: AbortSignal
}

/** It has ended before it served; it has said why itself. */
export class ServiceFailedError extends Error {
  override readonly name = 'ServiceFailedError'
  readonly exitCode: number | null
  constructor(module: string, exitCode: number | null) {
    super(`${module} has ended before it was ready (exit code ${exitCode ?? 'none'})`)
    this.exitCode = exitCode
  }
}

/** Resolves when it is ready. It ends by itself when this process does, because its channel closes. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { module, args = [], env, onLine, stopMs, signal } = options
  // A group of its own: Ctrl-C is for us, and we end the children in the right order.
  const child = fork(compiled(module), args, { env, detached: true, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface(stream).on('line', onLine)
  const ended = once(child, 'exit').then((end) => (end[1] ? `ended by ${end[1]}` : `exit code ${end[0]}`))

  const stop = async () => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMs)
    await ended
    clearTimeout(timer)
  }
  const giveUp = () => void stop()
  signal.addEventListener('abort', giveUp)
  try {
    let newest = await new Promise<Ready>((resolve, reject) => {
      child.on('message', (message: Ready) => message.ready && resolve(message))
      child.on('error', reject)
      void ended.then(() => reject(new ServiceFailedError(module, child.exitCode)))
    })
    child.on('message', (message: Ready) => message.ready && (newest = message))
    return {
      pid: child.pid as number,
      ended,
      stop,
      kill: () => child.kill('SIGKILL'),
      get ready() {
        return newest
      }
    }
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
