/** The store over either transport: arguments as columns, answers as they are, and the rule of when a call is sent again. */
import { DulyError, ERRORS, type ErrorCode } from '../errors.js'
import type { Job, JobAttempt } from '../job.js'
import type { Arguments, FunctionName } from './functions.js'
import type { Beat, Claim, DueClaim, Entry, Exchange, Finish, Finished, JobPage, NewJob, OutboxEntry, Queue, Rescued, Scan, Store, WorkerInfo } from './store.js'
import { CallError, type Transport } from './transport.js'

/** Times that a call is sent again when nobody knows whether it ran; all within the deadline. */
const RESENDS = 2
/** Times that a call is sent again, at once, after a deadlock or a lock that others kept. */
const CONFLICTS = 10

export class SqlStore implements Store {
  readonly #transport: Transport
  readonly #timeoutMs: number

  /** @param options.timeoutMs - Longest that any method takes, sending again included. */
  constructor(transport: Transport, options: { readonly timeoutMs: number }) {
    this.#transport = transport
    this.#timeoutMs = options.timeoutMs
  }

  async createJobs(jobs: readonly NewJob[], { outbox = false } = {}): Promise<Job[]> {
    const stored = await this.#call<Job[]>('duly_create_jobs', {
      p_ids: jobs.map((job) => job.id),
      p_queues: jobs.map((job) => job.queue),
      p_types: jobs.map((job) => job.type),
      p_payloads: jobs.map((job) => JSON.stringify(job.payload ?? null)),
      p_priorities: jobs.map((job) => job.priority),
      p_scheduled_ats: jobs.map((job) => job.scheduled_at),
      p_max_retries: jobs.map((job) => job.max_retries),
      p_backoffs: jobs.map((job) => job.backoff && JSON.stringify(job.backoff)),
      p_timeouts_ms: jobs.map((job) => job.timeout_ms),
      p_outbox: outbox
    })
    if (jobs.length === 1) return stored
    const byId = new Map(stored.map((job) => [job.id, job]))
    return jobs.map((job) => byId.get(job.id)!)
  }

  async getJob(id: string) {
    const { job, attempts } = await this.#call<{ job: Job; attempts: JobAttempt[] }>('duly_get_job', { p_id: id })
    return { ...job, attempts }
  }

  async listJobs({ limit, cursor }: { limit: number; cursor?: string | null }): Promise<JobPage> {
    const before = cursor ? decodeCursor(cursor) : null
    const found = await this.#call<Job[]>('duly_list_jobs', { p_before: before, p_limit: limit + 1 }) // one more tells whether a page follows
    const data = found.slice(0, limit)
    return { data, next_cursor: found.length > limit ? encodeCursor(data.at(-1)!.id) : null }
  }

  cancelJob(id: string) {
    return this.#call<Job>('duly_cancel_job', { p_id: id })
  }

  registerWorker(worker: WorkerInfo) {
    return this.#call<{ now_ms: number }>('duly_register_worker', {
      p_id: worker.id,
      p_host: worker.host,
      p_pid: worker.pid,
      p_concurrency: worker.concurrency,
      p_types: worker.types,
      p_queues: worker.queues,
      p_lease_ms: worker.lease_ms
    })
  }

  beat(workerId: string) {
    return this.#call<Beat>('duly_beat', { p_worker_id: workerId })
  }

  async endWorker(workerId: string, reason: 'stopped' | 'declared_dead') {
    await this.#call('duly_end_worker', { p_worker_id: workerId, p_reason: reason })
  }

  claimJobs(workerId: string, ids: readonly string[]) {
    return this.#call<Claim>('duly_claim_jobs', (again) => ({ p_worker_id: workerId, p_ids: ids, p_again: again }))
  }

  claimDueJobs(workerId: string, queues: readonly string[], limit: number) {
    return this.#call<DueClaim>('duly_claim_due_jobs', { p_worker_id: workerId, p_queues: queues, p_limit: limit })
  }

  finishJobs(workerId: string, finishes: readonly Finish[]) {
    const columns = finishColumns(finishes)
    return this.#call<Finished>('duly_finish_jobs', (again) => ({ p_worker_id: workerId, ...columns, p_again: again }))
  }

  exchange(workerId: string, finishes: readonly Finish[], ids: readonly string[]) {
    const columns = finishColumns(finishes)
    return this.#call<Exchange>('duly_exchange_jobs', (again) => ({ p_worker_id: workerId, ...columns, p_claim_ids: ids, p_again: again }))
  }

  rescueJobs(workerId: string, limit: number) {
    return this.#call<Rescued[]>('duly_rescue_jobs', { p_worker_id: workerId, p_limit: limit })
  }

  async scanPending(scans: readonly Scan[], options: { withinMs: number; skipPaused: boolean; limit: number }) {
    const answer = await this.#call<{ until_ms: number; scans: Array<{ ids: string[]; run_ats_ms: number[] }> }>('duly_scan_pending', {
      p_queues: scans.map((scan) => scan.queue),
      p_priorities: scans.map((scan) => scan.priority),
      p_after_run_at: scans.map((scan) => new Date(scan.after.run_at_ms).toISOString()),
      p_after_ids: scans.map((scan) => scan.after.id),
      p_within_ms: options.withinMs,
      p_skip_paused: options.skipPaused,
      p_limit: options.limit
    })
    const pages = answer.scans.map(({ ids, run_ats_ms }, place): Entry[] => {
      const { queue, priority } = scans[place]!
      return ids.map((id, i) => ({ id, queue, priority, run_at_ms: run_ats_ms[i]! }))
    })
    return { pages, until_ms: answer.until_ms }
  }

  countPending(withinMs: number) {
    return this.#call<Array<{ queue: string; count: number }>>('duly_count_pending', { p_within_ms: withinMs })
  }

  listQueues() {
    return this.#call<Queue[]>('duly_list_queues', {})
  }

  readOutbox(done: readonly number[], limit: number) {
    return this.#call<OutboxEntry[]>('duly_read_outbox', { p_done: done, p_limit: limit })
  }

  ping() {
    return this.#call<{ schema_version: string; now_ms: number }>('duly_ping', {})
  }

  close() {
    return this.#transport.close()
  }

  /**
   * Calls a function until it answers, refuses, or the deadline is over.
   * @param args - Or a function of whether the call is sent again: its reply may have been lost, or a row was locked.
   */
  async #call<Answer, Name extends FunctionName = FunctionName>(name: Name, args: Arguments<Name> | ((again: boolean) => Arguments<Name>)): Promise<Answer> {
    const signal = AbortSignal.timeout(this.#timeoutMs)
    let resends = 0
    let conflicts = 0
    for (;;) {
      try {
        return (await this.#transport.call(name, typeof args === 'function' ? args(resends + conflicts > 0) : args, signal)) as Answer
      } catch (error) {
        if (!(error instanceof CallError)) throw error
        if (error.failure === 'conflict' && conflicts++ < CONFLICTS) continue
        if (error.failure !== 'unknown' || resends++ >= RESENDS || signal.aborted) throw toDulyError(name, error)
        await pause(50 * resends, signal)
      }
    }
  }
}

