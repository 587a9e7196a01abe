import { drain } from '../drain.js'
import type { Ground } from '../ground.js'
import { type Case, type Figures, type Measurement, payloadOf, type Plan, type SubjectName } from '../measurement.js'
import { teamOf } from '../team.js'

/** The naive loop ends a few hundred in a second and would hold up everybody; BullMQ takes about twice as long as the others. */
export const jobsOf = (name: SubjectName, { pick }: Plan): number => ({ naive: pick(500, 100), bullmq: pick(30_000, 2_000) })[name as string] ?? pick(60_000, 3_000)

export function drainSubject(ground: Ground, name: SubjectName, options: { readonly count: number; readonly payloadBytes: number; readonly workers: number }): Promise<Figures> {
  const { count, payloadBytes, workers } = options
  return ground.withScene(async (scene) => {
    const maker = await scene.subject(name)
    await maker.call('seed', { count, payload: payloadOf(payloadBytes) })
    await maker.stop()
    return drain(scene, { count, workers, team: teamOf(scene, name) })
  })
}

const caseOf = (name: SubjectName, count: number, payloadBytes: number): Case => ({ name, run: (ground) => drainSubject(ground, name, { count, payloadBytes, workers: 1 }) })

export const drainEmpty: Measurement = {
  name: 'drain',
  about: 'due no-op jobs without a payload, one worker process',
  byDefault: true,
  cases: (plan) => plan.subjects.map((name) => caseOf(name, jobsOf(name, plan), 0))
}

export const drainPayload: Measurement = {
  name: 'drain-1kb',
  about: 'half as many with a payload of 1 kB',
  byDefault: true,
  cases: (plan) => plan.subjects.filter((name) => name !== 'naive').map((name) => caseOf(name, jobsOf(name, plan) / 2, 1_000))
}
