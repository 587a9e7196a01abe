/** The actions on many jobs: by their ids, or by the filter of the list. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { uuidv7 } from 'uuidv7'
import { DulyError, ERRORS, type ErrorCode, type Fault } from '../../core/errors.js'
import { ENDED, type JobStatus } from '../../core/job.js'
import type { Acted, FoundPlace, JobFilter, JobState } from '../../core/store/index.js'
import { tellTimeline, whyRefused } from '../acted.js'
import { decodeBulkCursor, encodeBulkCursor } from '../bulk-cursor.js'
import { Changes, readChanges } from '../changes.js'
import { bulkActions as examples } from '../examples/bulk-actions.js'
import { Filter, JobId, listValues, readFilter } from '../job-filter.js'
import { invalidRequest } from '../plugins/problems.js'
import { Problem, problems } from '../problem.js'
import { readWhen, WhenFields } from '../times.js'

/** Jobs in one call to the store. */
const BATCH = 1_000
/** Most ids in a request, and most jobs that are found by a filter for one. */
const MAX_IDS = 10_000
const MAX_FOUND = 100_000
/** For so long a request looks for them; then it does what it has found, and `next_cursor` goes on. */
const FIND_MS = 10_000

const Selection = {
  ids: Type.Optional(Type.Array(JobId.properties.id, { minItems: 1, maxItems: MAX_IDS, description: 'the jobs' })),
  filter: Type.Optional({ ...Filter, description: 'or those that GET /jobs lists with the same words' }),
  expected_count: Type.Optional(Type.Integer({ minimum: 0, description: 'with filter: how many jobs you saw; 409 when it means more than a tenth more or fewer by now' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_FOUND, description: 'with filter: most jobs of this request, 100,000 if not given; next_cursor goes on' })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'next_cursor of the answer before: the same request goes on with the others', 'x-fault': 'must be next_cursor of the answer before, unchanged; leave it out in the first request' })),
  dry_run: Type.Optional(Type.Boolean({ default: false, description: 'say what would be done' }))
}
const bodyOf = <Fields extends Type.TProperties>(title: string, fields: Fields) => Type.Object({ ...Selection, ...fields }, { title, additionalProperties: false })
/** Of every action that takes nothing else. */
const SelectionOnly = bodyOf('JobSelection', {})

const Answer = Type.Object({
  dry_run: Type.Boolean({ description: 'Nothing was done' }),
  matched: Type.Integer({ description: 'Jobs that were meant' }),
  changed: Type.Integer({ description: 'Jobs for which it was done' }),
  results: Type.Array(
    Type.Object({
      id: Type.String({ format: 'uuid' }),
      outcome: Type.Enum(['cancelled', 'cancel_requested', 'retried', 'updated', 'duplicated', 'deleted', 'refused']),
      code: Type.Optional(Problem.properties.code),
      detail: Type.Optional(Type.String({ description: 'Why it was refused, in a sentence' })),
      new_id: Type.Optional(Type.String({ format: 'uuid', description: 'Of the duplicate' }))
    }, { title: 'ActionResult' }),
    { description: 'What happened to each job, and why not' }
  ),
  next_cursor: Type.Union([Type.String(), Type.Null()], { description: 'The filter means further jobs: send the same request with it as cursor. null: these were all' })
}, { title: 'ActionAnswer' })
type Answer = Static<typeof Answer>
type Result = Answer['results'][number]

interface SelectionBody {
  ids?: string[]
  filter?: Static<typeof Filter>
  expected_count?: number
  limit?: number
  cursor?: string
  dry_run?: boolean
}

interface Target {
  readonly id: string
  readonly fence: number
}

interface Action {
  /** What would become of a job; the store decides by the row when it is done. */
  readonly predict: (status: JobStatus) => NonNullable<Acted['outcome']> | ErrorCode
  /** Acts on at most {@link BATCH} jobs. */
  readonly act: (targets: readonly Target[], outbox: boolean) => Promise<Acted[]>
  /** It goes by the fence of each job. */
  readonly needsFence?: boolean
}

const hasEnded = (status: JobStatus) => (ENDED as readonly JobStatus[]).includes(status)

