/** What several parts of the page show: read once for all of them. */
import type { components } from '../../client/index.js'
import type { Ask } from '../api.js'
import { type Range, rangeQuery } from '../pure/series.js'
import { nowMs } from './now.js'
import { never, type Resource, useResource } from './resource.js'

type Schemas = components['schemas']
export type Stats = Schemas['Stats']
export type Queue = Schemas['Queue']
export type Worker = Schemas['Worker']
export type Health = Schemas['Health']
export type SystemInfo = Schemas['System']

/** Workers send their numbers every few seconds: events say nothing about them. */
export function useStats(range: Range, filter: { queue?: string } = {}): Resource<Stats> {
  const ask: Ask<Stats> = (api) => api.GET('/stats', { params: { query: { ...rangeQuery(range, nowMs()), ...filter } } })
  return useResource(`stats ${range} ${filter.queue ?? ''}`, ask, { everyMs: 10_000, liveEveryMs: 10_000, changedBy: never })
}

export const useQueues = (): Resource<Schemas['QueueList']> => useResource('queues', (api) => api.GET('/queues'), { everyMs: 5_000, liveEveryMs: 5_000 })

export const useWorkers = (): Resource<Schemas['WorkerList']> =>
  useResource('workers', (api) => api.GET('/workers', { params: { query: { ended_within: '1h' } } }), { everyMs: 2_000, liveEveryMs: 2_000, changedBy: ({ kind }) => kind === 'health' })

/** The answer 503 says what is wrong as well, so it is data too. */
const health: Ask<Health> = async (api) => {
  const { data, error, response } = await api.GET('/readyz')
  const said = data ?? (typeof error === 'object' && error !== null && 'checks' in error ? (error) : undefined)
  return said ? { data: said, response: new Response() } : { error, response }
}
export const useHealth = (): Resource<Health> => useResource('health', health, { everyMs: 3_000, liveEveryMs: 3_000, changedBy: ({ kind }) => kind === 'health' })

export const useSystem = (): Resource<SystemInfo> => useResource('system', (api) => api.GET('/system'), { everyMs: 10_000, liveEveryMs: 10_000, changedBy: ({ kind }) => kind === 'health' })

export const useFailures = (): Resource<Schemas['Failures']> => useResource('failures', (api) => api.GET('/failures'), { everyMs: 15_000, liveEveryMs: 15_000, changedBy: never })
