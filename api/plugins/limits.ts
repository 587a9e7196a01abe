/** How many requests a caller may make within a minute. */
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DulyError } from '../../core/errors.js'

export interface LimitsOptions {
  /** Requests of one caller; 0 for no limit. */
  readonly perMinute: number
}

export const MINUTE_MS = 60_000

export default fp<LimitsOptions>(
  async (app, { perMinute }) => {
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
