/** Actions that meet while one of them waits for a row. */
import { expect, vi } from 'vitest'
import { openStore } from '../../core/store/index.js'
import { test } from '../support/fixtures.js'
import { ids, insertRows } from './support.js'

test('a cancel that waits for one job also stops another that is retried meanwhile', async ({ sql, database }) => {
  const store = openStore({ DATABASE_URL: database.url, STORE_TIMEOUT_MS: 20_000 }, { maxConnections: 2 })
  const bench = { stack: { sql: (statement: string, parameters: unknown[] = []) => sql.unsafe(statement, parameters as never[]) } }
  const [failed, pending] = await insertRows(bench, [{ status: 'failed' }, {}])
  let cancelling: ReturnType<typeof store.cancelJobs> | undefined
  await sql.begin(async (tx) => {
    await tx`select from duly.jobs where id = ${pending!.id} for update`
    cancelling = store.cancelJobs(ids([failed!, pending!]))
    await vi.waitFor(async () => expect((await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).length).toBe(1))
    expect(await store.retryJobs([{ id: failed!.id, fence: 0 }])).toMatchObject([{ outcome: 'retried' }])
  })
  expect(await cancelling).toMatchObject([{ id: failed!.id, outcome: 'cancelled', status: 'cancelled' }, { id: pending!.id, outcome: 'cancelled', status: 'cancelled' }])
  await store.close()
})
