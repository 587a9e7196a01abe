/** Every route of the app, as requests that reach it. */
import type { InjectOptions } from 'fastify'
import type { RouteInfo } from '../../api/plugins/scopes.js'
import type { Api } from '../api/support.js'

/** For every part of a path: no job, template or queue has this name. */
const NOTHING = '01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71'

export const titleOf = ({ method, url }: RouteInfo): string => `${method} ${url}`

/** @returns Options for `inject` that reach a route, with a body where it may have one. */
export function requestFor({ method, url }: RouteInfo, body: unknown = {}): InjectOptions {
  const request = { method: method as 'GET', url: url === '/events' ? `${url}?for=1` : url.replaceAll(/:\w+/g, NOTHING) } // a stream would end after half an hour
  if (!takesBody(method)) return request
  return { ...request, headers: { 'content-type': 'application/json' }, payload: typeof body === 'string' ? body : JSON.stringify(body) }
}

export const takesBody = (method: string): boolean => ['POST', 'PUT', 'PATCH'].includes(method)

/** All that there is, and at least what there was when this was written. */
export function routesOf({ app }: Api): readonly RouteInfo[] {
  const titles = app.routes.map(titleOf)
  for (const title of ['POST /jobs', 'GET /jobs', 'HEAD /jobs', 'GET /jobs/:id', 'PUT /jobs/:id/cancel', 'GET /livez']) {
    if (!titles.includes(title)) throw new Error(`the list of routes has no ${title}`)
  }
  return app.routes
}
