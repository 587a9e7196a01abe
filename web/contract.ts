/** Answers of routes that the description of the API does not have yet, and how they are called. */
import type { Client } from 'openapi-fetch'
import type { components, paths, Problem } from '../client/index.js'

type Answers<Status extends number, Body> = {
  responses: Record<Status, { headers: Record<string, unknown>; content: { 'application/json': Body } }> & {
    default: { headers: Record<string, unknown>; content: { 'application/problem+json': Problem } }
  }
}
type NoParameters = { query?: never; header?: never; path?: never; cookie?: never }
type Get<Body, Parameters = NoParameters> = { parameters: Parameters; requestBody?: never } & Answers<200, Body>
type Post<Sent, Body> = { parameters: NoParameters; requestBody: { content: { 'application/json': Sent } } } & Answers<200, Body>
type Route<Methods> = { parameters: NoParameters } & Methods

export interface FailureGroup {
  readonly type: string
  /** Ids, numbers and the like are `*`, so that the same fault of many jobs is one text; null when the job said nothing. */
  readonly error: string | null
  readonly error_group?: string
  readonly sample: { readonly job_id: string; readonly message: string }
  readonly counts: { readonly hour: number; readonly day: number; readonly week: number }
  readonly total: number
  readonly first_seen_at: string
  readonly last_seen_at: string
  /** Of the list, and of requests for many jobs: exactly the jobs of this group. */
  readonly filter: Readonly<Record<string, unknown>>
}

export interface FailureList {
  readonly data: FailureGroup[]
  readonly estimated?: boolean
}

export type Session = components['schemas']['Session']

/** Only what the page shows; everything else is listed as it comes. */
export interface SystemInfo {
  readonly versions?: Readonly<Record<string, string>>
  readonly configuration?: Readonly<Record<string, unknown>>
  readonly [part: string]: unknown
}

export interface LaterPaths {
  '/failures': Route<{ get: Get<FailureList> }>
  '/system': Route<{ get: Get<SystemInfo> }>
  '/sync': Route<{ post: Post<{ dry_run: boolean }, Readonly<Record<string, unknown>>> }>
}

export type Api = Client<paths & LaterPaths, `${string}/${string}`>
