/** Every row, in the order in which they run. */
import type { Row } from '../row.js'
import { flushall } from './flushall.js'
import { redisFrozen, redisKilled, redisOldSnapshot } from './redis-outages.js'

export const ROWS: readonly Row[] = [flushall, redisKilled, redisFrozen, redisOldSnapshot]
