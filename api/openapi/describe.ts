/** One route, as @fastify/swagger is to read it: with every refusal that it can meet, and nothing that only validation needs. */
import type { FastifySchema, RouteOptions } from 'fastify'
import Type from 'typebox'
import { type ErrorCode, ERRORS } from '../../core/errors.js'
import { PROBLEM_JSON, problems, type ProblemCodes } from '../problem.js'
import type { Examples } from './route.js'
import { type HeaderName, SECURITY_SCHEMES } from './parts.js'

/** What is known of a route and has no place in its schema: carried through @fastify/swagger as an extension of the operation. */
export interface RouteFacts {
  readonly examples: Examples
  readonly answerHeaders: Readonly<Record<number, readonly HeaderName[]>>
  readonly optionalBody: boolean
  /** By status. */
  readonly codes: Readonly<Record<number, readonly ErrorCode[]>>
}
export const FACTS = 'x-route-facts'

/** In the order of `core/errors.ts`. */
export const ALL_CODES = Object.keys(ERRORS) as ErrorCode[]

/** Of anything that asks for a key: a wrong key, too little allowed, another name, too many requests, a server that cannot serve. */
const WITH_A_SCOPE = ALL_CODES.filter((code) => [401, 403, 421, 429, 503].includes(ERRORS[code].status))
const WITH_A_BODY = ['malformed_json', 'body_too_large', 'unsupported_media_type', 'invalid_request'] as const

export function describeRoute(schema: FastifySchema | undefined, { config, method }: RouteOptions): FastifySchema & { [FACTS]?: RouteFacts } {
  const { examples = {}, answerHeaders = {}, response = {}, description, ...rest } = schema ?? {}
  const scope = config?.scope ?? 'none'
  const own = Object.entries(response as Record<string, object>)
  const refusals = own.filter((entry): entry is [string, ProblemCodes] => 'x-codes' in entry[1])
  const codes = new Set<ErrorCode>([
    ...refusals.flatMap(([, answer]) => answer['x-codes']),
    ...(rest.body ? WITH_A_BODY : []),
    ...(rest.params || rest.querystring || rest.headers ? (['invalid_request'] as const) : []),
    ...(scope === 'none' ? [] : [...WITH_A_SCOPE, 'internal_error' as const])
  ])
  if (method === 'GET') codes.delete('cross_site_request') // its answer is kept from a page of another origin by the browser
  const byStatus: Record<number, ErrorCode[]> = {}
  for (const code of ALL_CODES) if (codes.has(code)) (byStatus[ERRORS[code].status] ??= []).push(code)

  return {
    ...rest,
    description: [description, scope !== 'none' && `Needs the scope \`${scope}\`.`].filter(Boolean).join('\n\n'),
    security: scope === 'none' ? [] : Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: [] })),
    response: {
      ...Object.fromEntries(Object.entries(problems(...codes)).map(([status, schema]) => [status, { content: { [PROBLEM_JSON]: { schema } } }])),
      ...Object.fromEntries(own.filter(([, answer]) => !('x-codes' in answer)))
    },
    [FACTS]: { examples, answerHeaders, optionalBody: Type.IsOptional(rest.body), codes: byStatus }
  }
}
