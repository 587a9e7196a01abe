import { keysOf } from '../../../core/timeline/keys.js'
import type { Row } from '../row.js'
import { PREFIX } from '../stage.js'
import { sleep } from '../wait.js'

/** Most at once, more or less: each costs a refused claim, and the jobs are to be run as well. */
const LIES = 300

export const staleHints: Row = {
  name: 'stale-hints',
  promise: 'Redis says all the time that every job is due, also those that run, have ended, or are not due: nothing starts early or twice',
  transports: ['direct'],
  jobs: { short: 120, full: 10_000 },
  async run({ stage, nemesis, short, load }) {
    const spreadMs = short ? 3_000 : 60_000
    const lies = nemesis.for('lies')
    let lying = true
    const lie = async () => {
      while (lying) {
        const ids = stage.client.told.flatMap(({ id }) => (id === null ? [] : [id]))
        const pairs = ids.filter(() => lies.chance(Math.min(0.5, LIES / ids.length))).flatMap((id) => [0, id])
        const key = lies.pick(keysOf(PREFIX, 'default').timelines)
        if (pairs.length > 0) await stage.redisClient.zadd(key, ...pairs)
        await sleep(100)
      }
    }
    const liar = lie()
    await load(spreadMs, { payload: { ms: short ? 150 : 50 } })
    await stage.settled(spreadMs + 10_000)
    lying = false
    await liar
      }
}
