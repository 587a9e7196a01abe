/** How a call reaches the SQL functions: one attempt over one connection, with errors told apart by what the caller may do next. */
import type { Arguments, FunctionName } from './functions.js'

export interface Transport {
  /**
   * One call of one function, once.
   *
   * @param signal - Ends the wait. Whether the function ran is then unknown.
   * @returns The function's json value.
   * @throws {CallError}
   */
  call<Name extends FunctionName>(name: Name, args: Arguments<Name>, signal: AbortSignal): Promise<unknown>
  /**
   * Listens to a channel of the database until `close`, over a connection of its own that comes back by itself.
   * Not there where nothing can listen: through REST, or a pooler in transaction mode.
   *
   * @param onWord - Something was said, or may have been while the connection was away.
   */
  listen?(channel: string, onWord: () => void): void
  close(): Promise<void>
}

/**
 * What a failed call means:
 * - `refused`: the function ran and said no; `code` is PTnnn, the message one of core/errors.ts
 * - `invalid`: a value in it cannot be stored (22xxx, 23xxx), or it is too large to be taken at all; nothing was changed
 * - `conflict`: deadlock, serialisation failure, or a lock that others kept; nothing was changed, send again at once
 * - `outdated`: there is no such function, or PostgREST does not know it yet
 * - `forbidden`: the key is wrong, or lacks the right to call it
 * - `unknown`: anything else, from a lost connection to a 500: it may have run or not; every call may be sent again
 */
export type CallFailure = 'refused' | 'invalid' | 'conflict' | 'outdated' | 'forbidden' | 'unknown'

export class CallError extends Error {
  override readonly name = 'CallError'
  readonly failure: CallFailure
  readonly code: string
  readonly detail: string | undefined

  constructor(failure: CallFailure, code: string, message: string, detail?: string | null, cause?: unknown) {
    super(message, { cause })
    this.failure = failure
    this.code = code
    this.detail = detail ?? undefined
  }
}

/** Reads a SQLSTATE (or what PostgREST puts in its place). */
export function failureOf(code: string): CallFailure {
  if (/^PT\d{3}$/.test(code)) return 'refused'
  if (/^(22|23)/.test(code)) return 'invalid'
  if (code === '40P01' || code === '40001' || code === '55P03') return 'conflict'
  if (['42501', '28000', '28P01'].includes(code)) return 'forbidden' // no right, no such user, wrong password
  // 42883 undefined function, 3F000 no schema, PGRST202 not in PostgREST's cache, 42P01 no table
  if (['42883', '3F000', '42P01', 'PGRST202'].includes(code)) return 'outdated'
  return 'unknown'
}
