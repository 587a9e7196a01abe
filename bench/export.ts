/**
 * `npm run bench:export -- --jobs 1000000`: exports every job of a native Postgres over HTTP to nowhere, and says how long
 * that took and how much memory the API had at its peak. Each format gets an API process of its own.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import postgres from 'postgres'
import { compiled } from '../scripts/lib/compiled.js'
import { migrate } from '../scripts/lib/migrations.js'
import { provideRedis, startRedis } from '../scripts/lib/redis.js'
import { startPostgres } from '../tests/support/postgres-server.js'

const options = new Command('bench:export')
  .description('Measure the export of many jobs: time, size, and the peak memory of the API.')
  .option('--jobs <n>', 'jobs to export', Number, 1_000_000)
  .option('--query <words>', 'filters and sort, as in a query', '')
  .option('--json', 'print one JSON object')
  .parse()
  .opts<{ jobs: number; query: string; json?: boolean }>()

const say = (words: string) => console.error(words)

/** Nine of ten have ended, one in twenty with an error; payloads and results of about 100 bytes. */
async function fill(url: string, jobs: number): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  await sql`insert into duly.queues (name) values ('default')`
  await sql`
    insert into duly.jobs (id, queue, type, payload, scheduled_at, run_at, created_at, status, attempt, fence, started_at, finished_at, result, last_error, tags)
    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid,
           'default', 'email_notification', json_build_object('to', 'ann' || n || '@example.com', 'subject', 'Your order ' || n, 'message', 'Thank you. It is on its way.'),
           at, at, at, status, least(ended, 1), least(ended, 1), case when ended = 1 then at end, case when ended = 1 then at end,
           case when status = 'completed' then json_build_object('message_id', n || '@duly', 'response', '250 2.0.0 Ok: queued')::jsonb end,
           case when status = 'failed' then 'connect ECONNREFUSED 192.0.2.25:587' end, array['bench']
      from (
        select n, now() - (${jobs} - n) * interval '1 ms' as at,
               (case when n % 10 = 0 then 'pending' when n % 20 = 1 then 'failed' else 'completed' end)::duly.job_status as status,
               case when n % 10 = 0 then 0 else 1 end as ended
          from generate_series(1, ${jobs}::integer) n
      ) made`
  await sql`vacuum analyze duly.jobs`
  await sql.end()
}

async function startApi(env: Record<string, string>) {
  const child = fork(compiled('api/main'), { env: { PATH: process.env.PATH ?? '', PORT: '0', LOG_LEVEL: 'warn', ...env }, stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] })
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  return {
    url,
    /** In MB, since it started; NaN where there is no /proc. */
    async peakMB(): Promise<number> {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
      return Math.round(Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? NaN) / 1_024)
    },
    async stop(): Promise<void> {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  }
}

async function download(url: string): Promise<{ rows: number; bytes: number; seconds: number }> {
  const startedAtMs = performance.now()
  const answer = await new Promise<IncomingMessage>((resolve, reject) => get(url, resolve).on('error', reject))
  if (answer.statusCode !== 200) throw new Error(`the API answered ${answer.statusCode}`)
  let rows = 0
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) rows++ // no field of these jobs has a line of its own
  }
  return { rows, bytes, seconds: (performance.now() - startedAtMs) / 1_000 }
}

const folder = await mkdtemp(join(tmpdir(), 'duly-bench-'))
const redis = await startRedis({ server: await provideRedis({ path: process.env.PATH ?? '' }), dir: join(folder, 'redis') })
const server = await startPostgres()
const results: object[] = []
try {
  const sql = postgres(server.url, { max: 1, onnotice: () => {} })
  await sql.unsafe('create database duly')
  await sql.end()
  const database = new URL(server.url)
  database.pathname = 'duly'
  await migrate(database.href)
  say(`filling the database with ${options.jobs.toLocaleString('en')} jobs`)
  await fill(database.href, options.jobs)

  for (const format of ['csv', 'ndjson']) {
    const api = await startApi({ DATABASE_URL: database.href, REDIS_URL: redis.url, DATA_DIR: folder })
    const idleMB = await api.peakMB()
    const { rows, bytes, seconds } = await download(`${api.url}/jobs/export?format=${format}${options.query && `&${options.query}`}`)
    const peakMB = await api.peakMB()
    await api.stop()
    const jobs = format === 'csv' ? rows - 1 : rows
    results.push({ format, jobs, seconds, bytes, idleMB, peakMB })
    if (!options.json) console.log(`${format.padEnd(7)} ${jobs.toLocaleString('en')} jobs, ${seconds.toFixed(1)} s, ${Math.round(jobs / seconds).toLocaleString('en')}/s, ${Math.round(bytes / 1e6)} MB; API ${idleMB} MB at rest, ${peakMB} MB at its peak`)
  }
  if (options.json) console.log(JSON.stringify({ node: process.version, cpus: cpus().length, results }))
} finally {
  await server.stop()
  await redis.stop()
  await rm(folder, { recursive: true, force: true })
}
