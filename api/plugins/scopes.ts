/** Every route says which scope it takes: one that does not is a mistake, told when the app is built. */
import fp from 'fastify-plugin'
import type { Scope } from '../../core/scope.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the key of a caller must allow; `none` is open to everybody who reaches the port. */
    scope?: Scope | 'none'
  }
}

export default fp(
  async (app) => {
    app.addHook('onRoute', ({ url, method, config }) => {
      if (url !== '*' && config?.scope === undefined) throw new Error(`the route ${[method].flat().join(', ')} ${url} does not say its scope`)
    })
  },
  { name: 'scopes' }
)
