/**
 * Whether Redis and the database agree: of each queue the jobs that are due next are compared, and what differs is looked
 * at twice more, since on a running system some of it is on its way. A gauge, which costs the same whatever there is;
 * `POST /sync` with `dry_run` compares everything.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import fp from 'fastify-plugin'
import { beginAudit, confirm, countOf, type Differences, lookAt } from '../../core/audit.js'
import type { Timeline } from '../../core/timeline/index.js'
import { cached } from '../cached.js'

export interface Agreement {
  readonly missing: number
  readonly ghost: number
  readonly late: number
  /** Jobs that were compared. */
  readonly compared: number
  /** Each queue was looked at, to the end of its timeline. */
  readonly complete: boolean
  /** Queues whose timeline nobody vouches for at the moment: it is being filled. */
  readonly lost_queues: number
}

export interface AgreementOptions {
  readonly timeline: Pick<Timeline, 'list' | 'scores' | 'edgeOf'>
  readonly windowMs: number
}

declare module 'fastify' {
  interface FastifyInstance {
    /** @throws When Redis or the store does not answer. */
    readonly agreement: () => Promise<Agreement>
  }
}

/** Queues that are looked at, and jobs of each. */
const MAX_QUEUES = 20
const PAGE = 1_000
const LOOKS = 3
const PAUSE_MS = 700
/** How old an answer may be. */
const TTL_MS = 8_000

export default fp<AgreementOptions>(
  async (app, { timeline, windowMs }) => {
    const deps = { store: app.store, timeline, windowMs }
    app.decorate('agreement', cached(async () => {
      const queues = await app.store.listQueues()
      const seen: Differences = { missing: [], ghost: [], late: [] }
      let compared = 0
      let complete = queues.length <= MAX_QUEUES
      let lost = 0
      for (const { name } of queues.slice(0, MAX_QUEUES)) {
        if ((await timeline.edgeOf(name)) === null) {
          lost++
          continue
        }
        const look = await lookAt(deps, beginAudit(name), PAGE)
        seen.missing.push(...look.missing)
        seen.ghost.push(...look.ghost)
        seen.late.push(...look.late)
        compared += Math.max(look.pending, look.inRedis)
        if (look.next) complete = false
      }
      let still = seen
      for (let looks = 1; looks < LOOKS && countOf(still) > 0; looks++) {
        await sleep(PAUSE_MS)
        still = await confirm(deps, still, (await app.store.ping()).now_ms)
      }
      return { missing: still.missing.length, ghost: still.ghost.length, late: still.late.length, compared, complete, lost_queues: lost }
    }, TTL_MS))
  },
  { name: 'agreement', dependencies: ['parts'] }
)
