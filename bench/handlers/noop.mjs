/** The job of all benchmarks. Safe to run twice: it does nothing. */
import { count } from '../report.mjs'

export default {
  type: 'bench',
  payload: { type: 'object' },
  async run({ payload }) {
    count(payload)
  }
}
