/** What can be done to one job: cancel, retry, change, run now, duplicate, delete. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { uuidv7 } from 'uuidv7'
import { Job } from '../../core/job.js'
import { tellTimeline, theOne } from '../acted.js'
import { Changes, readChanges } from '../changes.js'
import { createFrom } from '../create.js'
import { jobActions as examples } from '../examples/job-actions.js'
import { IdempotencyHeader } from '../idempotency.js'
import { JobId } from '../job-filter.js'
import type { Examples } from '../openapi/route.js'
import { invalidRequest } from '../plugins/problems.js'
import { problems } from '../problem.js'
import { readWhen, WhenFields } from '../times.js'

const CancelAnswer = Type.Object({ ...Job.properties, outcome: Type.Enum(['cancelled', 'cancel_requested'], { description: 'cancel_requested: it is running and was told to stop; whatever would run it again cancels it' }) }, { title: 'CancelledJob' })

const RetryBody = Type.Object(
  { fence: Type.Optional(Type.Integer({ minimum: 0, description: 'the fence of the job as you saw it: if it has moved on since, nothing is done' })) },
  { title: 'Retry', additionalProperties: false }
)

const DuplicateBody = Type.Object(WhenFields, { title: 'When', additionalProperties: false })

const jobActions: FastifyPluginAsyncTypebox = async (app) => {
  const about = (operationId: keyof typeof examples, summary: string, description: string) => ({ operationId, tags: ['Jobs'], summary, description, params: JobId, examples: examples[operationId] as Examples })

  for (const method of ['PUT', 'POST'] as const) {
    app.route({
      method,
      url: '/jobs/:id/cancel',
      config: { scope: 'write' },
      schema: { ...about(method === 'PUT' ? 'cancel_job' : 'cancel_job_by_post', 'Cancel a job', '200: it will not start. 202: it runs, and was told to stop; whatever would run it again cancels it. Cancelling again is harmless.'), response: { 200: CancelAnswer, 202: CancelAnswer, ...problems('job_not_found', 'job_not_cancellable') } },
      handler: async (request, reply) => {
        const acted = await app.store.cancelJobs([request.params.id])
        const { job, outcome } = theOne(acted)
        tellTimeline(app, acted)
        return reply.code(outcome === 'cancelled' ? 200 : 202).send({ ...job, outcome: outcome as 'cancelled' | 'cancel_requested' })
      }
    })
  }

  app.post('/jobs/:id/retry', {
    config: { scope: 'write' },
    schema: { ...about('retry_job', 'Retry a job', 'Runs a job again that has ended, now and with all its attempts. With the fence that you saw, a delayed copy of the request does nothing.'), body: Type.Optional(RetryBody), response: { 200: Job, ...problems('job_not_found', 'job_not_retryable', 'fence_superseded') } }
  }, async ({ params: { id }, body }) => {
    const outbox = !app.timeline.up
    // Whoever names no fence means the job as it is now.
    const fence = body.fence ?? (await app.store.readStates([id]))[0]?.fence ?? 0
    const acted = await app.store.retryJobs([{ id, fence }], { outbox })
    const { job } = theOne(acted)
    tellTimeline(app, acted, outbox)
    return job
  })

  app.post('/jobs/:id/run-now', {
    config: { scope: 'write' },
    schema: { ...about('run_job_now', 'Run a job now', 'Makes a pending job due now; its scheduled_at stays.'), response: { 200: Job, ...problems('job_not_found', 'job_not_pending') } }
  }, async (request) => {
    const outbox = !app.timeline.up
    const acted = await app.store.updateJobs([request.params.id], { run_now: true }, { outbox })
    const { job } = theOne(acted)
    tellTimeline(app, acted, outbox)
    return job
  })

  app.patch('/jobs/:id', {
    config: { scope: 'write' },
    schema: { ...about('update_job', 'Change a job', 'While it is pending: its time, payload, priority and so on.'), body: Changes, response: { 200: Job, ...problems('job_not_found', 'job_not_pending', 'invalid_payload', 'not_storable') } }
  }, async ({ params: { id }, body }) => {
    const outbox = !app.timeline.up
    const type = body.payload === undefined ? undefined : (await app.store.getJob(id)).type
    const { changes, faults } = readChanges(body, '', app.registry, type)
    if (faults.length > 0) throw invalidRequest(faults, faults.every(({ pointer }) => pointer.startsWith('/payload')) ? 'invalid_payload' : 'invalid_request')
    const acted = await app.store.updateJobs([id], changes, { outbox })
    const { job } = theOne(acted)
    tellTimeline(app, acted, outbox)
    return job
  })

  app.post('/jobs/:id/duplicate', {
    config: { scope: 'write' },
    schema: { ...about('duplicate_job', 'Duplicate a job', 'Creates a job like this one, whatever its status, with a time of its own.'), headers: IdempotencyHeader, body: Type.Optional(DuplicateBody), response: { 200: Job, 201: Job, ...problems('job_not_found', 'idempotency_key_reused') }, answerHeaders: { 200: ['Location', 'Idempotent-Replayed'], 201: ['Location'] } }
  }, async (request, reply) => {
    const { faults, ...when } = readWhen(request.body)
    if (faults.length > 0) throw invalidRequest(faults)
    const job = await createFrom(app, request, reply, async () => {
      const { queue, type, payload, priority, max_retries, backoff, timeout_ms, tags, metadata } = await app.store.getJob(request.params.id)
      return { id: uuidv7(), queue, type, payload, priority, ...when, max_retries, backoff, timeout_ms, tags, metadata }
    })
    return reply.header('location', `/jobs/${job.id}`).send(job)
  })

  app.delete('/jobs/:id', {
    config: { scope: 'admin' },
    schema: { ...about('delete_job', 'Delete a job', 'One that has ended, with its attempts.'), response: { 204: Type.Null(), ...problems('job_not_found', 'job_not_deletable') } }
  }, async (request, reply) => {
    theOne(await app.store.deleteJobs([request.params.id]))
    return reply.code(204).send(null)
  })
}

export default jobActions
