/** Jobs: create, list, read, explain. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { Job, JobWithAttempts } from '../../core/job.js'
import { createJobs } from '../create.js'
import { jobs as examples } from '../examples/jobs.js'
import { explain, Explanation } from '../explain.js'
import { IdempotencyHeader } from '../idempotency.js'
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
  data: Type.Array(Job, { description: 'In the order that was asked for' }),
  next_cursor: Type.Union([Type.String(), Type.Null()], { description: 'Pass it as cursor for the page that follows; null on the last one' }),
  scanned_until: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], { description: 'Set when it was not looked to the end, but to jobs of this time: a search looks for a second, then next_cursor goes on, and at the last 24 hours unless from says otherwise' }),
  count: Type.Optional(Type.Integer({ description: 'Jobs that the filter means, if asked for' })),
  count_estimated: Type.Optional(Type.Boolean({ description: 'Whether count is an estimate' }))
}, { title: 'JobPage' })

const CreatedJobs = Type.Object({ data: Type.Array(Job, { description: 'In the order of the request' }) }, { title: 'CreatedJobs' })

/** What a create can be refused for. */
const refusals = problems('job_not_found', 'unknown_type', 'invalid_payload', 'idempotency_key_reused', 'not_storable')

const jobs: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/jobs', {
    config: { scope: 'write' },
    schema: {
      operationId: 'create_job', tags: ['Jobs'], summary: 'Create a job',
      description: 'It runs when it is due: at once without a time. Every fault of the request and of the payload comes in one answer. 200 instead of 201: an earlier request with the same Idempotency-Key has made the job.',
      headers: IdempotencyHeader, body: NewJobBody, response: { 200: Job, 201: Job, ...refusals },
      examples: examples.create_job, answerHeaders: { 200: ['Location', 'Idempotent-Replayed'], 201: ['Location'] }
    },
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
      operationId: 'create_jobs', tags: ['Bulk'], summary: 'Create many jobs',
      description: 'Up to 1,000: all of them, or none. A fault names the index of its job.',
      headers: IdempotencyHeader, body: NewJobsBody, response: { 200: CreatedJobs, 201: CreatedJobs, ...refusals },
      examples: examples.create_jobs, answerHeaders: { 200: ['Idempotent-Replayed'] }
    },
    attachValidation: true
  }, async (request, reply) => {
    const { jobs: given } = (request.body ?? {}) as { jobs?: unknown }
    const registry = await app.knownTypes.registryFor(Array.isArray(given) ? given.map(typeOf) : [])
    return { data: await createJobs(app, request, reply, readNewJobs(request.body, registry, request.validationError)) }
  })

  app.get('/jobs', {
    config: { scope: 'read', page: true },
    preValidation: listQueryValues,
    schema: {
      operationId: 'list_jobs', tags: ['Jobs'], summary: 'List jobs',
      description: 'Newest first unless asked otherwise. Pages repeat no job and skip none that existed when the first was read, also while new ones are created.',
      querystring: ListQuery, response: { 200: JobPage, ...problems('invalid_cursor') }, examples: examples.list_jobs
    }
  }, async ({ query }) => {
    const { sort = 'created', order = 'desc', limit = DEFAULT_LIMIT, cursor, page, count } = query
    const { filter, faults } = readFilter(query, '?')
    if (cursor !== undefined && page !== undefined) faults.push({ pointer: '?page', detail: 'contradicts cursor: send one of them' })
    if (page !== undefined && page * limit > MAX_NUMBERED) faults.push({ pointer: '?page', detail: `reaches beyond the first ${MAX_NUMBERED.toLocaleString('en')} jobs: use cursor, which is fast anywhere` })
    if (faults.length > 0) throw invalidRequest(faults)
    const skip = page === undefined ? 0 : (page - 1) * limit
    const [found, counted] = await Promise.all([
      app.store.listJobs({ filter, sort, order, limit, skip, cursor: cursor ?? null }),
      count && app.store.countJobs(filter, { sort, exact: count === 'exact' })
    ])
    return { ...found, ...(counted && { count: counted.count, count_estimated: counted.estimated }) }
  })

  app.get('/jobs/:id', {
    config: { scope: 'read', page: true },
    schema: {
      operationId: 'get_job', tags: ['Jobs'], summary: 'Read a job', description: 'With its attempts that did not succeed, newest first.',
      params: JobId, response: { 200: JobWithAttempts, ...problems('job_not_found') }, examples: examples.get_job
    }
  }, async (request) => app.store.getJob(request.params.id))

  app.get('/jobs/:id/explain', {
    config: { scope: 'read' },
    schema: {
      operationId: 'explain_job', tags: ['Jobs'], summary: 'Explain a job', description: 'Why is it not running, and when can it start?',
      params: JobId, response: { 200: Explanation, ...problems('job_not_found') }, examples: examples.explain_job
    }
  }, async (request) => explain(await app.store.explainJob(request.params.id)))
}

export default jobs

/** Of a body that nobody has checked yet. */
const typeOf = (body: unknown): unknown => (body as { type?: unknown } | null | undefined)?.type
