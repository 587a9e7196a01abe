/** Statistics: how many jobs there are, how attempts ended, and how long they waited and ran. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { RESOLUTIONS } from '../../core/stats.js'
import { JOB_STATUSES } from '../../core/job.js'
import { cached } from '../cached.js'
import { invalidRequest } from '../plugins/problems.js'
import { MAX_POINTS, readRange, seriesOf, Tally } from '../stats.js'
import { QueueName } from './queues.js'
import { Worker, WORKER_EXAMPLE } from './workers.js'

/** How old the live counts may be: many who look cost as much as one. */
const COUNTS_TTL_MS = 2_000
/** Living workers in the answer; `GET /workers` has them all. */
const MAX_WORKERS = 100

const Query = Type.Object(
  {
    from: Type.Optional(Type.String({ format: 'date-time', description: 'RFC 3339 with an offset; the period that it lies in is the first' })),
    to: Type.Optional(Type.String({ format: 'date-time', description: 'the same; now if not given; not included' })),
    resolution: Type.Optional(Type.Enum([...RESOLUTIONS], { description: `length of a point; if not given the finest in which the range makes at most ${MAX_POINTS} points, and the last hour by the minute without a range` })),
    step: Type.Optional(Type.String({ maxLength: 100, description: `instead of resolution: length of a point as whole minutes, "5m", "1h" or "7d"; at most ${MAX_POINTS} points, and only multiples of "1h" reach back further than 2 days`, examples: ['5m'] })),
    queue: Type.Optional(QueueName),
    type: Type.Optional(Type.String({ ...QueueName, description: 'The name of a job type', examples: ['email_notification'] }))
  },
  { additionalProperties: false }
)

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Count = (description: string) => Type.Integer({ description })

const latency = (description: string) =>
  Nullable(Type.Object({ average: Type.Number(), p50: Type.Number(), p95: Type.Number(), p99: Type.Number() }, { description: `${description}; in ms, percentiles within 9.1 %, null when nothing ran` }))

const Latencies = {
  wait_ms: latency('From the time that was asked for (or the creation, if that was later) to the start'),
  lateness_ms: latency('From the time that the attempt was due to its start'),
  run_ms: latency('How long the handler took')
}

const Ends = {
  completed: Count('Attempts that completed their job'),
  retried: Count('Attempts that failed and are tried again'),
  failed: Count('Attempts that failed their job for good'),
  snoozed: Count('Attempts that asked to be run again later'),
  rescued: Count('Attempts whose worker was lost'),
  cancelled: Count('Attempts that were cancelled while they ran')
}

const LATENCY_EXAMPLE = { average: 12.4, p50: 9.81, p95: 31.2, p99: 58.66 }
const LATENCIES_EXAMPLE = { wait_ms: LATENCY_EXAMPLE, lateness_ms: LATENCY_EXAMPLE, run_ms: LATENCY_EXAMPLE }
const ENDS_EXAMPLE = { completed: 118, retried: 3, failed: 2, snoozed: 0, rescued: 0, cancelled: 0 }

const Stats = Type.Object(
  {
    counts: Type.Object(
      {
        total: Count('Jobs that there are'),
        by_status: Type.Object(Object.fromEntries(JOB_STATUSES.map((status) => [status, Type.Integer()])) as Record<(typeof JOB_STATUSES)[number], Type.TInteger>),
        by_type: Type.Array(Type.Object({ type: Type.String(), count: Type.Integer() }), { description: 'Most first' }),
        by_queue: Type.Array(Type.Object({ queue: Type.String(), count: Type.Integer() }), { description: 'Most first' }),
        estimated: Type.Boolean({ description: 'Above 20,000 jobs numbers are estimates from a sample; small ones are exact all the same, except by type' }),
        as_of: Type.String({ format: 'date-time', description: 'When this was counted: up to 2 s ago' })
      },
      { description: 'All jobs as they are now, whatever the filter' }
    ),
    range: Type.Object({ from: Type.String({ format: 'date-time' }), to: Type.String({ format: 'date-time' }), resolution: Type.Enum([...RESOLUTIONS], { description: 'Of what was counted' }), step_ms: Type.Integer({ description: 'Length of a point' }) }, { description: 'What the rest is about: attempts that ended in it' }),
    ...Ends,
    failure_rate: Nullable(Type.Number({ description: 'failed of completed and failed, 0 to 1; null when there are none' })),
    latency: Type.Object(Latencies),
    series: Type.Array(Type.Object({ period_start: Type.String({ format: 'date-time' }), ...Ends, ...Latencies }), { description: 'A point for every step of the range, earliest first; the last one may still be under way' }),
    workers: Type.Array(Worker, { description: `Living workers, newest first, at most ${MAX_WORKERS}` })
  },
  {
    title: 'Stats',
    examples: [
      {
        counts: {
          total: 1_204,
          by_status: { pending: 80, in_progress: 3, completed: 1_110, failed: 9, cancelled: 2 },
          by_type: [{ type: 'email', count: 1_104 }, { type: 'log', count: 100 }],
          by_queue: [{ queue: 'default', count: 1_204 }],
          estimated: false,
          as_of: '2026-01-31T09:30:00.512Z'
        },
        range: { from: '2026-01-31T09:29:00.000Z', to: '2026-01-31T09:30:00.512Z', resolution: 'minute', step_ms: 60_000 },
        ...ENDS_EXAMPLE,
        failure_rate: 0.016667,
        latency: LATENCIES_EXAMPLE,
        series: [
          { period_start: '2026-01-31T09:29:00.000Z', ...ENDS_EXAMPLE, ...LATENCIES_EXAMPLE },
          { period_start: '2026-01-31T09:30:00.000Z', completed: 0, retried: 0, failed: 0, snoozed: 0, rescued: 0, cancelled: 0, wait_ms: null, lateness_ms: null, run_ms: null }
        ],
        workers: [WORKER_EXAMPLE]
      }
    ]
  }
)

const stats: FastifyPluginAsyncTypebox = async (app) => {
  const count = cached(async () => {
    const { now_ms, ...counts } = await app.store.countAllJobs()
    return { counts, now_ms, seenAtMs: performance.now() }
  }, COUNTS_TTL_MS)

  app.get('/stats', {
    config: { scope: 'read' },
    schema: { operationId: 'get_stats', tags: ['Stats'], summary: 'Read statistics', description: 'Counts, outcomes, latency percentiles, a series, and the living workers.', querystring: Query, response: { 200: Stats } }
  }, async ({ query: { queue, type, ...asked } }) => {
    const { counts, now_ms, seenAtMs } = await count()
    const { range, faults } = readRange(asked, now_ms + performance.now() - seenAtMs) // by the clock of the database, which labels the periods
    if (faults.length > 0) throw invalidRequest(faults)
    const [periods, workers] = await Promise.all([
      app.store.readStats({ resolution: range.resolution, fromMs: range.fromMs, toMs: Math.ceil(range.toMs), queue, type }),
      app.store.listWorkers({ endedWithinMs: 0, limit: MAX_WORKERS })
    ])
    const all = new Tally()
    for (const period of periods) all.add(period)
    return {
      counts: { ...counts, as_of: new Date(now_ms).toISOString() },
      range: { from: new Date(range.fromMs).toISOString(), to: new Date(range.toMs).toISOString(), resolution: range.resolution, step_ms: range.stepMs },
      ...all.ends,
      failure_rate: all.failureRate,
      latency: all.latencies,
      series: seriesOf(periods, range),
      workers
    }
  })
}

export default stats
