/**
 * What pages in a browser may ask of the API. A browser calls on behalf of whatever page is open in it, so an address
 * that only this machine can reach is no protection by itself.
 */
import cors from '@fastify/cors'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DulyError } from '../../core/errors.js'
import { ANY_ORIGIN } from '../../core/origins.js'

export interface SitesOptions {
  /** Origins whose pages may call; `*` for all. */
  readonly origins: readonly string[]
  /** Whether callers need a key. */
  readonly hasKeys: boolean
}

/** With any port. */
const LOOPBACK_NAME = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

export const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Seconds that a browser may remember the answer to a preflight. */
const PREFLIGHT_SECONDS = 600

export default fp<SitesOptions>(
  async (app, { origins, hasKeys }) => {
    const any = origins.includes(ANY_ORIGIN)

    // A page whose name has been pointed at 127.0.0.1 (DNS rebinding) is of the same origin as the API, and could read
    // it. Its requests still say that name. A key stops them as well, because the page has none.
    if (!hasKeys) {
      app.addHook('onRequest', ({ headers: { host } }, _reply, done) => {
        if (host === undefined || LOOPBACK_NAME.test(host)) return done() // browsers always send one; HTTP/1.0 need not
        done(new DulyError('misdirected_request', { detail: 'Without API keys the API answers only to localhost, 127.0.0.1 and [::1]. Set API_KEYS, or let the proxy send Host: localhost.' }))
      })
    }

    if (origins.length > 0) {
      await app.register(cors, {
        origin: any ? ANY_ORIGIN : [...origins],
        methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
        allowedHeaders: ['authorization', 'x-api-key', 'content-type', 'idempotency-key', 'x-request-id'],
        exposedHeaders: ['Location', 'Retry-After', 'X-Request-Id', 'Idempotent-Replayed', 'Content-Disposition'],
        strictPreflight: false, // it would answer other OPTIONS with a 400 that is no problem document
        maxAge: PREFLIGHT_SECONDS
      })
    }

    // A form of another site, or a fetch without a preflight, changes things though its page cannot read the answer.
    app.addHook('onRequest', (request, _reply, done) => {
      if (READS.has(request.method) || any || isOurs(request, origins)) return done()
      done(new DulyError('cross_site_request', { detail: 'The request comes from a page of another origin: add that origin to CORS_ORIGINS.' }))
    })
  },
  { name: 'sites' }
)

/** Also true for what no page of a browser has sent. */
function isOurs({ headers: { origin, host, 'sec-fetch-site': site } }: FastifyRequest, origins: readonly string[]): boolean {
  if (origin === undefined) return site !== 'cross-site'
  return origins.includes(origin) || isSame({ origin, host, site })
}

/** True for what a page of the API has sent, and for nothing else. */
export function isSameOrigin({ headers: { origin, host, 'sec-fetch-site': site } }: FastifyRequest): boolean {
  return isSame({ origin, host, site })
}

function isSame({ origin, host, site }: Record<'origin' | 'host' | 'site', string | string[] | undefined>): boolean {
  if (site !== undefined) return site === 'same-origin' // the browser knows better than names tell, which a proxy may have changed
  return typeof origin === 'string' && origin.slice(origin.indexOf('://') + 3) === host
}
