import type { Measurement, Plan } from '../measurement.js'
import { drainSubject, jobsOf } from './drain.js'

const PROCESSES = [1, 2, 4]
/** More jobs than for one: they are there while four processes start. */
const TIMES = 2

export const workers: Measurement = {
  name: 'workers',
  about: 'the drain with one, two and four worker processes',
  byDefault: false,
  cases: (plan: Plan) =>
    plan.subjects
      .filter((name) => name !== 'naive') // it has no way to share
      .flatMap((name) => PROCESSES.map((count) => ({ name: `${name}, ${count} ${count === 1 ? 'process' : 'processes'}`, run: (ground) => drainSubject(ground, name, { count: TIMES * jobsOf(name, plan), payloadBytes: 0, workers: count }) })))
}
