/**
 * What `anon` and `authenticated` can do with a project that Duly is in: nothing. Both lists, of what is tried and of
 * what there is, come from the catalogue, so that a table or function of tomorrow is tried too.
 */
import { createHmac } from 'node:crypto'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { FUNCTIONS } from '../../core/store/functions.js'
import { migrate } from '../../scripts/lib/migrations.js'
import { cloneDatabase, type TestDatabase } from '../support/databases.js'
import { type Stack, startStack } from '../support/stacks.js'

const ROLES = ['anon', 'authenticated'] as const

/** What projects of earlier years have, in which every new object of `public` is everybody's. */
const OLD_PROJECT = `
  grant usage on schema public to anon, authenticated, service_role;
  alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
  alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
  alter default privileges in schema public grant all on functions to anon, authenticated, service_role;`

/** Of what Duly has made, by the schema `n` and a name. */
const ours = (alias: string, column: string) => `(n.nspname = 'duly' or n.nspname = 'public' and ${alias}.${column} like 'duly\\_%')`

describe.each(['a project of today', 'an old project that grants everything in public'])('in %s', (kind) => {
  let database: TestDatabase
  let sql: Sql
  beforeAll(async () => {
    database = await cloneDatabase(inject('postgresUrl'), 'template0')
    sql = postgres(database.url, { max: 1, onnotice: () => {} })
    if (kind !== 'a project of today') await sql.unsafe(OLD_PROJECT)
    await migrate(database.url)
  })
  afterAll(async () => {
    await sql?.end({ timeout: 1 })
    await database?.drop()
  })

  /** @returns SQLSTATE of what a role is told, and the words, or "done". */
  const told = (role: string, statement: string): Promise<{ code: string; message: string }> =>
    sql.begin(async (transaction) => {
      await transaction.unsafe(`set local role ${role}`)
      return transaction.savepoint(async (savepoint) => { await savepoint.unsafe(statement); return { code: 'done', message: '' } }).catch(({ code, message }: { code: string; message: string }) => ({ code, message }))
    })
  const tried = async (role: string, statement: string): Promise<string> => (await told(role, statement)).code

  const relations = () => sql.unsafe<Array<{ name: string; kind: string }>>(`
    select format('%I.%I', n.nspname, c.relname) as name, c.relkind as kind
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and ${ours('c', 'relname')} order by 1`)
  const functions = () => sql.unsafe<Array<{ name: string; call: string; kind: string; oid: number }>>(`
    select p.oid, p.oid::regprocedure::text as name, p.prokind as kind,
           format('%I.%I(%s)', n.nspname, p.proname, (select string_agg('null::' || format_type(a, null), ', ' order by i) from unnest(p.proargtypes::oid[]) with ordinality t(a, i))) as call
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where ${ours('p', 'proname')} order by 1`)

  test.each(ROLES)('%s can read, change, empty or count no table, view or sequence', async (role) => {
    const found = await relations()
    expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(['duly.jobs', 'duly.job_attempts', 'duly.idempotency_keys', 'duly.queues', 'duly.workers', 'duly.timeline_outbox']))
    const answers: string[][] = []
    for (const { name, kind } of found) {
      const statements = kind === 'S'
        ? [`select nextval('${name}')`, `select setval('${name}', 1)`, `select * from ${name}`]
        : [`select 1 from ${name}`, `select count(*) from ${name}`, `insert into ${name} default values`, `delete from ${name}`, `truncate ${name} cascade`, `lock table ${name}`, `copy ${name} to stdout`, `create trigger t before insert on ${name} execute function pg_catalog.suppress_redundant_updates_trigger()`]
      for (const statement of statements) answers.push([statement, await tried(role, statement)])
    }
    expect(answers.filter(([, code]) => code !== '42501')).toEqual([])
    expect(answers.length).toBeGreaterThan(20)
  })

  test.each(ROLES)('%s can call no function', async (role) => {
    const found = await functions()
    expect(found.length).toBeGreaterThan(Object.keys(FUNCTIONS).length)
    const answers: string[][] = []
    for (const { call, kind } of found) answers.push([call, (await told(role, kind === 'p' ? `call ${call}` : `select ${call}`)).message])
    // Of the call itself: one that is let in and fails at the first table would be told of the schema.
    expect(answers.filter(([call, message]) => !/^permission denied for (function|procedure) /.test(message!) && !(call!.startsWith('duly.') && message === 'permission denied for schema duly'))).toEqual([])
  })

  test.each(ROLES)('%s has no right of any kind, not even on a column or to make something', async (role) => {
    const rights = await sql.unsafe(`
      select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where ${ours('c', 'relname')} and (c.relkind in ('r', 'p', 'v', 'm', 'f') and (has_table_privilege('${role}', c.oid, 'select, insert, update, delete, truncate, references, trigger') or has_any_column_privilege('${role}', c.oid, 'select, insert, update, references'))
          or c.relkind = 'S' and has_sequence_privilege('${role}', c.oid, 'usage, select, update'))
      union all select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${ours('p', 'proname')} and has_function_privilege('${role}', p.oid, 'execute')
      union all select 'schema ' || n.nspname from pg_namespace n where n.nspname = 'duly' and has_schema_privilege('${role}', n.oid, 'usage, create')`)
    expect(rights.map(({ name }) => name as string)).toEqual([])
  })

  test('the service role can do all of it, so that what was tried would work', async () => {
    for (const { name, kind } of await relations()) expect([name, await tried('service_role', kind === 'S' ? `select nextval('${name}')` : `select 1 from ${name}`)]).toEqual([name, 'done'])
    for (const { name, oid } of await functions()) expect([name, (await sql`select has_function_privilege('service_role', ${oid}::oid, 'execute') as may`)[0]?.may]).toEqual([name, true])
  })

  test('every table has row level security, and no policy opens it', async () => {
    const tables = await sql`select c.relname as name, c.relrowsecurity as secured from pg_class c where c.relnamespace = 'duly'::regnamespace and c.relkind in ('r', 'p')`
    expect(tables.filter(({ secured }) => !secured)).toEqual([])
    expect(await sql`select policyname from pg_policies where schemaname = 'duly'`).toHaveLength(0)
  })

  test('what somebody adds to the schema later is closed too', async () => {
    await sql.unsafe(`
      create table duly.later (id int); insert into duly.later values (1);
      create view duly.later_view as select * from duly.later;
      create sequence duly.later_numbers;
      create function duly.later_function() returns int language sql as 'select 1'`)
    for (const role of ROLES) {
      for (const statement of ['select * from duly.later', 'select * from duly.later_view', `select nextval('duly.later_numbers')`, 'select duly.later_function()', 'create table duly.mine (id int)', 'create function duly.mine() returns int language sql as $$ select 1 $$']) {
        expect([statement, await tried(role, statement)]).toEqual([statement, '42501'])
      }
    }
    await sql.unsafe('drop view duly.later_view; drop table duly.later; drop sequence duly.later_numbers; drop function duly.later_function()')
  })

  test('no function runs with the rights of its owner, or makes SQL out of text', async () => {
    const found = await sql.unsafe<Array<{ name: string; definer: boolean; source: string }>>(`
      select p.oid::regprocedure::text as name, p.prosecdef as definer, pg_get_functiondef(p.oid) as source
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${ours('p', 'proname')} and p.prokind in ('f', 'p')`)
    expect(found.length).toBeGreaterThan(Object.keys(FUNCTIONS).length)
    const code = (source: string) => source.replaceAll(/--.*$/gm, '').replaceAll(/'(?:[^']|'')*'/g, `''`)
    expect(found.filter(({ definer, source }) => definer || /\bexecute\b|\bdblink|\bquery_to_xml/i.test(code(source))).map(({ name }) => name)).toEqual([])
  })
})

