/** Who calls, and whether that caller may: the key of a request, or its session, against the scope of its route. */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { type ApiKey, digestOf } from '../../core/api-keys.js'
import { DulyError } from '../../core/errors.js'
import { includes, type Scope } from '../../core/scope.js'
import { type Session, Sessions, sessionText } from '../sessions.js'
import { addressOf, MINUTE_MS, tooMany } from './limits.js'
import { isSameOrigin, READS } from './sites.js'

export interface Caller {
  /** Of the key; `anonymous` without one. */
  readonly name: string
  readonly scope: Scope | 'none'
  /** Whether there is a key behind the name. */
  readonly known: boolean
  /** Which session stands for the key, if one does. */
  readonly session?: Session
}

export interface AccessDoor {
  /** There are no keys: everybody on this machine may do everything. */
  readonly open: boolean
  readonly sessions: Sessions
  /** The key that these characters are. @throws {DulyError} `unauthenticated`, `rate_limited` */
  keyOf(text: string, request: FastifyRequest, reply: FastifyReply): Promise<ApiKey>
  /** Who calls where no key is asked for. @throws {DulyError} As where one is, for a key that is wrong. */
  callerOf(request: FastifyRequest, reply: FastifyReply): Promise<{ readonly caller: Caller; readonly session?: Session | undefined }>
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any other hook of a route. */
    caller: Caller
  }
  interface FastifyInstance {
    readonly access: AccessDoor
  }
}

export interface AccessOptions {
  readonly keys: readonly ApiKey[]
  /** Signs sessions; one of its own for each process if missing. */
  readonly sessionSecret?: Buffer | undefined
}

/** Without keys everybody is: the port is then open to this machine only. */
const ANYBODY: Caller = { name: 'anonymous', scope: 'admin', known: false }
/** With keys, where none is asked for. */
const NOBODY: Caller = { name: 'anonymous', scope: 'none', known: false }

/** Wrong keys that are told so within a minute, for each address: enough for whoever is trying out a configuration. */
const WRONG_KEYS_PER_MINUTE = 30

export default fp<AccessOptions>(
  async (app, { keys, sessionSecret }) => {
    const sessions = new Sessions(keys, sessionSecret)
    const open = keys.length === 0
    app.decorateRequest('caller', null as unknown as Caller)

    const countWrongKey = app.createRateLimit({ max: WRONG_KEYS_PER_MINUTE, timeWindow: MINUTE_MS, keyGenerator: addressOf })

    const find = (text: string): ApiKey | undefined => {
      const digest = digestOf(text)
      let found: ApiKey | undefined
      for (const candidate of keys) if (timingSafeEqual(candidate.digest, digest)) found = candidate // all of them, so that time tells nothing
      return found
    }
    const keyOf = async (text: string, request: FastifyRequest, reply: FastifyReply): Promise<ApiKey> => {
      const found = find(text)
      if (!found) throw await refusalOfWrongKey(request, reply)
      return found
    }
    const sessionOf = ({ headers: { cookie } }: FastifyRequest): Session | undefined => {
      const text = sessionText(cookie)
      return text === undefined ? undefined : sessions.read(text)
    }
    app.decorate('access', {
      open,
      sessions,
      keyOf,
      async callerOf(request, reply) {
        if (open) return { caller: ANYBODY }
        const text = keyIn(request.headers)
        if (text !== undefined) return { caller: callerWith(await keyOf(text, request, reply)) }
        const session = sessionOf(request)
        return { caller: session ? callerWith(session.key, session) : NOBODY, session }
      }
    })

    if (open) {
      app.addHook('onRequest', (request, _reply, done) => {
        request.caller = ANYBODY
        done()
      })
      return
    }

    app.addHook('onRequest', (request, reply, done) => {
      request.caller = NOBODY
      const needed = neededScope(request)
      if (needed === 'none') return done()
      const text = keyIn(request.headers)
      if (text !== undefined) {
        const found = find(text)
        return found ? done(allow(request, callerWith(found), needed)) : void refusalOfWrongKey(request, reply).then(done, done)
      }

      const session = sessionOf(request)
      if (session) return done(refusalOfOtherSite(request) ?? allow(request, callerWith(session.key, session), needed))
      const had = sessionText(request.headers.cookie) !== undefined
      done(unauthenticated(reply, had ? 'The session is over: log in again.' : 'Send the header "Authorization: Bearer <key>", or "X-Api-Key: <key>".'))
    })

    async function refusalOfWrongKey(request: FastifyRequest, reply: FastifyReply): Promise<DulyError> {
      const count = await countWrongKey(request)
      if (!count.isAllowed && count.isExceeded) return tooMany('Too many wrong keys have come from this address.', count.ttl)
      if (!count.isAllowed && count.remaining === 0) request.log.warn({ address: request.ip }, 'many wrong keys from one address')
      return unauthenticated(reply, 'No key here is like this one.')
    }
  },
  { name: 'access', dependencies: ['limits', 'sites'] }
)

const callerWith = ({ name, scope }: ApiKey, session?: Session): Caller => ({ name, scope, known: true, ...(session && { session }) })

/** What has no route has no scope: it is answered with 404 or 405, as nothing happens there. */
function neededScope(request: FastifyRequest): Scope | 'none' {
  if (request.is404) return 'none'
  return request.routeOptions.config.scope ?? 'admin' // the plugin "scopes" lets no route be without one; if one is, nobody else shall have it
}

function keyIn({ authorization, 'x-api-key': apiKey }: IncomingHttpHeaders): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  return bearer ?? (typeof apiKey === 'string' && apiKey !== '' ? apiKey : undefined)
}

function allow(request: FastifyRequest, caller: Caller, needed: Scope): DulyError | undefined {
  request.caller = caller
  const { name, scope } = caller
  if (scope !== 'none' && includes(scope, needed)) return undefined
  return new DulyError('forbidden', { detail: `This takes the scope "${needed}"; the key "${name}" has "${scope}".` })
}

/**
 * A browser adds the cookie by itself, so what changes something has to come from a page of the API. SameSite keeps other
 * sites away and not another port of this machine; and CORS_ORIGINS is about pages that bring a key of their own.
 */
export function refusalOfOtherSite(request: FastifyRequest): DulyError | undefined {
  if (READS.has(request.method) || isSameOrigin(request)) return undefined
  return new DulyError('cross_site_request', { detail: 'With a session only pages of this origin may change something, and their browser has to say so (Sec-Fetch-Site, or Origin). Programs send a key.' })
}

function unauthenticated(reply: FastifyReply, detail: string): DulyError {
  reply.header('www-authenticate', 'Bearer realm="duly"')
  return new DulyError('unauthenticated', { detail })
}
