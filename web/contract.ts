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

/** Only what the page treats apart; everything else is listed as it comes. */
export interface SystemInfo {
  /** null for who may not see it. */
  readonly configuration?: Array<{ name: string; value: unknown; is_default: boolean }> | null
  /** As the worker that compares both stores has found last; null before it has. */
  readonly agreement?: { readonly missing: number; readonly ghost: number; readonly late: number; readonly compared: number; readonly complete: boolean; readonly lost_queues: number } | null
  readonly [part: string]: unknown
}

export interface LaterPaths {
  '/system': Route<{ get: Get<SystemInfo> }>
  '/jobs/{id}/output': Route<{ get: Get<unknown, { query?: { download?: boolean; part?: 'html' | 'source' }; header?: never; path: { id: string }; cookie?: never }> }>
  '/sync': Route<{ post: Post<{ dry_run: boolean }, Readonly<Record<string, unknown>>> }>
}

export type Api = Client<paths & LaterPaths, `${string}/${string}`>
