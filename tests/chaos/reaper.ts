/**
 * Whoever ends this process, and however, nothing of a run stays: a small shell holds the read end of a pipe of ours. When
 * that closes, it kills the processes that were named to it, frozen ones too, and removes the run's folder.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** $1 folder. A line is `+ pid` or `- pid`. What is still being written into the folder makes `rm` fail: hence the tries. */
const SHELL = `
folder=$1 pids=
while read -r sign pid; do
  if [ "$sign" = + ]; then pids="$pids $pid"
  else left=; for each in $pids; do [ "$each" = "$pid" ] || left="$left $each"; done; pids=$left
  fi
done
for each in $pids; do kill -9 $each; done
for try in 1 2 3 4 5 6 7 8 9; do rm -rf "$folder" && break; sleep 0.3; done`

export interface Reaper {
  /** Ends with the run. */
  add(pid: number): void
  /** It has ended, and its number may be another's soon. */
  remove(pid: number): void
  /** Now. Waits until all of it is done. */
  reap(): Promise<void>
}

/** @param folder - Goes with the run. */
export function startReaper(folder: string): Reaper {
  // A group of its own: Ctrl-C is for us, and this one comes after us.
  const shell = spawn('/bin/sh', ['-c', SHELL, 'sh', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  const ended = once(shell, 'exit')
  shell.stdin.on('error', () => {})
  return {
    add: (pid) => shell.stdin.write(`+ ${pid}\n`),
    remove: (pid) => shell.stdin.write(`- ${pid}\n`),
    async reap() {
      shell.stdin.end()
      await ended
    }
  }
}
