import { readFile } from 'node:fs/promises'
import { vi } from 'vitest'

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Resolves when none of them runs any more. A zombie whose parent has not asked for it yet runs no more. */
export async function waitForEnd(pids: readonly number[], timeoutMs = 15_000): Promise<void> {
  await vi.waitFor(
    async () => {
      const states = await Promise.all(pids.filter(isRunning).map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')))
      const left = states.filter((state) => !/\) Z/.test(state))
      if (left.length > 0) throw new Error(`still running: ${left.join('; ')}`)
    },
    { timeout: timeoutMs, interval: 50 }
  )
}

/** Parent's pid of each process. Linux only. */
export async function parentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8')
  return Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1])
}
