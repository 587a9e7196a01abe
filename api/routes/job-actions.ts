/** What can be done to one job: cancel, retry, change, run now, duplicate, delete. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { uuidv7 } from 'uuidv7'
import { Job } from '../../core/job.js'
import { tellTimeline, theOne } from '../acted.js'
import { Changes, readChanges } from '../changes.js'
import { createJobs } from '../create.js'
import { IdempotencyHeader } from '../idempotency.js'
import * as examples from '../job-examples.js'
import { shown } from '../job-examples.js'
import { JobId } from '../job-filter.js'
import { invalidRequest } from '../plugins/problems.js'
import { problems } from '../problem.js'
import { readWhen, WhenFields } from '../times.js'

const CancelAnswer = Type.Object({ ...Job.properties, outcome: Type.Enum(['cancelled', 'cancel_requested'], { description: 'cancel_requested: it is running and was told to stop; whatever would run it again cancels it' }) })

const RetryBody = Type.Object(
  { fence: Type.Optional(Type.Integer({ minimum: 0, description: 'the fence of the job as you saw it: if it has moved on since, nothing is done' })) },
  { additionalProperties: false }
)

const DuplicateBody = Type.Object(WhenFields, { additionalProperties: false })

/** For routes that work without a body. */
async function bodyMayBeMissing(request: FastifyRequest): Promise<void> {
  if (request.body === undefined) request.body = {}
}

const jobActions: FastifyPluginAsyncTypebox = async (app) => {
  const about = (operationId: string, summary: string) => ({ operationId, tags: ['Jobs'], summary, params: JobId })

  for (const method of ['PUT', 'POST'] as const) {
    app.route({
      method,
      url: '/jobs/:id/cancel',
      config: { scope: 'write' },
      schema: { ...about(method === 'PUT' ? 'cancel_job' : 'cancel_job_by_post', 'Cancel a job, also while it runs'), response: { 200: shown(CancelAnswer, { ...examples.cancelled, outcome: 'cancelled' }), 202: shown(CancelAnswer, { ...examples.running, cancel_requested_at: '2026-01-31T09:30:02.200Z', outcome: 'cancel_requested' }), ...problems(404, 409, 422) } },
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
    preValidation: bodyMayBeMissing,
    schema: { ...about('retry_job', 'Run a job again that has ended, now and with all its attempts'), body: shown(RetryBody, { fence: 2 }), response: { 200: shown(Job, examples.retried), ...problems(400, 404, 409, 413, 415, 422) } }
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
    schema: { ...about('run_job_now', 'Make a pending job due now; its scheduled_at stays'), response: { 200: shown(Job, examples.dueNow), ...problems(404, 409, 422) } }
  }, async (request) => {
    const outbox = !app.timeline.up
    const acted = await app.store.updateJobs([request.params.id], { run_now: true }, { outbox })
    const { job } = theOne(acted)
    tellTimeline(app, acted, outbox)
    return job
  })

  app.patch('/jobs/:id', {
    config: { scope: 'write' },
    schema: { ...about('update_job', 'Change a pending job: its time, payload, priority and so on'), body: shown(Changes, examples.changes), response: { 200: shown(Job, examples.changed), ...problems(400, 404, 409, 413, 415, 422) } }
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
    preValidation: bodyMayBeMissing,
    schema: {
      ...about('duplicate_job', 'Create a job like this one, whatever its status, with a time of its own'), headers: IdempotencyHeader,
      body: shown(DuplicateBody, { scheduled_at: '2026-02-07T09:30:00Z' }, { delay: '1h30m' }), response: { 200: shown(Job, examples.duplicate), 201: shown(Job, examples.duplicate), ...problems(400, 404, 413, 415, 422) }
    }
  }, async (request, reply) => {
    const { faults, ...when } = readWhen(request.body)
    if (faults.length > 0) throw invalidRequest(faults)
    const { queue, type, payload, priority, max_retries, backoff, timeout_ms, tags, metadata } = await app.store.getJob(request.params.id)
    const [job] = await createJobs(app, request, reply, [{ id: uuidv7(), queue, type, payload, priority, ...when, max_retries, backoff, timeout_ms, tags, metadata }])
    return reply.header('location', `/jobs/${job!.id}`).send(job!)
  })

  app.delete('/jobs/:id', {
    config: { scope: 'admin' },
    schema: { ...about('delete_job', 'Delete a job that has ended, with its attempts'), response: { 204: Type.Null(), ...problems(404, 409, 422) } }
  }, async (request, reply) => {
    theOne(await app.store.deleteJobs([request.params.id]))
    return reply.code(204).send(null)
  })
}

export default jobActions
