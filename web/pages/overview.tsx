/** The first screen: is it working, what is failing and why, what runs next, do Redis and Postgres agree. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useMemo } from 'preact/hooks'
import type { components } from '../../client/index.js'
import { asListQuery } from '../actions.js'
import { nowMs } from '../live/now.js'
import { useFailures, useHealth, useQueues, useStats, useSystem, useWorkers, type Stats } from '../live/readings.js'
import { never, type Resource, useResource } from '../live/resource.js'
import { Chart, Spark } from '../parts/chart.js'
import { Choice } from '../parts/choice.js'
import { Icon } from '../parts/icons.js'
import { Countdown, Moment } from '../parts/moment.js'
import { Fresh, Panel } from '../parts/panel.js'
import { Shape } from '../parts/status.js'
import { Top } from '../parts/top.js'
import { isMissing } from '../parts/trouble.js'
import { type JobQuery, resolve } from '../pure/filter.js'
import { atLeast, count, counted, rate } from '../pure/numbers.js'
import { lastFullPeriod, percentiles, type Range, RANGES, throughput, whole } from '../pure/series.js'
import type { ShownState } from '../pure/states.js'
import { countdown, duration } from '../pure/times.js'
import { Link } from '../router.js'
import { canWrite } from '../session.js'
import { failureLink } from './failures.js'
import { jobsPath } from './jobs.js'
import { openNewJob } from './new-job.js'
import { LATE } from './pills.js'
import { Welcome } from './welcome.js'
import { beatOf } from './workers.js'

type JobPage = components['schemas']['JobPage']

const NEXT: JobQuery = { status: ['pending'], from: 'now', sort: 'scheduled', order: 'asc' }
const WITHIN_HOUR: JobQuery = { ...NEXT, to: '+1h' }
const COMPLETED_IN_HOUR: JobQuery = { status: ['completed'], from: '-1h', sort: 'finished' }
const FAILED_TODAY: JobQuery = { status: ['failed'], from: '-24h', sort: 'finished' }

const useJobs = (key: string, query: JobQuery, limit: number, options: { count?: 'estimate'; everyMs: number }): Resource<JobPage> =>
  useResource(key, (api) => api.GET('/jobs', { params: { query: { ...asListQuery(resolve(query, nowMs())), limit, ...(options.count && { count: options.count }) } } }), { everyMs: options.everyMs, liveEveryMs: options.everyMs, changedBy: never })

export function Overview() {
  const hour = useStats('1h')
  const stats = hour.data.value
  const tools = canWrite.value && <button type="button" class="primary" onClick={() => openNewJob()}><Icon name="plus" />New job</button>
  if (stats?.counts.total === 0) return <><Top title="Overview">{tools}</Top><Welcome /></>
  return (
    <>
      <Top title="Overview">{tools}</Top>
      <div class="stack">
        <Tiles hour={hour} />
        <div class="two">
          <Attention />
          <NextUp />
        </div>
        <Charts />
      </div>
    </>
  )
}

interface TileProps {
  readonly word: string
  readonly to: string
  readonly of: Resource<unknown>
  readonly value: ComponentChildren
  readonly detail?: ComponentChildren
  readonly state?: ShownState | undefined
  readonly spark?: { readonly values: ReadonlyArray<number | null>; readonly colour: string } | undefined
}

function Tile({ word, to, of, value, detail, state, spark }: TileProps) {
  return (
    <Link to={to} class={`tile${state ? ` is-${state} is-loud` : ''}`}>
      <span class="tile-word">{state && <Shape state={state} />}{word}</span>
      <span class="tile-value">{of.data.value === undefined ? '…' : value}</span>
      <span class="tile-detail small muted">{of.data.value === undefined ? '' : detail}</span>
      <span class="tile-foot"><span class="grow">{spark && <Spark {...spark} />}</span><Fresh of={of} /></span>
    </Link>
  )
}

function Tiles({ hour }: { readonly hour: Resource<Stats> }) {
  const queues = useQueues()
  const workers = useWorkers()
  const day = useStats('24h')
  /** Those that are failed now: one that was retried since needs nobody any more. */
  const failed = useJobs('failed within the day', FAILED_TODAY, 1, { count: 'estimate', everyMs: 10_000 })
  const soon = useJobs('due within the hour', WITHIN_HOUR, 1, { count: 'estimate', everyMs: 30_000 })

  // All that the link leads to. Only those that may start are a reason to worry.
  const all = queues.data.value?.data ?? []
  const late = all.reduce((sum, { overdue }) => sum + overdue, 0)
  const paused = all.reduce((sum, queue) => sum + (queue.paused ? queue.overdue : 0), 0)
  const oldestMs = Math.max(0, ...all.map((queue) => (queue.paused ? 0 : (queue.oldest_overdue_ms ?? 0))))
  const alive = (workers.data.value?.data ?? []).filter(({ status }) => status === 'alive')
  const slots = alive.reduce((sum, { concurrency }) => sum + concurrency, 0)
  const busy = alive.reduce((sum, worker) => sum + worker.running, 0)
  const gone = (workers.data.value?.data ?? []).filter(({ status }) => status === 'silent' || status === 'lost').length
  const series = hour.data.value?.series ?? []
  const failedToday = failed.data.value?.count ?? 0
  return (
    <div class="tiles">
      <Tile word="Late now" to={jobsPath(LATE)} of={queues} value={atLeast(late, all.some(({ at_least }) => at_least.includes('overdue')))} detail={late === 0 ? 'nothing waits' : paused === late ? 'all in paused queues' : `the oldest for ${duration(oldestMs)}${paused > 0 ? `; ${count(paused)} paused` : ''}`} state={oldestMs > 10_000 ? 'late' : undefined} />
      <Tile word="Running" to={jobsPath({ status: ['in_progress'] })} of={workers} value={<>{count(busy)} <small>of {counted(slots, 'slot')}</small></>} detail={slots > 0 && busy >= slots ? 'all slots are taken' : `${count(Math.max(0, slots - busy))} free`} />
      <Tile word="Due within 1 h" to={jobsPath(WITHIN_HOUR)} of={soon} value={count(soon.data.value?.count ?? 0, soon.data.value?.count_estimated)} detail="waiting for their time" />
      <Tile word="Completed / min" to={jobsPath(COMPLETED_IN_HOUR)} of={hour} value={rate(lastFullPeriod(series)?.completed ?? 0)} detail={`${count(hour.data.value?.completed ?? 0)} in the last hour`} spark={{ values: whole(series).map(({ completed }) => completed), colour: '--completed' }} />
      <Tile word="Failed in 24 h" to={jobsPath(FAILED_TODAY)} of={failed} value={count(failedToday, failed.data.value?.count_estimated)} detail={`${count(day.data.value?.retried ?? 0)} retried by themselves`} state={failedToday > 0 ? 'failed' : undefined} spark={{ values: (day.data.value?.series ?? []).map(({ failed }) => failed), colour: '--failed' }} />
      <Tile word="Workers alive" to="/workers" of={workers} value={count(alive.length)} detail={gone > 0 ? `${counted(gone, 'worker')} lost or silent within the hour` : `${counted(slots, 'slot')}`} state={workers.data.value && alive.length === 0 ? 'late' : undefined} />
    </div>
  )
}

