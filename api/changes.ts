/** What a pending job can be given anew: every fault at once. */
import Type, { type Static } from 'typebox'
import type { Fault } from '../core/errors.js'
import { storableFaults } from '../core/storable.js'
import type { JobChanges } from '../core/store/index.js'
import { faultsOfLabels, settings } from './new-job.js'
import type { Parts } from './plugins/parts.js'
import { ExpiresAt, readExpiry, readWhen, WhenFields } from './times.js'

export const ChangeFields = {
  ...WhenFields,
  payload: Type.Optional(Type.Unknown({ description: 'the whole of it' })),
  priority: Type.Optional(settings.priority),
  max_retries: Type.Optional(settings.max_retries),
  backoff: Type.Optional(settings.backoff),
  timeout_ms: Type.Optional(settings.timeout_ms),
  expires_at: ExpiresAt,
  tags: Type.Optional(settings.tags),
  metadata: Type.Optional(settings.metadata)
}

export const Changes = Type.Object(ChangeFields, { title: 'JobChanges', additionalProperties: false, minProperties: 1, 'x-fault': { minProperties: 'must name what to change' } })
export type Changes = Static<typeof Changes>

/** @param type - Of the job, if it is known: then the payload has to fit it. */
export function readChanges(given: Changes, pointer: string, registry: Parts['registry'], type?: string): { changes: JobChanges; faults: Fault[] } {
  const { faults, scheduled_at, delay_ms } = readWhen(given, pointer)
  const expires_at = readExpiry(given, { scheduled_at }, pointer, faults)
  faults.push(...faultsOfLabels(given, pointer))
  if (given.payload !== undefined) faults.push(...(type !== undefined && registry.types.includes(type) ? registry.validate(type, given.payload, `${pointer}/payload`) : storableFaults(given.payload, `${pointer}/payload`)))
  const { delay, ...rest } = given
  return {
    changes: {
      ...rest,
      ...(given.scheduled_at !== undefined && { scheduled_at }),
      ...(typeof delay === 'number' || typeof delay === 'string' ? { delay_ms: delay_ms ?? 0 } : {}), // null leaves the time as it is
      ...(given.expires_at !== undefined && { expires_at })
    },
    faults
  }
}
