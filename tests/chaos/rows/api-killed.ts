import type { Row } from '../row.js'
import { SHORT } from '../stage.js'
import { sleep, until } from '../wait.js'

export const apiKilled: Row = {
  name: 'api-killed',
  promise: 'An API dies between its insert and its word to Redis, and in the middle of creates: all jobs run, late by at most grace + sweep',
  transports: ['direct', 'rest'],
  jobs: { short: 30, full: 10_000 },
  async run({ stage, jobs, short, nemesis, patience, expect }) {
    const [api] = stage.apis
    const decide = nemesis.for('api')
    const rounds = short ? 3 : 10
    for (let round = 0; round < rounds; round++) {
      api!.redis.mode = 'swallow' // what it adds goes nowhere, and it does not know yet
      const { pid } = api!.kept.current ?? (await api!.kept.after(0))
      const creates = stage.client.createAll(Array.from({ length: jobs / rounds }, (_, i) => ({ inMs: decide.between(0, 300), once: i % 2 === 1 })), 30)
      await (round % 2 === 0 ? creates : sleep(decide.between(5, 50)))
      process.kill(pid, 'SIGKILL')
      await api!.kept.after(pid)
      api!.redis.mode = 'pass'
      await creates
    }
    await stage.settled(6_000)
    const repaired = async () => (await stage.store.listWorkers({ endedWithinMs: 60_000, limit: 10 })).reduce((sum, { swept }) => sum + swept.put_back + swept.missing, 0)
    await until(async () => (await repaired()) > 0, 5_000)
    const mended = await repaired()
    const allowedMs = (SHORT.SWEEP_GRACE_MS + SHORT.SWEEP_INTERVAL_MS + 500) * patience
    return ({ lateness }) => {
      expect(`none is late by more than ${allowedMs} ms`, (lateness?.max ?? Infinity) <= allowedMs, lateness)
      expect('the word to Redis was lost, and the sweep found out', mended > 0, mended)
    }
  }
}
