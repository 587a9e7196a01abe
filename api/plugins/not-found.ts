/** What has no route: 405 with `Allow` where the address takes another method, else 404 with the nearest address. */
import fp from 'fastify-plugin'
import { DulyError } from '../../core/errors.js'
import { nearest } from '../../core/nearest.js'

export default fp(
  async (app) => {
    /** Path of each route, such as `/jobs/:id`, and its methods. */
    const routes = new Map<string, Set<string>>()
    app.addHook('onRoute', ({ url, method }) => {
      if (url.endsWith('*')) return // the preflights of cors, the files of /docs: no address of its own
      const methods = routes.get(url) ?? new Set()
      for (const name of [method].flat()) methods.add(name)
      routes.set(url, methods)
    })

    app.setNotFoundHandler((request, reply) => {
      const [path, asked] = [request.url, request.originalUrl].map((url) => url.split('?', 1)[0]!.replace(/(?<=.)\/$/, '')) as [string, string]
      const allowed = [...routes].filter(([route]) => matches(route, path)).flatMap(([, methods]) => [...methods])
      if (allowed.length > 0) {
        const allow = [...new Set(allowed)].sort().join(', ')
        reply.header('allow', allow)
        throw new DulyError('method_not_allowed', { detail: `${asked} takes ${allow}, not ${request.method}.` })
      }
      const near = nearest(path, routes.keys())
      throw new DulyError('route_not_found', { detail: `There is no ${asked.slice(0, 100)}${near ? `; did you mean ${near}?` : '.'}` })
    })
  },
  { name: 'not-found' }
)

/** Segment by segment; `:id` is any. */
function matches(route: string, path: string): boolean {
  const wanted = route.split('/')
  const given = path.split('/')
  return wanted.length === given.length && wanted.every((segment, i) => (segment.startsWith(':') ? given[i] !== '' : segment === given[i]))
}
