/** What the routes work with, as decorators. */
import fp from 'fastify-plugin'
import type { Store } from '../../core/store/index.js'
import type { Registry } from '../../worker/handlers/index.js'
import type { TimelineLink } from '../timeline-link.js'

export interface Parts {
  readonly store: Store
  readonly timeline: TimelineLink
  /** The job types that this process knows. */
  readonly registry: Pick<Registry, 'types' | 'validate'>
}

declare module 'fastify' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- how a plugin declares what it adds
  interface FastifyInstance extends Parts {}
}

export default fp<Parts>(
  async (app, { store, timeline, registry }) => {
    app.decorate('store', store).decorate('timeline', timeline).decorate('registry', registry)
    app.addHook('onClose', () => timeline.close())
  },
  { name: 'parts' }
)
