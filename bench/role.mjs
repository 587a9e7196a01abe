/**
 * One process of a benchmark: `node role.mjs <module>`, started by `fork`. It calls the functions of its module for its
 * parent, `{id, name, argument}` -> `{id, answer}` or `{id, error}`, and ends with it. Beside those of the module there
 * are the two loops below, the same for every subject: what is measured runs beside the library, not behind a channel.
 */
import { percentile } from '../dist/bench/statistics.js'

const module = await import(new URL(`./${process.argv[2]}.mjs`, import.meta.url))

const loops = {
  /** Adds single jobs for a while. @returns Jobs acknowledged per second of the time after the warm-up, latencies (ms) of the calls that were answered since then, and how many it has added in all. */
  async addFor({ inFlight, warmMs, ms, payload }) {
    const startMs = performance.now() + warmMs
    const endMs = startMs + ms
    const latencies = []
    let added = 0
    let counted = 0
    await Promise.all(Array.from({ length: inFlight }, async () => {
      for (let sentMs = performance.now(); sentMs < endMs; ) {
        await module.addOne(payload)
        const nowMs = performance.now()
        added++
        if (nowMs >= startMs && nowMs < endMs) counted++
        if (nowMs >= startMs) latencies.push(nowMs - sentMs) // also of those that began before: who waits for long is not left out
        sentMs = nowMs
      }
    }))
    return { added, perSecond: (counted / ms) * 1_000, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), max: percentile(latencies, 1) }
  },

  /** Adds jobs in batches. @returns Jobs per second after the batches of the warm-up, and how many it has added in all. */
  async bulk({ batch, batches, warmBatches, inFlight, payload }) {
    const run = async (count) => {
      let left = count
      await Promise.all(Array.from({ length: inFlight }, async () => {
        while (left-- > 0) await module.addMany(batch, payload)
      }))
    }
    await run(warmBatches)
    const startMs = performance.now()
    await run(batches)
    return { added: batch * (batches + warmBatches), perSecond: ((batch * batches) / (performance.now() - startMs)) * 1_000 }
  }
}

process.on('message', async ({ id, name, argument }) => {
  try {
    process.send({ id, answer: (await (module[name] ?? loops[name])(argument)) ?? null })
  } catch (error) {
    process.send({ id, error: String(error?.stack ?? error) })
  }
})
process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {}) // Ctrl-C is for the parent, which ends this process
process.send({ ready: true })
