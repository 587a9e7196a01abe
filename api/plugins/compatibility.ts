/**
 * Requests of other schedulers work as their documentation writes them: docs/compatibility.md has all of them.
 *
 * Such a request is given the address of a route of Duly before it is routed, and its words before they are checked: so
 * it meets the same key checks, limits, handler and answer, and nothing is there twice. Faults name what the caller wrote.
 */
import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { translateBody, translateQuery } from '../other-words.js'
import { invalidRequest } from './problems.js'

/** The method stays as it is. */
const ADDRESSES: ReadonlyArray<readonly [other: RegExp, ours: string]> = [
  [/^\/api\/job(\/[^/]+)?$/, '/jobs$1'],
  [/^\/api\/(cancel|retry|duplicate)\/([^/]+)$/, '/jobs/$2/$1'],
  [/^\/api\/bulk\/([^/]+)$/, '/jobs/bulk/$1'],
  [/^\/api\/((?:jobs|templates|stats|queues|workers)(?:\/.*)?)$/, '/$1']
]

/** For Fastify's option of this name. */
export function rewriteUrl({ url = '/' }: Pick<IncomingMessage, 'url'>): string {
  if (!url.startsWith('/api/')) return url
  const end = url.indexOf('?')
  const path = (end < 0 ? url : url.slice(0, end)).replace(/\/$/, '')
  const found = ADDRESSES.find(([other]) => other.test(path))
  return found ? path.replace(...found) + (end < 0 ? '' : url.slice(end)) : url
}

export default fp(
  async (app) => {
    app.addHook('preValidation', async (request) => {
      if (!isTranslated(request)) return
      const query = translateQuery(request.query as Record<string, unknown>)
      const body = translateBody(`${request.method} ${request.routeOptions.url}`, request.body)
      const faults = [...query.faults, ...body.faults]
      if (faults.length > 0) throw invalidRequest(faults)
      request.query = isList(request) ? withPage(query.value) : query.value
      request.body = body.value
      request.asSent = (pointer) => (pointer.startsWith('?') ? query : body).asSent(pointer)
    })

    app.addHook('preSerialization', async (request, reply, answer) => (isTranslated(request) && isList(request) && reply.statusCode === 200 ? numbered(request, answer as ListAnswer) : answer))
  },
  { name: 'compatibility', dependencies: ['problems'] }
)

const isTranslated = ({ url, originalUrl }: FastifyRequest) => url !== originalUrl
const isList = ({ method, routeOptions }: FastifyRequest) => routeOptions.url === '/jobs' && (method === 'GET' || method === 'HEAD')

/** Such lists are numbered, and say how long they are. */
const withPage = (query: Record<string, unknown>) => ({ count: 'estimate', ...(query.cursor === undefined && { page: '1' }), ...query })

interface ListAnswer {
  readonly data: readonly unknown[]
  readonly count?: number
}

function numbered({ query }: FastifyRequest, answer: ListAnswer): object {
  const { page, limit } = query as { page?: number; limit: number }
  const { data, count = 0 } = answer
  return { ...answer, jobs: data, total: count, page, limit, totalPages: Math.ceil(count / limit) }
}
