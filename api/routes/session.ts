/** Log in and out of the dashboard: a key becomes a cookie that no script can read. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { includes, SCOPES } from '../../core/scope.js'
import { session as examples } from '../examples/session.js'
import { refusalOfOtherSite } from '../plugins/access.js'
import { prefixOf } from '../plugins/dashboard.js'
import { problems } from '../problem.js'
import { SESSION_MS, sessionCookie, sessionText } from '../sessions.js'

const Session = Type.Object({
  authenticated: Type.Boolean({ description: 'Whether a key or a session says who calls' }),
  name: Type.String({ description: 'Of the key; anonymous without one' }),
  scopes: Type.Array(Type.Enum([...SCOPES]), { description: 'What the caller may do: each scope includes those before it' }),
  open: Type.Boolean({ description: 'There are no keys: everybody on this machine may do everything' }),
  expires_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], { description: 'When the session ends, if it is one; asking renews one whose half is over' })
}, { title: 'Session' })

const Login = Type.Object({ key: Type.String({ pattern: '^[!-~]{1,1000}$', description: 'an API key', 'x-fault': 'must be an API key' }) }, { title: 'Login', additionalProperties: false })

const session: FastifyPluginAsyncTypebox = async (app) => {
  const { sessions, open } = app.access

  app.get('/session', {
    config: { scope: 'none' },
    schema: {
      operationId: 'get_session', tags: ['Session'], summary: 'Who am I?', description: 'Whose key or session the request carries, and what that may do. Asks for none.',
      response: { 200: Session, ...problems('unauthenticated', 'rate_limited') }, examples: examples.get_session
    }
  }, async (request, reply) => {
    const { caller: { name, scope, known }, session } = await app.access.callerOf(request, reply)
    const renewed = session && session.expiresAtMs - Date.now() < SESSION_MS / 2 ? sessions.read(setCookie(request, reply, sessions.renew(session))) : session
    const text = sessionText(request.headers.cookie)
    if (text !== undefined && !sessions.read(text)) setCookie(request, reply, undefined)
    return {
      authenticated: known,
      name,
      scopes: scope === 'none' ? [] : SCOPES.filter((needed) => includes(scope, needed)),
      open,
      expires_at: renewed ? new Date(renewed.expiresAtMs).toISOString() : null
    }
  })

  app.post('/session', {
    config: { scope: 'none' },
    schema: {
      operationId: 'log_in', tags: ['Session'], summary: 'Log in', description: 'Exchanges a key for a cookie (HttpOnly, SameSite=Strict), which then stands for the key. Where there are no keys nothing is asked for.',
      body: Login, response: { 204: Type.Null(), ...problems('unauthenticated', 'rate_limited', 'cross_site_request') }, examples: examples.log_in
    }
  }, async (request, reply) => {
    if (open) return reply.code(204).send(null)
    const refusal = isFromAPage(request) ? refusalOfOtherSite(request) : undefined // nobody is to be logged in as somebody else
    if (refusal) throw refusal
    setCookie(request, reply, sessions.begin(await app.access.keyOf(request.body.key, request, reply)))
    return reply.code(204).send(null)
  })

  app.delete('/session', {
    config: { scope: 'none' },
    schema: {
      operationId: 'log_out', tags: ['Session'], summary: 'Log out', description: 'Ends the session of the request, if it has one.',
      response: { 204: Type.Null(), ...problems('cross_site_request') }, examples: {}
    }
  }, async (request, reply) => {
    const text = sessionText(request.headers.cookie)
    const session = text === undefined ? undefined : sessions.read(text)
    const refusal = session && refusalOfOtherSite(request)
    if (refusal) throw refusal
    if (session) {
      sessions.end(session)
      app.events.endOf(session.id)
    }
    if (text !== undefined) setCookie(request, reply, undefined)
    return reply.code(204).send(null)
  })
}

export default session

const isFromAPage = ({ headers: { origin, 'sec-fetch-site': site } }: FastifyRequest): boolean => origin !== undefined || site !== undefined

function setCookie<Text extends string | undefined>(request: FastifyRequest, reply: FastifyReply, text: Text): Text {
  reply.header('set-cookie', sessionCookie(text, { path: `${prefixOf(request)}/`, secure: isHttps(request) }))
  return text
}

/** The service itself speaks plain HTTP; a proxy or the browser says that TLS is in front of it. Whoever lies gets a cookie that is sent more rarely. */
function isHttps({ headers: { origin, 'x-forwarded-proto': proto } }: FastifyRequest): boolean {
  return String(proto ?? '').split(',', 1)[0]!.trim().toLowerCase() === 'https' || (origin ?? '').startsWith('https://')
}
