/** What docs/sql.md shows can be pasted, and what it says about rights, rollbacks and refusals is so. */
import { describe, expect } from 'vitest'
import postgres, { type Sql } from 'postgres'
import { test as base } from '../support/fixtures.js'
import { bare, readText, table } from './support.js'

const page = await readText('docs/sql.md')
const readme = await readText('README.md')
const blocks = (text: string) => [...text.matchAll(/^```sql\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '')
/** The block under a heading. */
const under = (heading: string) => blocks(page.slice(page.indexOf(`## ${heading}`)))[0]!

interface Stored {
  id: string
  type: string
  status: string
  queue: string
  payload: Record<string, unknown>
  ahead_s: number
}
const jobsOf = (sql: Sql) => sql<Stored[]>`select id, type, status::text, queue, payload, round(extract(epoch from run_at - created_at))::int as ahead_s from duly.jobs order by id`

const test = base.extend<{ shop: Sql }>({
  /** The orders of the page, and whoever sells without any right on the schema duly. */
  shop: async ({ sql }, use) => {
    await sql.unsafe(under('In a trigger'))
    await sql.unsafe(`
      do $$ begin create role shop nologin; exception when duplicate_object or unique_violation then null; end $$;
      grant select, insert, update on public.orders to shop;`)
    await use(sql)
  }
})

describe('a job from SQL', () => {
  test('is scheduled in psql as the page says', async ({ sql }) => {
    await sql.unsafe(under('In psql'))
    expect(await jobsOf(sql)).toMatchObject([{ type: 'log', queue: 'default', ahead_s: 0 }, { type: 'log', queue: 'reports', ahead_s: 3_600 }])
  })

  test('is made with the order of the README', async ({ sql, database }) => {
    await sql`create table orders (id serial, email text)`
    const psql = postgres(database.url, { max: 1 })
    await psql.unsafe(blocks(readme).find((block) => block.includes('duly.schedule_job'))!)
    await psql.end()
    expect(await jobsOf(sql)).toMatchObject([{ type: 'email_notification', ahead_s: 2, payload: { to: 'ann@example.com', subject: 'Your order 1' } }])
  })

  test('comes with an order and goes with its payment, for a role without any right on the schema', async ({ shop }) => {
    await shop.begin(async (tx) => {
      await tx`set local role shop`
      await tx`insert into public.orders (email) values ('ann@example.com')`
    })
    const [job] = await jobsOf(shop)
    expect(job).toMatchObject({ type: 'email_notification', status: 'pending', ahead_s: 86_400, payload: { to: 'ann@example.com', subject: 'Your order 1' } })
    await shop.begin(async (tx) => {
      await tx`set local role shop`
      await tx`update public.orders set paid = true`
    })
    expect(await jobsOf(shop)).toMatchObject([{ status: 'cancelled' }])
    for (const call of ["select duly.schedule_job('log')", "select public.duly_schedule_job('log')", 'select * from duly.jobs']) {
      await expect(shop.begin(async (tx) => {
        await tx`set local role shop`
        await tx.unsafe(call)
      })).rejects.toMatchObject({ code: '42501' })
    }
  })

  test('that was sent long ago keeps nobody from paying', async ({ shop }) => {
    await shop`insert into public.orders (email) values ('a@example.com'), ('b@example.com')`
    await shop`update duly.jobs set status = 'completed', finished_at = now() where payload ->> 'to' = 'a@example.com'`
    await shop`delete from duly.jobs where payload ->> 'to' = 'b@example.com'`
    await shop`update public.orders set paid = true`
    expect(await shop`select from public.orders where paid`).toHaveLength(2)
  })

  test('is gone with the order when the transaction is rolled back, and a cancel is undone', async ({ shop }) => {
    const rolledBack = (work: string) => shop.begin(async (tx) => {
      await tx.unsafe(work)
      throw new Error('rolled back')
    }).catch((error: Error) => expect(error.message).toBe('rolled back'))
    await rolledBack("insert into public.orders (email) values ('ann@example.com')")
    for (const place of ['duly.jobs', 'duly.timeline_outbox', 'duly.queues']) expect(await shop.unsafe(`select * from ${place}`)).toEqual([])
    await shop`insert into public.orders (email) values ('ann@example.com')`
    await rolledBack('update public.orders set paid = true')
    expect(await jobsOf(shop)).toMatchObject([{ status: 'pending' }])
  })
})

describe('the table of what is refused', () => {
  const rows = table(page, 'call', 'SQLSTATE', 'says')

  test('says what happens', async ({ sql }) => {
    expect(rows.length).toBeGreaterThan(8)
    for (const row of rows) {
      const refusal = await sql.unsafe(`select ${bare(row.call)}`).then(() => null, (error: Error & { code: string; constraint_name?: string }) => error)
      expect({ call: row.call, code: refusal?.code, says: refusal?.message }).toMatchObject({ code: row.SQLSTATE, says: expect.stringContaining(bare(row.says)) as string })
    }
    expect(await sql`select from duly.jobs`).toHaveLength(0)
  })
})
