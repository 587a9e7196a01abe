import { lateness } from '../lateness.js'
import type { Measurement } from '../measurement.js'
import { SLOTS, teamOf } from '../team.js'

export const latenessOfAll: Measurement = {
  name: 'lateness',
  about: 'start of the handler minus due time, 1,000 jobs spread over 5 s',
  byDefault: true,
  cases: ({ subjects, pick }) =>
    subjects.map((name) => ({
      name,
      run: (ground) =>
        ground.withScene(async (scene) => {
          const maker = await scene.subject(name)
          const [worker] = await teamOf(scene, name, SLOTS).start(1)
          return lateness({ worker: worker!, maker, count: pick(1_000, 200), everyMs: 5, patienceMs: 15_000 })
        })
    }))
}
