/** What the events are made of: how Duly is, and what this process and the others tell. */
import fp from 'fastify-plugin'
import type { Store } from '../../core/store/index.js'
import { listenForChanges, type RedisClient, type Teller, type Timeline } from '../../core/timeline/index.js'
import { Events, type EventsDeps, type HealthNow } from '../events.js'
import { check, single } from '../routes/health.js'

export interface WatchingOptions {
  /** Of this process; its store tells it. */
  readonly teller: Teller
  readonly timeline: Pick<Timeline, 'askForChanges'>
  /** For what others tell: a client of its own, and the start of every key. Without it only this process's own changes are told. */
  readonly listener?: { readonly redis: RedisClient; readonly prefix: string } | undefined
  readonly intervalMs?: EventsDeps['intervalMs']
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly events: Events
  }
}

/** Workers that ended longer ago are no news. */
const LOST_MS = 60_000
const MAX_WORKERS = 1_000

export default fp<WatchingOptions>(
  async (app, { teller, timeline, listener, intervalMs }) => {
    const checkStore = single(() => check(async () => void (await app.store.ping())))
    const checkRedis = single(() => check(() => app.timeline.probe()))

    const events = new Events({
      teller,
      ask: (ms) => timeline.askForChanges(ms),
      async health(): Promise<HealthNow> {
        const [store, redis] = await Promise.all([checkStore(), checkRedis()])
        const workers = store.status === 'ok' ? await countWorkers(app.store).catch(() => null) : null
        const agreement = store.status === 'ok' && redis.status === 'ok' ? await app.agreement().catch(() => null) : null
        return {
          status: store.status === 'down' ? 'unavailable' : redis.status === 'down' ? 'degraded' : 'ok',
          store: store.status,
          redis: redis.status,
          workers,
          agreement: agreement && { missing: agreement.missing, ghost: agreement.ghost, late: agreement.late }
        }
      },
      ...(intervalMs && { intervalMs })
    })
    app.decorate('events', events)

    const listening = listener && listenForChanges(listener.redis, listener.prefix, {
      watched: (ms) => teller.watch(ms),
      changed: (changes) => {
        if (changes.from !== teller.name) events.receive(changes)
      }
    })
    app.addHook('onClose', async () => {
      events.close()
      teller.stop()
      listening?.close()
    })
  },
  { name: 'watching', dependencies: ['parts', 'agreement'] }
)

async function countWorkers(store: Pick<Store, 'listWorkers'>): Promise<HealthNow['workers']> {
  const counts = { alive: 0, silent: 0, lost: 0 }
  for (const { status } of await store.listWorkers({ endedWithinMs: LOST_MS, limit: MAX_WORKERS })) if (status in counts) counts[status as keyof typeof counts]++
  return counts
}
