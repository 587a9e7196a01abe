/** One job: where it stands and why, what happened to it, what it was given and what it made. */
import type { components } from '../../client/index.js'
import type { Job } from '../actions.js'
import { actOn } from '../actions.js'
import type { Resource } from '../live/resource.js'
import { useResource } from '../live/resource.js'
import { tick } from '../live/now.js'
import { Copy, CopyCurl } from '../parts/copy.js'
import { Json } from '../parts/json.js'
import { useKeys } from '../parts/keys.js'
import { Menu } from '../parts/menu.js'
import { Countdown, Length, Moment, Since } from '../parts/moment.js'
import { Panel } from '../parts/panel.js'
import { StatusMark } from '../parts/status.js'
import { Top } from '../parts/top.js'
import { TroubleBox } from '../parts/trouble.js'
import { ACTION_WORDS, ACTIONS_OF, type JobAction, ranMs, shownState, waitedMs } from '../pure/states.js'
import { duration } from '../pure/times.js'
import { go, Link } from '../router.js'
import { canWrite } from '../session.js'
import { act } from './act.js'
import { jobsPath } from './jobs.js'
import { mayAct } from './job-table.js'
import { openNewJob } from './new-job.js'
import { Output } from './output.js'
import { StateDiagram } from './state-diagram.js'

type JobWithAttempts = components['schemas']['JobWithAttempts']

export function JobPage({ id }: { readonly id: string }) {
  const job: Resource<JobWithAttempts> = useResource(`job ${id}`, (api) => api.GET('/jobs/{id}', { params: { path: { id } } }), {
    everyMs: 2_000,
    changedBy: (heard) => heard.kind === 'jobs' && (heard.jobs.more || heard.jobs.ids.includes(id))
  })
  const data = job.data.value
  useKeys({
    r: () => data && tryTo(data, 'retry'),
    c: () => data && tryTo(data, 'cancel'),
    e: () => data && tryTo(data, 'reschedule')
  })
  if (!data) return <><Top title="Job" />{job.trouble.value ? <div class="panel"><TroubleBox trouble={job.trouble.value} /></div> : <p class="muted">Reading …</p>}</>
  return (
    <>
      <Top title={<span class="job-title">{data.type} <StatusMark state={shownState(data, tick.value)} /></span>}><Actions job={data} /></Top>
      <p class="job-line">
        <code>{data.id}</code> <Copy text={data.id} label="Copy the id" />
        <Headline job={data} />
      </p>
      <div class="job-grid">
        <div class="stack">
          <Panel title="Where it stands" of={job}><StateDiagram job={data} /></Panel>
          {(data.status === 'pending' || data.status === 'in_progress') && <Why job={data} />}
          {data.status === 'failed' && <FailedBox job={data} />}
          <Panel title={`Attempts that did not succeed (${data.attempts.length})`}><Attempts job={data} /></Panel>
          <Panel title="Payload"><Json value={data.payload} label="Payload" /></Panel>
          {data.result !== null && <Panel title="Result"><Json value={data.result} label="Result" /></Panel>}
          <Output job={data} />
        </div>
        <Panel title="Facts" class="facts"><Facts job={data} /></Panel>
      </div>
    </>
  )
}

function tryTo(job: Job, action: JobAction): void {
  if (ACTIONS_OF[job.status].includes(action) && mayAct(action)) act(job, action)
}

/** What somebody wants to know first: when it starts, for how long it has been running, or how long it took. */
function Headline({ job }: { readonly job: Job }) {
  if (job.status === 'pending') return <span class="headline">{Date.parse(job.run_at) > tick.value ? <>starts <Countdown to={job.run_at} /></> : <>due <Countdown to={job.run_at} /></>}</span>
  if (job.status === 'in_progress' && job.started_at) return <span class="headline">running for <Since at={job.started_at} /></span>
  const ms = ranMs(job, tick.value)
  return <span class="headline">{ms === null ? <>ended <Moment at={job.finished_at} /></> : <>ran for {duration(ms)}, ended <Moment at={job.finished_at} /></>}</span>
}

function Actions({ job }: { readonly job: Job }) {
  const actions = ACTIONS_OF[job.status].filter(mayAct)
  const again = () => openNewJob(asNewJob(job), 'Run again with changes')
  return (
    <>
      {actions.filter((action) => action !== 'delete' && action !== 'duplicate').map((action) => (
        <span key={action} class="row pair">
          <button type="button" class={action === 'cancel' ? 'danger' : ''} onClick={() => act(job, action)}>{ACTION_WORDS[action]}</button>
        </span>
      ))}
      {canWrite.value && <button type="button" class={job.status === 'failed' ? 'primary' : ''} onClick={again}>Edit and run again</button>}
      <Menu label="More to do" items={[
        ...actions.filter((action) => action === 'duplicate' || action === 'delete').map((action) => ({ word: ACTION_WORDS[action], onClick: () => act(job, action, action === 'delete' ? () => go('/jobs') : undefined), isDangerous: action === 'delete' })),
        { word: 'Jobs of this type', onClick: () => go(jobsPath({ type: [job.type] })) }
      ]} />
      {actions[0] && <CopyCurl ask={actOn(job.id, actions[0])} word={`curl: ${ACTION_WORDS[actions[0]].toLowerCase()}`} />}
    </>
  )
}

const asNewJob = ({ type, payload, queue, priority, max_retries, backoff, timeout_ms, tags, metadata }: Job) => ({ type, payload, queue, priority, max_retries, backoff, timeout_ms, tags, metadata })

