/** States, each a link that keeps the other words of the filter. Counts are those of all jobs: with other words the links mean fewer, and say no number. */
import { useQueues, type Stats } from '../live/readings.js'
import { Shape } from '../parts/status.js'
import { type JobQuery, STATUSES } from '../pure/filter.js'
import { atLeast, count } from '../pure/numbers.js'
import { STATE_WORDS } from '../pure/states.js'
import { Link } from '../router.js'
import { jobsPath } from './jobs.js'

/** Due and not started: a link that is right at any time. */
export const LATE: JobQuery = { status: ['pending'], to: 'now', sort: 'scheduled', order: 'asc' }

const isLate = ({ status, to, sort }: JobQuery) => status?.length === 1 && status[0] === 'pending' && to === 'now' && sort === LATE.sort
const withoutLate = ({ to: _to, sort: _sort, order: _order, ...rest }: JobQuery): JobQuery => rest

export function Pills({ query, stats }: { readonly query: JobQuery; readonly stats: Stats | undefined }) {
  const queues = useQueues().data.value?.data
  const late = queues?.reduce((sum, queue) => sum + queue.overdue, 0)
  const lateIsAtLeast = queues?.some((queue) => queue.at_least.includes('overdue')) ?? false
  const { status: _status, ...others } = isLate(query) ? withoutLate(query) : query
  const { sort: _sort, order: _order, ...words } = others
  const isAlone = jobsPath(words) === '/jobs'
  const isOn = (status?: string) => (status === undefined ? !query.status?.length : query.status?.includes(status) && !isLate(query))
  return (
    <nav class="pills" aria-label="Statuses">
      <Link to={jobsPath(others)} class="pill" aria-current={isOn() ? 'true' : undefined}>All {isAlone && stats && <span class="count">{count(stats.counts.total, stats.counts.estimated)}</span>}</Link>
      {STATUSES.map((status) => {
        const pill = (
          <Link key={status} to={jobsPath({ ...others, status: [status] })} class={`pill is-${status}`} aria-current={isOn(status) ? 'true' : undefined}>
            <Shape state={status} />{STATE_WORDS[status]} {isAlone && stats && <span class="count">{count(stats.counts.by_status[status], stats.counts.estimated && stats.counts.by_status[status] > 10_000)}</span>}
          </Link>
        )
        if (status !== 'pending') return pill
        return [
          pill,
          <Link key="late" to={jobsPath({ ...others, ...LATE })} class="pill is-late" aria-current={isLate(query) ? 'true' : undefined}>
            <Shape state="late" />{STATE_WORDS.late} {isAlone && late !== undefined && <span class="count">{atLeast(late, lateIsAtLeast)}</span>}
          </Link>
        ]
      })}
    </nav>
  )
}
