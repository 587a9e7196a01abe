/** How the workers of a subject are started, and what they have done. */
import type { Scene } from './ground.js'
import { isPeer, type SubjectName } from './measurement.js'
import type { BenchProcess } from './processes.js'

/** As the subject's own tables tell it. */
export interface State {
  /** Null where what has completed leaves nothing behind. */
  readonly completed: number | null
  /** Due and not ended. */
  readonly left: number
}

export interface Team {
  /** Starts so many workers. Resolves when all of them work. */
  start(count: number): Promise<BenchProcess[]>
  state(workers: readonly BenchProcess[]): Promise<State>
  /** False where the jobs are not in the scene's Postgres: its WAL and its buffers say nothing. */
  readonly inPostgres: boolean
}

/** What a worker of Duly is given for speed; the direct connection is that of the scene. */
const FAST = { WORKER_CONCURRENCY: '100' }
/** What it has by default: enough for jobs that come one after the other. */
export const SLOTS = { WORKER_CONCURRENCY: '10' }

/** @param env - For workers of Duly. */
export function teamOf(scene: Scene, name: SubjectName, env: Readonly<Record<string, string>> = {}): Team {
  const many = <T>(count: number, make: () => Promise<T>) => Promise.all(Array.from({ length: count }, make))
  if (!isPeer(name)) return { inPostgres: true, start: (count) => many(count, () => scene.dulyWorker({ ...FAST, ...env })), state: () => dulyState((text) => scene.sql.unsafe(text)) }
  return {
    inPostgres: name !== 'bullmq',
    async start(count) {
      const workers = await many(count, () => scene.subject(name))
      await Promise.all(workers.map((worker) => worker.call('work'))) // all at once: the first would have ended most of them before the last is there
      return workers
    },
    state: ([worker]) => worker!.call<State>('state')
  }
}

/** All from indexes: there may be ten million others. @param run - One statement of SQL. */
export async function dulyState(run: (text: string) => Promise<ArrayLike<unknown>>): Promise<State> {
  const rows = await run(`
    select (select count(*) from duly.jobs where queue = 'default' and status = 'completed')::int as completed,
           (select count(*) from duly.jobs where queue = 'default' and priority = 0 and status = 'pending' and run_at <= now())::int
             + (select count(*) from duly.jobs where status = 'in_progress')::int as left`)
  return rows[0] as State
}