function Why({ job }: { readonly job: Job }) {
  const explanation = useResource(`explain ${job.id}`, (api) => api.GET('/jobs/{id}/explain', { params: { path: { id: job.id } } }), { everyMs: 3_000, liveEveryMs: 5_000 })
  return (
    <Panel title={job.status === 'pending' ? 'Why is it not running?' : 'What is it doing?'} of={explanation}>
      {({ reasons, earliest_start_at, ahead }) => (
        <div class="panel-body stack-small">
          <ul class="reasons">{reasons.map(({ code, detail }) => <li key={code}><code>{code}</code> {detail}</li>)}</ul>
          {earliest_start_at && <p class="small muted">It can start <Moment at={earliest_start_at} />{ahead > 0 && `, after ${ahead >= 1000 ? '1,000 or more' : ahead} others`}.</p>}
        </div>
      )}
    </Panel>
  )
}

function FailedBox({ job }: { readonly job: JobWithAttempts }) {
  return (
    <section class="panel failed-box" aria-label="Why it failed">
      <div class="panel-body">
        <h2 class="status is-failed">Failed after {job.attempt} {job.attempt === 1 ? 'attempt' : 'attempts'}</h2>
        <pre>{job.last_error ?? 'It said nothing.'}</pre>
        <p class="small"><Link to={jobsPath({ status: ['failed'], type: [job.type] })}>Other failed jobs of this type</Link></p>
      </div>
    </section>
  )
}

const OUTCOMES = { retry: ['retrying', 'tried again'], failed: ['failed', 'failed for good'], rescued: ['late', 'worker was lost'], cancelled: ['cancelled', 'cancelled'] } as const

function Attempts({ job }: { readonly job: JobWithAttempts }) {
  if (job.attempts.length === 0) return <p class="note muted">{job.status === 'completed' ? 'None: it succeeded at its first.' : 'None so far.'}</p>
  return (
    <ol class="attempts">
      {job.attempts.map(({ fence, attempt, outcome, error, worker_id, started_at, finished_at }, i) => (
        <li key={fence} class={`is-${OUTCOMES[outcome][0]}`}>
          <p class="row">
            <strong>Attempt {attempt}</strong> <span class={`status is-${OUTCOMES[outcome][0]}`}>{OUTCOMES[outcome][1]}</span>
            <span class="muted small"><Moment at={started_at} />, ran <Length ms={Date.parse(finished_at) - Date.parse(started_at)} /> on worker <code>{worker_id.slice(-8)}</code></span>
          </p>
          {error && <p class="error-line"><strong>{error.name}</strong> {error.message}</p>}
          {error?.stack && <details open={i === 0 && job.status === 'failed'}><summary class="small">Stack</summary><pre class="stack-trace" tabIndex={0}>{error.stack}</pre></details>}
        </li>
      ))}
    </ol>
  )
}

function Facts({ job }: { readonly job: Job }) {
  const now = tick.value
  return (
    <dl class="fact-list">
      <Fact name="Queue"><Link to={jobsPath({ queue: [job.queue] })}>{job.queue}</Link></Fact>
      <Fact name="Type"><Link to={jobsPath({ type: [job.type] })}>{job.type}</Link></Fact>
      <Fact name="Priority">{job.priority}</Fact>
      <Fact name="Attempts">{job.attempt} of {job.max_retries + 1}</Fact>
      <Fact name="Created"><Moment at={job.created_at} /></Fact>
      <Fact name="Asked for"><Moment at={job.scheduled_at} /></Fact>
      <Fact name="Due"><Moment at={job.run_at} /></Fact>
      <Fact name="Started"><Moment at={job.started_at} /></Fact>
      <Fact name="Ended"><Moment at={job.finished_at} /></Fact>
      <Fact name="Waited"><Length ms={waitedMs(job, now)} /></Fact>
      <Fact name="Ran"><Length ms={ranMs(job, now)} /></Fact>
      {job.expires_at && <Fact name="Expires"><Moment at={job.expires_at} /></Fact>}
      {job.timeout_ms !== null && <Fact name="Timeout">{duration(job.timeout_ms)}</Fact>}
      {job.backoff && <Fact name="Backoff">{job.backoff.type}, {duration(job.backoff.delay_ms ?? 0)} to {duration(job.backoff.max_ms ?? 0)}</Fact>}
      {job.worker_id && <Fact name="Worker"><Link to="/workers"><code>{job.worker_id.slice(-8)}</code></Link></Fact>}
      {job.cancel_requested_at && <Fact name="Told to stop"><Moment at={job.cancel_requested_at} /></Fact>}
      {job.cancel_reason && <Fact name="Cancelled since">{job.cancel_reason}</Fact>}
      <Fact name="Fence"><span title="Grows with every start and every retry: an attempt with an older one can end nothing">{job.fence}</span></Fact>
      {job.tags.length > 0 && <Fact name="Tags">{job.tags.map((tag) => <Link key={tag} class="tag" to={jobsPath({ tag: [tag] })}>{tag}</Link>)}</Fact>}
      {Object.keys(job.metadata).length > 0 && <Fact name="Metadata"><pre class="small">{JSON.stringify(job.metadata, null, 2)}</pre></Fact>}
    </dl>
  )
}

const Fact = ({ name, children }: { readonly name: string; readonly children: import('preact').ComponentChildren }) => <div><dt>{name}</dt><dd>{children}</dd></div>
