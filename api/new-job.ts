/** What a caller sends to create a job, and how it becomes one: every fault of the request and of the payload in one answer. */
import Type, { type Static } from 'typebox'
import { uuidv7 } from 'uuidv7'
import { DulyError, type Fault, isDulyError } from '../core/errors.js'
import { InstantError, parseInstant } from '../core/instant.js'
import { Backoff, LIMITS, NAME_PATTERN } from '../core/job.js'
import { storableFaults } from '../core/storable.js'
import type { NewJob } from '../core/store/index.js'
import type { Parts } from './plugins/parts.js'
import { invalidRequest } from './plugins/problems.js'
import { faultsOfRequest, type ValidationError } from './plugins/validation.js'

const range = ({ min, max }: { min: number; max: number }) => ({ minimum: min, maximum: max, 'x-fault': { minimum: `must be ${min} to ${max}`, maximum: `must be ${min} to ${max}` } })

/** As one schema with two types: a union would refuse a value by the faults of both. */
const orNull = <T extends Type.TSchema & { type: string }>(schema: T) => Type.Unsafe<Static<T> | null>({ ...schema, type: [schema.type, 'null'] })

export const NewJobBody = Type.Object(
  {
    type: Type.String({ maxLength: LIMITS.name, description: 'names the handler that runs it' }),
    payload: Type.Optional(Type.Unknown({ default: {}, description: 'what the handler is given; each type has a schema of its own' })),
    scheduled_at: Type.Optional(orNull(Type.String({ format: 'date-time', description: 'when it is due: RFC 3339 with an offset; now if missing, null or in the past' }))),
    queue: Type.Optional(
      Type.String({ default: 'default', minLength: 1, maxLength: LIMITS.name, pattern: NAME_PATTERN, description: 'where it waits', 'x-fault': { pattern: 'may have letters, digits and "_.:-", and starts with a letter, a digit or "_"' } })
    ),
    priority: Type.Optional(Type.Integer({ default: 0, ...range(LIMITS.priority), description: '9 runs first' })),
    max_retries: Type.Optional(Type.Integer({ default: 3, ...range(LIMITS.max_retries), description: '3 means at most four attempts' })),
    backoff: Type.Optional(orNull(Type.Partial(Backoff, { additionalProperties: false, description: 'how long to wait before another attempt; what is missing gets its default' }))),
    timeout_ms: Type.Optional(orNull(Type.Integer({ ...range(LIMITS.timeout_ms), description: 'longest an attempt may run; the handler says if missing or null' })))
  },
  { additionalProperties: false }
)
export type NewJobBody = Static<typeof NewJobBody>

/**
 * Makes a job of a body that was checked against {@link NewJobBody}, with a new id.
 *
 * @param refused - What that check said, if it did not pass: its faults join those that no schema knows.
 * @throws {DulyError} `unknown_type` or `invalid_payload` when that is all, else `invalid_request`.
 */
export function readNewJob(body: NewJobBody | undefined, registry: Parts['registry'], refused: ValidationError = {}): NewJob {
  if (body === undefined) throw invalidRequest([{ pointer: '', detail: 'is missing: send a JSON object' }])
  const ofRequest = faultsOfRequest(refused)
  if (typeof body !== 'object' || body === null) throw invalidRequest(ofRequest)

  const { scheduled_at, faults: ofTime } = readTime(body.scheduled_at)
  ofRequest.push(...ofTime)
  const { unknownType, faults: ofPayload } = checkPayload(body, registry)

  const faults = [...ofRequest, ...(unknownType ? [{ pointer: '/type', detail: unknownType.message }] : []), ...ofPayload]
  if (faults.length > 0) {
    if (unknownType && faults.length === 1) throw new DulyError('unknown_type', { detail: unknownType.message, errors: faults })
    throw invalidRequest(faults, ofPayload.length === faults.length ? 'invalid_payload' : 'invalid_request')
  }

  const { type, payload, queue, priority, max_retries, backoff = null, timeout_ms = null } = body as NewJobBody & Pick<NewJob, 'queue' | 'priority' | 'max_retries' | 'backoff'>
  return { id: uuidv7(), queue, type, payload, priority, scheduled_at, max_retries, backoff, timeout_ms }
}

function readTime(given: unknown): { scheduled_at: string | null; faults: Fault[] } {
  if (typeof given !== 'string') return { scheduled_at: null, faults: [] } // missing, null, or refused by the schema
  try {
    return { scheduled_at: parseInstant(given), faults: [] }
  } catch (error) {
    if (!(error instanceof InstantError)) throw error
    return { scheduled_at: null, faults: [{ pointer: '/scheduled_at', detail: error.message }] }
  }
}

function checkPayload({ type, payload }: NewJobBody, registry: Parts['registry']): { unknownType?: DulyError; faults: Fault[] } {
  if (typeof type !== 'string' || type.length > LIMITS.name) return { faults: storableFaults(payload, '/payload') }
  try {
    return { faults: registry.validate(type, payload, '/payload') }
  } catch (error) {
    if (!isDulyError(error, 'unknown_type')) throw error
    return { unknownType: error, faults: storableFaults(payload, '/payload') }
  }
}
