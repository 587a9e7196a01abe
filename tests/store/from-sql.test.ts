/** Jobs from SQL: the functions for users, over each way to the store, and the word that listens. */
import { createClient } from '@supabase/supabase-js'
import { describe, expect, test as plain } from 'vitest'
import WebSocket from 'ws'
import { openStore } from '../../core/store/index.js'
import { test } from '../support/fixtures.js'
import { dueJobs, ids, inMs, newWorker, onEveryStack } from './support.js'

onEveryStack('a cancel from SQL', (bench) => {
  const cancel = async (id: string) => ((await bench.stack.sql('select duly.cancel_job($1) as word', [id])) as [{ word: string }])[0].word
  const schedule = async () => ((await bench.stack.sql(`select duly.schedule_job('log', p_scheduled_at => now() + interval '1 hour') as id`)) as [{ id: string }])[0].id

  plain('ends a pending job, and says so again; one in progress is told to stop', async () => {
    const id = await schedule()
    expect(await cancel(id)).toBe('cancelled')
    expect(await cancel(id)).toBe('cancelled')
    expect(await bench.store.getJob(id)).toMatchObject({ status: 'cancelled', cancel_reason: 'requested' })
    const worker = await newWorker(bench.store)
    const [running] = ids(await dueJobs(bench, 1))
    await bench.store.claimJobs(worker, [running!])
    expect(await cancel(running!)).toBe('cancel_requested')
    expect((await bench.store.beat(worker)).cancelled).toMatchObject([{ id: running }])
  })

  plain('of a job that has ended, or that there is not, is refused in the words of the API', async () => {
    const worker = await newWorker(bench.store)
    const [done] = ids(await dueJobs(bench, 1))
    await bench.store.claimJobs(worker, [done!])
    await bench.store.finishJobs(worker, [{ id: done!, fence: 1, outcome: 'completed' }])
    await expect(cancel(done!)).rejects.toThrow('job_not_cancellable')
    await expect(cancel('00000000-0000-7000-8000-000000000000')).rejects.toThrow('job_not_found')
  })
})

onEveryStack('an Edge Function', (bench) => {
  const client = (key: string) => createClient(bench.stack.supabaseUrl!, key, { auth: { persistSession: false }, realtime: { transport: WebSocket as never } })

  plain('schedules and cancels with the secret key, and with no other', async ({ skip }) => {
    if (bench.stack.supabaseUrl === undefined) return skip('a direct connection has no REST layer')
    const secret = client(bench.stack.supabaseKey!)
    const at = inMs(3_600_000)
    const payload = { to: 'ann@example.com', nested: { list: [1, 'two', null] } }
    const scheduled = await secret.rpc('duly_schedule_job', { p_type: 'log', p_payload: payload, p_scheduled_at: at, p_tags: ['edge'], p_metadata: { a: 1 } })
    expect(scheduled.error).toBeNull()
    const { id } = scheduled.data as { id: string }
    expect(await bench.store.getJob(id)).toMatchObject({ type: 'log', payload, scheduled_at: at, queue: 'default', tags: ['edge'], metadata: { a: 1 }, backoff: null })
    expect((await secret.rpc('duly_cancel_job', { p_id: id })).data).toEqual({ id, outcome: 'cancelled' })
    expect((await secret.rpc('duly_cancel_job', { p_id: '00000000-0000-7000-8000-000000000000' })).error).toMatchObject({ code: 'PT404', message: 'job_not_found' })
    expect((await client(bench.stack.anonKey!).rpc('duly_schedule_job', { p_type: 'log' })).error).toMatchObject({ code: '42501' })
  })
})

describe('a direct connection', () => {
  test('hears of a job from SQL when its transaction commits, once, and again after the connection was lost', async ({ sql, database }) => {
    const store = openStore({ DATABASE_URL: database.url, STORE_TIMEOUT_MS: 5_000 })
    let words = 0
    store.listenForOutbox(() => words++)
    await expect.poll(() => words).toBe(1) // it listens: something may have been said before
    await sql.begin(async (tx) => {
      await tx`select duly.schedule_job('log') from generate_series(1, 100)`
      await tx`select pg_sleep(0.1)`
      expect(words).toBe(1)
    })
    await expect.poll(() => words).toBe(2)
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'duly listens' and datname = ${database.name}`
    await expect.poll(() => words, { timeout: 10_000 }).toBe(3)
    await sql`select duly.schedule_job('log')`
    await expect.poll(() => words).toBe(4)
    await store.close()
    await expect.poll(() => sql`select from pg_stat_activity where application_name = 'duly listens' and datname = ${database.name}`).toHaveLength(0)
  })

  test('through a pooler in transaction mode does not try', async ({ sql, database }) => {
    const store = openStore({ DATABASE_URL: database.url, DATABASE_POOLER: true, STORE_TIMEOUT_MS: 5_000 })
    store.listenForOutbox(() => {})
    await store.ping()
    expect(await sql`select from pg_stat_activity where application_name = 'duly listens' and datname = ${database.name}`).toHaveLength(0)
    await store.close()
  })
})