function finishColumns(finishes: readonly Finish[]) {
  const sorted = finishes.toSorted((a, b) => (a.id < b.id ? -1 : 1)) // two batches lock their rows in one order
  return {
    p_ids: sorted.map((finish) => finish.id),
    p_fences: sorted.map((finish) => finish.fence),
    p_outcomes: sorted.map((finish) => finish.outcome),
    p_results: sorted.map((finish) => finish.result ?? null),
    p_errors: sorted.map((finish) => finish.error ?? null),
    p_delays_ms: sorted.map((finish) => finish.delay_ms ?? 0)
  }
}

function toDulyError(name: FunctionName, error: CallError): DulyError {
  switch (error.failure) {
    case 'refused':
      if (Object.hasOwn(ERRORS, error.message)) return new DulyError(error.message as ErrorCode, { detail: error.detail, cause: error })
      break
    case 'invalid':
      return new DulyError('not_storable', { detail: `The database refused a value: ${error.message}.`, cause: error })
    case 'outdated':
      return new DulyError('schema_outdated', {
        detail: `The database knows no function ${name} such as this code calls. Run "npm run migrate".`,
        cause: error
      })
    case 'forbidden':
      return new DulyError('store_refused', {
        detail: `The store refuses the call of ${name}: ${error.message} (${error.code}). Set SUPABASE_KEY to the secret (service_role) key, or connect with DATABASE_URL as the user who migrated.`,
        cause: error
      })
  }
  return new DulyError('store_unavailable', { detail: `The store did not answer (${error.code}). Nothing is lost; try again.`, retryAfter: 1, cause: error })
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}

const encodeCursor = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')

function decodeCursor(cursor: string): string {
  const hex = Buffer.from(cursor, 'base64url').toString('hex')
  if (!/^[\w-]{22}$/.test(cursor) || hex.length !== 32) throw new DulyError('invalid_cursor', { detail: 'Pass next_cursor of the page before, unchanged.' })
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
