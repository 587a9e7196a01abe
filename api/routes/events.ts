/** GET /events: what changes, as it changes. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { DurationError, parseDuration } from '../../core/duration.js'
import { events as examples } from '../examples/events.js'
import { invalidRequest } from '../plugins/problems.js'
import { problems } from '../problem.js'

const MAX_MS = 30 * 60_000

const events: FastifyPluginAsyncTypebox = async (app) => {
  app.addHook('preClose', async () => app.events.close())

  app.get('/events', {
    config: { scope: 'read' },
    schema: {
      operationId: 'watch', tags: ['Events'], summary: 'Watch what changes',
      description: 'Server-sent events: `jobs` names jobs that have changed, at most twice a second; `health` says how Duly is when that changes, and once at the beginning; `reset` says that events were missed: read everything again. Comes back where it was with `Last-Event-ID`.',
      headers: Type.Object({ 'last-event-id': Type.Optional(Type.String({ maxLength: 100, description: 'id of the last event that you have: what came after it is sent first' })) }),
      querystring: Type.Object({ for: Type.Optional(Type.String({ maxLength: 100, default: '30m', description: 'how long to watch: "10s", "30m" (the longest), or milliseconds', examples: ['10s'] })) }, { additionalProperties: false }),
      response: { 200: { description: 'A stream of events', content: { 'text/event-stream': { schema: Type.String() } } }, ...problems('too_many_streams') },
      examples: examples.watch
    }
  }, async (request, reply) => {
    const forMs = readFor(request.query.for ?? '30m')
    reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no') // or nginx would keep events for itself
    if (request.method === 'HEAD') return reply.send('')
    const { session } = request.caller
    return reply.send(app.events.open({
      lastId: request.headers['last-event-id'],
      forMs: session ? Math.min(forMs, session.expiresAtMs - Date.now()) : forMs,
      owner: session?.id
    }) as never)
  })
}

export default events

function readFor(given: string): number {
  try {
    const ms = parseDuration(/^\d{1,15}$/.test(given) ? Number(given) : given, MAX_MS)
    return ms
  } catch (error) {
    if (!(error instanceof DurationError)) throw error
    throw invalidRequest([{ pointer: '?for', detail: error.message.replace('at most 0 days', 'at most 30m') }])
  }
}
