/** What a caller sends to create a job, and how it becomes one: every fault of the request and of the payload in one answer. */
import Type, { type Static } from 'typebox'
import { uuidv7 } from 'uuidv7'
import { type Fault, isDulyError } from '../core/errors.js'
import { Backoff, LIMITS, NAME_PATTERN } from '../core/job.js'
import { storableFaults } from '../core/storable.js'
import type { NewJob } from '../core/store/index.js'
import type { Parts } from './plugins/parts.js'
import { invalidRequest } from './plugins/problems.js'
import { faultsOfRequest, type ValidationError } from './plugins/validation.js'
import { ExpiresAt, readExpiry, readWhen, WhenFields } from './times.js'

const range = ({ min, max }: { min: number; max: number }) => ({ minimum: min, maximum: max, 'x-fault': { minimum: `must be ${min} to ${max}`, maximum: `must be ${min} to ${max}` } })

/** As one schema with two types: a union would refuse a value by the faults of both. */
const orNull = <T extends Type.TSchema & { type: string }>(schema: T) => Type.Unsafe<Static<T> | null>({ ...schema, type: [schema.type, 'null'] })

export const QueueName = Type.String({
  minLength: 1, maxLength: LIMITS.name, pattern: NAME_PATTERN,
  description: 'where it waits', 'x-fault': { pattern: 'may have letters, digits and "_.:-", and starts with a letter, a digit or "_"' }
})

/** What a job may be given both when it is created and later. */
export const settings = {
  priority: Type.Integer({ ...range(LIMITS.priority), description: '9 runs first' }),
  max_retries: Type.Integer({ ...range(LIMITS.max_retries), description: '3 means at most four attempts' }),
  backoff: orNull(Type.Partial(Backoff, { additionalProperties: false, description: 'how long to wait before another attempt; what is missing gets its default' })),
  timeout_ms: orNull(Type.Integer({ ...range(LIMITS.timeout_ms), description: 'longest an attempt may run; the handler says if missing or null' })),
  tags: Type.Array(Type.String({ minLength: 1, maxLength: LIMITS.tag }), { maxItems: LIMITS.tags, description: 'words to find it by' }),
  metadata: Type.Record(Type.String(), Type.Unknown(), { description: 'what you want to remember about it, up to 16 KiB of JSON; Duly does not read it' })
}

export const NewJobBody = Type.Object(
  {
    type: Type.String({ maxLength: LIMITS.name, description: 'names the handler that runs it' }),
    payload: Type.Optional(Type.Unknown({ default: {}, description: 'what the handler is given; each type has a schema of its own' })),
    ...WhenFields,
    queue: Type.Optional({ ...QueueName, default: 'default' }),
    priority: Type.Optional({ ...settings.priority, default: 0 }),
    max_retries: Type.Optional({ ...settings.max_retries, default: 3 }),
    backoff: Type.Optional(settings.backoff),
    timeout_ms: Type.Optional(settings.timeout_ms),
    expires_at: ExpiresAt,
    tags: Type.Optional(settings.tags),
    metadata: Type.Optional(settings.metadata)
  },
  { title: 'NewJob', additionalProperties: false }
)
export type NewJobBody = Static<typeof NewJobBody>

/** Most jobs that are created at once. */
export const MAX_BULK = 1_000

export const NewJobsBody = Type.Object(
  { jobs: Type.Array(NewJobBody, { minItems: 1, maxItems: MAX_BULK, description: 'all of them are stored, or none' }) },
  { title: 'NewJobs', additionalProperties: false }
)
export type NewJobsBody = Static<typeof NewJobsBody>

/**
 * Makes a job of a body that was checked against {@link NewJobBody}, with a new id.
 *
 * @param refused - What that check said, if it did not pass: its faults join those that no schema knows.
 * @throws {DulyError} `unknown_type` or `invalid_payload` when that is all, else `invalid_request`.
 */
export function readNewJob(body: NewJobBody | undefined, registry: Parts['registry'], refused: ValidationError = {}): NewJob {
  if (body === undefined) throw invalidRequest([{ pointer: '', detail: 'is missing: send a JSON object' }])
  const reading = typeof body === 'object' && body !== null ? read(body, registry, '') : NOTHING
  refuse(faultsOfRequest(refused), [reading])
  return reading.job!
}

