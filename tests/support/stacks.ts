/** The three ways to a store that every store test runs on. */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { inject } from 'vitest'
import { startLocalSupabase, type LocalSupabase } from '../../scripts/lib/local-supabase.js'
import { makePgliteFolder } from '../../scripts/lib/pglite-folder.js'
import { cloneDatabase } from './databases.js'

/** A direct connection; supabase-js over the local REST layer in front of a native Postgres; the same with PGlite. */
export const STACKS = ['postgres', 'supabase', 'pglite'] as const
export type StackKind = (typeof STACKS)[number]

export interface Stack {
  readonly kind: StackKind
  /** Of a native database, for all but pglite. */
  readonly databaseUrl?: string
  /** For all but postgres. */
  readonly supabaseUrl?: string
  /** Of service_role. */
  readonly supabaseKey?: string
  readonly anonKey?: string
  /** As superuser, past every function: for arranging and asserting. */
  sql(text: string, parameters?: unknown[]): Promise<Array<Record<string, unknown>>>
  stop(): Promise<void>
}

/** A database of its own behind the wanted transport, migrated and empty. */
export async function startStack(kind: StackKind): Promise<Stack> {
  return kind === 'pglite' ? startPgliteStack() : startNativeStack(kind)
}

async function startNativeStack(kind: 'postgres' | 'supabase'): Promise<Stack> {
  const database = await cloneDatabase(inject('postgresUrl'))
  const sql = postgres(database.url, { max: 2, onnotice: () => {} })
  const supabase = kind === 'supabase' ? await startLocalSupabase({ engine: { databaseUrl: database.url }, keys: newKeys(), port: 0 }) : null
  return {
    kind,
    databaseUrl: database.url,
    ...(supabase && endpoints(supabase)),
    sql: (text, parameters = []) => sql.unsafe(text, parameters as never[]),
    async stop() {
      await supabase?.stop()
      await sql.end({ timeout: 1 })
      await database.drop()
    }
  }
}

async function startPgliteStack(): Promise<Stack> {
  const folder = join(inject('tempDir'), `pglite-${randomUUID()}`)
  await makePgliteFolder(folder, { template: await pgliteTemplate() })
  const supabase = await startLocalSupabase({ engine: { folder }, keys: newKeys(), port: 0 })
  return {
    kind: 'pglite',
    ...endpoints(supabase),
    sql: (text, parameters) => supabase.sql(text, parameters),
    async stop() {
      await supabase.stop()
      await rm(folder, { recursive: true, force: true })
    }
  }
}

const newKeys = () => ({ publishable: `sb_publishable_${randomUUID()}`, secret: `sb_secret_${randomUUID()}` })

const endpoints = ({ url, keys }: LocalSupabase) => ({ supabaseUrl: url, supabaseKey: keys.secret, anonKey: keys.publishable })

/** Initialised once for each version of PGlite, kept from run to run. */
export async function pgliteTemplate(): Promise<string> {
  const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url))
  const { version } = JSON.parse(await readFile(`${modules}@electric-sql/pglite/package.json`, 'utf8')) as { version: string }
  const cache = join(modules, '.cache', 'duly')
  await mkdir(cache, { recursive: true })
  return join(cache, `pglite-${version}`)
}
