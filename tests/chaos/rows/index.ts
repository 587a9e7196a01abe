/** Every row, in the order in which they run. */
import type { Row } from '../row.js'
import { apiKilled } from './api-killed.js'
import { clocksShifted } from './clocks.js'
import { fiveSyncs } from './five-syncs.js'
import { flushall } from './flushall.js'
import { overdue } from './overdue.js'
import { backendsTerminated, postgresKilled } from './postgres.js'
import { cancelRaces, equalCreates } from './races.js'
import { redisFrozen, redisKilled, redisOldSnapshot } from './redis-outages.js'
import { redisRefuses } from './redis-refuses.js'
import { repliesLost } from './replies-lost.js'
import { restFaults } from './rest-faults.js'
import { sigterm } from './sigterm.js'
import { staleHints } from './stale-hints.js'
import { deafHandler, loopBlocked, poison, workerFrozen, workerKilled } from './workers.js'

export const ROWS: readonly Row[] = [
  flushall, redisKilled, redisFrozen, redisOldSnapshot, redisRefuses, staleHints,
  workerKilled, workerFrozen, deafHandler, loopBlocked, poison,
  repliesLost, apiKilled, postgresKilled, backendsTerminated, restFaults,
  clocksShifted, sigterm, equalCreates, cancelRaces, fiveSyncs, overdue
]
