/** What processes have cost so far, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs'

/** Of `/proc/<pid>/stat`, per second; the same on every Linux that Node runs on. */
const TICKS = 100

interface Cpu {
  /** Seconds, user and system, all threads. */
  readonly own: number
  /** Of its children that have ended and been waited for. */
  readonly ended: number
}

/** What stands behind the name, which may hold anything: from the state on. */
const fieldsOf = (pid: number): string[] => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

export function cpuOf(pid: number): Cpu {
  const fields = fieldsOf(pid)
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number) as [number, number, number, number]
  return { own: (user + system) / TICKS, ended: (endedUser + endedSystem) / TICKS }
}

export const parentOf = (pid: number): number => Number(fieldsOf(pid)[1])

/** Of a process, its children, and those that have ended. Seconds. */
export function cpuOfFamily(pid: number): number {
  const { own, ended } = cpuOf(pid)
  let sum = own + ended
  for (const name of readdirSync('/proc')) {
    const child = Number(name)
    if (!Number.isInteger(child)) continue
    try {
      if (parentOf(child) === pid) sum += cpuOf(child).own
    } catch {
      // it has ended in this moment
    }
  }
  return sum
}
