/**
 * Brings a database to the schema of this version: `supabase/migrations/*.sql` in order, each in one transaction and
 * recorded in `supabase_migrations.schema_migrations`, where the Supabase CLI looks too: `supabase db push` and this
 * may take turns on one database.
 */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'

export interface Migration {
  /** File name, `<version>_<name>.sql`. */
  readonly file: string
  /** Digits; the order of all migrations. */
  readonly version: string
  readonly name: string
  readonly sql: string
}

/** What applying needs of a database; a driver each for the library `postgres` and for PGlite. */
export interface Session {
  /** Runs any number of statements without parameters. */
  run(statements: string): Promise<unknown>
  rows(statement: string, parameters: unknown[]): Promise<ReadonlyArray<Record<string, unknown>>>
}
export interface Database {
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>
}

export interface ApplyOptions {
  /** One line for each thing that was done. */
  readonly log?: (line: string) => void
  /** Says what would be done and changes nothing. */
  readonly dryRun?: boolean
}

/** Beside the module both in the source tree and in `dist/`, where `scripts/build.mjs` puts it. */
const FOLDER = fileURLToPath(new URL('../../supabase/migrations/', import.meta.url))

/** Any number will do that nobody else locks in this database. */
const LOCK = 4_817_221_603

/** On plain Postgres the roles of a Supabase project are missing; two databases of one cluster may be migrated at once. */
const ROLES = [
  ['anon', 'nologin'],
  ['authenticated', 'nologin'],
  ['service_role', 'nologin bypassrls']
].map(([role, attributes]) => `
  do $$ begin
    if not exists (select from pg_catalog.pg_roles where rolname = '${role}') then create role ${role} ${attributes}; end if;
  exception when duplicate_object or unique_violation then null;
  end $$;`).join('')

/** The table as the Supabase CLI makes it. */
const HISTORY = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
  alter table supabase_migrations.schema_migrations add column if not exists statements text[];
  alter table supabase_migrations.schema_migrations add column if not exists name text;`

/** @throws {Error} When two files have one version: the history could hold only one of them. */
export async function listMigrations(folder: string = FOLDER): Promise<Migration[]> {
  const migrations = new Map<string, Migration>()
  for (const file of (await readdir(folder)).sort()) {
    const [, version, name] = /^(\d+)_(.+)\.sql$/.exec(file) ?? []
    if (version === undefined || name === undefined) continue
    const twin = migrations.get(version)
    if (twin) throw new Error(`${twin.file} and ${file} have the same version`)
    migrations.set(version, { file, version, name, sql: await readFile(`${folder}/${file}`, 'utf8') })
  }
  return [...migrations.values()]
}

/**
 * Applies what is pending. Safe beside another run: the second waits for the first, then finds nothing to do.
 *
 * @returns Files applied, in order; with `dryRun` the ones that would be.
 */
export async function applyMigrations(database: Database, migrations: readonly Migration[], options: ApplyOptions = {}): Promise<string[]> {
  const { log = () => {}, dryRun = false } = options
  const known = await database.transaction(async (session) => {
    if (!dryRun) {
      await lock(session)
      await session.run(ROLES + HISTORY)
    }
    return appliedVersions(session)
  })

  const applied: string[] = []
  for (const migration of migrations) {
    if (known.has(migration.version)) continue
    if (!dryRun && !(await database.transaction((session) => apply(session, migration)))) continue
    applied.push(migration.file)
    log(`${dryRun ? 'would apply' : 'applied'} ${migration.file}`)
  }
  if (applied.length === 0) log('nothing to do: the schema is up to date')
  return applied
}

/** `applyMigrations` through a connection string, a transaction pooler included. */
export async function migrate(databaseUrl: string, options: ApplyOptions & { readonly folder?: string } = {}): Promise<string[]> {
  const sql = postgres(databaseUrl, { max: 1, prepare: false, fetch_types: false, connect_timeout: 10, onnotice: () => {} })
  const database: Database = {
    transaction: async (work) => {
      let result: Awaited<ReturnType<typeof work>> | undefined
      await sql.begin(async (transaction) => {
        result = await work({
          run: (statements) => transaction.unsafe(statements),
          rows: (statement, parameters) => transaction.unsafe(statement, parameters as never[])
        })
      })
      return result as Awaited<ReturnType<typeof work>>
    }
  }
  try {
    return await applyMigrations(database, await listMigrations(options.folder), options)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

async function apply(session: Session, { file, version, name, sql }: Migration): Promise<boolean> {
  await lock(session)
  if ((await appliedVersions(session)).has(version)) return false // by another run, while this one waited for the lock
  try {
    await session.run(sql)
  } catch (error) {
    throw new Error(`${file}: ${describe(error)}`, { cause: error })
  }
  // As JSON text: drivers differ on arrays.
  await session.rows('insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, array(select jsonb_array_elements_text($3::text::jsonb)))', [version, name, JSON.stringify(splitStatements(sql))])
  return true
}

/** Held until the transaction ends: a transaction pooler knows no sessions. */
async function lock(session: Session): Promise<void> {
  await session.rows('select pg_catalog.pg_advisory_xact_lock($1)::text', [LOCK])
  await session.run("set local lock_timeout = '10s'") // a statement that waits for a table must not hold up everybody behind it
}

async function appliedVersions(session: Session): Promise<Set<string>> {
  const [history] = await session.rows("select to_regclass('supabase_migrations.schema_migrations')::text as history", [])
  if (history?.history == null) return new Set()
  const rows = await session.rows('select version from supabase_migrations.schema_migrations', [])
  return new Set(rows.map((row) => String(row.version)))
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { position, where } = error as { position?: string; where?: string }
  return [error.message, position && `at character ${position}`, where].filter(Boolean).join(', ')
}

/** What a `;` may hide in: comments, quoted text (with and without backslash escapes), quoted names, dollar quotes. */
const TOKEN = /--[^\n]*|\/\*[\s\S]*?\*\/|\b[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|(;)/g

/** For the record only, as the Supabase CLI keeps it: the file runs as a whole. */
export function splitStatements(sql: string): string[] {
  const statements: string[] = []
  let start = 0
  for (const { index, 2: end } of sql.matchAll(TOKEN)) {
    if (end === undefined) continue
    statements.push(sql.slice(start, index).trim())
    start = index + 1
  }
  statements.push(sql.slice(start).trim())
  return statements.filter((statement) => statement.replace(TOKEN, '').trim() !== '' || statement.startsWith("'"))
}
