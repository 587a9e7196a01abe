/** Clocks that are wrong: whoever has to know when something is due asks the database. */
import { readFile } from 'node:fs/promises'
import type { Verdict } from '../checker.js'
import { withoutFaketime } from '../faketime.js'
import type { Row, Run } from '../row.js'
import { SHORT } from '../stage.js'

const FIVE_MINUTES_MS = 300_000

export const clocksShifted: Row = {
  name: 'clocks-shifted',
  promise: 'The clocks of APIs and workers are off by 5 minutes, either way: nothing starts early, and nothing late',
  transports: ['direct'],
  stage: { apis: 2, clockShiftMs: (_module, index) => (index % 2 === 0 ? FIVE_MINUTES_MS : -FIVE_MINUTES_MS) },
  jobs: { short: 100, full: 10_000 },
  async run(run) {
    const { stage, short, load } = run
    await load(short ? 3_000 : 60_000)
    await stage.settled(20_000)
    return neitherLateNorHot(run)
  }
}

export const redisClockShifted: Row = {
  name: 'redis-clock-shifted',
  promise: "Redis's own clock is 5 minutes ahead, and after a restart 5 minutes behind: nothing starts early, and nothing late",
  transports: ['direct'],
  stage: { redisClockShiftMs: FIVE_MINUTES_MS },
  missing: withoutFaketime,
  jobs: { short: 100, full: 10_000 },
  async run(run) {
    const { stage, jobs, short, load, expect } = run
    for (const shiftMs of [FIVE_MINUTES_MS, -FIVE_MINUTES_MS]) {
      if (shiftMs < 0) {
        await stage.redis.stop() // killed, it would leave shared memory of libfaketime
        await stage.redis.start(shiftMs)
      }
      const [seconds] = await stage.redisClient.time()
      const aheadMs = Number(seconds) * 1_000 - Date.now()
      expect(`Redis is ahead by ${shiftMs} ms`, Math.abs(aheadMs - shiftMs) < 2_000, aheadMs)
      await load(short ? 2_000 : 30_000, {}, jobs / 2)
      await stage.settled(20_000)
    }
    return neitherLateNorHot(run)
  }
}

async function neitherLateNorHot({ stage, patience, expect }: Run): Promise<(verdict: Verdict) => void> {
  const cpuSeconds = await Promise.all(stage.workers.map(({ kept }) => cpuOf(kept.current?.pid)))
  const allowedMs = (SHORT.SWEEP_GRACE_MS + SHORT.SWEEP_INTERVAL_MS) * patience
  return ({ lateness, starts }) => {
    expect(`none is late by more than ${allowedMs} ms`, (lateness?.p99 ?? Infinity) <= allowedMs, lateness)
    expect('half of them start within 300 ms', (lateness?.p50 ?? Infinity) <= 300 * patience, lateness) // the sweep alone would need longer
    expect('no worker runs hot', cpuSeconds.every((seconds) => seconds < 6 + starts / 200), cpuSeconds)
  }
}

/** Seconds of CPU that a process has used. Linux only. */
async function cpuOf(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
