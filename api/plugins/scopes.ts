/** Every route says which scope it takes: one that does not is a mistake, told when the app is built. */
import type { FastifySchema } from 'fastify'
import fp from 'fastify-plugin'
import type { Scope } from '../../core/scope.js'

export interface RouteInfo {
  readonly method: string
  /** Such as `/jobs/:id`. */
  readonly url: string
  readonly scope: Scope | 'none'
  readonly schema: FastifySchema
  /** Largest body, in bytes; that of the app if missing. */
  readonly bodyLimit?: number | undefined
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the key of a caller must allow; `none` is open to everybody who reaches the port. */
    scope?: Scope | 'none'
  }
  interface FastifyInstance {
    /** Every route, in the order of their registration. */
    readonly routes: readonly RouteInfo[]
  }
}

export default fp(
  async (app) => {
    const routes: RouteInfo[] = []
    app.decorate('routes', routes)
    app.addHook('onRoute', ({ url, method, config, schema = {}, bodyLimit }) => {
      if (url === '*' && method === 'OPTIONS') return // of cors, which answers them before any route
      if (config?.scope === undefined) throw new Error(`the route ${[method].flat().join(', ')} ${url} does not say its scope`)
      for (const name of [method].flat()) routes.push({ method: name, url, scope: config.scope, schema, bodyLimit })
    })
  },
  { name: 'scopes' }
)
