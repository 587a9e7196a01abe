import { readFile } from 'node:fs/promises'
import type { Row } from '../row.js'
import { SHORT } from '../stage.js'

const FIVE_MINUTES_MS = 300_000

/** Reads the clocks of processes: the stores share that of this machine. */
export const clocksShifted: Row = {
  name: 'clocks-shifted',
  promise: 'The clocks of APIs and workers are off by 5 minutes, either way: nothing starts early, and nothing late',
  transports: ['direct'],
  stage: { apis: 2, clockShiftMs: (_module, index) => (index % 2 === 0 ? FIVE_MINUTES_MS : -FIVE_MINUTES_MS) },
  jobs: { short: 100, full: 5_000 },
  async run({ stage, short, patience, load, expect }) {
    await load(short ? 3_000 : 30_000)
    await stage.settled(20_000)
    const allowedMs = (SHORT.SWEEP_GRACE_MS + SHORT.SWEEP_INTERVAL_MS) * patience
    const cpuSeconds = await Promise.all(stage.workers.map(({ kept }) => cpuOf(kept.current?.pid)))
    return ({ lateness, starts }) => {
      expect(`none is late by more than ${allowedMs} ms`, (lateness?.p99 ?? Infinity) <= allowedMs, lateness)
      expect('no worker runs hot', cpuSeconds.every((seconds) => seconds < 6 + starts / 200), cpuSeconds)
    }
  }
}

/** Seconds of CPU that a process has used. Linux only. */
async function cpuOf(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
