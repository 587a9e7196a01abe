/** What the routes work with, as decorators. */
import fp from 'fastify-plugin'
import type { Store } from '../../core/store/index.js'
import type { Registry } from '../../worker/handlers/index.js'
import { GroupedCreates } from '../grouped-creates.js'
import { KnownTypes } from '../known-types.js'
import type { TimelineLink } from '../timeline-link.js'

export interface Parts {
  readonly store: Store
  readonly timeline: TimelineLink
  /** The job types that this process knows. */
  readonly registry: Pick<Registry, 'types' | 'validate'>
}

declare module 'fastify' {
  interface FastifyInstance extends Parts {
    /** Also those that only workers know. */
    readonly knownTypes: KnownTypes
    /** The store's creates, with those of other requests. */
    readonly creates: GroupedCreates
  }
}

export default fp<Parts>(
  async (app, { store, timeline, registry }) => {
    app.decorate('store', store).decorate('timeline', timeline).decorate('registry', registry).decorate('knownTypes', new KnownTypes(registry, store)).decorate('creates', new GroupedCreates(store))
    app.addHook('onClose', () => timeline.close())
  },
  { name: 'parts' }
)
