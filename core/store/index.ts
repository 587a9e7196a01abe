/** The door to the store: which transport, and whether the database is what this code expects. */
import type { Config } from '../config.js'
import { DulyError } from '../errors.js'
import { postgresTransport } from './postgres.js'
import { SCHEMA_VERSION } from './schema-version.js'
import { SqlStore } from './sql-store.js'
import type { Store } from './store.js'
import { supabaseTransport } from './supabase.js'

export type * from './stats.js'
export type * from './store.js'
export { type JobFilter, type Sort, SORTS } from './filter.js'
export { SWEPT } from './stats.js'
export { START } from './store.js'

type StoreConfig = Pick<Config, 'DATABASE_URL' | 'SUPABASE_URL' | 'SUPABASE_KEY' | 'STORE_TIMEOUT_MS'> & Partial<Pick<Config, 'DATABASE_POOLER'>>

/** Opens a direct connection where DATABASE_URL is set, else supabase-js. Connects with the first call. */
export function openStore(config: StoreConfig, options: { readonly maxConnections?: number } = {}): Store {
  const transport = config.DATABASE_URL
    ? postgresTransport(config.DATABASE_URL, { max: options.maxConnections ?? 10, pooler: config.DATABASE_POOLER ?? false })
    : supabaseTransport(config.SUPABASE_URL!, config.SUPABASE_KEY!)
  return new SqlStore(transport, { timeoutMs: config.STORE_TIMEOUT_MS })
}

/** @throws {DulyError} `schema_outdated` when the migrations that this code needs were not applied; `store_unavailable` */
export async function checkSchema(store: Store): Promise<void> {
  const { schema_version } = await store.ping()
  if (schema_version < SCHEMA_VERSION) {
    throw new DulyError('schema_outdated', { detail: `The database has version ${schema_version}, this code needs ${SCHEMA_VERSION}. Run "npm run migrate".` })
  }
}
