import { startProxy } from '../../tests/support/proxy.js'
import { drain } from '../drain.js'
import type { Ground } from '../ground.js'
import type { Figures, Measurement } from '../measurement.js'
import { teamOf } from '../team.js'

/** Added to each call, in ms, as for a database in another zone or region; fewer jobs where each takes longer. */
const CASES = [{ delayMs: 0, jobs: 60_000 }, { delayMs: 20, jobs: 20_000 }, { delayMs: 80, jobs: 10_000 }]

/** The way there and the way back share the delay. Without one, the calls take the same way through the proxy. */
const drainFar = (ground: Ground, count: number, delayMs: number): Promise<Figures> =>
  ground.withScene(async (scene) => {
    const proxy = await startProxy(scene.databaseUrl)
    try {
      proxy.delayMs = delayMs / 2
      const maker = await scene.subject('duly')
      await maker.call('seed', { count, payload: {} })
      await maker.stop()
      const { 'jobs/s': perSecond } = await drain(scene, { count, workers: 1, team: teamOf(scene, 'duly', { DATABASE_URL: proxy.url }) })
      return { 'jobs/s': perSecond! }
    } finally {
      await proxy.close()
    }
  })

export const far: Measurement = {
  name: 'far',
  about: 'the drain of Duly with 20 and 80 ms more in each call of the store',
  byDefault: true,
  cases: ({ subjects, pick }) =>
    subjects.includes('duly') ? CASES.map(({ delayMs, jobs }) => ({ name: delayMs === 0 ? 'duly, no delay' : `duly, ${delayMs} ms`, run: (ground) => drainFar(ground, pick(jobs, 3_000), delayMs) })) : []
}
