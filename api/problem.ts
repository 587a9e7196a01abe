/** What every error looks like on the wire: RFC 9457 problem details. */
import Type, { type Static } from 'typebox'
import { type DulyError, type ErrorCode, ERRORS } from '../core/errors.js'

export const PROBLEM_JSON = 'application/problem+json'

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'URN of the code' }),
    title: Type.String({ description: 'What it is, the same for each occurrence' }),
    status: Type.Integer({ description: 'The HTTP status' }),
    detail: Type.String({ description: 'What happened this time, and what to do' }),
    code: Type.Enum(Object.keys(ERRORS) as ErrorCode[], { description: 'Stable: what a program may decide by' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({ description: "JSON pointer into the body ('' is the whole of it), ?name for a query parameter, :name for a part of the path" }),
          detail: Type.String()
        }),
        { description: 'Every fault at once' }
      )
    ),
    request_id: Type.Optional(Type.String({ description: 'As in the header X-Request-Id and in the log' }))
  },
  { description: 'RFC 9457' }
)
export type Problem = Static<typeof Problem>

export function problemOf(error: DulyError, requestId?: string): Problem {
  return {
    type: `urn:duly:error:${error.code}`,
    title: error.title,
    status: error.status,
    detail: error.message,
    code: error.code,
    ...(error.errors && { errors: error.errors }),
    ...(requestId !== undefined && { request_id: requestId })
  }
}

/** Every route can meet a caller who may not, or not so often, a store that is down, and a bug. */
const ALWAYS = [401, 403, 421, 429, 500, 503] as const

/** The responses of a route that can go wrong in these ways. */
export function problems<Status extends number>(...statuses: Status[]): Record<Status | (typeof ALWAYS)[number], typeof Problem> {
  return Object.fromEntries([...statuses, ...ALWAYS].map((status) => [status, Problem])) as ReturnType<typeof problems<Status>>
}
