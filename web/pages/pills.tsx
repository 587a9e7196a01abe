/** States with their counts: of all jobs there are, whatever the filter, so that they do not change meaning. */
import { useQueues, type Stats } from '../live/readings.js'
import { Shape } from '../parts/status.js'
import { type JobQuery, STATUSES } from '../pure/filter.js'
import { atLeast, count } from '../pure/numbers.js'
import { STATE_WORDS } from '../pure/states.js'
import { Link } from '../router.js'
import { jobsPath } from './jobs.js'

/** Due and not started: a link that is right at any time. */
export const LATE: JobQuery = { status: ['pending'], to: 'now', sort: 'scheduled', order: 'asc' }

const isSame = (a: JobQuery, b: JobQuery) => jobsPath(a) === jobsPath(b)

export function Pills({ query, stats }: { readonly query: JobQuery; readonly stats: Stats | undefined }) {
  const queues = useQueues().data.value?.data
  const late = queues?.reduce((sum, queue) => sum + queue.overdue, 0)
  const lateIsAtLeast = queues?.some((queue) => queue.at_least.includes('overdue')) ?? false
  const { status: _status, ...others } = isSame(query, LATE) ? {} : query
  const isOn = (status?: string) => (status === undefined ? !query.status?.length : query.status?.includes(status) && !isSame(query, LATE))
  return (
    <nav class="pills" aria-label="Statuses">
      <Link to={jobsPath(others)} class="pill" aria-current={isOn() ? 'true' : undefined}>All {stats && <span class="count">{count(stats.counts.total, stats.counts.estimated)}</span>}</Link>
      {STATUSES.map((status) => {
        const pill = (
          <Link key={status} to={jobsPath({ ...others, status: [status] })} class={`pill is-${status}`} aria-current={isOn(status) ? 'true' : undefined}>
            <Shape state={status} />{STATE_WORDS[status]} {stats && <span class="count">{count(stats.counts.by_status[status], stats.counts.estimated && stats.counts.by_status[status] > 10_000)}</span>}
          </Link>
        )
        if (status !== 'pending') return pill
        return [
          pill,
          <Link key="late" to={jobsPath(LATE)} class="pill is-late" aria-current={isSame(query, LATE) ? 'true' : undefined}>
            <Shape state="late" />{STATE_WORDS.late} {late !== undefined && <span class="count">{atLeast(late, lateIsAtLeast)}</span>}
          </Link>
        ]
      })}
    </nav>
  )
}