const bulkActions: FastifyPluginAsyncTypebox = async (app) => {
  const idsOf = (targets: readonly Target[]) => targets.map(({ id }) => id)
  const about = (operationId: keyof typeof examples, summary: string, description: string) => ({
    operationId, tags: ['Bulk'], summary,
    description: `${description} Names the jobs by their ids, or by the filter of the list and how many you expect it to mean. The answer says for each job what happened, and why not. A filter that means more jobs than one request does is done by several: next_cursor goes on.`,
    response: { 200: Answer, ...problems('count_moved', 'invalid_cursor') },
    examples: examples[operationId]
  })
  /** Ids take 39 bytes each. */
  const bodyLimit = 1024 * 1024
  const preValidation = async ({ body }: FastifyRequest) => listValues((body as SelectionBody | undefined)?.filter)

  app.post('/jobs/bulk/cancel', {
    config: { scope: 'write' }, bodyLimit, preValidation,
    schema: { ...about('cancel_jobs', 'Cancel many jobs', 'Those that run are told to stop.'), body: SelectionOnly }
  }, (request) => run(app, request, request.body, [], {
    predict: (status) => (status === 'pending' || status === 'cancelled' ? 'cancelled' : status === 'in_progress' ? 'cancel_requested' : 'job_not_cancellable'),
    act: (targets) => app.store.cancelJobs(idsOf(targets))
  }))

  app.post('/jobs/bulk/retry', {
    config: { scope: 'write' }, bodyLimit, preValidation,
    schema: { ...about('retry_jobs', 'Retry many jobs', 'Runs those again that have ended.'), body: SelectionOnly }
  }, (request) => run(app, request, request.body, [], {
    predict: (status) => (hasEnded(status) ? 'retried' : 'job_not_retryable'),
    act: (targets, outbox) => app.store.retryJobs(targets, { outbox }),
    needsFence: true
  }))

  app.post('/jobs/bulk/run-now', {
    config: { scope: 'write' }, bodyLimit, preValidation,
    schema: { ...about('run_jobs_now', 'Run many jobs now', 'Makes those due that are pending.'), body: SelectionOnly }
  }, (request) => run(app, request, request.body, [], {
    predict: (status) => (status === 'pending' ? 'updated' : 'job_not_pending'),
    act: (targets, outbox) => app.store.updateJobs(idsOf(targets), { run_now: true }, { outbox })
  }))

  app.post('/jobs/bulk/update', {
    config: { scope: 'write' }, bodyLimit: 2 * bodyLimit, preValidation,
    schema: { ...about('update_jobs', 'Change many jobs', 'Those that are pending.'), body: bodyOf('ManyChanges', { changes: Changes }) }
  }, (request) => {
    const { changes, faults } = readChanges(request.body.changes, '/changes', app.registry)
    return run(app, request, request.body, faults, {
      predict: (status) => (status === 'pending' ? 'updated' : 'job_not_pending'),
      act: (targets, outbox) => app.store.updateJobs(idsOf(targets), changes, { outbox })
    })
  })

  app.post('/jobs/bulk/duplicate', {
    config: { scope: 'write' }, bodyLimit, preValidation,
    schema: { ...about('duplicate_jobs', 'Duplicate many jobs', 'Creates jobs like these.'), body: bodyOf('ManyDuplicates', WhenFields) }
  }, (request) => {
    const { faults, ...when } = readWhen(request.body)
    if (request.headers['idempotency-key'] !== undefined) faults.push({ pointer: 'Idempotency-Key', detail: 'is not taken here: a copy of this request would make the jobs again. POST /jobs/:id/duplicate takes it, and POST /jobs/bulk' })
    return run(app, request, request.body, faults, {
      predict: () => 'duplicated',
      act: (targets, outbox) => app.store.duplicateJobs(idsOf(targets), { newIds: targets.map(() => uuidv7()), ...when, outbox })
    })
  })

  app.post('/jobs/bulk/delete', {
    config: { scope: 'admin' }, bodyLimit, preValidation,
    schema: { ...about('delete_jobs', 'Delete many jobs', 'Those that have ended, with their attempts.'), body: SelectionOnly }
  }, (request) => run(app, request, request.body, [], {
    predict: (status) => (hasEnded(status) ? 'deleted' : 'job_not_deletable'),
    act: (targets) => app.store.deleteJobs(idsOf(targets))
  }))
}

export default bulkActions

/** @param faults - Of the rest of the body. */
async function run(app: FastifyInstance, request: FastifyRequest, selection: SelectionBody, faults: readonly Fault[], action: Action): Promise<Answer> {
  const { dry_run = false } = selection
  const targets = await select(app, selection, faults)
  const results: Result[] = []
  for (let from = 0; from < targets.ids.length; from += BATCH) {
    if (request.socket.destroyed) break // nobody waits for the rest: what is done is done
    const ids = targets.ids.slice(from, from + BATCH)
    const states = dry_run || (action.needsFence && targets.fences.length === 0) ? await app.store.readStates(ids) : undefined
    if (dry_run) results.push(...states!.map((state) => predicted(state, action)))
    else {
      const outbox = !app.timeline.up
      const acted = await action.act(ids.map((id, i) => ({ id, fence: states?.[i]?.fence ?? targets.fences[from + i] ?? 0 })), outbox)
      tellTimeline(app, acted, outbox)
      results.push(...acted.map(resultOf))
    }
  }
  return { dry_run, matched: targets.ids.length, changed: results.filter(({ outcome }) => outcome !== 'refused').length, results, next_cursor: targets.next_cursor }
}

