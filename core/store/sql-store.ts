/** The store over either transport: arguments as columns, answers as they are, and the rule of when a call is sent again. */
import { DulyError, ERRORS, type ErrorCode } from '../errors.js'
import type { ClaimedJob, Job, JobAttempt } from '../job.js'
import { decodeCursor, encodeCursor, filterJson, type JobFilter, type Sort } from './filter.js'
import type { NewTemplate, Template } from '../template.js'
import type { Arguments, FunctionName } from './functions.js'
import { type EndedPlace, type Failures, type JobCounts, type Keep, type Pruned, type QueueState, type StatsPeriod, type StatsQuery, type StatsRow, SWEPT, type Swept, type Tidied, type WorkerState } from './stats.js'
import type { Acted, Beat, Circumstances, Claim, Created, Entry, Finish, Finished, FoundPlace, Idempotency, JobChanges, JobPage, JobState, Later, ListOptions, NewJob, OutboxEntry, Queue, Rescued, Scan, Store, Targets, WorkerInfo } from './store.js'
import { CallError, type Transport } from './transport.js'

/** Times that a call is sent again when nobody knows whether it ran; all within the deadline. */
const RESENDS = 2
/** Times that a call is sent again, at once, after a deadlock or a lock that others kept. */
const CONFLICTS = 10
/** On which `duly.schedule_job` notifies. */
const OUTBOX_CHANNEL = 'duly_outbox'
const NOTHING_SWEPT = Object.fromEntries(SWEPT.map((kind) => [kind, 0])) as Swept
/** Longest that one call looks for jobs. */
const SEARCH_MS = 1_000
/** The same for an action, which nobody watches page by page. */
const FIND_MS = 3_000
/** For so long jobs are counted exactly, a call of {@link SEARCH_MS} after the other; about 700,000 of one error. */
const COUNT_MS = 10_000

export class SqlStore implements Store {
  readonly #transport: Transport
  readonly #timeoutMs: number

  /** @param options.timeoutMs - Longest that any method takes, sending again included. */
  constructor(transport: Transport, options: { readonly timeoutMs: number }) {
    this.#transport = transport
    this.#timeoutMs = options.timeoutMs
  }

