/** Queues: what waits in each, how late it is, and whether it may start. */
import { send } from '../api.js'
import { type Queue, useQueues, useStats } from '../live/readings.js'
import { refreshAll } from '../live/resource.js'
import { CopyCurl } from '../parts/copy.js'
import { Spark } from '../parts/chart.js'
import { Countdown, Length } from '../parts/moment.js'
import { Panel } from '../parts/panel.js'
import { Segments } from '../parts/segments.js'
import { Shape } from '../parts/status.js'
import { complain, say } from '../parts/toast.js'
import { Top } from '../parts/top.js'
import type { Ask } from '../api.js'
import { atLeast, count, counted, rate } from '../pure/numbers.js'
import { lastFullPeriod, whole } from '../pure/series.js'
import { type ShownState, STATE_WORDS } from '../pure/states.js'
import { duration } from '../pure/times.js'
import { Link } from '../router.js'
import { canAdmin } from '../session.js'
import { jobsPath } from './jobs.js'
import { LATE } from './pills.js'

/** Statistics are asked for queue by queue: of more than this they would be a burden. */
const MOST_WITH_STATISTICS = 12

const toggle = ({ name, paused }: Queue): Ask<Queue> => (api) => (paused ? api.POST('/queues/{name}/resume', { params: { path: { name } } }) : api.POST('/queues/{name}/pause', { params: { path: { name } } }))

async function doToggle(queue: Queue): Promise<void> {
  try {
    const { name, paused } = await send(toggle(queue))
    say(paused ? `${name} is paused: nothing of it starts` : `${name} goes on`)
    refreshAll()
  } catch (error) {
    complain(error)
  }
}

export function Queues() {
  const queues = useQueues()
  return (
    <>
      <Top title="Queues" />
      <Panel title="Queues" of={queues}>
        {({ data }) => data.length === 0 ? <p class="empty">A queue begins with its first job.</p> : <ul class="queues">{data.map((queue) => <QueueRow key={queue.name} queue={queue} hasStatistics={data.length <= MOST_WITH_STATISTICS} />)}</ul>}
      </Panel>
    </>
  )
}

function QueueRow({ queue, hasStatistics }: { readonly queue: Queue; readonly hasStatistics: boolean }) {
  const { name, paused, pending, overdue, in_progress, at_least, oldest_overdue_ms, next_due_at } = queue
  const shown = (field: 'pending' | 'overdue' | 'in_progress') => atLeast(queue[field], at_least.includes(field))
  return (
    <li class="queue">
      <div class="row">
        <h3><Link to={jobsPath({ queue: [name] })}>{name}</Link></h3>
        {paused && <span class="status is-cancelled"><Shape state="cancelled" />Paused</span>}
        <span class="grow" />
        {canAdmin.value && <CopyCurl ask={toggle(queue)} />}
        {canAdmin.value && <button type="button" onClick={() => void doToggle(queue)}>{paused ? 'Resume' : 'Pause'}<span class="visually-hidden"> {name}</span></button>}
      </div>
      <Segments parts={[{ state: 'in_progress', value: in_progress }, { state: 'late', value: overdue }, { state: 'pending', value: Math.max(0, pending - overdue) }]} />
      <div class="queue-numbers small">
        <Counted state="in_progress" value={in_progress} shown={shown('in_progress')} to={jobsPath({ queue: [name], status: ['in_progress'] })} />
        <Counted state="late" value={overdue} shown={shown('overdue')} to={jobsPath({ ...LATE, queue: [name] })} />
        <Counted state="pending" value={pending} shown={shown('pending')} to={jobsPath({ queue: [name], status: ['pending'], sort: 'scheduled', order: 'asc' })} />
        {hasStatistics && <Ended name={name} />}
        <span class="muted">oldest wait <Length ms={oldest_overdue_ms} /></span>
        <span class="muted">{next_due_at ? <>next <Countdown to={next_due_at} /></> : 'nothing scheduled'}</span>
        {hasStatistics && <Flow name={name} />}
      </div>
    </li>
  )
}

interface CountedProps {
  readonly state: ShownState
  readonly value: number
  readonly shown: string
  readonly to: string
  readonly title?: string
}

const Counted = ({ state, value, shown, to, title = '' }: CountedProps) => (
  <Link to={to} class={`status is-${state}${value === 0 ? ' is-none' : ''}`} title={title}><Shape state={state} />{shown} {STATE_WORDS[state].toLowerCase()}</Link>
)

/** What has ended of it within the hour. */
function Ended({ name }: { readonly name: string }) {
  const stats = useStats('1h', { queue: name }).data.value
  const link = (status: 'completed' | 'failed') => jobsPath({ queue: [name], status: [status], from: '-1h', sort: 'finished' })
  return (
    <>
      <Counted state="completed" value={stats?.completed ?? 0} shown={stats ? count(stats.completed) : '…'} to={link('completed')} title="In the last hour" />
      <Counted state="failed" value={stats?.failed ?? 0} shown={stats ? count(stats.failed) : '…'} to={link('failed')} title="In the last hour" />
    </>
  )
}

function Flow({ name }: { readonly name: string }) {
  const stats = useStats('1h', { queue: name }).data.value
  if (!stats) return null
  const lag = stats.latency.lateness_ms
  return (
    <>
      <span class="muted queue-flow" title={`${counted(stats.completed, 'job')} completed in the last hour`}>{rate(lastFullPeriod(stats.series)?.completed ?? 0)} a minute <span class="queue-spark"><Spark values={whole(stats.series).map(({ completed }) => completed)} colour="--completed" /></span></span>
      <span class="muted" title="Of the last hour: half of its jobs started within the first, 99 % within the second">{lag ? `start lag p50 ${duration(lag.p50)}, p99 ${duration(lag.p99)}` : 'nothing ran in 1 h'}</span>
    </>
  )
}
