/** Workers: who runs jobs, and how they are. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { DurationError, parseDuration } from '../../core/duration.js'
import { SWEPT, WORKER_STATUSES } from '../../core/store/stats.js'
import { invalidRequest } from '../plugins/problems.js'

const DEFAULT_LIMIT = 100
const HOUR_MS = 3_600_000
/** Ended workers are kept for a week. */
const WEEK_MS = 7 * 24 * HOUR_MS

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Instant = (description: string) => Type.String({ format: 'date-time', description })

export const WORKER_EXAMPLE = {
  id: '01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71',
  host: 'app-1',
  pid: 4711,
  status: 'alive' as const,
  concurrency: 10,
  running: 3,
  types: ['email', 'log'],
  queues: [],
  lease_ms: 15_000,
  started_at: '2026-01-31T09:00:00.000Z',
  last_beat_at: '2026-01-31T09:29:58.500Z',
  ended_at: null,
  end_reason: null,
  swept: { put_back: 2, rebuilt: 1, window_moves: 29, rescued: 0, expired: 0, removed: 1_200, audited: 40_000, missing: 0, ghost: 3, late: 0, outbox: 12 }
}

const SWEPT_MEANS: Record<(typeof SWEPT)[number], string> = {
  put_back: 'Overdue jobs added to Redis once more',
  rebuilt: 'Timelines filled after Redis had lost them',
  window_moves: 'Moves of the part of the future that is in Redis',
  rescued: 'Jobs taken from workers that died',
  expired: 'Jobs cancelled that had not started by their expires_at',
  removed: 'Jobs removed, since they ended long enough ago',
  audited: 'Jobs of which Redis and the database were compared',
  missing: 'Jobs that Redis had lost, and that were added',
  ghost: 'Places in Redis whose jobs are not pending, and that were removed',
  late: 'Jobs that Redis had later than they are due, and that were added',
  outbox: 'Jobs added to Redis for SQL, or for an API that did not reach it'
}

export const Worker = Type.Object({
  id: Type.String({ format: 'uuid', description: 'New at each start' }),
  host: Type.String(),
  pid: Type.Integer(),
  status: Type.Enum([...WORKER_STATUSES], { description: 'alive; silent: past its lease, its jobs are about to be rescued; stopped: ended by itself; lost: died or froze, its jobs were given to others' }),
  concurrency: Type.Integer({ description: 'Slots: how many jobs it runs at once' }),
  running: Type.Integer({ description: 'Jobs that it holds; may be more than its slots, since fast jobs are claimed a moment ahead' }),
  types: Type.Array(Type.String(), { description: 'Job types that it has handlers for' }),
  queues: Type.Array(Type.String(), { description: 'Queues that it serves; empty means all' }),
  lease_ms: Type.Integer({ description: 'Silent for longer than this, it is taken for dead' }),
  started_at: Instant('When it registered'),
  last_beat_at: Instant('When it was last heard of; it beats five times in its lease'),
  ended_at: Nullable(Instant('When it stopped, or was found dead')),
  end_reason: Nullable(Type.Enum(['stopped', 'silent', 'declared_dead'], { description: 'By itself, past its lease, or seen to exit by its supervisor' })),
  swept: Type.Object(
    Object.fromEntries(SWEPT.map((kind) => [kind, Type.Integer({ description: SWEPT_MEANS[kind] })])) as Record<(typeof SWEPT)[number], ReturnType<typeof Type.Integer>>,
    { description: 'What its sweep did, since its process began; the duties of a sweep go to one worker at a time' }
  )
}, { title: 'Worker' })

const WorkerList = Type.Object({ data: Type.Array(Worker, { description: 'Newest first' }) }, { title: 'WorkerList', examples: [{ data: [WORKER_EXAMPLE] }] })

const Query = Type.Object(
  {
    ended_within: Type.Optional(Type.String({ maxLength: 100, default: '1h', description: 'also workers that ended within this time: "30m", "7d" (the longest), or milliseconds; 0 leaves them out' })),
    limit: Type.Optional(Type.Integer({ default: DEFAULT_LIMIT, minimum: 1, maximum: 1_000, description: 'Workers in the answer', 'x-fault': 'must be one whole number from 1 to 1000' }))
  },
  { additionalProperties: false }
)

const workers: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/workers', {
    config: { scope: 'read', page: true },
    schema: { operationId: 'list_workers', tags: ['Workers'], summary: 'List workers', description: 'With their last beat, slots, types and queues.', querystring: Query, response: { 200: WorkerList } }
  }, async ({ query: { ended_within = '1h', limit = DEFAULT_LIMIT } }) => ({ data: await app.store.listWorkers({ endedWithinMs: readWithin(ended_within), limit }) }))
}

export default workers

function readWithin(given: string): number {
  try {
    return parseDuration(/^\d{1,15}$/.test(given) ? Number(given) : given, WEEK_MS)
  } catch (error) {
    if (!(error instanceof DurationError)) throw error
    throw invalidRequest([{ pointer: '?ended_within', detail: error.message }])
  }
}
