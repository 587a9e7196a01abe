import { execFile } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { describe, expect, inject, test as base } from 'vitest'
import { compiled } from '../../scripts/lib/compiled.js'
import { listMigrations, migrate, splitStatements } from '../../scripts/lib/migrations.js'
import { cloneDatabase } from '../support/databases.js'

/** An empty database, and a folder with two migrations. */
const test = base.extend<{ url: string; sql: postgres.Sql; folder: string }>({
  url: async ({}, use) => {
    const database = await cloneDatabase(inject('postgresUrl'), 'template0')
    await use(database.url)
    await database.drop()
  },
  sql: async ({ url }, use) => {
    const sql = postgres(url, { max: 1 })
    await use(sql)
    await sql.end()
  },
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(inject('tempDir'), 'migrations-'))
    await writeFile(join(folder, '20260101000000_first.sql'), "create table first (id int);\ncomment on table first is 'one; two';")
    await writeFile(join(folder, '20260101000100_second.sql'), 'create table second (id int);')
    await writeFile(join(folder, 'README.md'), 'not a migration')
    await use(folder)
  }
})

const FILES = ['20260101000000_first.sql', '20260101000100_second.sql']

describe('migrate', () => {
  test('applies what is pending, in order, and records it as the Supabase CLI does', async ({ url, sql, folder }) => {
    await expect(migrate(url, { folder })).resolves.toEqual(FILES)
    expect(await sql`select version, name, statements from supabase_migrations.schema_migrations order by version`).toEqual([
      { version: '20260101000000', name: 'first', statements: ['create table first (id int)', "comment on table first is 'one; two'"] },
      { version: '20260101000100', name: 'second', statements: ['create table second (id int)'] }
    ])
  })

  test('creates nothing twice, and says so', async ({ url, folder }) => {
    await migrate(url, { folder })
    const lines: string[] = []
    await expect(migrate(url, { folder, log: (line) => lines.push(line) })).resolves.toEqual([])
    expect(lines).toEqual(['nothing to do: the schema is up to date'])
  })

  test('applies each once when two run at the same moment', async ({ url, folder }) => {
    const [a, b] = await Promise.all([migrate(url, { folder }), migrate(url, { folder })])
    expect([...a, ...b].sort()).toEqual(FILES)
  })

  test('goes on after what the Supabase CLI has applied', async ({ url, sql, folder }) => {
    await sql`create schema supabase_migrations`
    await sql`create table supabase_migrations.schema_migrations (version text not null primary key, statements text[], name text, created_by text)`
    await sql`insert into supabase_migrations.schema_migrations (version, name) values ('20260101000000', 'first')`
    await expect(migrate(url, { folder })).resolves.toEqual(['20260101000100_second.sql'])
  })

  test('leaves nothing of a migration that fails, and names it', async ({ url, sql, folder }) => {
    await writeFile(join(folder, '20260101000200_third.sql'), 'create table third (id int); select 1 / 0;')
    await expect(migrate(url, { folder })).rejects.toThrow('20260101000200_third.sql: division by zero')
    expect(await sql`select to_regclass('second') is not null as second, to_regclass('third') is not null as third`).toEqual([{ second: true, third: false }])
    expect(await sql`select max(version) from supabase_migrations.schema_migrations`).toEqual([{ max: '20260101000100' }])
  })

  test('changes nothing in a dry run', async ({ url, sql, folder }) => {
    const lines: string[] = []
    await migrate(url, { folder, dryRun: true, log: (line) => lines.push(line) })
    expect(lines).toEqual(FILES.map((file) => `would apply ${file}`))
    expect(await sql`select count(*)::int from pg_namespace where nspname = 'supabase_migrations'`).toEqual([{ count: 0 }])
  })

  test('refuses two files of one version', async ({ folder }) => {
    await writeFile(join(folder, '20260101000000_twin.sql'), 'select 1;')
    await expect(listMigrations(folder)).rejects.toThrow('same version')
  })
})

describe('splitStatements', () => {
  test('splits only where a statement ends', () => {
    const statements = [`select ';' as "a;b"`, `select E'\\';'`, '/* ; */ select 1', 'create function f() returns int language sql as $body$ select 1; $body$', "select 'it''s;'"]
    expect(splitStatements(`${statements.join(';\n')};\n-- the end; really\n`)).toEqual(statements)
  })
})

describe('npm run migrate', () => {
  const run = (args: string[], env: NodeJS.ProcessEnv) =>
    promisify(execFile)(process.execPath, [compiled('scripts/migrate'), ...args], { cwd: inject('tempDir'), env: { PATH: process.env.PATH, ...env } }).then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      ({ code, stderr }: { code: number; stderr: string }) => ({ code, output: stderr })
    )

  test('applies every migration of this repository', async ({ url }) => {
    const { code, output } = await run([], { DATABASE_URL: url })
    expect(output.trim().split('\n')).toEqual((await listMigrations()).map(({ file }) => `applied ${file}`))
    expect(code).toBe(0)
  })

  test('says that DATABASE_URL is missing, and that an option is unknown', async () => {
    expect(await run([], {})).toEqual({ code: 2, output: expect.stringContaining('DATABASE_URL is missing') as string })
    expect(await run(['--force'], {})).toEqual({ code: 2, output: expect.stringContaining('--force') as string })
    expect(await run(['--help'], {})).toMatchObject({ code: 0 })
  })

  test('fails when the database does not answer, and does not print the password', async () => {
    const { code, output } = await run([], { DATABASE_URL: 'postgres://user:secret@127.0.0.1:1/none' })
    expect(code).toBe(1)
    expect(output).not.toContain('secret')
  })
})
