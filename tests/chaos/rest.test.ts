/** The stand-in for the hosted REST layer is as strict as that, so that what works on it works there. */
import { expect } from 'vitest'
import { openStore } from '../../core/store/index.js'
import { newJob } from '../store/support.js'
import { test as base } from '../support/fixtures.js'
import { type Rest, REST_FAULTS, startRest } from './rest.js'

const test = base.extend<{ rest: Rest }>({
  rest: async ({ sql, database }, use) => {
    await sql.unsafe(`
      create function public.many() returns setof integer language sql as 'select generate_series(1, 1500)';
      create function public.who() returns text language sql as 'select current_user || '' '' || current_setting(''statement_timeout'')';
      create function public.optional(p_a integer, p_b integer[] default '{7}') returns json language sql as 'select to_json(array[p_a] || p_b)';
      create function public.raise(p_code text) returns json language plpgsql as 'begin raise sqlstate ''PT418'' using message = p_code, detail = ''d'', hint = ''h''; end';
      create function public.forbidden() returns json language sql as 'select ''1''::json';
      revoke execute on function public.forbidden from public;`)
    const rest = await startRest(database.url)
    await use(rest)
    await rest.close()
  }
})

const ask = async ({ url, key }: Rest, name: string, args: unknown = {}, apikey = key) => {
  const response = await fetch(`${url}/rest/v1/rpc/${name}`, { method: 'POST', headers: { apikey, 'content-type': 'application/json' }, body: JSON.stringify(args) })
  return { status: response.status, body: (await response.json()) }
}

test('asks for its key, and knows functions and nothing else', async ({ rest }) => {
  expect(await ask(rest, 'who', {}, 'wrong')).toMatchObject({ status: 401 })
  expect(await ask(rest, '../jobs')).toMatchObject({ status: 404 })
})

test('a call is the service role, for as long as a hosted project lets it', async ({ rest }) => {
  expect(await ask(rest, 'who')).toEqual({ status: 200, body: 'service_role 8s' })
  expect(await ask(rest, 'forbidden')).toMatchObject({ status: 403, body: { code: '42501' } })
})

test('arguments have the types of the function; only those with a default may be missing, and none may be unknown', async ({ rest }) => {
  expect(await ask(rest, 'optional', { p_a: 1 })).toEqual({ status: 200, body: [1, 7] })
  expect(await ask(rest, 'optional', { p_a: '1', p_b: [2, 3] })).toEqual({ status: 200, body: [1, 2, 3] })
  expect(await ask(rest, 'optional', { p_a: 'x' })).toMatchObject({ status: 400, body: { code: '22P02' } })
  for (const args of [{}, { p_b: [1] }, { p_a: 1, p_c: 1 }]) expect(await ask(rest, 'optional', args)).toMatchObject({ status: 404, body: { code: 'PGRST202' } })
  expect(await ask(rest, 'nothing')).toMatchObject({ status: 404, body: { code: 'PGRST202' } })
})

test('a set of rows ends after a thousand', async ({ rest }) => {
  expect(((await ask(rest, 'many')).body as number[]).length).toBe(1_000)
})

test('what a function raises arrives whole', async ({ rest }) => {
  expect(await ask(rest, 'raise', { p_code: 'words' })).toEqual({ status: 418, body: { code: 'PT418', message: 'words', details: 'd', hint: 'h' } })
})

test('a job is stored through each fault once it is over', { timeout: 60_000 }, async ({ rest, sql }) => {
  const store = openStore({ SUPABASE_URL: rest.url, SUPABASE_KEY: rest.key, STORE_TIMEOUT_MS: 5_000 })
  for (const [name, fault] of Object.entries(REST_FAULTS)) {
    let times = 0
    rest.fault = () => (times++ === 0 ? fault : undefined)
    const [job] = await store.createJobs([newJob()])
    expect(await sql`select count(*)::int from duly.jobs where id = ${job!.id}`, name).toEqual([{ count: 1 }])
  }
  expect(rest.faulty).toBe(Object.keys(REST_FAULTS).length)
})
