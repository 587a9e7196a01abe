/** Stores new jobs and tells the timeline: what every route that creates ends with. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DulyError, isDulyError } from '../core/errors.js'
import type { Job } from '../core/job.js'
import { storableFaults } from '../core/storable.js'
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
    : { jobs: await app.creates.create(jobs, { outbox }), replayed: false }
  if (replayed) return replay(reply, stored, jobs.length)
  if (!outbox) app.timeline.add(stored)
  reply.code(201)
  return stored
}

/**
 * The same for a job that is made of something else, such as a template: that may have changed or gone since the first
 * request with this key, which has made its job all the same.
 */
export async function createFrom(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply, make: () => Promise<NewJob>): Promise<Job> {
  let job: NewJob
  try {
    job = await make()
  } catch (error) {
    const mayHaveMade = isDulyError(error) && error.status < 500 && storableFaults(request.body).length === 0 // what is nested too deep has no hash, and has made nothing
    const idempotency = mayHaveMade ? idempotencyOf(request) : undefined
    const made = idempotency && (await app.store.findCreated(idempotency))
    if (!made) throw error
    return replay(reply, made, 1)[0]!
  }
  return (await createJobs(app, request, reply, [job]))[0]!
}

function replay(reply: FastifyReply, jobs: Job[], count: number): Job[] {
  if (jobs.length < count) throw new DulyError('job_not_found', { detail: 'What the first request with this Idempotency-Key made has been deleted since. To run it again, send another key.' })
  reply.code(200).header('idempotent-replayed', 'true')
  return jobs
}
