/** How Duly is set up and how it is: versions, both stores and whether they agree, mail, configuration; and the sync. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import Type, { type Static } from 'typebox'
import { type Config, Env } from '../../core/config.js'
import { DulyError } from '../../core/errors.js'
import { includes } from '../../core/scope.js'
import { shownConfig, withoutCredentials } from '../../core/shown-config.js'
import { cached } from '../cached.js'
import { system as examples } from '../examples/system.js'
import { problems } from '../problem.js'
import { type OpenTimeline, Syncer } from '../sync.js'
import { check, Check, single } from './health.js'
import { QueueName } from './queues.js'

export interface SystemOptions {
  /** Undefined in tests that are about something else. */
  readonly config: Config | undefined
  readonly windowMs: number
  /** Of package.json. */
  readonly version: string
  readonly redisVersion: () => Promise<string>
  readonly openTimeline: () => Promise<OpenTimeline>
}

/** How old what is said about the stores and mail may be: many who look cost as much as one. */
const TTL_MS = 2_000
/** Files of mail that are counted. */
const MAX_KEPT = 10_000
/** Differences of one kind that are listed. */
const MAX_LISTED = 100

const Nullable = <T extends Type.TSchema>(schema: T, description: string) => Type.Union([schema, Type.Null()], { description })
const Instant = (description: string) => Type.String({ format: 'date-time', description })
const Counts = { missing: Type.Integer({ description: 'Pending jobs that Redis does not know' }), ghost: Type.Integer({ description: 'Places in Redis whose jobs are not pending' }), late: Type.Integer({ description: 'Jobs that Redis has later than they are due' }) }

const System = Type.Object({
  version: Type.String({ description: 'Of Duly' }),
  node: Type.String(),
  pid: Type.Integer({ description: 'Of this API process' }),
  memory_mb: Type.Integer({ description: 'That it takes' }),
  started_at: Instant('When it began'),
  now: Instant('By its clock'),
  store: Type.Object({
    ...Check.properties,
    transport: Type.Enum(['postgres', 'supabase'], { description: 'A direct connection, or supabase-js' }),
    version: Nullable(Type.String(), 'Of Postgres'),
    schema_version: Nullable(Type.String(), 'The newest migration that it has'),
    clock_offset_ms: Nullable(Type.Integer(), "Its clock minus this process's; the store's decides")
  }, { title: 'SystemStore' }),
  redis: Type.Object({ ...Check.properties, version: Nullable(Type.String(), 'What answers, and its version') }, { title: 'SystemRedis' }),
  agreement: Nullable(Type.Object({
    ...Counts,
    compared: Type.Integer({ description: 'Jobs that were compared' }),
    complete: Type.Boolean({ description: 'All were; else those that are due next, 1,000 of each of 20 queues' }),
    lost_queues: Type.Integer({ description: 'Queues whose timeline is being filled: their jobs are claimed from the store meanwhile' })
  }, { title: 'Agreement' }), 'Whether Redis and the store agree, up to 10 s old; null while one of them is down'),
  mail: Type.Object({
    mode: Type.Enum(['smtp', 'files'], { description: 'files: each mail is kept in DATA_DIR/outbox' }),
    server: Nullable(Type.String(), 'Address of the mail server, without credentials'),
    from: Type.String({ description: 'Sender of every mail' }),
    kept: Nullable(Type.Object({ count: Type.Integer({ description: 'Mails kept here, at most 10,000 are counted' }), newest_at: Nullable(Instant('Of the newest'), 'When the newest was kept') }), 'Null with a mail server')
  }, { title: 'SystemMail' }),
  configuration: Nullable(Type.Array(Type.Object({
    name: Type.String({ description: 'The variable' }),
    value: Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()], { description: 'Null when it is not set; *** stands for what is secret' }),
    is_default: Type.Boolean()
  }, { title: 'Variable' })), 'Of this process; null unless the scope is admin')
}, { title: 'System' })

const Entry = Type.Object({ id: Type.String(), queue: Type.String(), priority: Type.Integer(), run_at_ms: Type.Number({ description: 'ms since 1970' }) }, { title: 'TimelineEntry' })
const Listed = (description: string) => Type.Array(Entry, { description: `${description}; at most ${MAX_LISTED}` })
const Duration = Type.Integer({ description: 'How long it took' })

const Synced = Type.Object({
  dry_run: Type.Literal(false),
  count: Type.Integer({ description: 'Jobs that are in Redis now' }),
  added: Type.Integer({ description: 'Those of them that Redis did not know, or had too late' }),
  queues: Type.Array(Type.Object({ queue: Type.String(), count: Type.Integer(), added: Type.Integer() })),
  duration_ms: Duration
}, { title: 'Synced' })
const Compared = Type.Object({
  dry_run: Type.Literal(true),
  agree: Type.Boolean({ description: 'Nothing differs' }),
  queues: Type.Array(Type.Object({
    queue: Type.String(),
    pending: Type.Integer({ description: 'Jobs in the store that are to be in Redis' }),
    in_redis: Type.Integer({ description: 'Places there' }),
    ...Counts,
    verdict: Type.Enum(['agrees', 'differs', 'lost'], { description: 'lost: nobody vouches for the timeline, and jobs are claimed from the store meanwhile' })
  })),
  missing: Listed('Pending jobs that Redis does not know'),
  ghost: Listed('Places in Redis whose jobs are not pending'),
  late: Listed('Jobs that Redis has later than they are due'),
  duration_ms: Duration
}, { title: 'Compared' })

