/** What can be done with jobs: each is one documented request, which can be sent or shown as curl. */
import type { components } from '../client/index.js'
import { type Ask, send } from './api.js'
import type { JobQuery } from './pure/filter.js'
import type { JobAction } from './pure/states.js'

type Schemas = components['schemas']
export type Job = Schemas['Job']
export type NewJob = Schemas['NewJob']
export type ActionAnswer = Schemas['ActionAnswer']
export type When = { readonly scheduled_at: string } | { readonly delay: string } | Record<string, never>

type ListQuery = NonNullable<NonNullable<import('../client/index.js').paths['/jobs']['get']>['parameters']['query']>

/** Words of the box are sent as they were typed: what is wrong with them is for the API to say. */
export const asListQuery = (query: JobQuery): ListQuery => query as ListQuery

/** @param when - For what takes a time. */
export function actOn(id: string, action: JobAction, when: When = {}): Ask<unknown> {
  const params = { path: { id } }
  switch (action) {
    case 'retry': return (api) => api.POST('/jobs/{id}/retry', { params })
    case 'run_now': return (api) => api.POST('/jobs/{id}/run-now', { params })
    case 'cancel': return (api) => api.POST('/jobs/{id}/cancel', { params })
    case 'reschedule': return (api) => api.PATCH('/jobs/{id}', { params, body: when })
    case 'duplicate': return (api) => api.POST('/jobs/{id}/duplicate', { params, body: when })
    case 'delete': return (api) => api.DELETE('/jobs/{id}', { params })
  }
}

/** The jobs of a request for many: chosen ones, or all that a filter means, as many as were seen. */
export type Selection = { readonly ids: readonly string[] } | { readonly filter: Omit<JobQuery, 'sort' | 'order'>; readonly expected_count?: number; readonly limit?: number; readonly cursor?: string }

export function actOnMany(selection: Selection, action: JobAction, when: When, dryRun: boolean): Ask<ActionAnswer> {
  const body = { ...selection, ...(dryRun && { dry_run: true }) } as Schemas['JobSelection']
  switch (action) {
    case 'retry': return (api, signal) => api.POST('/jobs/bulk/retry', { body, ...(signal && { signal }) })
    case 'run_now': return (api, signal) => api.POST('/jobs/bulk/run-now', { body, ...(signal && { signal }) })
    case 'cancel': return (api, signal) => api.POST('/jobs/bulk/cancel', { body, ...(signal && { signal }) })
    case 'reschedule': return (api, signal) => api.POST('/jobs/bulk/update', { body: { ...body, changes: when }, ...(signal && { signal }) })
    case 'duplicate': return (api, signal) => api.POST('/jobs/bulk/duplicate', { body: { ...body, ...when }, ...(signal && { signal }) })
    case 'delete': return (api, signal) => api.POST('/jobs/bulk/delete', { body, ...(signal && { signal }) })
  }
}

/** Jobs of one request that does something: so often it is said how far it is, and it can be stopped between two. */
const STEP = 2_000

/**
 * All of a selection, however many requests that takes: an answer whose filter means further jobs names the place where
 * the next one goes on.
 *
 * @param onProgress - Called with how many have been looked at, after each request.
 * @returns The sum of the answers; of the results only what was refused, since the others may be very many.
 * @throws {Refused}
 * @throws What an aborted signal throws.
 */
export async function actOnAll(selection: Selection, action: JobAction, when: When, dryRun: boolean, signal: AbortSignal, onProgress: (seen: number) => void = () => {}): Promise<ActionAnswer> {
  const step = 'filter' in selection && !dryRun ? { limit: STEP } : {}
  const refused: ActionAnswer['results'] = []
  let [matched, changed] = [0, 0]
  for (let cursor: string | null = null; ; ) {
    const answer: ActionAnswer & { readonly next_cursor?: string | null } = await send(actOnMany({ ...selection, ...step, ...(cursor !== null && { cursor }) }, action, when, dryRun), signal)
    matched += answer.matched
    changed += answer.changed
    for (const result of answer.results) if (result.outcome === 'refused') refused.push(result)
    onProgress(matched)
    cursor = answer.next_cursor ?? null
    if (cursor === null) return { ...answer, matched, changed, results: refused }
  }
}

export const createJob = (body: NewJob): Ask<Job> => (api) => api.POST('/jobs', { body })
