/** Jobs: create, list, read, cancel. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { Job, JobWithAttempts } from '../../core/job.js'
import { NewJobBody, readNewJob } from '../new-job.js'
import { problems } from '../problem.js'

const JobId = Type.Object({
  id: Type.String({
    format: 'uuid',
    pattern: '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$',
    description: 'The id of a job',
    'x-fault': 'must be the id of a job, a UUID such as 01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71'
  })
})

const DEFAULT_LIMIT = 20

const Page = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ default: DEFAULT_LIMIT, minimum: 1, maximum: 100, description: 'Jobs in the answer', 'x-fault': 'must be one whole number from 1 to 100' })),
    cursor: Type.Optional(Type.String({ minLength: 1, description: 'next_cursor of the page before', 'x-fault': 'must be next_cursor of the page before, unchanged; leave it out for the first page' }))
  },
  { additionalProperties: false }
)

const JobPage = Type.Object({
  data: Type.Array(Job, { description: 'Newest first' }),
  next_cursor: Type.Union([Type.String(), Type.Null()], { description: 'Pass it as cursor for the page that follows; null on the last one' })
})

const jobs: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/jobs', {
    config: { scope: 'write' },
    schema: { summary: 'Create a job', body: NewJobBody, response: { 201: Job, ...problems(400, 413, 415, 422) } },
    attachValidation: true // the faults of the payload belong into the same answer
  }, async (request, reply) => {
    const job = readNewJob(request.body, app.registry, request.validationError)
    const outbox = !app.timeline.up
    const [stored] = await app.store.createJobs([job], { outbox })
    if (!outbox) app.timeline.add(stored!)
    return reply.code(201).header('location', `/jobs/${stored!.id}`).send(stored!)
  })

  app.get('/jobs', {
    config: { scope: 'read' },
    schema: { summary: 'List jobs, newest first', querystring: Page, response: { 200: JobPage, ...problems(422) } }
  }, async ({ query }) => app.store.listJobs({ limit: DEFAULT_LIMIT, ...query }))

  app.get('/jobs/:id', {
    config: { scope: 'read' },
    schema: { summary: 'Read a job and its attempts that did not succeed', params: JobId, response: { 200: JobWithAttempts, ...problems(404, 422) } }
  }, async (request) => app.store.getJob(request.params.id))

  app.put('/jobs/:id/cancel', {
    config: { scope: 'write' },
    schema: { summary: 'Cancel a pending job', params: JobId, response: { 200: Job, ...problems(404, 409, 422) } }
  }, async (request) => {
    const job = await app.store.cancelJob(request.params.id)
    app.timeline.remove(job)
    return job
  })
}

export default jobs
