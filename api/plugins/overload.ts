/**
 * Turns requests away while the process is seconds behind: whoever waits so long has given up before an answer comes.
 *
 * What counts is how late a timer fires. Not how busy the event loop is, and not a few hundred milliseconds: a burst that
 * is worked off at full speed keeps the loop busy all the time, and a thousand requests that arrive together are one turn
 * of it. Two turns in a row have to be too long, so that a pause of the machine, or a process that was frozen and thaws,
 * turns nobody away.
 *
 * Not @fastify/under-pressure: it takes a single second without a sample of its histogram for an endless delay, which on a
 * crowded machine refused requests after pauses of 1.5 s, and the histogram costs 0.7 % of a core when nothing happens.
 */
import fp from 'fastify-plugin'
import { DulyError } from '../../core/errors.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered also while the process is overloaded. */
    evenOverloaded?: boolean
  }
}

export interface OverloadOptions {
  /** A turn of the event loop that is longer is too long (ms); 0 takes any. */
  readonly maxDelayMs: number
}

const TICK_MS = 500

/** A tick that is in time ends the overload, and what was turned away lets it come: the next request may be taken. */
const RETRY_SECONDS = 2

export default fp<OverloadOptions>(
  async (app, { maxDelayMs }) => {
    if (maxDelayMs === 0) return
    let overloaded = false
    let wasLate = false
    let dueMs = performance.now() + TICK_MS

    const timer = setInterval(() => {
      const nowMs = performance.now()
      const delayMs = nowMs - dueMs
      const isLate = delayMs > maxDelayMs
      dueMs = nowMs + TICK_MS
      if (isLate && wasLate && !overloaded) app.log.warn({ delay_ms: Math.round(delayMs) }, 'overloaded: requests are turned away')
      overloaded = isLate && wasLate
      wasLate = isLate
    }, TICK_MS).unref()
    app.addHook('onClose', () => clearInterval(timer))

    app.addHook('onRequest', ({ routeOptions }, _reply, done) => {
      if (!overloaded || routeOptions.config.evenOverloaded) return done()
      done(new DulyError('overloaded', { retryAfter: RETRY_SECONDS }))
    })
  },
  { name: 'overload' }
)
