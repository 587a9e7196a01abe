/** Queues: what waits in them, and whether they run. */
import type { FastifyInstance } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { DulyError, isDulyError } from '../../core/errors.js'
import { LIMITS, NAME_PATTERN } from '../../core/job.js'
import { nearest } from '../../core/nearest.js'
import { problems } from '../problem.js'

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])

export const QueueName = Type.String({
  minLength: 1,
  maxLength: LIMITS.name,
  pattern: NAME_PATTERN,
  description: 'The name of a queue',
  examples: ['default'],
  'x-fault': 'must be a name: up to 100 letters, digits and "_.:-", the first a letter, a digit or "_"'
})

const EXAMPLE = {
  name: 'default',
  paused: false,
  created_at: '2026-01-31T09:00:00.000Z',
  pending: 10_000,
  overdue: 12,
  in_progress: 3,
  at_least: ['pending' as const],
  oldest_overdue_ms: 840,
  next_due_at: '2026-01-31T09:30:00.000Z'
}

const fields = {
  name: Type.String(),
  paused: Type.Boolean({ description: 'Nothing of it starts; what runs goes on' }),
  created_at: Type.String({ format: 'date-time', description: 'When it was first used' }),
  pending: Type.Integer({ description: 'Jobs that wait, for their time or for a slot' }),
  overdue: Type.Integer({ description: 'Those of them that are due' }),
  in_progress: Type.Integer({ description: 'Jobs that run' }),
  at_least: Type.Array(Type.Enum(['pending', 'overdue', 'in_progress']), { description: 'Counting stops at 10,000 (with more than two queues earlier): of these numbers there are more' }),
  oldest_overdue_ms: Nullable(Type.Integer({ description: 'For how long the oldest overdue job has been due' })),
  next_due_at: Nullable(Type.String({ format: 'date-time', description: 'When the next job that is not due yet will be' }))
}

export const Queue = Type.Object(fields, { title: 'Queue', examples: [EXAMPLE] })
const QueueList = Type.Object({ data: Type.Array(Type.Object(fields, { title: 'Queue' }), { description: 'By name, at most a thousand' }) }, { title: 'QueueList', examples: [{ data: [EXAMPLE] }] })
const PausedQueue = Type.Object(fields, { title: 'Queue', examples: [{ ...EXAMPLE, paused: true }] })

const queues: FastifyPluginAsyncTypebox = async (app) => {
  const about = (operationId: string, summary: string, description: string) => ({ operationId, tags: ['Queues'], summary, description, params: Type.Object({ name: QueueName }) })

  app.get('/queues', {
    config: { scope: 'read', page: true },
    schema: { operationId: 'list_queues', tags: ['Queues'], summary: 'List queues', description: 'What waits, what is late, what runs, and whether they are paused.', response: { 200: QueueList } }
  }, async () => ({ data: await app.store.readQueues() }))

  app.get('/queues/:name', {
    config: { scope: 'read', page: true },
    schema: { ...about('get_queue', 'Read a queue', 'What waits in it, what is late, what runs, and whether it is paused.'), response: { 200: Queue, ...problems('queue_not_found') } }
  }, async ({ params: { name } }) => known(app, name, () => app.store.readQueue(name)))

  app.post('/queues/:name/pause', {
    config: { scope: 'admin' },
    schema: { ...about('pause_queue', 'Pause a queue', 'Once this is answered nothing of it starts; running jobs go on.'), response: { 200: PausedQueue, ...problems('queue_not_found') } }
  }, async ({ params: { name } }) => {
    await known(app, name, () => app.store.pauseQueue(name))
    return app.store.readQueue(name)
  })

  app.post('/queues/:name/resume', {
    config: { scope: 'admin' },
    schema: { ...about('resume_queue', 'Resume a queue', 'What waits in it may start again. Harmless when it is not paused.'), response: { 200: Queue, ...problems('queue_not_found') } }
  }, async ({ params: { name } }) => {
    await known(app, name, () => app.store.resumeQueue(name))
    app.timeline.resumed(name)
    return app.store.readQueue(name)
  })
}

export default queues

/** Says which queue was probably meant. */
async function known<Answer>({ store }: Pick<FastifyInstance, 'store'>, name: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    if (!isDulyError(error, 'queue_not_found')) throw error
    const near = nearest(name, (await store.listQueues()).map((queue) => queue.name))
    throw new DulyError('queue_not_found', { detail: `There is no queue "${name}"${near ? `; did you mean "${near}"?` : ': a queue begins with its first job.'}`, cause: error })
  }
}
