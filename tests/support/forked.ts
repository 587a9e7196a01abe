/** The API or a worker, compiled, as a process of the test's own. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { inject } from 'vitest'
import { compiled } from '../../scripts/lib/compiled.js'
import type { Ready } from '../../scripts/lib/service.js'

export interface Forked {
  readonly child: ChildProcess
  /** All that it has written so far. */
  readonly output: () => string
  /** What it says of itself when it serves; rejects when it ends before. */
  readonly ready: Promise<Ready>
  readonly exitCode: Promise<number | null>
  /** Ends it, if it runs. */
  kill(): Promise<void>
}

/** @param module - `api/main`. @param env - Its whole environment. */
export function forkService(module: string, env: Record<string, string>): Forked {
  const child = fork(compiled(module), { env, cwd: inject('tempDir'), execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  let output = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  // Not its `close`, which never comes after a disconnect.
  const exitCode = Promise.all([once(child, 'exit'), once(child.stdout!, 'close'), once(child.stderr!, 'close')]).then(([[code]]) => code as number | null)
  const ready = Promise.race([
    once(child, 'message').then(([message]) => message as Ready),
    exitCode.then(() => Promise.reject(new Error(`ended: ${output}`)))
  ])
  ready.catch(() => {})
  return {
    child,
    output: () => output,
    ready,
    exitCode,
    async kill() {
      child.kill('SIGKILL')
      await exitCode
    }
  }
}
