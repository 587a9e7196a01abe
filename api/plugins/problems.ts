/** Every error leaves as problem details with a code; what is unexpected leaves as a bare 500, and its message goes to the log only. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DulyError, type ErrorCode, type Fault } from '../../core/errors.js'
import { PROBLEM_JSON, problemOf } from '../problem.js'
import { faultsOfRequest, isValidationError } from './validation.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Where the caller wrote what a fault is about, when the request was translated on its way. */
    asSent?: (pointer: string) => string
  }
}

export default fp(
  async (app) => {
    app.decorateRequest('asSent', undefined)
    app.setErrorHandler(sendProblem)
  },
  { name: 'problems' }
)

/** Also for what Fastify refuses before there is a route. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known = toDulyError(error, request)
  if (known.code === 'internal_error') request.log.error({ err: error }, 'unexpected error')
  // Of the cause only the message: a driver's error may quote the row.
  else if (known.status >= 500) request.log.warn({ code: known.code, reason: known.message, cause: (known.cause as Error | undefined)?.message }, 'request failed')

  if (known.retryAfter !== undefined) reply.header('retry-after', Math.ceil(known.retryAfter))
  reply.header('x-request-id', request.id) // an address that cannot be decoded is refused before any hook runs
  void reply.code(known.status).type(PROBLEM_JSON).send(problemOf(known, request.id))
}

/** `invalid_request` with its faults; the first of them is the sentence, for those who read no further. */
export function invalidRequest(faults: readonly Fault[], code: ErrorCode = 'invalid_request'): DulyError {
  const [first, ...others] = faults
  const detail = first && `${first.pointer ? `${first.pointer} ` : 'The body '}${first.detail}${others.length > 0 ? `; ${others.length} more in errors` : ''}`
  return new DulyError(code, { ...(detail && { detail }), errors: [...faults] })
}

/** What Fastify itself refuses. */
const REFUSED: Record<string, { code: ErrorCode; detail: string }> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'unsupported_media_type', detail: 'Send JSON with the header content-type: application/json.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: 'malformed_request', detail: 'The body is not as long as content-length says.' },
  FST_ERR_BAD_URL: { code: 'malformed_request', detail: 'The address has an invalid percent-encoding.' }
}

function toDulyError(error: unknown, request: FastifyRequest): DulyError {
  const { asSent } = request
  if (error instanceof DulyError) return error.errors && asSent ? invalidRequest(error.errors.map((fault) => ({ ...fault, pointer: asSent(fault.pointer) })), error.code) : error
  if (isValidationError(error)) {
    const isMissing = error.validationContext === 'body' && request.body === undefined
    return toDulyError(invalidRequest(isMissing ? [{ pointer: '', detail: 'is missing: send a JSON object' }] : faultsOfRequest(error)), request)
  }
  const { code, statusCode } = (error ?? {}) as Partial<FastifyError>
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new DulyError('body_too_large', { detail: `The body may have at most ${inWords(request.routeOptions.bodyLimit)}. Store what is larger elsewhere and send a reference.`, cause: error })
  const refused = REFUSED[code ?? '']
  if (refused) return new DulyError(refused.code, { detail: refused.detail, cause: error })
  // The connection broke or the framework refused the request in a way that has no code of its own here.
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new DulyError('malformed_request', { cause: error })
  return new DulyError('internal_error', { detail: 'This is a bug in Duly. The log has more, under this request_id.', cause: error })
}

const MIB = 1024 * 1024
const inWords = (bytes: number) => `${bytes / MIB} MiB (${bytes.toLocaleString('en')} bytes)`
