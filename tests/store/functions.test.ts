/** Holds TypeScript to the SQL: names, arguments, types, rights and the version. */
import { readdir } from 'node:fs/promises'
import { describe, expect } from 'vitest'
import { FOR_USERS, FUNCTIONS } from '../../core/store/functions.js'
import { SCHEMA_VERSION } from '../../core/store/schema-version.js'
import { JOB_STATUSES } from '../../core/job.js'
import { test } from '../support/fixtures.js'

describe('the SQL functions', () => {
  test('have the names and arguments that core/store/functions.ts says', async ({ fileSql }) => {
    const rows = await fileSql<Array<{ name: string; args: Record<string, string> }>>`
      select p.proname as name,
             coalesce((select json_object_agg(a.name, format_type(a.type, null) order by a.place)
                         from unnest(p.proargnames, p.proargtypes::oid[]) with ordinality a(name, type, place)), '{}') as args
        from pg_proc p
       where p.pronamespace = 'public'::regnamespace and p.proname like 'duly\\_%'
       order by 1`
    const short = (type: string) => type.replace('timestamp with time zone', 'timestamptz')
    const found = Object.fromEntries(rows.map(({ name, args }) => [name, Object.fromEntries(Object.entries(args).map(([arg, type]) => [arg, short(type)]))]))
    expect(found).toEqual({ ...FUNCTIONS, ...Object.fromEntries(FOR_USERS.map((name) => [name, found[name]])) })
    for (const name of FOR_USERS) expect(found[name]).toBeDefined()
  })

  test('can be called by the service role, and by nobody else', async ({ fileSql }) => {
    const rows = await fileSql`
      select p.oid::regprocedure::text as name,
             has_function_privilege('anon', p.oid, 'execute') as anon,
             has_function_privilege('authenticated', p.oid, 'execute') as authenticated,
             has_function_privilege('service_role', p.oid, 'execute') as service_role,
             p.prosecdef as definer,
             array_to_string(p.proconfig, ',') like '%search_path=""%' as pinned_path,
             obj_description(p.oid) is not null as commented
        from pg_proc p
       where p.pronamespace in ('public'::regnamespace, 'duly'::regnamespace)
       order by 1`
    expect(rows.length).toBeGreaterThan(Object.keys(FUNCTIONS).length)
    for (const row of rows) {
      const inlined = /^duly\.(ceil_ms|iso|epoch_ms|job_json|matches|error_words|error_group|sort_time|first_id_at|status_after)\(/.test(row.name as string) // a setting would keep them from being inlined; they name no table
      expect(row).toMatchObject({ anon: false, authenticated: false, service_role: true, definer: false, pinned_path: inlined ? null : true, commented: true })
    }
  })

  test('are all that anon and authenticated could hope for: the tables are closed as well', async ({ fileSql }) => {
    const rows = await fileSql`
      select c.relname as name, c.relrowsecurity as rls,
             has_table_privilege('anon', c.oid, 'select, insert, update, delete') as anon,
             has_table_privilege('authenticated', c.oid, 'select, insert, update, delete') as authenticated,
             has_schema_privilege('anon', 'duly', 'usage') as schema
        from pg_class c where c.relnamespace = 'duly'::regnamespace and c.relkind = 'r'`
    expect(rows.length).toBeGreaterThanOrEqual(5)
    for (const row of rows) expect(row).toMatchObject({ rls: true, anon: false, authenticated: false, schema: false })
    const policies = await fileSql`select * from pg_policies where schemaname = 'duly'`
    expect(policies).toHaveLength(0)
  })

  test('know the statuses of core/job.ts, in their order', async ({ fileSql }) => {
    const rows = await fileSql`select enumlabel from pg_enum where enumtypid = 'duly.job_status'::regtype order by enumsortorder`
    expect(rows.map((row) => row.enumlabel as string)).toEqual(JOB_STATUSES)
  })

  test('report the version of the newest migration, which is the one that the code wants', async ({ fileSql }) => {
    const newest = (await readdir('supabase/migrations')).toSorted().at(-1)!.slice(0, 14)
    expect(SCHEMA_VERSION).toBe(newest)
    const [row] = await fileSql<[{ ping: { schema_version: string } }]>`select public.duly_ping() as ping`
    expect(row.ping.schema_version).toBe(newest)
  })
})
