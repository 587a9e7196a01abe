import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startLocalSupabase } from '../../scripts/lib/local-supabase.js'
import { drain } from '../drain.js'
import type { Ground, Scene } from '../ground.js'
import { lateness } from '../lateness.js'
import type { Figures, Measurement, Plan } from '../measurement.js'
import { dulyState, teamOf, type Team } from '../team.js'

/** A local Supabase on PGlite, as under `npm start`, in place of the scene's Postgres. */
function withSupabase(ground: Ground, use: (parts: { scene: Scene; env: Record<string, string>; team: Team }) => Promise<Figures>): Promise<Figures> {
  return ground.withScene(async (scene) => {
    const folder = join(scene.folder, 'pglite')
    const supabase = await startLocalSupabase({ engine: { folder }, keys: { publishable: 'bench-publishable', secret: 'bench-secret' }, port: 0 })
    try {
      const env = { DATABASE_URL: '', SUPABASE_URL: supabase.url, SUPABASE_KEY: supabase.keys.secret }
      const team: Team = { ...teamOf(scene, 'duly', env), inPostgres: false, state: () => dulyState((text) => supabase.sql(text)) }
      return await use({ scene, env, team })
    } finally {
      await supabase.stop()
      await rm(folder, { recursive: true, force: true })
    }
  })
}

const drainCase = (ground: Ground, { pick }: Plan) =>
  withSupabase(ground, async ({ scene, env, team }) => {
    const count = pick(20_000, 2_000)
    const maker = await scene.subject('duly', env)
    await maker.call('seed', { count, payload: {} })
    await maker.stop()
    const { 'CPU of Postgres, s per 100,000 jobs': _, ...figures } = await drain(scene, { count, workers: 1, team }) // it had nothing to do
    return figures
  })

const latenessCase = (ground: Ground, { pick }: Plan) =>
  withSupabase(ground, async ({ scene, env, team }) => {
    const maker = await scene.subject('duly', env)
    const [worker] = await team.start(1)
    return lateness({ worker: worker!, maker, count: pick(1_000, 200), everyMs: 5, patienceMs: 15_000 })
  })

export const supabase: Measurement = {
  name: 'supabase',
  about: 'Duly through supabase-js and the local Supabase: drain of 20,000, and lateness',
  byDefault: true,
  cases: (plan) => (plan.subjects.includes('duly') ? [{ name: 'duly, drain', run: (ground) => drainCase(ground, plan) }, { name: 'duly, lateness', run: (ground) => latenessCase(ground, plan) }] : [])
}
