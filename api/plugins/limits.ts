/** How many requests a caller may make, and how late the process may run before it turns requests away. */
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import underPressure from '@fastify/under-pressure'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DulyError } from '../../core/errors.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered also while the process has more to do than it can. */
    evenOverloaded?: boolean
  }
}

export interface LimitsOptions {
  /** Requests of one caller; 0 for no limit. */
  readonly perMinute: number
  /** Above this mean delay of the event loop within a second, requests are turned away (ms). */
  readonly maxEventLoopDelayMs: number
}

export const MINUTE_MS = 60_000

/** The process looks at its delay every second, and one second without new requests is usually enough. */
const OVERLOADED_RETRY_SECONDS = 2

export default fp<LimitsOptions>(
  async (app, { perMinute, maxEventLoopDelayMs }) => {
    // Not the utilisation of the loop, and not a few hundred milliseconds of delay: a burst that this process works off
    // at full speed keeps the loop busy all the time, and a thousand requests that arrive together are one turn of it.
    // When turns take seconds, requests arrive faster than they are answered, and clients give up before their turn.
    // With 2 s, 8,000 creates at the same moment were all taken, 3,000 of 100 kB each were not (2 cores, Node 20).
    // The watching takes 0.7 % of a core also when nothing happens: its histogram ticks every 10 ms.
    let saidAtMs = -Infinity
    await app.register(underPressure, {
      maxEventLoopDelay: maxEventLoopDelayMs,
      pressureHandler({ routeOptions: { config } }, _reply, _type, delayMs = 0) {
        if (config.evenOverloaded) return
        if (performance.now() - saidAtMs > 1_000) {
          saidAtMs = performance.now()
          app.log.warn({ delay_ms: Math.round(delayMs) }, 'overloaded: requests are turned away')
        }
        throw new DulyError('overloaded', { retryAfter: OVERLOADED_RETRY_SECONDS })
      }
    })

    // Each process counts for itself, in memory: 5,000 callers, and beyond that the one that was silent for longest is forgotten.
    await app.register(rateLimit, {
      global: perMinute > 0,
      max: perMinute,
      timeWindow: MINUTE_MS,
      keyGenerator: (request) => (request.caller.known ? `key ${request.caller.name}` : addressOf(request)),
      errorResponseBuilder: (_request, { max, ttl }) => tooMany(`At most ${max} requests a minute are taken here.`, ttl)
    })
  },
  { name: 'limits' }
)

/** Of IPv6 the first 64 bits, which one customer has. */
export const addressOf = (request: FastifyRequest): string => normalizeIP(request.ip, 64)

export const tooMany = (why: string, waitMs: number): DulyError => new DulyError('rate_limited', { detail: `${why} Try again after ${Math.ceil(waitMs / 1_000)} s.`, retryAfter: waitMs / 1_000 })
