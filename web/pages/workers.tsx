/** Workers: who is alive, what they run, and when they were last heard of. */
import { tick } from '../live/now.js'
import { useWorkers, type Worker } from '../live/readings.js'
import { Moment } from '../parts/moment.js'
import { Panel } from '../parts/panel.js'
import { Top } from '../parts/top.js'
import { count, counted } from '../pure/numbers.js'
import { countdown } from '../pure/times.js'
import { jobsPath } from './jobs.js'
import { Link } from '../router.js'

export type Beat = 'green' | 'amber' | 'red' | 'ended'

/** A worker beats five times in its lease. One beat may be on its way; three that did not come are no accident. */
export function beatOf({ status, lease_ms, last_beat_at }: Worker, nowMs: number): Beat {
  if (status === 'stopped') return 'ended'
  if (status === 'lost' || status === 'silent') return 'red'
  const beats = (nowMs - Date.parse(last_beat_at)) / (lease_ms / 5)
  return beats < 2 ? 'green' : beats < 3 ? 'amber' : 'red'
}

const BEAT_STATES = { green: 'completed', amber: 'late', red: 'failed', ended: 'cancelled' } as const
const WORDS = { alive: 'Alive', silent: 'Silent', stopped: 'Stopped', lost: 'Lost' } as const

export function Workers() {
  const workers = useWorkers()
  const all = workers.data.value?.data ?? []
  const alive = all.filter(({ status }) => status === 'alive')
  const sum = (of: (worker: Worker) => number) => alive.reduce((total, worker) => total + of(worker), 0)
  return (
    <>
      <Top title="Workers" />
      <div class="stack">
        <div class="tiles is-small">
          <Figure word="Alive" value={count(alive.length)} />
          <Figure word="Slots" value={count(sum(({ concurrency }) => concurrency))} />
          <Figure word="Running" value={count(sum(({ running }) => running))} />
          <Figure word="Rescued from dead ones" value={count(sum(({ swept }) => swept.rescued))} />
          <Figure word="Put back into Redis" value={count(sum(({ swept }) => swept.put_back + swept.missing))} />
        </div>
        <Panel title="Workers, also those that ended within the hour" of={workers}>
          {({ data }) => data.length === 0 ? <p class="empty">No worker is alive: nothing runs. Start one with <code>npm run worker</code>.</p> : (
            <div class="table-box">
              <table class="workers">
                <caption class="visually-hidden">Workers, newest first</caption>
                <thead>
                  <tr><th>Status</th><th>Last beat</th><th>Host and pid</th><th class="number">Running</th><th class="wide-only">Id</th><th class="wide-only">Queues</th><th class="wide-only">Types</th><th class="wide-only">Started</th><th class="wide-only">Ended</th></tr>
                </thead>
                <tbody>{data.map((worker) => <WorkerRow key={worker.id} worker={worker} />)}</tbody>
              </table>
            </div>
          )}
        </Panel>
      </div>
    </>
  )
}

const Figure = ({ word, value }: { readonly word: string; readonly value: string }) => <div class="tile"><span class="tile-word">{word}</span><span class="tile-value">{value}</span></div>

function WorkerRow({ worker }: { readonly worker: Worker }) {
  const beat = beatOf(worker, tick.value)
  const ageMs = Math.max(0, tick.value - Date.parse(worker.last_beat_at))
  const { status, host, pid, running, concurrency, id, queues, types, started_at, ended_at } = worker
  return (
    <tr class={`beat-${beat}`}>
      <td><span class={`status is-${BEAT_STATES[beat]}`}><span class="dot" aria-hidden="true" />{status === 'alive' && beat !== 'green' ? (beat === 'amber' ? 'Beat is late' : 'Missing') : WORDS[status]}</span></td>
      <td class="tabular" title={worker.last_beat_at}>{status === 'stopped' ? <Moment at={worker.last_beat_at} /> : `${countdown(ageMs)} ago`}</td>
      <td>{host} <span class="muted">{pid}</span></td>
      <td class="number"><Slots running={running} concurrency={concurrency} />{running} <span class="muted">of {concurrency}</span></td>
      <td class="wide-only mono" title={id}>{id.slice(-8)}</td>
      <td class="wide-only">{queues.length === 0 ? 'all' : queues.map((queue) => <Link key={queue} class="tag" to={jobsPath({ queue: [queue] })}>{queue}</Link>)}</td>
      <td class="wide-only muted" title={types.join(', ')}>{counted(types.length, 'type')}</td>
      <td class="wide-only"><Moment at={started_at} /></td>
      <td class="wide-only"><Moment at={ended_at} /></td>
    </tr>
  )
}

const Slots = ({ running, concurrency }: { readonly running: number; readonly concurrency: number }) => (
  <span class="slots wide-only" aria-hidden="true"><span style={{ width: `${Math.min(100, (running / Math.max(1, concurrency)) * 100)}%` }} /></span>
)
