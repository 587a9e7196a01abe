/** How an action on a filter goes on, request by request: opaque to callers. */
import { DulyError } from '../core/errors.js'
import type { FoundPlace } from '../core/store/index.js'

export interface BulkPlace {
  readonly place: FoundPlace
  /** Jobs that were meant by the requests so far. */
  readonly seen: number
}

const FORM = /^(\d{1,15})\.(-?[0-9a-z]{1,11})\.(-?[0-9a-z]{1,11})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

export function encodeBulkCursor({ place: { at, id, until }, seen }: BulkPlace): string {
  return Buffer.from(`${seen}.${Date.parse(at).toString(36)}.${Date.parse(until).toString(36)}.${id}`).toString('base64url')
}

/** @throws {DulyError} `invalid_cursor` */
export function decodeBulkCursor(cursor: string): BulkPlace {
  const [, seen, at, until, id] = FORM.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  const [atMs, untilMs] = [at, until].map((text) => parseInt(text ?? '', 36)) as [number, number]
  if (id === undefined || !isInstant(atMs) || !isInstant(untilMs)) throw new DulyError('invalid_cursor', { detail: 'Pass next_cursor of the answer before, unchanged.' })
  return { place: { at: new Date(atMs).toISOString(), id, until: new Date(untilMs).toISOString() }, seen: Number(seen) }
}

/** Of the years 1 to 9999, as all times of jobs are; NaN is in none. */
const isInstant = (ms: number): boolean => ms >= -62_135_596_800_000 && ms < 253_402_300_800_000