const base64 = (value: object | string) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const claims = (role: string) => base64({ role, iss: 'supabase', sub: '00000000-0000-0000-0000-000000000000', exp: 4_102_444_800 })
const unsigned = (role: string) => `${base64({ alg: 'none', typ: 'JWT' })}.${claims(role)}.`
/** With the secret that every local Supabase of the documentation has, or with none. */
const signed = (role: string, secret: string) => {
  const text = `${base64({ alg: 'HS256', typ: 'JWT' })}.${claims(role)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}
const DEMO_SECRET = 'super-secret-jwt-token-with-at-least-32-characters-long'

describe.each(['supabase', 'pglite'] as const)('over REST, on %s', (kind) => {
  let stack: Stack
  beforeAll(async () => { stack = await startStack(kind) })
  afterAll(() => stack?.stop())

  const CALLERS: Record<string, (stack: Stack) => Record<string, string>> = {
    'nobody': () => ({}),
    'anon': ({ anonKey = '' }) => ({ apikey: anonKey }),
    'anon, with its key as a token': ({ anonKey = '' }) => ({ apikey: anonKey, authorization: `Bearer ${anonKey}` }),
    'a wrong key': () => ({ apikey: 'sb_secret_wrong', authorization: 'Bearer sb_secret_wrong' }),
    'anon, who says that it is the service role': ({ anonKey = '' }) => ({ apikey: anonKey, role: 'service_role', 'x-role': 'service_role' }),
    'an unsigned token of service_role': ({ anonKey = '' }) => ({ apikey: anonKey, authorization: `Bearer ${unsigned('service_role')}` }),
    'an unsigned token of authenticated': ({ anonKey = '' }) => ({ apikey: anonKey, authorization: `Bearer ${unsigned('authenticated')}` }),
    'a token of service_role signed with the demo secret': ({ anonKey = '' }) => ({ apikey: anonKey, authorization: `Bearer ${signed('service_role', DEMO_SECRET)}` }),
    'a token of service_role signed with an empty secret': ({ anonKey = '' }) => ({ apikey: anonKey, authorization: `Bearer ${signed('service_role', '')}` }),
    'a token of service_role signed with the key of anon': ({ anonKey = '' }) => ({ apikey: anonKey, authorization: `Bearer ${signed('service_role', anonKey)}` }),
    'a token of authenticated instead of a key': () => ({ apikey: signed('authenticated', DEMO_SECRET), authorization: `Bearer ${signed('authenticated', DEMO_SECRET)}` })
  }

  const ask = async (path: string, headers: Record<string, string>, method = 'GET', body?: string) => {
    const answer = await fetch(`${stack.supabaseUrl}/rest/v1/${path}`, { method, headers: { ...headers, 'content-type': 'application/json' }, ...(body !== undefined && { body }) })
    return { status: answer.status, text: await answer.text() }
  }

  const tables = async () => (await stack.sql(`select c.relname as name from pg_class c where c.relnamespace = 'duly'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')`)).map(({ name }) => name as string)

  test.each(Object.keys(CALLERS))('%s can call no function', async (caller) => {
    const headers = CALLERS[caller]!(stack)
    for (const [name, args] of Object.entries(FUNCTIONS)) {
      const body = JSON.stringify(Object.fromEntries(Object.keys(args).map((arg) => [arg, null])))
      for (const [method, text] of [['POST', body], ['GET', undefined]] as const) {
        const { status, text: answer } = await ask(`rpc/${name}`, headers, method, text)
        expect([401, 403, 404, 405], `${method} ${name} ${status} ${answer}`).toContain(status)
      }
    }
  })

  test.each(Object.keys(CALLERS))('%s can read and write no table, in whatever schema it asks', async (caller) => {
    const headers = CALLERS[caller]!(stack)
    await stack.sql(`insert into duly.queues (name) values ('name-of-a-queue') on conflict do nothing`)
    for (const table of [...(await tables()), 'duly.jobs', 'duly/jobs']) {
      for (const schema of [{}, { 'accept-profile': 'duly', 'content-profile': 'duly' }] as Array<Record<string, string>>) {
        for (const [method, body] of [['GET', undefined], ['POST', '{"name": "new"}'], ['PATCH', '{"name": "new"}'], ['DELETE', undefined]] as const) {
          const { status, text } = await ask(`${table}?select=*`, { ...headers, ...schema }, method, body)
          expect(status, `${method} ${table} ${text}`).toBeGreaterThanOrEqual(400)
          expect(text).not.toContain('name-of-a-queue')
        }
      }
    }
    expect(await stack.sql(`select name from duly.queues where name in ('new', 'name-of-a-queue')`)).toEqual([{ name: 'name-of-a-queue' }])
  })

  test('the service role can call functions, and reach no table past them', async () => {
    const headers = { apikey: stack.supabaseKey ?? '' }
    expect((await ask('rpc/duly_ping', headers, 'POST', '{}')).status).toBe(200)
    for (const table of await tables()) expect((await ask(`${table}?select=*`, { ...headers, 'accept-profile': 'duly' })).status, table).toBeGreaterThanOrEqual(400)
  })
})
