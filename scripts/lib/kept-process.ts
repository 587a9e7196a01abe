/**
 * A program that is not ours (Redis, Postgres) and yet ends with this process, also when that is killed with -9:
 * a small shell is its parent, holds the read end of a pipe of ours, and ends it when the pipe closes.
 */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'

export interface KeptOptions {
  /** That ends it in good order; SIGTERM if not given. */
  readonly signal?: 'TERM' | 'INT'
  /** A folder that goes with it. */
  readonly remove?: string
  readonly uid?: number
  readonly gid?: number
  readonly env?: NodeJS.ProcessEnv
  /** For what the program prints. */
  readonly onOutput?: (text: string) => void
}

export interface KeptProcess {
  /** Resolves when the program has ended, whyever; null after a signal. */
  readonly ended: Promise<number | null>
  readonly running: boolean
  /** Ends it and waits for its end. May be called twice. */
  stop(): Promise<void>
}

/** A program that has not ended by then is killed. */
const STOP_MS = 5_000

/**
 * $1 signal, $2 folder to remove or '', then the command. `read` in the background needs the pipe under another number,
 * because stdin is /dev/null there. The shell's own output goes nowhere: a word into the pipe of a dead parent would end it early.
 */
const KEEPER = `
signal=$1 folder=$2; shift 2
exec 3<&0 </dev/null
"$@" 3<&- & pid=$!
(read _ <&3; kill -$signal $pid) >/dev/null 2>&1 & watcher=$!
exec >/dev/null 2>&1
wait $pid; code=$?
kill $watcher
[ -z "$folder" ] || rm -rf "$folder"
exit $code`

export function keep(command: string, args: readonly string[], options: KeptOptions = {}): KeptProcess {
  const { signal = 'TERM', remove = '', onOutput, ...identity } = options
  const output = onOutput ? 'pipe' : 'ignore'
  const stdio: StdioOptions = ['pipe', output, output]
  // A group of its own: Ctrl-C on the terminal must not end it before its users.
  const shell = spawn('/bin/sh', ['-c', KEEPER, 'sh', signal, remove, command, ...args], { ...identity, stdio, detached: true })
  for (const stream of [shell.stdout, shell.stderr]) stream?.setEncoding('utf8').on('data', onOutput ?? (() => {}))
  shell.stdin?.on('error', () => {}) // it ended first
  const ended = endOf(shell)
  return {
    ended,
    get running() {
      return shell.exitCode === null && shell.signalCode === null
    },
    async stop() {
      shell.stdin?.end()
      const timer = setTimeout(() => killGroup(shell), STOP_MS)
      await ended
      clearTimeout(timer)
    }
  }
}

async function endOf(child: ChildProcess): Promise<number | null> {
  try {
    const [code] = (await once(child, 'exit')) as [number | null]
    return code
  } catch {
    return 127 // there is no shell
  }
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // ended in this moment
  }
}
