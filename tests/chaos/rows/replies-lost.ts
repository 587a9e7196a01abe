import { eachNth } from '../../support/proxy.js'
import type { Row } from '../row.js'
import { inLanes } from '../wait.js'

/** Of each k requests, one loses its reply after it ran. */
const K = 3
const CLAIMS = ['duly_claim_jobs', 'duly_claim_due_jobs']
const FINISHES = ['duly_finish_jobs', 'duly_exchange_jobs']

export const repliesLost: Row = {
  name: 'replies-lost',
  promise: 'Replies are lost after create, claim, finish, cancel, retry: no row is there twice, no claim is left behind, nothing runs twice',
  transports: ['direct', 'rest'],
  jobs: { short: 120, full: 10_000 },
  async run({ stage, nemesis, jobs, short, expect }) {
    const some = nemesis.for('replies')
    const [api] = stage.apis
    api!.store.dropReply = anyOf(['duly_create_jobs', 'duly_cancel_jobs', 'duly_retry_jobs'])
    for (const { store } of stage.workers) store.dropReply = anyOf([...CLAIMS, ...FINISHES])

    const spreadMs = short ? 3_000 : 60_000
    const told = await stage.client.createAll(Array.from({ length: jobs }, (_, i) => ({ inMs: (i * spreadMs) / jobs, once: i % 2 === 1, payload: { ms: 30 } })))
    const later = await stage.client.createAll(Array.from({ length: jobs / 4 }, () => ({ inMs: 3_600_000 })))
    await inLanes(later, async ({ id }) => void (id !== null && (await stage.client.cancel(id))))
    await stage.settled(30_000)
    await inLanes(told.filter(() => some.chance(0.25)), async ({ id }) => {
      if (id === null) return
      const { fence } = await stage.store.getJob(id)
      await stage.client.retry(id, fence)
    })
    await stage.settled(30_000)
    for (const { store } of [...stage.apis, ...stage.workers]) store.dropReply = undefined
    const dropped = [...stage.apis, ...stage.workers].map(({ store }) => store.dropped)
    return ({ starts }, { told: all, rows }) => {
      const retries = all.filter(({ what, end }) => what === 'retry' && end !== 'refused').length
      const failed = rows.flatMap(({ attempts }) => attempts).length // of a worker that could not prove its ownership
      expect('replies were lost on every way', dropped.every((count) => count > 5), dropped)
      expect('each job starts once, and once more for each retry', starts <= jobs + retries + failed, { starts, jobs, retries, failed })
      expect('a job that was cancelled before it was due stays so', all.filter(({ what, outcome }) => what === 'cancel' && outcome === 'cancelled').length === later.length)
    }
  }
}

/** Each function counts for itself: otherwise the frequent ones would have all the bad luck. */
function anyOf(names: readonly string[]): (request: string) => boolean {
  const all = names.map((name) => eachNth(name, K))
  return (request) => all.map((decide) => decide(request)).includes(true)
}
