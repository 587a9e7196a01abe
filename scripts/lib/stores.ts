/** Redis and the database of `npm start`: those that the environment names, else local ones under DATA_DIR, kept running. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Config } from '../../core/config.js'
import { type Keys, type LocalSupabase, startLocalSupabase } from './local-supabase.js'
import { type LocalRedis, provideRedis, startRedis } from './redis.js'
import { Supervisor } from './supervisor.js'

/** One whose parent was killed waits for its users, 15 s at most, and closes its database. */
const ORPHAN_WAIT_MS = 20_000

/** @param path - As in the variable PATH. */
export function superviseRedis(config: Config, path: string, log: Logger, say: (line: string) => void): Supervisor<LocalRedis> {
  let server: string | undefined
  let port: number | undefined // the same after a restart: its users know no other
  return new Supervisor({
    async start() {
      server ??= await provideRedis({ path, log: say })
      const redis = await startRedis({ server, dir: join(config.DATA_DIR, 'redis'), ...(port !== undefined && { port }) })
      port = redis.port
      return redis
    },
    ...reports('Redis', log)
  })
}

export function superviseSupabase(config: Config, log: Logger): Supervisor<LocalSupabase> {
  let port = 0
  return new Supervisor({
    async start(signal) {
      const engine = { folder: join(config.DATA_DIR, 'postgres'), waitMs: ORPHAN_WAIT_MS }
      const supabase = await startLocalSupabase({ engine, keys: await readKeys(config.DATA_DIR), port }, { signal, log: (line) => log.debug(line) })
      port = Number(new URL(supabase.url).port)
      return supabase
    },
    ...reports('the local Supabase', log)
  })
}

/** What a supervisor tells the log. */
export function reports(name: string, log: Logger): { onEnded: (_: unknown, how: string) => void; onFailed: (error: unknown) => void; onRestarted: () => void } {
  return {
    onEnded: (_, how) => log.warn({ how }, `${name} has ended, starting it again`),
    onFailed: (error) => log.error({ reason: error instanceof Error ? error.message : String(error) }, `${name} does not start, trying again`),
    onRestarted: () => log.info(`${name} runs again`)
  }
}

/** Made once for each DATA_DIR, so that a client that knows them survives a restart. */
async function readKeys(dataDir: string): Promise<Keys> {
  const file = join(dataDir, 'keys.json')
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Keys
  } catch {
    const secret = () => randomBytes(24).toString('base64url')
    const keys = { publishable: `sb_publishable_${secret()}`, secret: `sb_secret_${secret()}` }
    await mkdir(dataDir, { recursive: true })
    await writeFile(file, JSON.stringify(keys), { mode: 0o600 })
    return keys
  }
}
