/** The HTTP API, put together in one place. `main.ts` makes it listen; tests use `inject`. */
import { randomUUID } from 'node:crypto'
import cors from '@fastify/cors'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Logger } from '../core/log.js'
import type { Store } from '../core/store/index.js'
import { onClientError } from './client-error.js'
import bodies from './plugins/bodies.js'
import notFound from './plugins/not-found.js'
import parts, { type Parts } from './plugins/parts.js'
import problems, { sendProblem } from './plugins/problems.js'
import scopes from './plugins/scopes.js'
import validation from './plugins/validation.js'
import bulkActions from './routes/bulk-actions.js'
import health from './routes/health.js'
import jobActions from './routes/job-actions.js'
import jobs from './routes/jobs.js'
import { type Reachable, TimelineLink } from './timeline-link.js'

export interface AppDeps {
  readonly store: Store
  readonly timeline: Reachable
  readonly registry: Parts['registry']
  readonly log: Logger
}

/** Largest body, in bytes. */
const BODY_LIMIT = 1024 * 1024

/** Within this time a request must have arrived. */
const REQUEST_TIMEOUT_MS = 60_000

export async function buildApp({ store, timeline, registry, log }: AppDeps): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = log // or the app would be typed by its logger
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: ({ headers }) => plausible(headers['x-request-id']) ?? randomUUID(),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    return503OnClosing: false, // what arrives on an open connection while others finish is answered, then closed
    frameworkErrors: sendProblem,
    clientErrorHandler: onClientError,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 16_384 } // whatever fits the headers: the schema of a path says what is wrong with it
  })

  // A row that came by SQL may differ from its description; it must not break the list that it is on.
  app.setSerializerCompiler(() => (body) => JSON.stringify(body))
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).header('cache-control', 'no-store')
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    request.log.debug({ method: request.method, url: request.url, status: reply.statusCode, duration_ms: reply.elapsedTime }, 'request')
    done()
  })

  await app.register(problems)
  await app.register(bodies)
  await app.register(scopes)
  await app.register(validation)
  await app.register(notFound)
  await app.register(cors, { origin: false })
  await app.register(parts, { store, timeline: new TimelineLink(timeline, log), registry })

  await app.register(health)
  await app.register(jobs)
  await app.register(jobActions)
  await app.register(bulkActions)
  return app
}

/** A caller may bring an id of its own, so that its log and ours can be read together. */
function plausible(id: string | string[] | undefined): string | undefined {
  return typeof id === 'string' && /^[\w.:-]{1,100}$/.test(id) ? id : undefined
}
