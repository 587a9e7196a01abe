/** Which jobs a list, an export or an action means, and how it goes on where it stopped. */
import { DulyError } from '../errors.js'
import type { JobStatus } from '../job.js'

/** By which time jobs are sorted: `created_at`, `run_at` or `finished_at`. Only jobs that have ended have the last. */
export const SORTS = ['created', 'scheduled', 'finished'] as const
export type Sort = (typeof SORTS)[number]

/** All that is given has to hold; of several values of one kind, one. Times bound what is sorted by. */
export interface JobFilter {
  readonly ids?: readonly string[]
  readonly status?: readonly JobStatus[]
  readonly type?: readonly string[]
  readonly queue?: readonly string[]
  /** All of them. */
  readonly tag?: readonly string[]
  /** A text in the last error. */
  readonly error?: string
  /** As `duly.error_group` has it: errors of the same words. */
  readonly error_group?: string
  /** A text in type, tags, last error or payload, or the beginning of an id. Without `from` only the last 24 hours are searched. */
  readonly search?: string
  /** ISO 8601, included. */
  readonly from?: string
  /** ISO 8601, not included. */
  readonly to?: string
}

/** JSON text of `duly.job_filter`. */
export function filterJson({ ids, status, type, queue, tag, error, error_group, search, from, to }: JobFilter = {}): string {
  return JSON.stringify({
    ids,
    statuses: status,
    types: type,
    queues: queue,
    tags: tag,
    from_at: from,
    to_at: to,
    error_pattern: error === undefined ? undefined : pattern(error),
    error_group,
    ...(search !== undefined && { pattern: pattern(search), payload_patterns: [...new Set([pattern(search), pattern(JSON.stringify(search).slice(1, -1))])], ...idRange(search) })
  })
}

/** For `ilike`: the text anywhere, nothing in it means anything else. */
const pattern = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`

/** Every id that begins like this, if it could be one: eight digits or more, with the dashes of a UUID or without. */
function idRange(search: string): { id_from: string; id_to: string } | undefined {
  const digits = search.toLowerCase().replaceAll('-', '')
  if (!/^[0-9a-f]{8,32}$/.test(digits)) return undefined
  if (search.includes('-') && !toUuid(digits.padEnd(32, '0')).startsWith(search.toLowerCase().replace(/-$/, ''))) return undefined
  return { id_from: toUuid(digits.padEnd(32, '0')), id_to: toUuid(digits.padEnd(32, 'f')) }
}

const toUuid = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** The job after which a list goes on. */
export interface ListPosition {
  readonly at: string | null
  readonly id: string | null
}

/** Opaque to callers: which order it belongs to, the time in ms, and the id. */
export function encodeCursor(sort: Sort, desc: boolean, { at, id }: { at: string; id: string }): string {
  return Buffer.from(`${sort[0]}${desc ? '-' : '+'}${Date.parse(at).toString(36)}.${id}`).toString('base64url')
}

/** @throws {DulyError} `invalid_cursor` */
export function decodeCursor(cursor: string, sort: Sort, desc: boolean): ListPosition {
  const match = /^([csf])([+-])(-?[0-9a-z]{1,11})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(Buffer.from(cursor, 'base64url').toString())
  const ms = match ? parseInt(match[3]!, 36) : NaN
  if (!match || !(Math.abs(ms) <= 8.64e15)) throw new DulyError('invalid_cursor', { detail: 'Pass next_cursor of the page before, unchanged.' })
  if (match[1] !== sort[0] || match[2] !== (desc ? '-' : '+')) throw new DulyError('invalid_cursor', { detail: 'This cursor belongs to a list with another sort: begin again without it.' })
  return { at: new Date(ms).toISOString(), id: match[4]! }
}
