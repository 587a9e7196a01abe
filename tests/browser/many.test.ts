/** The page in front of very many jobs. */
import type { Sql } from 'postgres'
import type { Page } from 'playwright-core'
import { describe, expect, inject } from 'vitest'
import { CHROMIUM } from './chromium.js'
import { eventually, rowsOf, startService, test } from './support.js'

const MILLION = 1_000_000

/** Jobs that failed, each with its own number in the error; their payload is one that `step` completes at once. */
async function insertFailed(sql: Sql, count: number, error: string): Promise<void> {
  await sql`insert into duly.queues (name) values ('default') on conflict do nothing`
  await sql`
    insert into duly.jobs (id, type, scheduled_at, run_at, started_at, finished_at, status, attempt, fence, max_retries, last_error)
    select ('01934b7e' || substr(md5(${error}::text || n), 1, 4) || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid,
           'step', now(), now(), now(), duly.ceil_ms(now() - n * interval '10 ms'), 'failed', 1, 1, 0, replace(${error}::text, '*', n::text)
      from generate_series(1, ${count}::integer) n`
  await sql`analyze duly.jobs`
}

/** Of a week: most have completed, a tenth has failed in fifty ways, some wait for their time. */
async function insertWeek(sql: Sql, count: number): Promise<void> {
  await sql`insert into duly.queues (name) select 'queue-' || n from generate_series(0, 4) n on conflict do nothing`
  await sql`
    insert into duly.jobs (id, type, queue, scheduled_at, run_at, created_at, started_at, finished_at, status, attempt, fence, last_error, cancel_reason)
    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid,
           'type-' || n % 20, 'queue-' || n % 5,
           case when status = 'pending' then at + interval '7 days' else at end, case when status = 'pending' then at + interval '7 days' else at end, at,
           case when status in ('completed', 'failed') then at end, case when status <> 'pending' then at end,
           status::duly.job_status, (status in ('completed', 'failed'))::integer, 1,
           case when status = 'failed' then 'connect ECONNREFUSED of service ' || chr(97 + n / 10 % 26) || ' at ' || n end,
           (case when status = 'cancelled' then 'requested' end)::duly.cancel_reason
      from (select n, duly.ceil_ms(now() - (${count}::integer - n) * (interval '7 days' / ${count}::integer)) as at,
                   case n % 10 when 0 then 'failed' when 1 then 'pending' when 2 then 'cancelled' else 'completed' end as status
              from generate_series(1, ${count}::integer) n) made`
  await sql`vacuum analyze duly.jobs`
}

const pill = (page: Page, name: string) => page.getByRole('navigation', { name: 'Statuses' }).getByRole('link', { name })

