/** Failed jobs, grouped by type and fault: what is wrong, since when, and one button for all of it. */
import { useFailures } from '../live/readings.js'
import { nowMs } from '../live/now.js'
import { send } from '../api.js'
import type { components } from '../../client/index.js'
import { refreshAll } from '../live/resource.js'
import { Moment } from '../parts/moment.js'
import { Panel } from '../parts/panel.js'
import { complain } from '../parts/toast.js'
import { Top } from '../parts/top.js'
import { asListQuery } from '../actions.js'
import { bulkFilter, type JobQuery, parseParams } from '../pure/filter.js'
import { count } from '../pure/numbers.js'
import { ACTION_WORDS, type JobAction } from '../pure/states.js'
import { Link } from '../router.js'
import { canAdmin, canWrite } from '../session.js'
import { actMany } from './act.js'
import { jobsPath } from './jobs.js'

type FailureGroup = components['schemas']['FailureGroup']

/** The group's own filter, which lists exactly its jobs. */
function queryOf({ filter }: FailureGroup): JobQuery {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(filter)) for (const one of Array.isArray(value) ? value : [value]) params.append(name, String(one))
  return parseParams(params)
}
/** @param from - Of those only that have failed since. */
export const failureLink = (group: FailureGroup, from?: string): string => jobsPath({ ...queryOf(group), ...(from && { from, sort: 'finished' }) })

/** The count is asked for now: that of the list may be an estimate, and what is done is held against it. */
async function actOnGroup(group: FailureGroup, action: JobAction): Promise<void> {
  const filter = bulkFilter(queryOf(group), nowMs())
  try {
    const page = await send((api) => api.GET('/jobs', { params: { query: { ...asListQuery(filter), limit: 1, count: 'exact' } } }))
    actMany({ filter, expected_count: page.count ?? group.total }, action, refreshAll)
  } catch (error) {
    complain(error)
  }
}

export function Failures() {
  const failures = useFailures()
  return (
    <>
      <Top title="Failures" />
      <Panel title="By type and error" of={failures}>
        {({ data, estimated }) => data.length === 0 ? <p class="empty">No job has failed, as far as they are kept.</p> : (
          <div class="table-box">
            <table class="failures">
              <caption class="visually-hidden">Failed jobs by type and error, the newest first</caption>
              <thead>
                <tr><th>Type and error</th><th class="number">1 h</th><th class="number">24 h</th><th class="number wide-only">7 d</th><th class="number wide-only">All</th><th class="wide-only">First seen</th><th class="wide-only">Last seen</th><th><span class="visually-hidden">What can be done</span></th></tr>
              </thead>
              <tbody>
                {data.map((group) => (
                  <tr key={`${group.type} ${group.error_group}`}>
                    <td class="error-group">
                      <Link to={failureLink(group)}>{group.type}</Link>
                      <div class="mono clamp" title={group.sample.message ?? undefined}>{group.error ?? <span class="muted">no message</span>}</div>
                      <div class="small"><Link to={`/jobs/${group.sample.job_id}`} class="muted">an example</Link></div>
                    </td>
                    <td class={`number${group.counts.hour > 0 ? ' is-failed loud' : ''}`}><Link to={failureLink(group, '-1h')}>{count(group.counts.hour, estimated)}</Link></td>
                    <td class="number"><Link to={failureLink(group, '-24h')}>{count(group.counts.day, estimated)}</Link></td>
                    <td class="number wide-only"><Link to={failureLink(group, '-7d')}>{count(group.counts.week, estimated)}</Link></td>
                    <td class="number wide-only"><Link to={failureLink(group)}>{count(group.total, estimated)}</Link></td>
                    <td class="wide-only"><Moment at={group.first_seen_at} /></td>
                    <td class="wide-only"><Moment at={group.last_seen_at} /></td>
                    <td class="actions">
                      {canWrite.value && <button type="button" onClick={() => void actOnGroup(group, 'retry')}>{ACTION_WORDS.retry}</button>}{' '}
                      {canAdmin.value && <button type="button" class="danger wide-only" onClick={() => void actOnGroup(group, 'delete')}>{ACTION_WORDS.delete}</button>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Panel>
    </>
  )
}
