import type { Row } from '../row.js'
import { sleep } from '../wait.js'

export const flushall: Row = {
  name: 'flushall',
  promise: 'Redis forgets everything, again and again: no duplicates, and work goes on within 2 s',
  transports: ['direct', 'rest'],
  jobs: { short: 150, full: 10_000 },
  async run({ stage, nemesis, short, patience, load, expect }) {
    const spreadMs = short ? 3_000 : 30_000
    const flushes = async () => {
      for (const waitMs of nemesis.for('flush').waits(short ? 4 : 20, spreadMs)) {
        await sleep(waitMs)
        await stage.during('flushall', async () => void (await stage.redisClient.flushall()))
      }
    }
    await Promise.all([load(spreadMs), flushes()])
    return ({ recoveryMs }) => {
      expect('the next due job starts within 2 s', (recoveryMs ?? 0) <= 2_000 * patience, recoveryMs)
    }
  }
}
