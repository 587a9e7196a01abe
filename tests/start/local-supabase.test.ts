import { fork } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import WebSocket from 'ws'
import { compiled } from '../../scripts/lib/compiled.js'
import { type LocalSupabase, startLocalSupabase } from '../../scripts/lib/local-supabase.js'
import { makePgliteFolder } from '../../scripts/lib/pglite-folder.js'
import { waitForEnd } from '../support/processes.js'
import { pgliteTemplate, type Stack, startStack } from '../support/stacks.js'

const KEYS = { publishable: 'sb_publishable_test', secret: 'sb_secret_test' }

const client = (url: string, key: string): SupabaseClient =>
  createClient(url, key, { auth: { persistSession: false }, realtime: { transport: WebSocket as never } })

async function newFolder(): Promise<string> {
  const folder = join(await mkdtemp(join(inject('tempDir'), 'supabase-')), 'postgres')
  await makePgliteFolder(folder, { template: await pgliteTemplate() })
  return folder
}

async function start(folder: string): Promise<LocalSupabase> {
  const supabase = await startLocalSupabase({ engine: { folder }, keys: KEYS, port: 0 })
  onTestFinished(() => supabase.stop())
  return supabase
}

describe.each(['supabase', 'pglite'] as const)('the REST layer of %s', (kind) => {
  let stack: Stack
  let url: string
  let key: string
  beforeAll(async () => {
    stack = await startStack(kind)
    url = stack.supabaseUrl ?? ''
    key = stack.supabaseKey ?? ''
  })
  afterAll(() => stack.stop())

  test('answers service_role, and refuses anon and callers without a key', async () => {
    expect(await client(url, key).rpc('duly_ping')).toMatchObject({ status: 200, data: { schema_version: expect.any(String) as string } })
    expect((await client(url, stack.anonKey ?? '').rpc('duly_ping')).error).toMatchObject({ code: '42501' })
    expect((await fetch(`${url}/rest/v1/rpc/duly_ping`, { method: 'POST' })).status).toBe(401)
  })

  test('is all that is reachable', async () => {
    for (const path of ['/', '/_system/info', '/_system/query', '/auth/v1/settings', '/rest/v1/../../_system/info']) {
      expect((await fetch(url + path, { headers: { apikey: key } })).status, path).toBe(404)
    }
  })

  test('keeps calls apart that come at the same moment, also when some fail', async () => {
    const supabase = client(url, key)
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => supabase.rpc(index % 4 === 0 ? 'duly_get_job' : 'duly_ping', index % 4 === 0 ? { p_id: 'no uuid' } : {})))
    expect(answers.filter(({ error }) => error === null)).toHaveLength(30)
  })
})

describe('the local Supabase', () => {
  test('refuses a folder that another has open', async () => {
    const folder = await newFolder()
    const first = await start(folder)
    await expect(startLocalSupabase({ engine: { folder }, keys: KEYS, port: 0 })).rejects.toThrow(`in use by process ${first.pid}`)
    expect(await first.sql('select 1 as one')).toEqual([{ one: 1 }])
  })

  test('keeps what it has acknowledged when it is killed', async () => {
    const folder = await newFolder()
    const first = await start(folder)
    await first.sql('create table kept (id int)')
    await first.sql('insert into kept select generate_series(1, 1000)')
    process.kill(first.pid, 'SIGKILL')
    await first.ended
    const second = await start(folder)
    expect(await second.sql('select count(*)::int as count from kept')).toEqual([{ count: 1000 }])
  })

  test('ends when its parent is killed, and leaves its folder whole', async () => {
    const folder = await newFolder()
    const code = `
      const { startLocalSupabase } = await import(${JSON.stringify(compiled('scripts/lib/local-supabase'))})
      const { pid, url } = await startLocalSupabase(${JSON.stringify({ engine: { folder }, keys: KEYS, port: 0 })})
      process.send({ pid, url })`
    const parent = fork('-', [], { execPath: process.execPath, execArgv: ['--input-type=module', '--eval', code] })
    const { pid, url } = await new Promise<{ pid: number; url: string }>((resolve) => parent.once('message', resolve as never))
    parent.kill('SIGKILL')
    await waitForEnd([pid])
    await expect(fetch(url)).rejects.toThrow()
    await start(folder)
  })
})
