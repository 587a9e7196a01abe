/**
 * What the pages of the dashboard ask, over HTTP, one request after the other, among many jobs of the last 30 days. The
 * goals are 300 ms at p95 for what the page of jobs asks, and 500 ms for type, status and day.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from 'postgres'
import type { Ground, Scene } from '../ground.js'
import type { Figures, Measurement, Plan } from '../measurement.js'
import { percentile } from '../statistics.js'

const DATABASE = 'dashboard'
const DAY_MS = 86_400_000
/** How long an answer is kept by the API for those who ask the same, and a little more. */
const KEPT_MS = 2_100
/** Jobs that one statement makes. */
const STEP = 100_000
/** One in a hundred has failed with this. */
const ERROR = 'no answer within'

/** Of a hundred jobs 88 have completed, 7 failed (one of them with {@link ERROR}), 2 were cancelled, and 3 are pending. */
async function fill(sql: Sql, count: number): Promise<void> {
  await sql`insert into duly.queues (name) select unnest('{default,mail,media,reports}'::text[])`
  for (let from = 0; from < count; from += STEP) {
    await sql`
      insert into duly.jobs (id, queue, type, payload, priority, scheduled_at, run_at, created_at, started_at, finished_at, status, attempt, fence, result, last_error, tags, cancel_reason)
      select (lpad(to_hex((extract(epoch from created) * 1000)::bigint), 12, '0') || '7' || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid,
             ('{default,mail,media,reports}'::text[])[1 + (hashint4(i + 1) & 3)],
             case when share = 88 then 'send_email' else ('{email_notification,send_email,generate_pdf,resize_image,write_file,http_request,report,webhook}'::text[])[1 + (hashint4(i) & 7)] end,
             json_build_object('to', format('user%s@example.com', i), 'subject', case when i = ${count} - 10000 then 'a needle' else md5(i::text) end, 'text', repeat('a few words of text. ', 10)),
             0, run, run, created, case when status <> 'pending' then created end, case when status <> 'pending' then created + interval '1 s' end, status, 1, 1,
             case when status = 'completed' then '{"done": true}'::jsonb end,
             case when status <> 'failed' then null
                  when share = 88 then format('order %s: no answer within 30 s', i)
                  when share < 91 then format('connect ECONNREFUSED 10.0.%s.%s:587', i % 250, i % 240)
                  else format('the %s of row %s cannot be read', chr(97 + i % 26) || chr(97 + i % 5), i) end,
             case when i % 10 = 0 then array['nightly'] end,
             case when status = 'cancelled' then 'requested'::duly.cancel_reason end
        from (select i, i % 100 as share, now() - (${count} - i) * interval '30 days' / ${count}::float8 as created from generate_series(${from + 1}::integer, ${Math.min(from + STEP, count)}::integer) i) made
       cross join lateral (select (case when share < 88 then 'completed' when share < 95 then 'failed' when share < 97 then 'cancelled' else 'pending' end)::duly.job_status as status) s
       cross join lateral (select case when status = 'pending' then now() + interval '1 hour' + random() * interval '20 days' else created end as run) r`
  }
  // What two workers have counted: two days of minutes, and a month of hours.
  await sql`
    insert into duly.job_stats (resolution, period_start, worker_id, queue, type, outcome, count, wait_ms, lateness_ms, run_ms, wait_buckets, lateness_buckets, run_buckets)
    select p.resolution, p.start, ('00000000-0000-7000-8000-00000000000' || w)::uuid, 'default', t, 'completed', 60, 6000, 600, 3000, b.counts, b.counts, b.counts
      from (select 'minute' as resolution, date_trunc('minute', now()) - n * interval '1 minute' as start from generate_series(0, 2879) n
            union all
            select 'hour', date_trunc('hour', now()) - n * interval '1 hour' from generate_series(0, 719) n) p
     cross join generate_series(1, 2) w
     cross join unnest('{email_notification,send_email,generate_pdf,resize_image}'::text[]) t
     cross join (select array_agg(n % 3) as counts from generate_series(1, 90) n) b`
  await sql`vacuum analyze duly.jobs`
  await sql`vacuum analyze duly.job_stats`
}

interface Page { readonly data: ReadonlyArray<{ readonly id: string }>; readonly next_cursor: string | null; readonly count?: number }
interface Groups { readonly data: ReadonlyArray<{ readonly error: string | null; readonly filter: { readonly error_group: string } }> }

