/** Jobs: create, list, read, explain. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { Job, JobWithAttempts } from '../../core/job.js'
import { createJobs } from '../create.js'
import { explain, Explanation } from '../explain.js'
import { IdempotencyHeader } from '../idempotency.js'
import * as examples from '../job-examples.js'
import { shown } from '../job-examples.js'
import { FilterFields, JobId, listQueryValues, readFilter, SortFields } from '../job-filter.js'
import { NewJobBody, NewJobsBody, readNewJob, readNewJobs } from '../new-job.js'
import { invalidRequest } from '../plugins/problems.js'
import { problems } from '../problem.js'

const DEFAULT_LIMIT = 20
/** The last job that a numbered page reaches: all before it are walked over each time. */
const MAX_NUMBERED = 100_000
/** Of POST /jobs/bulk, in bytes. */
const BULK_BODY_LIMIT = 16 * 1024 * 1024

const ListQuery = Type.Object(
  {
    ...FilterFields,
    ...SortFields,
    limit: Type.Optional(Type.Integer({ default: DEFAULT_LIMIT, minimum: 1, maximum: 100, description: 'Jobs in the answer', 'x-fault': 'must be one whole number from 1 to 100' })),
    cursor: Type.Optional(Type.String({ minLength: 1, description: 'next_cursor of the page before, with the same filter and sort', 'x-fault': 'must be next_cursor of the page before, unchanged; leave it out for the first page' })),
    page: Type.Optional(Type.Integer({ minimum: 1, description: 'a numbered page instead of a cursor, for small sets', 'x-fault': 'must be one whole number from 1' })),
    count: Type.Optional(Type.Enum(['estimate', 'exact'], { description: 'also say how many jobs the filter means' }))
  },
  { additionalProperties: false }
)

const JobPage = Type.Object({
  data: Type.Array(Job),
  next_cursor: Type.Union([Type.String(), Type.Null()], { description: 'Pass it as cursor for the page that follows; null on the last one' }),
  scanned_until: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], { description: 'Set when it was not looked to the end, but to jobs of this time: a search looks for a second, then next_cursor goes on, and at the last 24 hours unless from says otherwise' }),
  count: Type.Optional(Type.Integer({ description: 'Jobs that the filter means, if asked for' })),
  count_estimated: Type.Optional(Type.Boolean({ description: 'Whether count is an estimate' }))
})

const Jobs = Type.Object({ data: Type.Array(Job, { description: 'In the order of the request' }) })

const jobs: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/jobs', {
    config: { scope: 'write' },
    schema: { operationId: 'create_job', tags: ['Jobs'], summary: 'Create a job', headers: IdempotencyHeader, body: shown(NewJobBody, examples.newJob, { type: 'log', payload: { hello: 'world' }, delay: '1h30m' }), response: { 200: shown(Job, examples.completed), 201: shown(Job, examples.pending), ...problems(400, 404, 413, 415, 422) } },
    attachValidation: true // the faults of the payload belong into the same answer
  }, async (request, reply) => {
    const registry = await app.knownTypes.registryFor([typeOf(request.body)])
    const [job] = await createJobs(app, request, reply, [readNewJob(request.body, registry, request.validationError)])
    return reply.header('location', `/jobs/${job!.id}`).send(job!)
  })

  app.post('/jobs/bulk', {
    config: { scope: 'write' },
    bodyLimit: BULK_BODY_LIMIT,
    schema: {
      operationId: 'create_jobs', tags: ['Jobs'], summary: 'Create up to 1,000 jobs: all of them, or none', headers: IdempotencyHeader, body: shown(NewJobsBody, { jobs: [examples.newJob, { type: 'log', payload: { hello: 'world' } }] }),
      response: { 200: shown(Jobs, { data: [examples.completed] }), 201: shown(Jobs, { data: [examples.pending] }), ...problems(400, 404, 413, 415, 422) }
    },
    attachValidation: true
  }, async (request, reply) => {
    const { jobs: given } = (request.body ?? {}) as { jobs?: unknown }
    const registry = await app.knownTypes.registryFor(Array.isArray(given) ? given.map(typeOf) : [])
    return { data: await createJobs(app, request, reply, readNewJobs(request.body, registry, request.validationError)) }
  })

  app.get('/jobs', {
    config: { scope: 'read' },
    preValidation: listQueryValues,
    schema: { operationId: 'list_jobs', tags: ['Jobs'], summary: 'List jobs, newest first unless asked otherwise', querystring: ListQuery, response: { 200: shown(JobPage, examples.list), ...problems(422) } }
  }, async ({ query }) => {
    const { sort = 'created', order = 'desc', limit = DEFAULT_LIMIT, cursor, page, count } = query
    const { filter, faults } = readFilter(query, '?')
    if (cursor !== undefined && page !== undefined) faults.push({ pointer: '?page', detail: 'contradicts cursor: send one of them' })
    if (page !== undefined && page * limit > MAX_NUMBERED) faults.push({ pointer: '?page', detail: `reaches beyond the first ${MAX_NUMBERED.toLocaleString('en')} jobs: use cursor, which is fast anywhere` })
    if (faults.length > 0) throw invalidRequest(faults)
    const skip = page === undefined ? 0 : (page - 1) * limit
    const [found, counted] = await Promise.all([
      app.store.listJobs({ filter, sort, order, limit, skip, cursor: cursor ?? null }),
      count && app.store.countJobs(filter, { exact: count === 'exact' })
    ])
    return { ...found, ...(counted && { count: counted.count, count_estimated: counted.estimated }) }
  })

  app.get('/jobs/:id', {
    config: { scope: 'read' },
    schema: { operationId: 'get_job', tags: ['Jobs'], summary: 'Read a job and its attempts that did not succeed', params: JobId, response: { 200: shown(JobWithAttempts, examples.withAttempts), ...problems(404, 422) } }
  }, async (request) => app.store.getJob(request.params.id))

  app.get('/jobs/:id/explain', {
    config: { scope: 'read' },
    schema: { operationId: 'explain_job', tags: ['Jobs'], summary: 'Why is it not running, and when can it start?', params: JobId, response: { 200: shown(Explanation, examples.explanation), ...problems(404, 422) } }
  }, async (request) => explain(await app.store.explainJob(request.params.id)))
}

export default jobs

/** Of a body that nobody has checked yet. */
const typeOf = (body: unknown): unknown => (body as { type?: unknown } | null | undefined)?.type
