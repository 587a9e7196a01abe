/**
 * The local Supabase inside its process: the REST layer of `@supabase/lite` over PGlite, Postgres as WebAssembly.
 * PGlite has one session, no lock on its folder and none of Postgres' background processes; what that takes is here.
 */
import type { App as LiteApp } from '@supabase/lite'
import type { PgliteConnection } from '@supabase/lite/pglite'
import { applyMigrations, listMigrations, type ApplyOptions, type Database } from './migrations.js'
import { makePgliteFolder } from './pglite-folder.js'

export interface Keys {
  /** Of `anon`. */
  readonly publishable: string
  /** Of `service_role`. */
  readonly secret: string
}

export interface Engine {
  /** Applies what is pending. @returns Files applied. */
  migrate(options: ApplyOptions): Promise<string[]>
  /** Answers a request to the REST layer. */
  readonly fetch: (request: Request) => Promise<Response>
  /** For assertions of tests, as superuser. */
  sql(text: string, parameters: unknown[]): Promise<unknown[]>
  /** What a Postgres does in the background; of PGlite only. */
  maintain?(): Promise<void>
  close(): Promise<void>
}

/** One session: calls that interleave would share a transaction. */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => {})
    return mine
  }
}

const SETTINGS = {
  shared_buffers: '16MB', // of 128: the operating system caches the files too, and memory once taken stays taken
  max_wal_size: '64MB',
  min_wal_size: '32MB'
}

/** @param folder - Of the database; made where there is none. Nobody else may have it open. */
export async function openPglite(folder: string, keys: Keys): Promise<Engine> {
  const { App, createPgliteConnection, PGlite } = await importQuietly(async () => ({ ...(await import('@supabase/lite')), ...(await import('@supabase/lite/pglite')) }))
  const startParams = [...PGlite.defaultStartParams, ...Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  await makePgliteFolder(folder)
  const connection = await createPgliteConnection({ url: folder, pgliteOptions: { startParams } })
  const database = connection.driver
  await database.waitReady
  enterContextAtOnce(connection)
  const app = await createApp(App, connection, keys)
  const turn = inTurn()

  return {
    migrate: async (options) => applyMigrations(pgliteDatabase(connection), await listMigrations(), options),
    fetch: (request) => turn(() => app.fetch(request, { peerAddress: '127.0.0.1' })),
    sql: (text, parameters) => turn(async () => (await database.query(text, parameters)).rows),
    maintain: maintenance((text) => turn(async () => (await database.query<Record<string, string>>(text)).rows)),
    close: () => turn(() => connection.close())
  }
}

/** The same REST layer over a real Postgres, for tests: many sessions, and its own background processes. */
export async function openNative(databaseUrl: string, keys: Keys): Promise<Engine> {
  const { App, createPostgresConnection, migrate } = await importQuietly(async () => ({ ...(await import('@supabase/lite')), ...(await import('@supabase/lite/postgres')), ...(await import('./migrations.js')) }))
  const connection = createPostgresConnection({ url: databaseUrl, postgresOptions: { onnotice: () => {} } })
  const app = await createApp(App, connection, keys)
  return {
    migrate: (options) => migrate(databaseUrl, options),
    fetch: (request) => app.fetch(request, { peerAddress: '127.0.0.1' }),
    sql: (text, parameters) => connection.driver.unsafe(text, parameters as never[]),
    close: () => connection.close()
  }
}

async function createApp(App: typeof LiteApp, connection: LiteApp['connection'], keys: Keys): Promise<LiteApp> {
  const app = new App({
    connection,
    api: { max_rows: 1000 }, // as hosted projects have it
    auth: { enabled: false, publishable_key: keys.publishable, secret_key: keys.secret },
    options: { server: { disableStudio: true, disableFallback: true, admin: false } }
  })
  return app.init()
}

/** The library replaces `process.emitWarning` by one that throws where a warning is an object. */
async function importQuietly<T>(load: () => Promise<T>): Promise<T> {
  const original = Object.getOwnPropertyDescriptor(process, 'emitWarning') as PropertyDescriptor
  try {
    return await load()
  } finally {
    Object.defineProperty(process, 'emitWarning', original)
  }
}

/**
 * Role and request settings of a call as one text with its `begin`. The library sends twelve statements, and each costs
 * a quarter of a millisecond whatever it does: of 5.6 ms for a call this saves 3.
 */
function enterContextAtOnce(connection: PgliteConnection): void {
  const original = connection.withContext.bind(connection)
  const literal = (value: unknown) => `'${String(value).replaceAll("'", "''")}'`
  connection.withContext = async (vars, work, options) => {
    const call = options?.rpc
    const auth = vars?.auth as { role?: string; uid?: string; jwt?: unknown } | undefined
    if (!call || !auth || options.forceRollback || options.transaction) return original(vars, work, options)
    const role = auth.role ?? 'anon'
    const settings = {
      role,
      'request.jwt.claim.sub': auth.uid ?? '',
      'request.jwt.claim.role': role,
      'request.jwt.claims': JSON.stringify(auth.jwt ?? {}),
      'request.method': call.method,
      'request.path': call.path,
      'request.headers': JSON.stringify(call.requestHeaders ?? {}),
      'response.status': '',
      'response.headers': ''
    }
    const enter = Object.entries(settings).map(([name, value]) => `set_config('${name}', ${literal(value)}, true)`)
    return connection.kysely.connection().execute(async (session) => {
      try {
        await connection.driver.exec(`begin${call.readOnly ? ' read only' : ''}; select ${enter.join(', ')}`)
        const answer = await work(session)
        await connection.driver.exec('commit')
        return answer
      } catch (error) {
        await connection.driver.exec('rollback')
        throw error
      }
    })
  }
}

function pgliteDatabase({ driver }: PgliteConnection): Database {
  return {
    transaction: (work) =>
      driver.transaction((transaction) =>
        work({
          run: (statements) => transaction.exec(statements),
          rows: async (statement, parameters) => (await transaction.query<Record<string, unknown>>(statement, parameters)).rows
        })
      )
  }
}

/** The log is cut back once it has grown by this much: without that it grew to gigabytes, and a restart took seconds. */
const WAL_BYTES = 32 * 1024 * 1024

/** As autovacuum does by default: a fifth of the table for dead rows, a tenth for statistics, and some more. */
const WORN_TABLES = `
  select format('%I.%I', schemaname, relname) as name,
         n_dead_tup > 1000 + 0.2 * n_live_tup as dead,
         n_mod_since_analyze > 500 + 0.1 * n_live_tup as changed
    from pg_catalog.pg_stat_user_tables
   where n_dead_tup > 1000 + 0.2 * n_live_tup or n_mod_since_analyze > 500 + 0.1 * n_live_tup`

/** One pass; each statement takes its own turn among the calls. */
function maintenance(query: (text: string) => Promise<Array<Record<string, string>>>): () => Promise<void> {
  let checkpointAt = ''
  return async () => {
    const [wal] = await query(`select pg_catalog.pg_current_wal_lsn() as at, pg_catalog.pg_current_wal_lsn() - '${checkpointAt || '0/0'}'::pg_lsn > ${WAL_BYTES} as grown`)
    for (const { name, dead } of await query(WORN_TABLES)) await query(dead ? `vacuum (analyze) ${name}` : `analyze ${name}`)
    if (checkpointAt === '' || wal?.grown) {
      await query('checkpoint')
      checkpointAt = wal?.at ?? ''
    }
  }
}
