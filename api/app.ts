/** The HTTP API, put together in one place. `main.ts` makes it listen; tests use `inject`. */
import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { ApiKey } from '../core/api-keys.js'
import type { Config } from '../core/config.js'
import type { Logger } from '../core/log.js'
import type { Store } from '../core/store/index.js'
import { telling } from '../core/store/telling.js'
import { type RedisClient, Teller, type Timeline } from '../core/timeline/index.js'
import { onClientError } from './client-error.js'
import type { EventsDeps } from './events.js'
import type { OpenTimeline } from './sync.js'
import { version } from './version.js'
import access from './plugins/access.js'
import agreement from './plugins/agreement.js'
import bodies from './plugins/bodies.js'
import compatibility, { rewriteUrl } from './plugins/compatibility.js'
import dashboard from './plugins/dashboard.js'
import limits from './plugins/limits.js'
import notFound from './plugins/not-found.js'
import overload from './plugins/overload.js'
import openapi from './plugins/openapi.js'
import parts, { type Parts } from './plugins/parts.js'
import problems, { sendProblem } from './plugins/problems.js'
import scopes from './plugins/scopes.js'
import securityHeaders from './plugins/security-headers.js'
import sites from './plugins/sites.js'
import validation from './plugins/validation.js'
import watching from './plugins/watching.js'
import bulkActions from './routes/bulk-actions.js'
import events from './routes/events.js'
import exportJobs from './routes/export.js'
import failures from './routes/failures.js'
import health from './routes/health.js'
import jobActions from './routes/job-actions.js'
import jobs from './routes/jobs.js'
import output from './routes/output.js'
import system from './routes/system.js'
import templates from './routes/templates.js'
import queues from './routes/queues.js'
import session from './routes/session.js'
import stats from './routes/stats.js'
import workers from './routes/workers.js'
import { type Reachable, TimelineLink } from './timeline-link.js'
import { WebBuild } from './web-build.js'

export interface AppDeps {
  readonly store: Store
  readonly timeline: Reachable & Pick<Timeline, 'sayChanged' | 'askForChanges' | 'list' | 'scores' | 'edgeOf' | 'version'>
  readonly registry: Parts['registry']
  readonly log: Logger
  readonly access?: Access
  /** Hears what other processes tell: see plugins/watching.ts. */
  readonly listener?: { readonly redis: RedisClient; readonly prefix: string }
  /** Up to when the timeline is filled, from now; an hour if missing. */
  readonly windowMs?: number
  readonly eventsIntervalMs?: EventsDeps['intervalMs']
  /** What GET /system shows, and where files and mail lie. */
  readonly config?: Config
  /** For a sync: a client that has more time for each command; that of the requests if missing. */
  readonly openTimeline?: () => Promise<OpenTimeline>
  /** Folder of the built dashboard. */
  readonly webFolder?: string
}

/** Who may call, from where, and how often; without any of it everybody on this machine may. */
export interface Access {
  readonly apiKeys?: readonly ApiKey[]
  /** Signs sessions, the same in every process that is to know them; one of its own if missing. */
  readonly sessionSecret?: Buffer
  readonly corsOrigins?: readonly string[]
  /** Requests of one caller; 0 for no limit. */
  readonly rateLimitPerMinute?: number
  /** Delay of the event loop above which requests are turned away (ms); 0 turns none away. */
  readonly maxEventLoopDelayMs?: number
}

/** Largest body, in bytes. */
const BODY_LIMIT = 1024 * 1024

/** See plugins/overload.ts. */
const MAX_EVENT_LOOP_DELAY_MS = 2_000

/** Within this time a request must have arrived. */
const REQUEST_TIMEOUT_MS = 60_000

const HOUR_MS = 3_600_000

export async function buildApp({ store: plainStore, timeline, registry, log, listener, windowMs = HOUR_MS, eventsIntervalMs, config, openTimeline = async () => ({ timeline: timeline as Timeline, close: () => {} }), webFolder, access: { apiKeys = [], sessionSecret, corsOrigins = [], rateLimitPerMinute = 0, maxEventLoopDelayMs = MAX_EVENT_LOOP_DELAY_MS } = {} }: AppDeps): Promise<FastifyInstance> {
  const teller = new Teller((changes) => {
    app.events.receive(changes)
    return link.up ? timeline.sayChanged(changes) : undefined
  })
  const store = telling(plainStore, teller)
  const link = new TimelineLink(timeline, log)
  const loggerInstance: FastifyBaseLogger = log // or the app would be typed by its logger
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: ({ headers }) => plausible(headers['x-request-id']) ?? randomUUID(),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    return503OnClosing: false, // what arrives on an open connection while others finish is answered, then closed
    frameworkErrors: sendProblem,
    rewriteUrl,
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
    if (!log.isLevelEnabled('debug')) return done()
    const path = request.url.split('?', 1)[0] // a query may hold what is searched for, or a key in the wrong place
    request.log.debug({ method: request.method, url: path, status: reply.statusCode, duration_ms: reply.elapsedTime, key: request.caller?.name }, 'request')
    done()
  })

  await app.register(problems)
  await app.register(bodies)
  await app.register(scopes)
  await app.register(validation)
  await app.register(compatibility)
  await app.register(notFound)
  // In this order: a refusal has its headers, a preflight needs no key, and whoever is turned away costs little.
  await app.register(securityHeaders)
  await app.register(sites, { origins: corsOrigins, hasKeys: apiKeys.length > 0 })
  await app.register(overload, { maxDelayMs: maxEventLoopDelayMs })
  await app.register(dashboard, { build: webFolder === undefined ? undefined : new WebBuild(webFolder) })
  await app.register(limits, { perMinute: rateLimitPerMinute })
  await app.register(access, { keys: apiKeys, sessionSecret })
  await app.register(parts, { store, timeline: link, registry })
  await app.register(agreement, { timeline, windowMs })
  await app.register(watching, { teller, timeline, listener, intervalMs: eventsIntervalMs })

  await app.register(openapi)
  await app.register(health)
  await app.register(jobs)
  await app.register(jobActions)
  await app.register(bulkActions)
  await app.register(exportJobs)
  await app.register(failures)
  await app.register(templates)
  await app.register(queues)
  await app.register(workers)
  await app.register(stats)
  await app.register(events)
  await app.register(system, { config, windowMs, version: version(), redisVersion: () => timeline.version(), openTimeline })
  await app.register(output, { config })
  await app.register(session)
  return app
}

/** A caller may bring an id of its own, so that its log and ours can be read together. */
function plausible(id: string | string[] | undefined): string | undefined {
  return typeof id === 'string' && /^[\w.:-]{1,100}$/.test(id) ? id : undefined
}
