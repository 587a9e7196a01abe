/** Who calls, and whether that caller may: the key of a request against the scope of its route. */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { type ApiKey, digestOf } from '../../core/api-keys.js'
import { DulyError } from '../../core/errors.js'
import { includes, type Scope } from '../../core/scope.js'
import { addressOf, MINUTE_MS, tooMany } from './limits.js'

export interface Caller {
  /** Of the key; `anonymous` without one. */
  readonly name: string
  readonly scope: Scope | 'none'
  /** Whether there is a key behind the name. */
  readonly known: boolean
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any other hook of a route. */
    caller: Caller
  }
}

/** Without keys everybody is: the port is then open to this machine only. */
const ANYBODY: Caller = { name: 'anonymous', scope: 'admin', known: false }
/** With keys, where none is asked for. */
const NOBODY: Caller = { name: 'anonymous', scope: 'none', known: false }

/** Wrong keys that are told so within a minute, for each address: enough for whoever is trying out a configuration. */
const WRONG_KEYS_PER_MINUTE = 30

export default fp<{ keys: readonly ApiKey[] }>(
  async (app, { keys }) => {
    app.decorateRequest('caller', null as unknown as Caller)
    if (keys.length === 0) {
      app.addHook('onRequest', (request, _reply, done) => {
        request.caller = ANYBODY
        done()
      })
      return
    }

    const callers = keys.map(({ name, scope, digest }) => ({ digest, caller: { name, scope, known: true } as const }))
    const countWrongKey = app.createRateLimit({ max: WRONG_KEYS_PER_MINUTE, timeWindow: MINUTE_MS, keyGenerator: addressOf })

    app.addHook('onRequest', (request, reply, done) => {
      request.caller = NOBODY
      const needed = neededScope(request)
      if (needed === 'none') return done()
      const key = keyOf(request.headers)
      if (key === undefined) return done(unauthenticated(reply, 'Send the header "Authorization: Bearer <key>", or "X-Api-Key: <key>".'))

      const digest = digestOf(key)
      let found: (typeof callers)[number] | undefined
      for (const candidate of callers) if (timingSafeEqual(candidate.digest, digest)) found = candidate // all of them, so that time tells nothing
      if (!found) return void refuseWrongKey(request, reply).then(done, done)

      request.caller = found.caller
      if (includes(found.caller.scope, needed)) return done()
      done(new DulyError('forbidden', { detail: `This takes the scope "${needed}"; the key "${found.caller.name}" has "${found.caller.scope}".` }))
    })

    async function refuseWrongKey(request: FastifyRequest, reply: FastifyReply): Promise<DulyError> {
      const count = await countWrongKey(request)
      if (!count.isAllowed && count.isExceeded) return tooMany('Too many wrong keys have come from this address.', count.ttl)
      if (!count.isAllowed && count.remaining === 0) request.log.warn({ address: request.ip }, 'many wrong keys from one address')
      return unauthenticated(reply, 'No key here is like this one.')
    }
  },
  { name: 'access', dependencies: ['limits'] }
)

/** What has no route has no scope: it is answered with 404 or 405, as nothing happens there. */
function neededScope(request: FastifyRequest): Scope | 'none' {
  if (request.is404) return 'none'
  return request.routeOptions.config.scope ?? 'admin' // the plugin "scopes" lets no route be without one; if one is, nobody else shall have it
}

function keyOf({ authorization, 'x-api-key': apiKey }: IncomingHttpHeaders): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  return bearer ?? (typeof apiKey === 'string' && apiKey !== '' ? apiKey : undefined)
}

function unauthenticated(reply: FastifyReply, detail: string): DulyError {
  reply.header('www-authenticate', 'Bearer realm="duly"')
  return new DulyError('unauthenticated', { detail })
}
