/** Which jobs a request means: the same filter for the list, the export, a count and every action on many. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import type { Fault } from '../core/errors.js'
import { JOB_STATUSES, type JobStatus, LIMITS } from '../core/job.js'
import { storableFaults } from '../core/storable.js'
import { type JobFilter, SORTS } from '../core/store/index.js'
import { JOB_ID } from './examples/job.js'
import { readInstant } from './times.js'

/** Names that other schedulers have for a status. */
export const STATUS_ALIASES = { picked: 'in_progress', running: 'in_progress' } as const satisfies Record<string, JobStatus>

const UUID = '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
const several = <T extends Type.TSchema>(items: T, description: string) =>
  Type.Optional(Type.Array(items, { minItems: 1, maxItems: 100, description: `${description}; several are separated by commas or repeated` }))
const Name = Type.String({ minLength: 1, maxLength: LIMITS.name })

export const JobId = Type.Object({
  id: Type.String({ format: 'uuid', pattern: UUID, description: 'The id of a job', examples: [JOB_ID], 'x-fault': 'must be the id of a job, a UUID such as 01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71' })
})

export const FilterFields = {
  id: several(Type.String({ pattern: UUID, 'x-fault': 'must be the id of a job, a UUID' }), 'ids'),
  status: several(Type.Enum([...JOB_STATUSES, ...(Object.keys(STATUS_ALIASES) as Array<keyof typeof STATUS_ALIASES>)]), 'statuses; picked and running are other words for in_progress'),
  type: several(Name, 'job types'),
  queue: several(Name, 'queues'),
  tag: several(Type.String({ minLength: 1, maxLength: LIMITS.tag }), 'tags, all of which a job must have'),
  error: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'text in the last error' })),
  error_group: Type.Optional(Type.String({ pattern: '^[0-9a-f]{16}$', description: 'as GET /failures names it: errors of the same words', 'x-fault': 'must be error_group of GET /failures, 16 digits' })),
  search: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'text in type, tags, last error or payload, or the beginning of an id (8 digits or more); looks at the last 24 hours unless from says otherwise' })),
  from: Type.Optional(Type.String({ format: 'date-time', description: 'RFC 3339 with an offset: bounds the time that is sorted by; included' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'the same; not included' }))
}

export const Filter = Type.Object(FilterFields, { title: 'JobFilter', additionalProperties: false })
export type Filter = Static<typeof Filter>

export const SortFields = {
  sort: Type.Optional(Type.Enum([...SORTS], { default: 'created', description: 'by created_at, by run_at (scheduled), or by finished_at (only jobs that have ended have it)' })),
  order: Type.Optional(Type.Enum(['asc', 'desc'], { default: 'desc', description: 'asc: earliest first' }))
}

const LISTS = ['id', 'status', 'type', 'queue', 'tag'] as const

/**
 * Values of a filter as lists, however they were written. Before the schema looks at them.
 *
 * @param options.inItems - Also within lists: a query cannot tell a list from a text, where JSON means what it says, since a tag may hold a comma.
 */
export function listValues(filter: unknown, { inItems = false } = {}): void {
  if (typeof filter !== 'object' || filter === null) return
  const given = filter as Record<string, unknown>
  for (const name of LISTS) {
    const value = given[name]
    if (typeof value === 'string') given[name] = value.split(',')
    else if (inItems && Array.isArray(value)) given[name] = (value as unknown[]).flatMap((item) => (typeof item === 'string' ? item.split(',') : [item]))
  }
}

/** A `preValidation` hook for routes that take a filter in the query. */
export async function listQueryValues(this: FastifyInstance, { query }: FastifyRequest): Promise<void> {
  listValues(query, { inItems: true })
}

/** @param place - How a pointer to a field begins. */
export function readFilter(given: Filter, place: string): { filter: JobFilter; faults: Fault[] } {
  const faults: Fault[] = []
  const from = readInstant(given.from, `${place}from`, faults)
  const to = readInstant(given.to, `${place}to`, faults)
  if (from !== null && to !== null && from >= to) faults.push({ pointer: `${place}to`, detail: 'must be after from' })
  for (const name of [...LISTS, 'error', 'search'] as const) faults.push(...storableFaults(given[name]).map(({ detail }) => ({ pointer: `${place}${name}`, detail })))
  const { id, status, type, queue, tag, error, error_group, search } = given
  return {
    filter: {
      ...(id && { ids: [...new Set(id.map((text) => text.toLowerCase()))] }),
      ...(status && { status: [...new Set(status.map((name) => (name in STATUS_ALIASES ? STATUS_ALIASES[name as keyof typeof STATUS_ALIASES] : (name as JobStatus))))] }),
      ...(type && { type }),
      ...(queue && { queue }),
      ...(tag && { tag }),
      ...(error !== undefined && { error }),
      ...(error_group !== undefined && { error_group }),
      ...(search !== undefined && { search }),
      ...(from !== null && { from }),
      ...(to !== null && { to })
    },
    faults
  }
}
