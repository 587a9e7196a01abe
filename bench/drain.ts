/** The drain of due jobs, of which all that begin with it are made: how fast, and what it costs. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Scene } from './ground.js'
import type { Figures } from './measurement.js'
import { untilRan } from './processes.js'
import type { Team } from './team.js'

export interface DrainOptions {
  /** Due jobs, there already. */
  readonly count: number
  /** How many workers. */
  readonly workers: number
  readonly team: Team
}

/** The share of the jobs before the clock: processes start, code gets compiled, connections are made. */
const WARM = 0.1
/** With more of them gone, the rest says nothing. */
const LATEST = 0.6
/** Between two looks at what is left, once all handlers have been started. */
const LOOK_MS = 10
const PATIENCE_MS = 30_000

/**
 * The clock runs from the moment when all workers are ready and a tenth of the jobs have been started, until the store
 * says that none is left.
 *
 * @throws When a job has not completed, or was started twice, or hardly any are left when the clock begins.
 */
export async function drain(scene: Scene, { count, workers: howMany, team }: DrainOptions): Promise<Figures> {
  await scene.untilAlone() // what the makers of the jobs have read is counted by now
  const buffersBefore = await scene.buffers()
  const workers = await team.start(howMany)
  const take = async () => ({ atMs: performance.now(), workers: workers.reduce((sum, worker) => sum + worker.cpu(), 0), ...scene.storeCpu(), walBytes: await scene.walBytes() })

  const ranBefore = await untilRan(workers, count * WARM)
  if (ranBefore > count * LATEST) throw new Error(`${ranBefore} of ${count} jobs were started before all workers were ready: give it more`)
  const begin = await take()
  await untilRan(workers, count)
  const patientUntilMs = performance.now() + PATIENCE_MS
  for (let { left } = await team.state(workers); left > 0; { left } = await team.state(workers)) {
    if (performance.now() > patientUntilMs) throw new Error(`all ${count} jobs were started, and ${left} have not ended`)
    await sleep(LOOK_MS)
  }
  const end = await take()

  const { completed } = await team.state(workers)
  const ran = workers.reduce((sum, worker) => sum + worker.ran, 0)
  if (completed !== null && completed !== count) throw new Error(`${completed} of ${count} jobs have completed`)
  if (ran !== count) throw new Error(`${count} jobs were started ${ran} times`)
  const peakMB = workers.reduce((sum, worker) => sum + worker.peakMB(), 0)
  await Promise.all(workers.map((worker) => worker.stop()))

  const timed = count - ranBefore
  const per100k = (seconds: number) => (seconds / timed) * 100_000
  return {
    'jobs/s': (timed / (end.atMs - begin.atMs)) * 1_000,
    'CPU of workers, s per 100,000 jobs': per100k(end.workers - begin.workers),
    'CPU of Postgres, s per 100,000 jobs': per100k(end.postgres - begin.postgres),
    'CPU of Redis, s per 100,000 jobs': per100k(end.redis - begin.redis),
    'peak memory of workers, MB': peakMB,
    ...(team.inPostgres && {
      'WAL, bytes per job': (end.walBytes - begin.walBytes) / timed,
      'buffers per job': ((await buffersAfter(scene)) - buffersBefore) / count
    })
  }
}

/** Connections tell what they have read when they close. */
async function buffersAfter(scene: Scene): Promise<number> {
  await scene.untilAlone()
  return scene.buffers()
}