interface Meant {
  readonly ids: readonly string[]
  /** As they were found; none for jobs that are named. */
  readonly fences: readonly number[]
  readonly next_cursor: string | null
}

async function select(app: FastifyInstance, { ids, filter, expected_count, limit, cursor, dry_run }: SelectionBody, ofRest: readonly Fault[]): Promise<Meant> {
  const faults = [...ofRest]
  if ((ids === undefined) === (filter === undefined)) faults.push({ pointer: '', detail: 'must have either ids or filter' })
  if (filter !== undefined && expected_count === undefined && !dry_run) faults.push({ pointer: '/expected_count', detail: 'is missing: say how many jobs you expect the filter to mean; with dry_run it is not needed, and the answer tells the number' })
  if (filter === undefined) {
    if (limit !== undefined) faults.push({ pointer: '/limit', detail: 'goes with filter: ids are done all' })
    if (cursor !== undefined) faults.push({ pointer: '/cursor', detail: 'goes with filter, as in the request before' })
  }
  const read = filter && readFilter(filter, '/filter/')
  faults.push(...(read?.faults ?? []))
  if (faults.length > 0) throw invalidRequest(faults)
  if (!read) return { ids: [...new Set(ids!.map((id) => id.toLowerCase()))], fences: [], next_cursor: null }

  const before = cursor === undefined ? undefined : decodeBulkCursor(cursor)
  const { found, next } = await find(app, read.filter, limit ?? MAX_FOUND, before?.place ?? null)
  const seen = (before?.seen ?? 0) + found.ids.length
  if (expected_count !== undefined) {
    // What has been done cannot be counted again. So whoever goes on is stopped where the promise would be broken.
    const { count, estimated } = before || !next ? { count: seen, estimated: before !== undefined } : await countAll(app, read.filter, seen)
    const surplus = count - expected_count
    if (surplus > expected_count / 10 || (!estimated && -surplus > expected_count / 10)) throw countMoved(count, expected_count, before?.seen ?? 0)
  }
  return { ...found, next_cursor: next && encodeBulkCursor({ place: next, seen }) }
}

/** In calls that end within three seconds each. */
async function find(app: FastifyInstance, filter: JobFilter, limit: number, from: FoundPlace | null): Promise<{ found: { ids: string[]; fences: number[] }; next: FoundPlace | null }> {
  const found = { ids: [] as string[], fences: [] as number[] }
  const untilMs = performance.now() + FIND_MS
  let next = from
  do {
    const targets = await app.store.findJobs(filter, limit - found.ids.length, next)
    for (const id of targets.ids) found.ids.push(id)
    for (const fence of targets.fences) found.fences.push(fence)
    next = targets.next
  } while (next !== null && found.ids.length < limit && performance.now() < untilMs)
  return { found, next }
}

/** Of more jobs than one request deals with. @param atLeast - All that is known of their number when they cannot be counted in time. */
async function countAll(app: FastifyInstance, filter: JobFilter, atLeast: number): Promise<{ count: number; estimated: boolean }> {
  const counted = await app.store.countJobs(filter, { exact: true })
  return counted.estimated ? { count: atLeast, estimated: true } : counted
}

function countMoved(count: number, expected: number, done: number): DulyError {
  const words = (number: number) => number.toLocaleString('en')
  const detail = done === 0 ? `The filter means ${words(count)} jobs by now, not ${words(expected)}.` : `With these the filter has meant ${words(count)} jobs, not ${words(expected)}; ${words(done)} were dealt with by the requests before.`
  return new DulyError('count_moved', { detail: `${detail} Look again before you act.` })
}

function predicted({ id, status }: JobState, action: Action): Result {
  const word = status === null ? 'job_not_found' : action.predict(status)
  return word in ERRORS ? refusal(id, word as ErrorCode, status) : { id, outcome: word as NonNullable<Acted['outcome']> }
}

function resultOf({ id, outcome, refused, status, new_id }: Acted): Result {
  if (refused) return refusal(id, refused, status)
  return { id, outcome: outcome!, ...(new_id && { new_id }) }
}

const refusal = (id: string, code: ErrorCode, status: JobStatus | null): Result => ({ id, outcome: 'refused', code, detail: whyRefused(code, status) })