const SyncBody = Type.Object({
  dry_run: Type.Optional(Type.Boolean({ default: false, description: 'compare, say what differs, and change nothing' })),
  queue: Type.Optional({ ...QueueName, description: 'only this queue' })
}, { title: 'Sync', additionalProperties: false })

const system: FastifyPluginAsyncTypebox<SystemOptions> = async (app, { config, windowMs, version, redisVersion, openTimeline }) => {
  const startedAt = new Date().toISOString()
  const syncer = new Syncer({ store: app.store, windowMs, open: openTimeline })
  const readState = cached(() => stateOf(app, config, redisVersion), TTL_MS)
  const variables = config && shownConfig(config)

  app.get('/system', {
    config: { scope: 'read', page: true },
    schema: {
      operationId: 'get_system', tags: ['System'], summary: 'Read how Duly is', description: 'Versions, the health of both stores and whether they agree, mail, and with the scope admin the configuration, without its secrets.',
      response: { 200: System }, examples: examples.get_system
    }
  }, async ({ caller: { scope } }) => ({
    version,
    node: process.version,
    pid: process.pid,
    memory_mb: Math.round(process.memoryUsage.rss() / 1024 / 1024),
    started_at: startedAt,
    now: new Date().toISOString(),
    ...(await readState()),
    configuration: variables && scope !== 'none' && includes(scope, 'admin') ? variables : null
  }))

  app.post('/sync', {
    config: { scope: 'admin' },
    schema: {
      operationId: 'sync', tags: ['System'], summary: 'Make Redis agree with the database', description: 'As `npm run sync` does: adds what is missing. The workers do so by themselves; this is for the impatient, and with `dry_run` for proof. Safe at any time. Answers when it is done, which takes a second for some ten thousand jobs. One runs at a time, and others wait for it.',
      body: Type.Optional(SyncBody), response: { 200: Type.Union([Synced, Compared], { title: 'SyncAnswer' }), ...problems('queue_not_found', 'timeline_unavailable') }, examples: examples.sync
    }
  }, async ({ body: { dry_run = false, queue } }): Promise<Static<typeof Synced> | Static<typeof Compared>> => {
    if (queue !== undefined) await app.store.readQueue(queue)
    const startMs = performance.now()
    const duration_ms = () => Math.round(performance.now() - startMs)
    try {
      if (!dry_run) {
        const { count, added, queues } = await syncer.sync(queue)
        return { dry_run, count, added, queues: [...queues], duration_ms: duration_ms() }
      }
      const { agree, queues, missing, ghost, late } = await syncer.verify(queue)
      return { dry_run, agree, queues, missing: missing.slice(0, MAX_LISTED), ghost: ghost.slice(0, MAX_LISTED), late: late.slice(0, MAX_LISTED), duration_ms: duration_ms() }
    } catch (error) {
      if (error instanceof DulyError || (await isRedisWell(app))) throw error
      throw new DulyError('timeline_unavailable', { detail: 'Redis does not answer, or takes no writes. Jobs are stored and run all the same.', retryAfter: 1, cause: error })
    }
  })
}

export default system

const isRedisWell = (app: FastifyInstance): Promise<boolean> => app.timeline.probe().then(() => true, () => false)

async function stateOf(app: FastifyInstance, config: Config | undefined, redisVersion: () => Promise<string>) {
  let ping: Awaited<ReturnType<typeof app.store.ping>> | undefined
  let sentAtMs = 0
  const checkStore = single(() => check(async () => {
    sentAtMs = Date.now()
    ping = await app.store.ping()
  }))
  let ofRedis: string | null = null
  const checkRedis = single(() => check(async () => {
    await app.timeline.probe()
    ofRedis = await redisVersion()
  }))
  const [store, redis, mail] = await Promise.all([checkStore(), checkRedis(), mailOf(config)])
  const agreement = store.status === 'ok' && redis.status === 'ok' ? await app.agreement().catch(() => null) : null
  return {
    store: {
      ...store,
      transport: config && !config.DATABASE_URL ? ('supabase' as const) : ('postgres' as const),
      version: ping?.server_version ?? null,
      schema_version: ping?.schema_version ?? null,
      clock_offset_ms: ping ? Math.round(ping.now_ms - sentAtMs - store.latency_ms / 2) : null
    },
    redis: { ...redis, version: ofRedis },
    agreement,
    mail
  }
}

async function mailOf(config: Config | undefined): Promise<Static<typeof System>['mail']> {
  const from = config?.MAIL_FROM ?? String((Env.properties.MAIL_FROM as { default?: unknown }).default)
  if (config?.SMTP_URL) return { mode: 'smtp', server: withoutCredentials(config.SMTP_URL), from, kept: null }
  const folder = config && join(config.DATA_DIR, 'outbox')
  const names = folder ? (await readdir(folder).catch(() => [])).filter((name) => /^[^.].*\.eml$/.test(name)).slice(0, MAX_KEPT) : []
  const newest = names.toSorted().at(-1) // they begin with the id of their job, which begins with its time
  const newestAt = newest && (await stat(join(folder!, newest)).then(({ mtime }) => mtime.toISOString(), () => null))
  return { mode: 'files', server: null, from, kept: { count: names.length, newest_at: newestAt ?? null } }
}
