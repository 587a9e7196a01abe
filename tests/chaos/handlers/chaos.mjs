/**
 * What the jobs of the chaos suite do: as their payload says, with a line for each thing in a journal outside the database.
 * The journal is a file that every worker appends to, one write for each line, so lines of different processes never mix.
 */
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Past a clock that was shifted for this process. */
const trueNow = globalThis[Symbol.for('chaos.now')] ?? Date.now

export default {
  type: 'chaos',
  payload: {
    type: 'object',
    required: ['key'],
    properties: {
      key: { type: 'string' },
      ms: { type: 'integer', description: 'works this long' },
      guarded: { type: 'boolean', description: 'false: has no effect that asks for its ownership' },
      deaf: { type: 'boolean', description: 'does not listen to its signal' },
      endless: { type: 'boolean', description: 'never returns' },
      block_ms: { type: 'integer', description: 'keeps the event loop for this long, in its first attempt' },
      stubborn: { type: 'boolean', description: 'does so in every attempt' },
      exit: { type: 'boolean', description: 'ends its process' },
      failures: { type: 'integer', description: 'attempts that throw' },
      quiet: { type: 'boolean', description: 'does nothing, and nobody is told' }
    }
  },
  async run({ job, payload, signal, assertOwned }) {
    const { ms = 0, guarded = true, deaf = false, endless = false, block_ms = 0, stubborn = false, exit = false, failures = 0, quiet = false } = payload
    if (quiet) return { fence: job.fence }
    note('start', job)
    try {
      if (exit) process.exit(1)
      if (block_ms > 0 && (stubborn || job.attempt === 1)) block(block_ms)
      if (endless) await new Promise(() => {})
      await sleep(ms, undefined, deaf ? {} : { signal })
      if (guarded) {
        assertOwned()
        note('effect', job)
      }
      if (job.attempt <= failures) throw new Error(`as its payload says (fence ${job.fence})`)
    } catch (error) {
      note('end', job, signal.aborted ? 'stopped' : 'failed')
      throw error
    }
    note('end', job, 'done')
    return { fence: job.fence }
  }
}

function note(what, { id, fence }, how) {
  appendFileSync(process.env.CHAOS_JOURNAL, `${JSON.stringify({ what, id, fence, pid: process.pid, at_ms: trueNow(), how })}\n`)
}

function block(ms) {
  const untilMs = performance.now() + ms
  while (performance.now() < untilMs);
}
