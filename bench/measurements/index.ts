/** All measurements, in the order in which they run. */
import type { Measurement } from '../measurement.js'
import { add, bulk } from './add.js'
import { dashboard } from './dashboard.js'
import { drainEmpty, drainPayload } from './drain.js'
import { far } from './far.js'
import { growth } from './growth.js'
import { idle } from './idle.js'
import { latenessOfAll } from './lateness.js'
import { supabase } from './supabase.js'
import { sync } from './sync.js'
import { workers } from './workers.js'

/** For `dashboard`, or the largest size that there is below. */
const DASHBOARD_JOBS = 1_000_000

/** @param sizes - Of `growth`. */
export const measurements = (sizes: readonly number[]): readonly Measurement[] => [drainEmpty, drainPayload, latenessOfAll, add, bulk, supabase, far, sync, idle, workers, growth(sizes), dashboard(Math.min(DASHBOARD_JOBS, Math.max(...sizes)))]
