import { Redis } from 'ioredis'
import { RowRedis } from '../redis.js'
import type { Row, Run } from '../row.js'
import { sleep, until } from '../wait.js'

/** Keys that a replica has to load, and how long each takes (µs): it says LOADING for about a second. */
const FOREIGN_KEYS = 1_000
const KEY_LOAD_US = 1_000

const full = async ({ stage: { redisClient } }: Run, ms: number) => {
  await redisClient.config('SET', 'maxmemory', '1mb')
  await sleep(ms)
  await redisClient.config('SET', 'maxmemory', '0')
}

const readOnly = async ({ stage: { redisClient } }: Run, ms: number) => {
  await redisClient.replicaof('127.0.0.1', 1) // nobody is there
  await sleep(ms)
  await redisClient.replicaof('NO', 'ONE')
}

const noScript = async ({ stage: { redisClient } }: Run, ms: number) => {
  await redisClient.script('FLUSH')
  await sleep(ms / 2)
}

/** A failover to one that knows nothing of us: it loads, refuses writes, and then is the master. */
const loading = async ({ stage, expect }: Run, ms: number) => {
  const other = new RowRedis(`${stage.folder}/other-redis`, stage.reaper)
  await other.start()
  const client = new Redis(other.url)
  await client.eval(`for i = 1, ${FOREIGN_KEYS} do redis.call('SET', 'foreign:' .. i, string.rep('x', 100)) end`, 0)
  await stage.redisClient.config('SET', 'loading-process-events-interval-bytes', 1_024) // else it would hang instead of saying so
  await stage.redisClient.config('SET', 'key-load-delay', KEY_LOAD_US)
  await stage.redisClient.replicaof('127.0.0.1', new URL(other.url).port)
  let saidSo = false
  const size = () => stage.redisClient.dbsize().catch((error: Error) => {
    saidSo ||= error.message.startsWith('LOADING')
    return 0
  })
  await until(async () => (await size()) === FOREIGN_KEYS, ms + 10_000)
  expect('Redis said that it loads', saidSo)
  await stage.redisClient.replicaof('NO', 'ONE')
  client.disconnect()
  await other.stop()
}

const FAULTS = { full, 'read-only': readOnly, NOSCRIPT: noScript, LOADING: loading }

export const redisRefuses: Row = {
  name: 'redis-refuses',
  promise: 'Redis is full, read-only, without its scripts, loading: creates go on, and 5 s later all is as before',
  transports: ['direct'],
  jobs: { short: 200, full: 10_000 },
  async run(run) {
    const { stage, short, patience, load, expect } = run
    const faultMs = short ? 1_000 : 10_000
    const faults = async () => {
      for (const [name, fault] of Object.entries(FAULTS)) {
        await stage.during(name, () => fault(run, faultMs))
        await sleep(faultMs / 2)
      }
    }
    await Promise.all([load(5 * faultMs), faults()])
    return ({ recoveryMs }, { told }) => {
      expect('creates are answered with 201', told.every(({ tries }) => tries.length === 1 && tries[0]?.status === 201))
      expect('the next due job starts within 5 s', (recoveryMs ?? 0) <= 5_000 * patience, recoveryMs)
    }
  }
}
