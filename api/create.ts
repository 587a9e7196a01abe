/** Stores new jobs and tells the timeline: what every route that creates ends with. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DulyError } from '../core/errors.js'
import type { Job } from '../core/job.js'
import type { NewJob } from '../core/store/index.js'
import { idempotencyOf } from './idempotency.js'

/**
 * Answers 201, or 200 with `Idempotent-Replayed` when an earlier request with the same key has made the jobs.
 *
 * @returns The jobs in the order given.
 * @throws {DulyError} `idempotency_key_reused`; `job_not_found` when a job that the key made has been deleted.
 */
export async function createJobs(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply, jobs: readonly NewJob[]): Promise<Job[]> {
  const outbox = !app.timeline.up
  const idempotency = idempotencyOf(request)
  const { jobs: stored, replayed } = idempotency
    ? await app.store.createOnce(jobs, idempotency, { outbox })
    : { jobs: await app.store.createJobs(jobs, { outbox }), replayed: false }
  if (replayed) {
    if (stored.length < jobs.length) throw new DulyError('job_not_found', { detail: 'What the first request with this Idempotency-Key made has been deleted since. To run it again, send another key.' })
    reply.code(200).header('idempotent-replayed', 'true')
    return stored
  }
  if (!outbox) for (const job of stored) app.timeline.add(job)
  reply.code(201)
  return stored
}