interface Item {
  readonly key: string
  readonly state: ShownState
  readonly text: ComponentChildren
  readonly to: string
}

function Attention() {
  const failures = useFailures()
  const queues = useQueues()
  const workers = useWorkers()
  const health = useHealth()
  const drift = useSystem().data.value?.agreement
  const items: Item[] = []
  const { store, redis } = health.data.value?.checks ?? {}
  if (store?.status === 'down') items.push({ key: 'store', state: 'failed', text: 'Postgres does not answer', to: '/system' })
  if (redis?.status === 'down') items.push({ key: 'redis', state: 'late', text: 'Redis is down: jobs run from Postgres alone', to: '/system' })
  const all = workers.data.value?.data
  if (all && !all.some(({ status }) => status === 'alive')) items.push({ key: 'none', state: 'failed', text: 'No worker is alive: nothing runs', to: '/workers' })
  for (const worker of all ?? []) {
    if (worker.status !== 'silent' && worker.status !== 'lost') continue
    items.push({ key: worker.id, state: worker.status === 'lost' ? 'failed' : 'late', text: <>Worker {worker.host} {worker.pid} is {worker.status}, last heard of <Moment at={worker.last_beat_at} /></>, to: '/workers' })
  }
  for (const worker of all ?? []) {
    if (worker.status === 'alive' && beatOf(worker, nowMs()) === 'red') items.push({ key: worker.id, state: 'late', text: <>Worker {worker.host} {worker.pid} has missed its beats</>, to: '/workers' })
  }
  for (const queue of queues.data.value?.data ?? []) {
    if (queue.paused) items.push({ key: queue.name, state: 'cancelled', text: <>Queue {queue.name} is paused; {atLeast(queue.pending, queue.at_least.includes('pending'))} jobs wait</>, to: jobsPath({ queue: [queue.name], status: ['pending'] }) })
    else if ((queue.oldest_overdue_ms ?? 0) > 60_000) items.push({ key: queue.name, state: 'late', text: <>Queue {queue.name}: the oldest job is late by {countdown(queue.oldest_overdue_ms ?? 0)}</>, to: jobsPath({ ...LATE, queue: [queue.name] }) })
  }
  if (drift && drift.missing + drift.ghost + drift.late > 0) {
    items.push({ key: 'drift', state: 'late', text: <>Redis differs from Postgres in {count(drift.missing + drift.ghost + drift.late)} jobs; the sweeps mend it</>, to: '/system' })
  }
  for (const group of (failures.data.value?.data ?? []).slice(0, 5)) {
    items.push({
      key: `${group.type} ${group.error}`, state: 'failed', to: failureLink(group),
      text: <><strong>{count(group.counts.day)}</strong> {group.type} in 24 h: <span class="mono">{group.error ?? 'no message'}</span></>
    })
  }
  return (
    <Panel title="Needs attention" {...(failures.trouble.value && isMissing(failures.trouble.value) ? {} : { of: failures })}>
      <AttentionList items={items} />
    </Panel>
  )
}

