/** Jobs as rows. A row changes where it stands; on a phone it is two lines. */
import type { Job } from '../actions.js'
import { nowMs, tick } from '../live/now.js'
import { Menu } from '../parts/menu.js'
import { Length, Moment, Since } from '../parts/moment.js'
import { StatusMark } from '../parts/status.js'
import type { JobQuery, SORTS } from '../pure/filter.js'
import { ACTION_WORDS, ACTIONS_OF, type JobAction, ranMs, shownState, waitedMs } from '../pure/states.js'
import { go, Link } from '../router.js'
import { canAdmin, canWrite } from '../session.js'
import { jobsPath } from './jobs.js'

interface JobTableProps {
  readonly jobs: readonly Job[]
  readonly gone: ReadonlySet<string>
  readonly query: JobQuery
  readonly chosen: ReadonlySet<string> | 'all'
  readonly current: string | null
  readonly onToggle: (id: string) => void
  readonly onToggleAll: () => void
  readonly onCurrent: (id: string) => void
  readonly onAct: (job: Job, action: JobAction) => void
}

export const mayAct = (action: JobAction): boolean => (action === 'delete' ? canAdmin.value : canWrite.value)

/** The end of a UUIDv7 tells jobs of one moment apart; its beginning is their time. */
export const shortId = (id: string): string => id.slice(-8)

export function JobTable({ jobs, gone, query, chosen, current, onToggle, onToggleAll, onCurrent, onAct }: JobTableProps) {
  const isChosen = (id: string) => chosen === 'all' || chosen.has(id)
  const isBy = (sort: string) => query.sort === sort
  return (
    <div class="table-box">
      <table class="jobs">
        <caption class="visually-hidden">Jobs, {query.sort ?? 'created'} {query.order ?? 'desc'}</caption>
        <thead>
          <tr>
            <th class="check"><input type="checkbox" aria-label="Choose all on this page" checked={jobs.every(({ id }) => isChosen(id))} onChange={onToggleAll} /></th>
            <th>Status</th>
            <th>Type</th>
            <th class="wide-only">Id</th>
            <th class="wide-only">Queue</th>
            <th class="wide-only very-wide number" title="Priority: 9 runs first">Prio</th>
            <SortedBy sort="created" word="Created" query={query} class={isBy('created') ? '' : ' very-wide'} />
            <SortedBy sort="scheduled" word="Run at" query={query} class={isBy('finished') ? ' very-wide' : ''} />
            <SortedBy sort="finished" word="Ended" query={query} class={isBy('finished') ? '' : ' very-wide'} />
            <th class="wide-only number">Waited</th>
            <th class="wide-only number">Ran</th>
            <th class="wide-only number" title="Attempts made, of those that it may have">Attempt</th>
            <th class="wide-only">Last error</th>
            <th><span class="visually-hidden">What can be done</span></th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <Row key={job.id} job={job} isGone={gone.has(job.id)} isChosen={isChosen(job.id)} isCurrent={job.id === current} sort={query.sort} onToggle={onToggle} onCurrent={onCurrent} onAct={onAct} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface SortedByProps {
  readonly sort: (typeof SORTS)[number]
  readonly word: string
  readonly query: JobQuery
  readonly class?: string
}

/** A heading that sorts by its column: the latest first, and the other way when it is chosen again. */
function SortedBy({ sort, word, query, class: extra = '' }: SortedByProps) {
  const isOn = (query.sort ?? 'created') === sort
  const isLatestFirst = (query.order ?? 'desc') === 'desc'
  const { sort: _sort, order: _order, ...filter } = query
  const to = jobsPath(isOn && isLatestFirst ? { ...filter, sort, order: 'asc' } : sort === 'created' ? filter : { ...filter, sort, order: 'desc' })
  return (
    <th class={`wide-only${extra}`} aria-sort={isOn ? (isLatestFirst ? 'descending' : 'ascending') : undefined}>
      <Link to={to}>{word}{isOn && <span aria-hidden="true">{isLatestFirst ? ' ↓' : ' ↑'}</span>}</Link>
    </th>
  )
}

interface RowProps extends Pick<JobTableProps, 'onToggle' | 'onCurrent' | 'onAct'> {
  readonly job: Job
  readonly isGone: boolean
  readonly isChosen: boolean
  readonly isCurrent: boolean
  readonly sort: string | undefined
}

function Row({ job, isGone, isChosen, isCurrent, sort, onToggle, onCurrent, onAct }: RowProps) {
  // Only a row that waits or runs changes by itself; the others must not be drawn again each second.
  const now = job.status === 'pending' || job.status === 'in_progress' ? tick.value : nowMs()
  const items = [
    { word: 'Open', onClick: () => go(`/jobs/${job.id}`) },
    ...ACTIONS_OF[job.status].filter(mayAct).map((action) => ({ word: ACTION_WORDS[action], onClick: () => onAct(job, action), isDangerous: action === 'delete' || action === 'cancel' }))
  ]
  return (
    <tr id={`job-${job.id}`} class={`${isGone ? 'is-gone' : ''} ${isCurrent ? 'is-current' : ''}`} aria-current={isCurrent ? 'true' : undefined} onClick={() => onCurrent(job.id)}>
      <td class="check"><input type="checkbox" aria-label={`Choose ${job.type} ${shortId(job.id)}`} checked={isChosen} onChange={() => onToggle(job.id)} /></td>
      <td>{isGone ? <span class="muted">Deleted</span> : <StatusMark state={shownState(job, now)} />}</td>
      <td class="type">
        <Link to={`/jobs/${job.id}`}>{job.type}</Link>
        <div class="phone-line small muted truncate">{job.last_error ?? <>{job.queue} · <Moment at={job.run_at} /></>}</div>
      </td>
      <td class="wide-only mono" title={job.id}>{shortId(job.id)}</td>
      <td class="wide-only queue-cell" title={job.queue}>{job.queue}</td>
      <td class="wide-only very-wide number">{job.priority}</td>
      <td class={`wide-only${sort === 'created' ? '' : ' very-wide'}`}><Moment at={job.created_at} /></td>
      <td class={`wide-only${sort === 'finished' ? ' very-wide' : ''}`}><Moment at={job.run_at} /></td>
      <td class={`wide-only${sort === 'finished' ? '' : ' very-wide'}`}><Moment at={job.finished_at} /></td>
      <td class="wide-only number"><Length ms={waitedMs(job, now)} /></td>
      <td class="wide-only number">{job.status === 'in_progress' && job.started_at ? <Since at={job.started_at} /> : <Length ms={ranMs(job, now)} />}</td>
      <td class="wide-only number">{job.attempt}/{job.max_retries + 1}</td>
      <td class="wide-only error-cell"><div class="truncate" title={job.last_error ?? undefined}>{job.last_error ?? <span class="muted">–</span>}</div></td>
      <td class="actions"><Menu label={`Act on ${job.type} ${shortId(job.id)}`} items={items} /></td>
    </tr>
  )
}