  async createJobs(jobs: readonly NewJob[], { outbox = false } = {}): Promise<Job[]> {
    return (await this.#create(jobs, outbox)).jobs
  }

  createOnce(jobs: readonly NewJob[], idempotency: Idempotency, { outbox = false } = {}): Promise<Created> {
    return this.#create(jobs, outbox, idempotency)
  }

  async #create(jobs: readonly NewJob[], outbox: boolean, idempotency?: Idempotency): Promise<Created> {
    const answer = await this.#call<CreateAnswer>('duly_create_jobs', {
      p_ids: jobs.map((job) => job.id),
      p_queues: jobs.map((job) => job.queue),
      p_types: jobs.map((job) => job.type),
      p_payloads: jobs.map((job) => JSON.stringify(job.payload ?? null)),
      p_priorities: jobs.map((job) => job.priority),
      p_scheduled_ats: columnOf(jobs, (job) => job.scheduled_at),
      p_delays_ms: columnOf(jobs, (job) => job.delay_ms ?? null),
      p_max_retries: jobs.map((job) => job.max_retries),
      p_backoffs: columnOf(jobs, (job) => job.backoff && JSON.stringify(job.backoff)),
      p_timeouts_ms: columnOf(jobs, (job) => job.timeout_ms),
      p_expires_ats: columnOf(jobs, (job) => job.expires_at ?? null),
      p_tags: columnOf(jobs, ({ tags }) => (tags?.length ? JSON.stringify(tags) : null)),
      p_metadatas: columnOf(jobs, ({ metadata }) => (metadata && Object.keys(metadata).length > 0 ? JSON.stringify(metadata) : null)),
      p_outbox: outbox,
      p_scope: idempotency?.scope ?? null,
      p_idempotency_key: idempotency?.key ?? null,
      p_request_hash: idempotency?.requestHash ?? null
    })
    return { jobs: createdOf(jobs, answer), replayed: answer.replayed !== null }
  }

  async findCreated({ scope, key, requestHash }: Idempotency) {
    const { found, jobs } = await this.#call<{ found: boolean; jobs: Job[] }>('duly_find_created', { p_scope: scope, p_idempotency_key: key, p_request_hash: requestHash })
    return found ? jobs : undefined
  }

  async getJob(id: string) {
    const { job, attempts } = await this.#call<{ job: Job; attempts: JobAttempt[] }>('duly_get_job', { p_id: id })
    return { ...job, attempts }
  }

  async listJobs({ limit, cursor, filter, sort = 'created', order = 'desc', skip = 0 }: ListOptions): Promise<JobPage> {
    const desc = order === 'desc'
    const after = cursor ? decodeCursor(cursor, sort, desc) : null
    const { jobs, next, scanned_at } = await this.#call<{ jobs: Job[]; next: { at: string; id: string } | null; scanned_at: string | null }>('duly_list_jobs', {
      p_filter: filterJson(filter),
      p_sort: sort,
      p_desc: desc,
      p_after_at: after?.at ?? null,
      p_after: after?.id ?? null,
      p_skip: skip,
      p_limit: limit,
      p_budget_ms: SEARCH_MS
    })
    return { data: jobs, next_cursor: next && encodeCursor(sort, desc, next), scanned_until: scanned_at }
  }

  async countJobs(filter: JobFilter, { sort = 'created', exact }: { sort?: Sort; exact: boolean }) {
    const ask = (p_exact: boolean, p_from: string | null) =>
      this.#call<{ count: number; estimated: boolean; next: string | null }>('duly_count_found', { p_filter: filterJson(filter), p_sort: sort, p_exact, p_from, p_budget_ms: SEARCH_MS })
    const untilMs = performance.now() + COUNT_MS
    const { estimated, ...first } = await ask(exact, null)
    let { count, next } = first
    while (next !== null) {
      if (performance.now() > untilMs) return { count: Math.max(count, (await ask(false, null)).count), estimated: true }
      const rest = await ask(true, next)
      count += rest.count
      next = rest.next
    }
    return { count, estimated }
  }

  findJobs(filter: JobFilter, limit: number, after: FoundPlace | null = null) {
    return this.#call<Targets>('duly_find_jobs', {
      p_filter: filterJson(filter),
      p_after_at: after?.at ?? null,
      p_after: after?.id ?? null,
      p_until: after?.until ?? null,
      p_limit: limit,
      p_budget_ms: FIND_MS
    })
  }

  readStates(ids: readonly string[]) {
    return this.#call<JobState[]>('duly_read_states', { p_ids: ids })
  }

  cancelJobs(ids: readonly string[]) {
    return this.#call<Acted[]>('duly_cancel_jobs', { p_ids: ids })
  }

  retryJobs(seen: ReadonlyArray<{ readonly id: string; readonly fence: number }>, { outbox = false } = {}) {
    const columns = { p_ids: seen.map(({ id }) => id), p_fences: seen.map(({ fence }) => fence), p_outbox: outbox }
    return this.#call<Acted[]>('duly_retry_jobs', (again) => ({ ...columns, p_again: again }))
  }

  updateJobs(ids: readonly string[], changes: JobChanges, { outbox = false } = {}) {
    return this.#call<Acted[]>('duly_update_jobs', { p_ids: ids, p_changes: JSON.stringify(changes), p_outbox: outbox })
  }

  duplicateJobs(ids: readonly string[], options: { newIds: readonly string[]; scheduled_at?: string | null; delay_ms?: number | null; outbox?: boolean }) {
    const { newIds, scheduled_at = null, delay_ms, outbox = false } = options
    return this.#call<Acted[]>('duly_duplicate_jobs', { p_ids: ids, p_new_ids: newIds, p_scheduled_at: scheduled_at, p_delay_ms: delay_ms ?? 0, p_outbox: outbox })
  }

  deleteJobs(ids: readonly string[]) {
    return this.#call<Acted[]>('duly_delete_jobs', (again) => ({ p_ids: ids, p_again: again }))
  }

  explainJob(id: string) {
    return this.#call<Circumstances>('duly_explain_job', { p_id: id })
  }

  expireJobs(limit: number) {
    return this.#call<{ expired: number }>('duly_expire_jobs', { p_limit: limit })
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

  async claimJobs(workerId: string, ids: readonly string[]) {
    return claimOf(await this.#call<ClaimAnswer>('duly_claim_jobs', (again) => ({ p_worker_id: workerId, p_ids: ids, p_again: again })))
  }

  async claimDueJobs(workerId: string, queues: readonly string[], limit: number) {
    const { claimed, wait_ms } = await this.#call<{ claimed: ClaimAnswer; wait_ms: number | null }>('duly_claim_due_jobs', { p_worker_id: workerId, p_queues: queues, p_limit: limit })
    return { jobs: claimOf(claimed).jobs, wait_ms }
  }

  finishJobs(workerId: string, finishes: readonly Finish[]) {
    const columns = finishColumns(finishes)
    return this.#call<Finished>('duly_finish_jobs', (again) => ({ p_worker_id: workerId, ...columns, p_again: again }))
  }

  async exchange(workerId: string, finishes: readonly Finish[], ids: readonly string[]) {
    const columns = finishColumns(finishes)
    const { finished, claimed } = await this.#call<{ finished: Finished; claimed: ClaimAnswer }>('duly_exchange_jobs', (again) => ({ p_worker_id: workerId, ...columns, p_claim_ids: ids, p_again: again }))
    return { ...finished, ...claimOf(claimed) }
  }

  rescueJobs(workerId: string, limit: number) {
    return this.#call<Rescued[]>('duly_rescue_jobs', { p_worker_id: workerId, p_limit: limit })
  }

  async scanPending(scans: readonly Scan[], options: { withinMs: number; skipPaused: boolean; limit: number }) {
    const answer = await this.#call<{ until_ms: number; scans: Array<{ ids: string; run_ats_ms: string }> }>('duly_scan_pending', {
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
      const runAts = elementsOf(run_ats_ms)
      return elementsOf(ids).map((id, i) => ({ id, queue, priority, run_at_ms: Number(runAts[i]) }))
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

  listenForOutbox(onWord: () => void) {
    this.#transport.listen?.(OUTBOX_CHANNEL, onWord)
  }

  listTemplates() {
    return this.#call<Template[]>('duly_list_templates', {})
  }

  getTemplate(id: string) {
    return this.#call<Template>('duly_get_template', { p_id: id })
  }

  createTemplate(template: NewTemplate) {
    return this.#call<Template>('duly_create_template', templateColumns(template))
  }

  replaceTemplate(template: NewTemplate) {
    return this.#call<Template>('duly_replace_template', templateColumns(template))
  }

  async deleteTemplate(id: string) {
    await this.#call('duly_delete_template', (again) => ({ p_id: id, p_again: again }))
  }

  async flushStats(workerId: string, rows: readonly StatsRow[]) {
    await this.#call('duly_flush_stats', {
      p_worker_id: workerId,
      p_resolutions: rows.map((row) => row.resolution),
      p_period_starts: rows.map((row) => new Date(row.period_start_ms).toISOString()),
      p_queues: rows.map((row) => row.queue),
      p_types: rows.map((row) => row.type),
      p_outcomes: rows.map((row) => row.outcome),
      p_counts: rows.map((row) => row.count),
      p_wait_ms: rows.map((row) => row.times.wait.sum_ms),
      p_lateness_ms: rows.map((row) => row.times.lateness.sum_ms),
      p_run_ms: rows.map((row) => row.times.run.sum_ms),
      p_wait_buckets: rows.map((row) => row.times.wait.buckets),
      p_lateness_buckets: rows.map((row) => row.times.lateness.buckets),
      p_run_buckets: rows.map((row) => row.times.run.buckets)
    })
  }

  readStats({ resolution, fromMs, toMs, queue, type }: StatsQuery) {
    return this.#call<StatsPeriod[]>('duly_read_stats', { p_resolution: resolution, p_from_ms: fromMs, p_to_ms: toMs, p_queue: queue ?? null, p_type: type ?? null })
  }

  countAllJobs() {
    return this.#call<JobCounts>('duly_count_jobs', {})
  }

  readFailures({ queue, type, limit }: { queue?: string | undefined; type?: string | undefined; limit: number }) {
    return this.#call<Failures>('duly_read_failures', { p_queue: queue ?? null, p_type: type ?? null, p_limit: limit })
  }

  readQueues() {
    return this.#call<QueueState[]>('duly_read_queues', { p_name: null })
  }

  async readQueue(name: string) {
    const [queue] = await this.#call<QueueState[]>('duly_read_queues', { p_name: name })
    if (!queue) throw new DulyError('queue_not_found', { detail: `There is no queue "${name}".` })
    return queue
  }

  async pauseQueue(name: string) {
    await this.#call('duly_set_paused', { p_name: name, p_paused: true })
  }

  async resumeQueue(name: string) {
    await this.#call('duly_set_paused', { p_name: name, p_paused: false })
  }

  async listWorkers({ endedWithinMs, limit }: { endedWithinMs: number; limit: number }) {
    const workers = await this.#call<WorkerState[]>('duly_list_workers', { p_ended_within_ms: endedWithinMs, p_limit: limit })
    return workers.map((worker) => ({ ...worker, swept: { ...NOTHING_SWEPT, ...worker.swept } }))
  }

  async reportSwept(workerId: string, swept: Swept) {
    await this.#call('duly_report_swept', { p_worker_id: workerId, p_swept: JSON.stringify(swept) })
  }

  listTypes() {
    return this.#call<string[]>('duly_list_types', {})
  }

  tidy(limit: number) {
    return this.#call<Tidied>('duly_tidy', { p_limit: limit })
  }

  pruneJobs(keep: Keep, { after, limit }: { after: readonly EndedPlace[]; limit: number }) {
    return this.#call<Pruned>('duly_prune_jobs', {
      p_keep_completed_ms: keep.completed,
      p_keep_failed_ms: keep.failed,
      p_keep_cancelled_ms: keep.cancelled,
      p_queues: after.map((place) => place.queue),
      p_statuses: after.map((place) => place.status),
      p_after_at: after.map((place) => new Date(place.at_ms).toISOString()),
      p_after_ids: after.map((place) => place.id),
      p_limit: limit
    })
  }

  ping() {
    return this.#call<{ schema_version: string; now_ms: number; server_version: string }>('duly_ping', {})
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

/** One value of each, or null when there are none: most jobs have no time, and to write and read a thousand nulls costs as much as a thousand ids. */
function columnOf<Item, Value>(items: readonly Item[], valueOf: (item: Item) => Value | null): Array<Value | null> | null {
  const values = items.map(valueOf)
  return values.every((value) => value === null) ? null : values
}

interface CreateAnswer {
  /** Of those that are new. */
  readonly made: {
    readonly created_at: string | null
    /** These are null when none were given a time or a backoff: then all are due when they were created. */
    readonly id: readonly string[] | null
    readonly scheduled_at: readonly string[] | null
    readonly run_at: readonly string[] | null
    readonly backoff: ReadonlyArray<Job['backoff']> | null
    readonly expires_at: ReadonlyArray<string | null> | null
  } | null
  /** All of them, in no order, when some are not new. */
  readonly jobs: readonly Job[] | null
  /** Ids of what an earlier request has made, in its order. */
  readonly replayed: readonly string[] | null
}

/** The jobs in the order given. A job that is new has the fields that were given, and those that a job begins with. */
function createdOf(given: readonly NewJob[], { made, jobs, replayed }: CreateAnswer): Job[] {
  if (jobs) {
    const byId = new Map(jobs.map((job) => [job.id, job]))
    return (replayed ?? given.map(({ id }) => id)).flatMap((id) => byId.get(id) ?? [])
  }
  if (replayed || !made?.created_at) return [] // of no jobs, or of such as have been deleted since
  const createdAt = isoOf(made.created_at)
  const { id: ids } = made
  if (!ids) return given.map((job) => newlyMade(job, { createdAt, scheduledAt: createdAt, runAt: createdAt, backoff: null, expiresAt: null }))
  const scheduledAts = isoColumn(made.scheduled_at)
  const runAts = isoColumn(made.run_at)
  const placeOf = new Map(ids.map((id, place) => [id, place]))
  return given.map((job) => {
    const i = placeOf.get(job.id)!
    const expiresAt = made.expires_at![i]
    return newlyMade(job, { createdAt, scheduledAt: scheduledAts[i]!, runAt: runAts[i]!, backoff: made.backoff![i] ?? null, expiresAt: expiresAt ? isoOf(expiresAt) : null })
  })
}

const newlyMade = (job: NewJob, at: { createdAt: string; scheduledAt: string; runAt: string; backoff: Job['backoff']; expiresAt: string | null }): Job => ({
  id: job.id,
  queue: job.queue,
  type: job.type,
  payload: job.payload ?? null,
  priority: job.priority,
  status: 'pending',
  scheduled_at: at.scheduledAt,
  run_at: at.runAt,
  attempt: 0,
  fence: 0,
  max_retries: job.max_retries,
  backoff: at.backoff,
  timeout_ms: job.timeout_ms,
  expires_at: at.expiresAt,
  tags: [...(job.tags ?? [])],
  metadata: job.metadata ?? {},
  result: null,
  last_error: null,
  worker_id: null,
  created_at: at.createdAt,
  started_at: null,
  finished_at: null,
  cancel_requested_at: null,
  cancel_reason: null
})

/** Jobs as columns, each null when there are no jobs. */
type Columns = { readonly [Name in keyof Required<ClaimedJob>]: ReadonlyArray<ClaimedJob[Name] | null> | null }

interface ClaimAnswer {
  readonly jobs: Columns
  readonly later: Later[]
}

function claimOf({ jobs: columns, later }: ClaimAnswer): Claim {
  const runAts = isoColumn(columns.run_at)
  const scheduledAts = isoColumn(columns.scheduled_at)
  const createdAts = isoColumn(columns.created_at)
  const startedAts = isoColumn(columns.started_at)
  const jobs = (columns.id ?? []).map((id, i) => ({
    id: id!,
    queue: columns.queue![i]!,
    type: columns.type![i]!,
    payload: columns.payload![i],
    priority: columns.priority![i]!,
    scheduled_at: scheduledAts[i]!,
    run_at: runAts[i]!,
    attempt: columns.attempt![i]!,
    fence: columns.fence![i]!,
    max_retries: columns.max_retries![i]!,
    backoff: columns.backoff![i] ?? null,
    timeout_ms: columns.timeout_ms![i] ?? null,
    tags: columns.tags![i] ?? [],
    metadata: columns.metadata![i] ?? {},
    created_at: createdAts[i]!,
    started_at: startedAts[i]!,
    isolate: columns.isolate![i] ?? null
  }))
  return { jobs, later }
}

/** Of an array as Postgres writes it, of values that need no quotes: as JSON, each would cost it three times as much. */
const elementsOf = (literal: string): string[] => (literal === '{}' ? [] : literal.slice(1, -1).split(','))

/** Times of one column: those of one batch are often the same. */
function isoColumn(times: ReadonlyArray<string | null> | null): string[] {
  let last = ''
  let iso = ''
  return (times ?? []).map((time) => {
    if (time !== last) [last, iso] = [time!, isoOf(time!)]
    return iso
  })
}

/** Postgres leaves out zeros at the end: `2026-11-22T09:00:00.12+00:00`. Somebody's SQL may have made a row whose time is none: that is left as it is. */
function isoOf(time: string): string {
  if (time.length === 29 && time[4] === '-') return `${time.slice(0, 23)}Z`
  const date = new Date(time)
  return Number.isNaN(date.valueOf()) ? time : date.toISOString()
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

const templateColumns = ({ id, name, description, body, variables }: NewTemplate) => ({ p_id: id, p_name: name, p_description: description, p_body: JSON.stringify(body), p_variables: variables })

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
