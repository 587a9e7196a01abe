/** Says when it was started: what the benchmarks measure lateness by. */
export default {
  type: 'bench.stamp',
  payload: { type: 'object' },
  async run() {
    return Date.now()
  }
}
