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

export type Session = components['schemas']['Session']

/** Only what the page shows; everything else is listed as it comes. */
export interface SystemInfo {
  readonly versions?: Readonly<Record<string, string>>
  readonly configuration?: Readonly<Record<string, unknown>>
  readonly [part: string]: unknown
}

export interface LaterPaths {
  '/system': Route<{ get: Get<SystemInfo> }>
  '/sync': Route<{ post: Post<{ dry_run: boolean }, Readonly<Record<string, unknown>>> }>
}

export type Api = Client<paths & LaterPaths, `${string}/${string}`>
