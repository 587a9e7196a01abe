/** Why a job is not running, and when it can start: the facts from the store, in words. */
import Type, { type Static } from 'typebox'
import { Job } from '../core/job.js'
import type { Circumstances } from '../core/store/index.js'

export const REASONS = [
  'scheduled', 'retry_wait', 'queue_paused', 'no_worker', 'no_worker_for_type', 'no_worker_for_queue', 'waiting_for_slot', 'due',
  'running', 'cancelling', 'completed', 'failed', 'cancelled', 'expired'
] as const
export type Reason = (typeof REASONS)[number]

export const Explanation = Type.Object({
  id: Job.properties.id,
  status: Job.properties.status,
  reasons: Type.Array(
    Type.Object({ code: Type.Enum([...REASONS], { description: 'Stable' }), detail: Type.String({ description: 'In words, and what to do about it' }) }, { title: 'Reason' }),
    { minItems: 1, description: 'Why it is not running; the first would have to change first' }
  ),
  earliest_start_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], { description: 'Not before then; null when it has started or ended, or when nobody can tell since something has to be done first' }),
  ahead: Type.Integer({ description: 'Jobs of its queue that are due and come first; counted up to 1,000' }),
  now: Type.String({ format: 'date-time', description: "The database's clock" })
}, { title: 'Explanation' })
export type Explanation = Static<typeof Explanation>

type Said = Explanation['reasons'][number]

export function explain({ job, now, queue_paused, workers, ahead, attempts }: Circumstances): Explanation {
  const base = { id: job.id, status: job.status, ahead, now }
  if (job.status !== 'pending') return { ...base, reasons: [sayWhere(job)], earliest_start_at: null }

  const isDue = job.run_at <= now
  const blocked = blocks(job, queue_paused, workers)
  const reasons = [...blocked]
  if (!isDue) reasons.unshift(sayWait(job, attempts[0]))
  else if (blocked.length === 0) {
    reasons.push(
      workers.running >= workers.slots
        ? { code: 'waiting_for_slot', detail: `It is due, and all ${workers.slots} slots that could run it are taken; ${count(ahead, 'job comes', 'jobs come')} first. More workers or a higher WORKER_CONCURRENCY would start it sooner.` }
        : { code: 'due', detail: `It is due and about to start${ahead > 0 ? `, after ${count(ahead, 'other job', 'other jobs')}` : ''}.` }
    )
  }
  return { ...base, reasons, earliest_start_at: blocked.length > 0 ? null : isDue ? now : job.run_at }
}

function sayWhere(job: Job): Said {
  switch (job.status) {
    case 'in_progress':
      return job.cancel_requested_at
        ? { code: 'cancelling', detail: `It was told to stop at ${job.cancel_requested_at}; when its handler listens, it ends as cancelled.` }
        : { code: 'running', detail: `It is running since ${job.started_at} on worker ${job.worker_id}.` }
    case 'completed': return { code: 'completed', detail: `It was completed at ${job.finished_at}.` }
    case 'failed': return { code: 'failed', detail: `It failed for good at ${job.finished_at}, after ${count(job.attempt, 'attempt', 'attempts')}${job.last_error ? `: ${job.last_error}` : ''}. Retry it to run it again.` }
    default:
      return job.cancel_reason === 'expired'
        ? { code: 'expired', detail: `It had not started by its expires_at, ${job.expires_at}, and was cancelled at ${job.finished_at}.` }
        : { code: 'cancelled', detail: `It was cancelled at ${job.finished_at}. Retry it to run it after all.` }
  }
}

function sayWait(job: Job, newest: Circumstances['attempts'][number] | undefined): Said {
  if (newest?.outcome === 'retry' && job.attempt > 0) return { code: 'retry_wait', detail: `Attempt ${job.attempt} of ${job.max_retries + 1} failed (${job.last_error}); the next is due at ${job.run_at}.` }
  return { code: 'scheduled', detail: `It is due at ${job.run_at}.` }
}

/** What has to be done before it can start at all. */
function blocks(job: Job, queuePaused: boolean, { alive, of_type, of_queue, able }: Circumstances['workers']): Said[] {
  const said: Said[] = []
  if (queuePaused) said.push({ code: 'queue_paused', detail: `The queue ${job.queue} is paused: resume it.` })
  if (alive === 0) said.push({ code: 'no_worker', detail: 'No worker is alive: start one.' })
  else if (of_type === 0) said.push({ code: 'no_worker_for_type', detail: `No worker that is alive has a handler for ${job.type}.` })
  else if (of_queue === 0 || able === 0) said.push({ code: 'no_worker_for_queue', detail: `No worker that knows ${job.type} serves the queue ${job.queue}: see WORKER_QUEUES.` })
  return said
}

const count = (n: number, one: string, many: string) => `${n >= 1_000 ? '1,000 or more' : n} ${n === 1 ? one : many}`