function AttentionList({ items }: { readonly items: readonly Item[] }) {
  if (items.length === 0) return <p class="empty">Nothing needs attention.</p>
  return (
    <ul class="items">
      {items.map(({ key, state, text, to }) => (
        <li key={key}><Link to={to}><Shape state={state} /><span class="grow clamp">{text}</span></Link></li>
      ))}
    </ul>
  )
}

function NextUp() {
  const next = useJobs('next up', NEXT, 8, { everyMs: 5_000 })
  return (
    <Panel title="Next up" of={next}>
      {({ data }) => data.length === 0 ? <p class="empty">Nothing waits for its time.</p> : (
        <ul class="items">
          {data.map((job) => (
            <li key={job.id}><Link to={`/jobs/${job.id}`}><Shape state={job.attempt > 0 ? 'retrying' : 'pending'} /><span class="grow truncate">{job.type} <span class="muted">{job.queue}</span></span><Countdown to={job.run_at} /></Link></li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Charts() {
  const range = useSignal<Range>('1h')
  const of = useSignal<'lateness_ms' | 'run_ms'>('lateness_ms')
  const stats = useStats(range.value)
  const data = stats.data.value
  const flow = useMemo(() => data && throughput(data.series, data.range.step_ms), [data])
  const slow = useMemo(() => data && percentiles(data.series, of.value), [data, of.value])
  const ranges = <Choice label="Range" options={RANGES.map((one) => [one, one])} value={range.value} onChange={(one) => { range.value = one }} />
  const latency = data?.latency[of.value]
  return (
    <div class="two">
      <Panel title="Throughput" of={stats} tools={ranges}>
        {() => flow && <Chart label={`Jobs per minute in the last ${range.value}: ${count(data?.completed ?? 0)} completed, ${count(data?.retried ?? 0)} tried again, ${count(data?.failed ?? 0)} failed`} data={flow} format={(value) => `${rate(value)}/m`}
          lines={[{ name: 'Completed', colour: '--completed', fill: true }, { name: 'Retried', colour: '--retrying', dash: [5, 3] }, { name: 'Failed', colour: '--failed', dash: [2, 2] }]} />}
      </Panel>
      <Panel title="Latency" of={stats} tools={<Choice label="Latency of" options={[['lateness_ms', 'Start lag', 'From when it was due to its start'], ['run_ms', 'Run time', 'How long the handler took']]} value={of.value} onChange={(one) => { of.value = one }} />}>
        {() => slow && <Chart key={of.value} label={latency ? `In the last ${range.value}: half within ${duration(latency.p50)}, 95 % within ${duration(latency.p95)}, 99 % within ${duration(latency.p99)}` : 'Nothing ran'} data={slow} format={duration}
          lines={[{ name: 'p50', colour: '--in_progress', fill: true }, { name: 'p95', colour: '--pending', dash: [5, 3] }, { name: 'p99', colour: '--late', dash: [2, 2] }]} />}
      </Panel>
    </div>
  )
}