async function measure(scene: Scene, { pick }: Plan): Promise<Figures> {
  const { url } = await scene.dulyApi()
  async function ask<Answer>(path: string, body?: object): Promise<Answer> {
    const answer = await fetch(new URL(path, url), body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${path} is answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as Answer
  }
  const dayAgo = (days: number) => {
    const from = Date.now() - days * DAY_MS
    return `from=${new Date(from).toISOString()}&to=${new Date(from + DAY_MS).toISOString()}`
  }

  const { filter } = (await ask<Groups>('/failures')).data.find(({ error }) => error?.includes(ERROR))!
  const ofOneError = `status=failed&type=send_email&error_group=${filter.error_group}`
  let { next_cursor: cursor } = await ask<Page>('/jobs?limit=100')
  for (let pages = 1; pages < 50 && cursor !== null; pages++) cursor = (await ask<Page>(`/jobs?limit=100&cursor=${cursor}`)).next_cursor

  const times: Record<string, number[]> = {}
  const time = async (name: string, request: () => Promise<unknown>) => {
    const startMs = performance.now()
    await request()
    ;(times[name] ??= []).push(performance.now() - startMs)
  }
  const requests: Record<string, string> = {
    'all jobs': '/jobs?limit=50',
    'the 51st page': `/jobs?limit=100${cursor === null ? '' : `&cursor=${cursor}`}`,
    'failed ones': '/jobs?limit=50&status=failed',
    'failed ones of a queue': '/jobs?limit=50&status=failed&queue=mail',
    'failed ones of one error': `/jobs?limit=50&${ofOneError}`,
    'type, status and day: completed': `/jobs?limit=50&type=generate_pdf&status=completed&${dayAgo(10)}`,
    'type, status and day: failed': `/jobs?limit=50&type=generate_pdf&status=failed&${dayAgo(20)}`,
    'type, status and day: none': `/jobs?limit=50&type=no_such_type&status=failed&${dayAgo(20)}`,
    'a word that is in one': '/jobs?limit=50&search=needle',
    'a word that is in many': '/jobs?limit=50&search=refused',
    'a word that is in none': '/jobs?limit=50&search=haystack',
    'exact count of one error': `/jobs?limit=1&count=exact&${ofOneError}`
  }
  for (let round = -3; round < pick(40, 2); round++) {
    for (const [name, path] of Object.entries(requests)) await (round < 0 ? ask(path) : time(name, () => ask(path)))
  }
  const stats = () => ask('/stats')
  for (let round = 0; round < pick(20, 1); round++) {
    await sleep(KEPT_MS)
    await time('failures', () => ask('/failures'))
    await time('counts and the last hour', stats)
    await sleep(KEPT_MS)
    await time('the page of jobs: list and counts at once', () => Promise.all([ask(requests['all jobs']!), stats()]))
  }

  const selection = { filter: { status: ['failed'], type: ['send_email'], error_group: filter.error_group } }
  const { count } = await ask<Page>(requests['exact count of one error']!)
  let matched = 0
  await time('dry run of a retry of one error', async () => ({ matched } = await ask<{ matched: number }>('/jobs/bulk/retry', { ...selection, dry_run: true })))
  let changed = 0
  await time('retry of one error', async () => ({ changed } = await ask<{ changed: number }>('/jobs/bulk/retry', { ...selection, expected_count: count })))
  if (count !== matched || count !== changed) throw new Error(`${count} jobs were promised, a dry run meant ${matched}, and ${changed} were retried`)

  return { ...Object.fromEntries(Object.entries(times).flatMap(([name, ms]) => [[`${name}: p50, ms`, percentile(ms, 0.5)], [`${name}: p95, ms`, percentile(ms, 0.95)]])), 'jobs of one error': changed }
}

/** @param count - Jobs that there are. */
export const dashboard = (count: number): Measurement => ({
  name: 'dashboard',
  about: `what the dashboard asks the API of Duly among ${count.toLocaleString('en')} jobs`,
  byDefault: false,
  prepare: (ground: Ground) => ground.keepDatabase(DATABASE, (sql) => fill(sql, count)),
  cases: (plan) => (plan.subjects.includes('duly') ? [{ name: 'duly', run: (ground) => ground.withScene((scene) => measure(scene, plan), DATABASE) }] : [])
})
