/** Every row, in the order in which they run. */
import type { Row } from '../row.js'
import { apiKilled } from './api-killed.js'
import { clocksShifted, redisClockShifted } from './clocks.js'
import { fiveSyncs } from './five-syncs.js'
import { flushall } from './flushall.js'
import { loopStuck } from './loop-stuck.js'
import { overdue } from './overdue.js'
import { backendsTerminated, postgresKilled } from './postgres.js'
import { cancelRaces, equalCreates } from './races.js'
import { rebuild } from './rebuild.js'
import { redisFrozen, redisKilled, redisOldSnapshot } from './redis-outages.js'
import { redisRefuses } from './redis-refuses.js'
import { repliesLost } from './replies-lost.js'
import { restFaults } from './rest-faults.js'
import { sigterm } from './sigterm.js'
import { staleHints } from './stale-hints.js'
import { deafHandler, loopBlocked, poison, workerFrozen, workerKilled } from './workers.js'

/** Stores fail, or the ways to them. */
export const STORE_ROWS: readonly Row[] = [
  flushall, rebuild, redisKilled, redisFrozen, redisOldSnapshot, redisRefuses, redisClockShifted, staleHints,
  repliesLost, postgresKilled, backendsTerminated, restFaults
]

/** Processes fail, or those who call them. */
export const PROCESS_ROWS: readonly Row[] = [
  workerKilled, workerFrozen, deafHandler, loopBlocked, loopStuck, poison,
  apiKilled, clocksShifted, sigterm, equalCreates, cancelRaces, fiveSyncs, overdue
]

export const ROWS: readonly Row[] = [...STORE_ROWS, ...PROCESS_ROWS]
