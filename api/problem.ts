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
    code: Type.Enum(Object.keys(ERRORS) as ErrorCode[], { title: 'ErrorCode', description: 'Stable: what a program may decide by' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object(
          {
            pointer: Type.String({ description: "JSON pointer into the body ('' is the whole of it), ?name for a query parameter, :name for a part of the path" }),
            detail: Type.String({ description: 'What is wrong there, and what would be right' })
          },
          { title: 'Fault' }
        ),
        { description: 'Every fault at once' }
      )
    ),
    request_id: Type.Optional(Type.String({ description: 'As in the header X-Request-Id and in the log' }))
  },
  { title: 'Problem', description: 'RFC 9457' }
)
export type Problem = Static<typeof Problem>

/** What a schema of an answer carries besides: which codes come with this status. */
export interface ProblemCodes {
  'x-codes': readonly ErrorCode[]
}

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

/**
 * The answers of a route that refuses with these codes, for its `response`.
 *
 * Only what is particular to the route: what any body, any parameter and any scope can meet is added to the description
 * of the API in `api/openapi/describe.ts`.
 */
export function problems<Code extends ErrorCode>(...codes: Code[]): Record<(typeof ERRORS)[Code]['status'], typeof Problem> {
  const answers: Record<number, typeof Problem & ProblemCodes> = {}
  for (const code of codes) {
    const { status } = ERRORS[code]
    answers[status] = { ...Problem, 'x-codes': [...(answers[status]?.['x-codes'] ?? []), code] }
  }
  return answers
}
