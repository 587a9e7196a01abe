/**
 * A client whose paths, bodies and answers are typed by the description of the API. It runs wherever there is a `fetch`.
 *
 * Nothing is thrown for a refusal: each call resolves with `{ data }` or `{ error }`. A server that cannot be reached
 * rejects with what `fetch` throws.
 */
import createClient, { type Client } from 'openapi-fetch'
import type { components, paths } from './schema.js'

type Schemas = components['schemas']
export type Job = Schemas['Job']
export type JobWithAttempts = Schemas['JobWithAttempts']
export type JobStatus = Schemas['JobStatus']
export type NewJob = Schemas['NewJob']
export type Problem = Schemas['Problem']
export type ErrorCode = Schemas['ErrorCode']
export type { components, paths }

export interface DulyClientOptions {
  /** Where the API is, such as `http://127.0.0.1:3000`. */
  readonly baseUrl: string
  /** Only where the server has been given keys. */
  readonly apiKey?: string
  /** Instead of the global one. */
  readonly fetch?: (request: Request) => Promise<Response>
}

export type DulyClient = Client<paths, `${string}/${string}`>

export function createDulyClient({ baseUrl, apiKey, fetch }: DulyClientOptions): DulyClient {
  return createClient<paths>({
    baseUrl,
    ...(fetch && { fetch }),
    ...(apiKey !== undefined && { headers: { authorization: `Bearer ${apiKey}` } })
  })
}
