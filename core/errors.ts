/**
 * Everything that a caller can act on: the code is public and stable, the sentence is not.
 * `docs/errors.md` explains each code; a test compares the two.
 */
export const ERRORS = {
  invalid_request: { status: 422, title: 'The request does not fit its description' },
  malformed_request: { status: 400, title: 'The request is not well-formed HTTP' },
  malformed_json: { status: 400, title: 'The body is not JSON' },
  body_too_large: { status: 413, title: 'The body is larger than this server accepts' },
  headers_too_large: { status: 431, title: 'The headers are larger than this server accepts' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  unauthenticated: { status: 401, title: 'This takes an API key' },
  forbidden: { status: 403, title: 'The scope of this API key is too small' },
  cross_site_request: { status: 403, title: 'Pages of this origin may not change anything here' },
  misdirected_request: { status: 421, title: 'This server does not answer to this name' },
  rate_limited: { status: 429, title: 'Too many requests' },
  overloaded: { status: 503, title: 'The server has more to do than it can' },
  too_many_streams: { status: 503, title: 'As many streams of events are open as may be' },
  timeline_unavailable: { status: 503, title: 'Redis does not answer' },
  output_not_found: { status: 404, title: 'The job has produced nothing that can be shown' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json' },
  unknown_type: { status: 422, title: 'No handler is known for this job type' },
  invalid_payload: { status: 422, title: 'The payload does not fit its job type' },
  route_not_found: { status: 404, title: 'There is nothing at this address' },
  method_not_allowed: { status: 405, title: 'This address does not take this method' },
  job_not_found: { status: 404, title: 'No job has this id' },
  job_not_cancellable: { status: 409, title: 'A job that has ended cannot be cancelled' },
  job_not_retryable: { status: 409, title: 'Only a job that has ended can be retried' },
  job_not_pending: { status: 409, title: 'Only a pending job can be changed' },
  job_not_deletable: { status: 409, title: 'Only a job that has ended can be deleted' },
  fence_superseded: { status: 409, title: 'The job has moved on since it was read' },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key was sent with another request' },
  count_moved: { status: 409, title: 'The filter means another number of jobs by now' },
  too_many_jobs: { status: 422, title: 'The request means more jobs than can be served at once' },
  template_not_found: { status: 404, title: 'No template has this id' },
  template_name_taken: { status: 409, title: 'Another template has this name' },
  too_many_templates: { status: 409, title: 'There are as many templates as may be' },
  invalid_template: { status: 422, title: 'The Liquid of the template cannot be read' },
  missing_variable: { status: 422, title: 'The template needs variables that were not given' },
  render_failed: { status: 422, title: 'The template cannot be rendered with these variables' },
  queue_not_found: { status: 404, title: 'No queue has this name' },
  invalid_cursor: { status: 422, title: 'The cursor is not one that a list returned' },
  not_storable: { status: 422, title: 'The database cannot store this value' },
  worker_dead: { status: 410, title: 'This worker has been declared dead' },
  worker_silent: { status: 409, title: 'This worker has not beaten within its lease' },
  schema_outdated: { status: 503, title: 'The database schema does not fit this version of Duly' },
  store_refused: { status: 503, title: 'The store refuses this key' },
  store_unavailable: { status: 503, title: 'The store does not answer' },
  internal_error: { status: 500, title: 'Something unexpected went wrong' }
} as const satisfies Record<string, { status: number; title: string }>

export type ErrorCode = keyof typeof ERRORS

/** One fault: where and what. The place is a JSON pointer into the body ('' is the whole of it), `?name` for a query parameter, `:name` for a part of the path. */
export interface Fault {
  pointer: string
  detail: string
}

export interface ErrorInfo {
  /** One sentence for this case: what, why, and what to do. */
  detail?: string
  /** Every fault at once. */
  errors?: Fault[]
  /** Seconds after which another try makes sense; becomes `Retry-After`. */
  retryAfter?: number
  cause?: unknown
}

/** An error with a code that callers can act on. Anything else that is thrown is a bug and leaves as `internal_error`. */
export class DulyError extends Error {
  override readonly name = 'DulyError'
  readonly code: ErrorCode
  readonly status: number
  readonly title: string
  readonly errors: Fault[] | undefined
  readonly retryAfter: number | undefined

  constructor(code: ErrorCode, info: ErrorInfo = {}) {
    super(info.detail ?? ERRORS[code].title, { cause: info.cause })
    this.code = code
    this.status = ERRORS[code].status
    this.title = ERRORS[code].title
    this.errors = info.errors
    this.retryAfter = info.retryAfter
  }
}

/** True for a DulyError, or for one with one of the given codes. */
export function isDulyError(error: unknown, ...codes: ErrorCode[]): error is DulyError {
  return error instanceof DulyError && (codes.length === 0 || codes.includes(error.code))
}