/** The same for several: faults name the index of their job. */
export function readNewJobs(body: NewJobsBody | undefined, registry: Parts['registry'], refused: ValidationError = {}): NewJob[] {
  if (body === undefined) throw invalidRequest([{ pointer: '', detail: 'is missing: send {"jobs": [...]}' }])
  const given: unknown = (body as Partial<NewJobsBody> | null)?.jobs
  const items = Array.isArray(given) && given.length <= MAX_BULK ? (given as unknown[]) : []
  const readings: Reading[] = []
  let faults = 0
  for (const [i, item] of items.entries()) {
    const reading = typeof item === 'object' && item !== null ? read(item as NewJobBody, registry, `/jobs/${i}`) : NOTHING
    readings.push(reading)
    faults += reading.ofFields.length + reading.ofType.length + reading.ofPayload.length
    if (faults >= MAX_FAULTS) break
  }
  refuse(faultsOfRequest(refused), readings)
  return readings.map(({ job }) => job!)
}

interface Reading {
  /** Only as good as its faults are few. */
  readonly job?: NewJob
  readonly ofFields: readonly Fault[]
  readonly ofType: readonly Fault[]
  readonly ofPayload: readonly Fault[]
}

const NONE: readonly Fault[] = []
const NOTHING: Reading = { ofFields: NONE, ofType: NONE, ofPayload: NONE }

function refuse(ofRequest: readonly Fault[], readings: readonly Reading[]): void {
  const ofFields = [...ofRequest, ...readings.flatMap((reading) => reading.ofFields)]
  const ofType = readings.flatMap((reading) => reading.ofType)
  const ofPayload = readings.flatMap((reading) => reading.ofPayload)
  const faults = [...ofFields, ...ofType, ...ofPayload].slice(0, MAX_FAULTS)
  if (faults.length === 0) return
  throw invalidRequest(faults, ofType.length === faults.length ? 'unknown_type' : ofPayload.length === faults.length ? 'invalid_payload' : 'invalid_request')
}

/** More say nothing new. */
const MAX_FAULTS = 100

function read(body: NewJobBody, registry: Parts['registry'], pointer: string): Reading {
  const { scheduled_at, delay_ms, faults: ofFields } = readWhen(body, pointer)
  const expires_at = readExpiry(body, { scheduled_at }, pointer, ofFields)
  ofFields.push(...faultsOfLabels(body, pointer))
  const { ofType, ofPayload } = checkPayload(body, registry, pointer)

  const { type, payload, queue, priority, max_retries, backoff = null, timeout_ms = null, tags = [], metadata = {} } = body as NewJobBody & Pick<NewJob, 'queue' | 'priority' | 'max_retries' | 'backoff'>
  return { job: { id: uuidv7(), queue, type, payload, priority, scheduled_at, delay_ms, max_retries, backoff, timeout_ms, expires_at, tags, metadata }, ofFields, ofType, ofPayload }
}

/** What schemas cannot say of tags and metadata. */
export function faultsOfLabels({ tags, metadata }: { tags?: unknown; metadata?: unknown }, pointer: string): readonly Fault[] {
  if (tags === undefined && metadata === undefined) return NONE
  const faults = [...storableFaults(tags, `${pointer}/tags`), ...storableFaults(metadata, `${pointer}/metadata`)]
  if (faults.length === 0 && Buffer.byteLength(JSON.stringify(metadata ?? {})) > LIMITS.metadataBytes) faults.push({ pointer: `${pointer}/metadata`, detail: `must have at most ${LIMITS.metadataBytes} bytes of JSON: what the handler needs belongs into payload` })
  return faults
}

function checkPayload({ type, payload }: NewJobBody, registry: Parts['registry'], pointer: string): Pick<Reading, 'ofType' | 'ofPayload'> {
  if (typeof type !== 'string' || type.length > LIMITS.name) return { ofType: NONE, ofPayload: storableFaults(payload, `${pointer}/payload`) }
  try {
    return { ofType: NONE, ofPayload: registry.validate(type, payload, `${pointer}/payload`) }
  } catch (error) {
    if (!isDulyError(error, 'unknown_type')) throw error
    return { ofType: [{ pointer: `${pointer}/type`, detail: error.message }], ofPayload: storableFaults(payload, `${pointer}/payload`) }
  }
}

