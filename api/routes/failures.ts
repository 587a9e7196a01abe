/** GET /failures: what fails, and why: jobs that failed for good, by their type and their error. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { cached } from '../cached.js'
import { failures as examples } from '../examples/failures.js'
import { QueueName } from './queues.js'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 200
/** How old the groups of all queues and types may be: many who look cost as much as one. */
const TTL_MS = 2_000

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Instant = (description: string) => Type.String({ format: 'date-time', description })

const FailureGroup = Type.Object({
  type: Type.String({ description: 'The job type' }),
  error: Nullable(Type.String({ description: 'The beginning of the error, with * for ids, hexadecimal words and numbers' })),
  error_group: Type.String({ description: 'Stands for these words in a filter' }),
  sample: Type.Object({ job_id: Type.String({ format: 'uuid' }), message: Nullable(Type.String({ description: 'Its error as it is, at most 2,000 characters' })) }, { description: 'The newest of these jobs' }),
  counts: Type.Object({ hour: Type.Integer(), day: Type.Integer(), week: Type.Integer() }, { description: 'Those that failed within the last hour, the last 24 hours, the last 7 days' }),
  total: Type.Integer({ description: 'All that there are' }),
  first_seen_at: Instant('When the first of them failed'),
  last_seen_at: Instant('When the last of them failed'),
  filter: Type.Object({
    status: Type.Array(Type.Literal('failed')),
    type: Type.Array(Type.String()),
    queue: Type.Optional(Type.Array(Type.String())),
    error_group: Type.String()
  }, { title: 'FailureFilter', description: 'Means these jobs, in the list, in an export and in every action on many' })
}, { title: 'FailureGroup' })

const Failures = Type.Object({
  data: Type.Array(FailureGroup, { description: 'Those that failed most within the last 24 hours first' }),
  estimated: Type.Boolean({ description: 'There are too many to read: those that failed long ago were counted by a sample' }),
  as_of: Instant('When this was counted: up to 2 s ago')
}, { title: 'Failures' })

const Query = Type.Object(
  {
    queue: Type.Optional(QueueName),
    type: Type.Optional(Type.String({ ...QueueName, description: 'The name of a job type', examples: ['email_notification'] })),
    limit: Type.Optional(Type.Integer({ default: DEFAULT_LIMIT, minimum: 1, maximum: MAX_LIMIT, description: 'Groups in the answer', 'x-fault': `must be one whole number from 1 to ${MAX_LIMIT}` }))
  },
  { additionalProperties: false }
)

const failures: FastifyPluginAsyncTypebox = async (app) => {
  const readAll = cached(() => app.store.readFailures({ limit: MAX_LIMIT }), TTL_MS)

  app.get('/failures', {
    config: { scope: 'read', page: true },
    schema: {
      operationId: 'list_failures', tags: ['Failures'], summary: 'List failures by their error',
      description: 'Jobs that failed for good, grouped by type and by the words of their error. Costs about the same for a thousand of them and for a million.',
      querystring: Query, response: { 200: Failures }, examples: examples.list_failures
    }
  }, async ({ query: { queue, type, limit = DEFAULT_LIMIT } }) => {
    const { failures, estimated, now_ms } = await (queue === undefined && type === undefined ? readAll() : app.store.readFailures({ queue, type, limit }))
    return {
      data: failures.slice(0, limit).map((group) => ({
        ...group,
        filter: { status: ['failed' as const], type: [group.type], ...(queue !== undefined && { queue: [queue] }), error_group: group.error_group }
      })),
      estimated,
      as_of: new Date(now_ms).toISOString()
    }
  })
}

export default failures
