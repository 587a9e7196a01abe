/**
 * The job types that a caller may use: those that this server has a handler for, and those that a living worker has
 * published. So handlers may live in workers alone; their payloads are then checked by the worker, before each attempt.
 */
import { storableFaults } from '../core/storable.js'
import type { Store } from '../core/store/index.js'
import { unknownType } from '../worker/handlers/index.js'
import { cached } from './cached.js'
import type { Parts } from './plugins/parts.js'

/** How old the list of published types may be: a new worker's types are taken this much later. */
const TTL_MS = 2_000

export type Registry = Parts['registry']

export class KnownTypes {
  readonly #registry: Registry
  readonly #own: ReadonlySet<string>
  readonly #published: () => Promise<readonly string[]>

  constructor(registry: Registry, store: Pick<Store, 'listTypes'>, { ttlMs = TTL_MS } = {}) {
    this.#registry = registry
    this.#own = new Set(registry.types)
    this.#published = cached(() => store.listTypes(), ttlMs)
  }

  /**
   * The registry for a request that names these types. The store is asked only when one of them is not this server's own,
   * and then at most every two seconds, however many requests there are.
   *
   * @param types - As they were sent: what is no text is left to the schema.
   * @throws {DulyError} `store_unavailable`
   */
  async registryFor(types: Iterable<unknown>): Promise<Registry> {
    for (const type of types) if (typeof type === 'string' && !this.#own.has(type)) return this.#with(await this.#published())
    return this.#registry
  }

  #with(published: readonly string[]): Registry {
    const own = this.#own
    const registry = this.#registry
    const types = [...new Set([...registry.types, ...published])].sort()
    const known = new Set(types)
    return {
      types,
      validate(type, payload, pointer = '') {
        if (own.has(type)) return registry.validate(type, payload, pointer)
        if (known.has(type)) return storableFaults(payload, pointer)
        throw unknownType(type, types)
      }
    }
  }
}
