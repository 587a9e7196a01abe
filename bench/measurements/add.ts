import type { Ground, Scene } from '../ground.js'
import { type Case, type Figures, isPeer, type Measurement, payloadOf, type Plan, type SubjectName } from '../measurement.js'
import type { BenchProcess } from '../processes.js'
import { dulyState, type State } from '../team.js'

const PAYLOAD = payloadOf(1_000)

interface Added {
  /** All of them, those of the warm-up too. */
  readonly added: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  /** Of whoever waited longest. */
  readonly max: number
}

const figures = ({ perSecond, p50, p99, max }: Added): Figures => ({ 'jobs/s': perSecond, 'p50, ms': p50, 'p99, ms': p99, 'max, ms': max })

/** @throws When the store has another number of jobs than were acknowledged. */
function compare({ added }: Added, { left }: State): void {
  if (left !== added) throw new Error(`${added} jobs were acknowledged and ${left} are there`)
}

const stateOf = (scene: Scene, name: SubjectName, maker: BenchProcess) => (isPeer(name) ? maker.call<State>('state') : dulyState((text) => scene.sql.unsafe(text)))

const times = ({ pick }: Plan) => ({ warmMs: pick(1_000, 300), ms: pick(3_000, 700) })

const overHttp = (ground: Ground, plan: Plan, connections: number): Promise<Figures> =>
  ground.withScene(async (scene) => {
    const [api, client] = await Promise.all([scene.dulyApi(), scene.httpClient()])
    const added = await client.call<Added>('postFor', { url: api.url, path: '/jobs', body: { type: 'bench', payload: PAYLOAD }, connections, ...times(plan) })
    compare(added, await dulyState((text) => scene.sql.unsafe(text)))
    return figures(added)
  })

const throughLibrary = (ground: Ground, plan: Plan, name: SubjectName): Promise<Figures> =>
  ground.withScene(async (scene) => {
    const maker = await scene.subject(name)
    const added = await maker.call<Added>('addFor', { inFlight: 64, payload: PAYLOAD, ...times(plan) })
    compare(added, await stateOf(scene, name, maker))
    return figures(added)
  })

const CALLS: Record<SubjectName, string> = {
  duly: 'duly, grouped store calls, 64 in flight',
  bullmq: 'bullmq, add, 64 in flight',
  'pg-boss': 'pg-boss, send, 64 in flight',
  'graphile-worker': 'graphile-worker, addJob, 64 in flight',
  naive: 'naive, insert, 64 in flight'
}

export const add: Measurement = {
  name: 'add',
  about: 'single creates of jobs with a payload of 1 kB, nobody works',
  byDefault: true,
  cases: (plan) => [
    ...(plan.subjects.includes('duly') ? [64, 256].map((connections): Case => ({ name: `duly, POST /jobs, ${connections} connections`, run: (ground) => overHttp(ground, plan, connections) })) : []),
    ...plan.subjects.map((name): Case => ({ name: CALLS[name], run: (ground) => throughLibrary(ground, plan, name) }))
  ]
}

const BATCH = 1_000
const IN_FLIGHT = 4

const bulkOverHttp = (ground: Ground, { pick }: Plan): Promise<Figures> =>
  ground.withScene(async (scene) => {
    const [api, client] = await Promise.all([scene.dulyApi(), scene.httpClient()])
    const requests = pick(100, 4)
    const warmRequests = pick(10, 2)
    const body = { jobs: Array.from({ length: BATCH }, () => ({ type: 'bench', payload: {} })) }
    const { perSecond } = await client.call<{ perSecond: number }>('post', { url: api.url, path: '/jobs/bulk', body, connections: IN_FLIGHT, requests, warmRequests })
    compare({ added: (requests + warmRequests) * BATCH } as Added, await dulyState((text) => scene.sql.unsafe(text)))
    return { 'jobs/s': perSecond * BATCH }
  })

const bulkThroughLibrary = (ground: Ground, { pick }: Plan, name: SubjectName): Promise<Figures> =>
  ground.withScene(async (scene) => {
    const maker = await scene.subject(name)
    const added = await maker.call<Added>('bulk', { batch: BATCH, batches: pick(100, 4), warmBatches: pick(10, 2), inFlight: IN_FLIGHT, payload: {} })
    compare(added, await stateOf(scene, name, maker))
    return { 'jobs/s': added.perSecond }
  })

const BULK_CALLS: Record<SubjectName, string> = { duly: 'duly, store call', bullmq: 'bullmq, addBulk', 'pg-boss': 'pg-boss, insert', 'graphile-worker': 'graphile-worker, addJobs', naive: 'naive, insert of many rows' }

export const bulk: Measurement = {
  name: 'bulk',
  about: 'jobs in batches of 1,000, four batches in flight, nobody works',
  byDefault: true,
  cases: (plan) => [
    ...(plan.subjects.includes('duly') ? [{ name: 'duly, POST /jobs/bulk', run: (ground: Ground) => bulkOverHttp(ground, plan) }] : []),
    ...plan.subjects.map((name): Case => ({ name: BULK_CALLS[name], run: (ground) => bulkThroughLibrary(ground, plan, name) }))
  ]
}