describe.skipIf(!CHROMIUM)('with very many jobs', { timeout: 240_000 }, () => {
  test('ten thousand jobs that failed with one error are retried from its row, exactly as many as was promised, and can be watched', async ({ database, sql, prefix, open }) => {
    await insertFailed(sql, 10_000, 'no answer from customer *')
    await insertFailed(sql, 40, 'the printer is on fire since * days')
    const service = await startService({ DATABASE_URL: database.url, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: prefix })
    const page = await open('/failures', { at: service.url })
    const row = page.locator('table.failures tbody tr', { hasText: 'no answer' })
    await row.getByRole('button', { name: 'Retry' }).click()
    const promise = page.locator('.promise')
    await eventually(() => promise.innerText()).toBe('10,000 jobs of 10,000 jobs would be retried.')
    await page.getByRole('button', { name: 'Retry 10,000 jobs' }).click()
    const askedAtMs = Date.now()
    await page.getByText(/^[2468],000 jobs of 10,000 jobs done\./).waitFor()
    await page.getByRole('progressbar').waitFor()
    await eventually(() => promise.innerText(), { timeout: 60_000 }).toBe('10,000 jobs of 10,000 jobs were retried, as was said before.')
    console.info(`10,000 failed jobs of one error are retried in ${Date.now() - askedAtMs} ms`)
    await page.getByRole('button', { name: 'Close' }).last().click()
    await row.waitFor({ state: 'detached', timeout: 30_000 })
    expect(await page.locator('table.failures tbody tr').count()).toBe(1)

    await page.getByRole('link', { name: 'Jobs', exact: true }).click()
    await eventually(() => pill(page, 'Completed').innerText(), { timeout: 120_000 }).toMatch(/10,000/)
    expect(await pill(page, 'Failed').innerText()).toMatch(/40/)
    const { count } = await service.get<{ count: number }>('/jobs?status=completed&count=exact&limit=1')
    expect(count).toBe(10_000)
    await service.stop()
  })

  test('the list of a million jobs is shown, filtered and walked', async ({ database, sql, prefix, open }) => {
    await insertWeek(sql, MILLION)
    const service = await startService({ DATABASE_URL: database.url, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: prefix }, { withWorker: false })
    const page = await open('/jobs', { at: service.url })
    await eventually(() => rowsOf(page).count()).toBe(50)
    await eventually(() => pill(page, 'All').innerText()).toMatch(/1,000,000|~[\d.]+ M/)
    const readings: Reading[] = []
    for (let round = 0; round < 8; round++) {
      for (const name of ['Failed', 'Completed', 'Pending', 'All']) readings.push(await page.evaluate<Reading>(TIMED_CLICK(name)))
    }
    expect(readings.every(({ rows }) => rows === 50)).toBe(true)
    // Said, and not judged: how fast it is depends on what else the machine does.
    const of = (each: (reading: Reading) => number) => (['p50', 'p95'] as const).map((name) => `${name} ${percentile(readings.map(each), name === 'p50' ? 0.5 : 0.95).toFixed(0)} ms`).join(', ')
    console.info(`a million jobs: the API answers in ${of((reading) => reading.answeredMs)}; the list is shown after that in ${of((reading) => reading.shownMs)}`)

    const filtered = await page.evaluate<number[]>(TIMED_FILTERS)
    console.info(`a million jobs: type, status and day are answered in p50 ${percentile(filtered, 0.5).toFixed(0)} ms, p95 ${percentile(filtered, 0.95).toFixed(0)} ms`)

    await page.goto(`${service.url}/jobs?status=failed&type=type-10&from=-1d`)
    await eventually(() => rowsOf(page).count()).toBe(50)
    await page.getByRole('link', { name: 'Next page' }).click()
    await page.waitForURL(/cursor=/)
    await eventually(() => rowsOf(page).count()).toBe(50)
    await service.stop()
  })
})

interface Reading {
  /** From the request to the end of its answer. */
  readonly answeredMs: number
  /** From the end of the answer until rows are there. */
  readonly shownMs: number
  readonly rows: number
}

/** Runs in the page: chooses a status, and waits for its list. The rows of the list before it are gone when the answer is there. */
const TIMED_CLICK = (name: string) => `new Promise((resolve) => {
  performance.clearResourceTimings()
  ;[...document.querySelectorAll('.pill')].find((pill) => pill.textContent.trim().startsWith('${name}')).click()
  const look = () => {
    const asked = performance.getEntriesByType('resource').find(({ name, responseEnd }) => /\\/jobs\\?.*limit=50/.test(name) && responseEnd > 0)
    const rows = document.querySelectorAll('table.jobs tbody tr').length
    if (!asked || rows === 0) return requestAnimationFrame(look)
    resolve({ answeredMs: asked.responseEnd - asked.startTime, shownMs: performance.now() - asked.responseEnd, rows })
  }
  requestAnimationFrame(look)
})`

/** Runs in the page: asks for the jobs of a type that completed on a day, of many types and each day of the week. */
const TIMED_FILTERS = `(async () => {
  const readings = []
  for (const type of [3, 6, 9, 14, 17]) {
    for (let day = 0; day < 7; day++) {
      const at = (days) => new Date(Date.now() - days * 86400000).toISOString()
      const startedAt = performance.now()
      const answer = await fetch('jobs?' + new URLSearchParams({ status: 'completed', type: 'type-' + type, from: at(day + 1), to: at(day), limit: '50' }))
      const { data } = await answer.json()
      if (data.length !== 50) throw new Error('only ' + data.length)
      readings.push(performance.now() - startedAt)
    }
  }
  return readings
})()`

const percentile = (values: readonly number[], share: number) => values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1]!
