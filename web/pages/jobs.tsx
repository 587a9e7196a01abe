/** The list of jobs: one filter, in the address; everything else on the page leads here. */
import { computed, signal, useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Job, Selection } from '../actions.js'
import { send } from '../api.js'
import { hrefTo } from '../base.js'
import { idsOf, JobList } from '../live/job-list.js'
import { nowMs } from '../live/now.js'
import { useStats } from '../live/readings.js'
import { CopyCurl } from '../parts/copy.js'
import { Icon } from '../parts/icons.js'
import { useKeys } from '../parts/keys.js'
import { Moment } from '../parts/moment.js'
import { Fresh, TroubleOf } from '../parts/panel.js'
import { complain } from '../parts/toast.js'
import { Top } from '../parts/top.js'
import { bulkFilter, formatParams, isSameForMany, type JobQuery, parseParams, STATUSES } from '../pure/filter.js'
import { count, counted } from '../pure/numbers.js'
import { ACTION_WORDS, ACTIONS_OF, JOB_ACTIONS, type JobAction } from '../pure/states.js'
import { go, Link, params } from '../router.js'
import { asListQuery } from '../actions.js'
import { canAdmin, canWrite } from '../session.js'
import { act, actMany } from './act.js'
import { FilterBox } from './filter-box.js'
import { JobTable, mayAct } from './job-table.js'
import { openNewJob } from './new-job.js'
import { Pills } from './pills.js'
import { Welcome } from './welcome.js'

export const jobsPath = (query: JobQuery, cursor?: string | null): string => {
  const search = [formatParams(query), ...(cursor ? [`cursor=${encodeURIComponent(cursor)}`] : [])].filter((part) => part !== '').join('&')
  return `/jobs${search && `?${search}`}`
}

/** The row that keys are about; kept here so that the way back from a job finds it. */
const current = signal<string | null>(null)

/** Somebody on another page wants to search. */
const isSearchWanted = signal(false)
export function searchJobs(): void {
  isSearchWanted.value = true
  go('/jobs')
}

/** Everything that the filter means. */
interface All {
  readonly count: number
  readonly isEstimate: boolean
  /** Where the filter of the list would mean others in a request for many. */
  readonly ids?: readonly string[]
  /** There are more than a request can name. */
  readonly more?: boolean
}

export function JobsPage() {
  const query = parseParams(params.value)
  const cursor = params.value.get('cursor')
  const key = jobsPath(query, cursor)
  const list = useMemo(() => new JobList(query, cursor), [key])
  const chosen = useSignal<ReadonlySet<string>>(new Set())
  /** How many the whole filter means, once somebody wants all of them. */
  const all = useSignal<All | null>(null)
  const isCounting = useSignal(false)
  const search = useRef<HTMLInputElement>(null)
  const stats = useStats('1h')

  useEffect(() => {
    list.start()
    chosen.value = new Set()
    all.value = null
    return () => list.stop()
  }, [list])

  useEffect(() => {
    if (!isSearchWanted.value) return
    isSearchWanted.value = false
    search.current?.focus()
  })

  const rows = list.rows.value
  const afterwards = () => void list.refresh()
  const rowOf = (id: string | null) => rows.find((job) => job.id === id)
  const move = (by: number) => {
    const at = rows.findIndex(({ id }) => id === current.value)
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))]
    if (!next) return
    current.value = next.id
    document.getElementById(`job-${next.id}`)?.scrollIntoView({ block: 'nearest' })
  }
  const toggle = (id: string) => {
    const next = new Set(chosen.value)
    if (!next.delete(id)) next.add(id)
    chosen.value = next
    all.value = null
  }
  const selection = computed<Selection>(() => (all.value ? (all.value.ids ? { ids: all.value.ids } : { filter: bulkFilter(query, nowMs()), expected_count: all.value.count }) : { ids: [...chosen.value] }))
  const actOnSelection = (action: JobAction) => {
    if (!canWrite.value || (action === 'delete' && !canAdmin.value)) return
    if (all.value || chosen.value.size > 0) return actMany(selection.value, action, afterwards)
    const job = rowOf(current.value)
    if (job && ACTIONS_OF[job.status].includes(action)) act(job, action, afterwards)
  }
  const countAll = async () => {
    isCounting.value = true
    try {
      if (isSameForMany(query)) {
        const page = await send((api) => api.GET('/jobs', { params: { query: { ...asListQuery(bulkFilter(query, nowMs())), limit: 1, count: 'exact' } } }))
        all.value = { count: page.count ?? 0, isEstimate: page.count_estimated ?? false }
      } else {
        const { ids, more } = await idsOf(query)
        all.value = { count: ids.length, isEstimate: false, ids, more }
      }
    } catch (error) {
      complain(error)
    }
    isCounting.value = false
  }

  useKeys({
    '/': () => search.current?.focus(),
    j: () => move(1),
    k: () => move(-1),
    x: () => current.value && toggle(current.value),
    Enter: () => current.value && go(`/jobs/${current.value}`),
    r: () => actOnSelection('retry'),
    c: () => actOnSelection('cancel'),
    e: () => actOnSelection('reschedule'),
    Escape: () => {
      chosen.value = new Set()
      all.value = null
    }
  })

  const page = list.data.value
  const isFiltered = formatParams(query) !== ''
  const newJob = canWrite.value && <button type="button" class="primary" onClick={() => openNewJob()}><Icon name="plus" />New job</button>
  if (!isFiltered && rows.length === 0 && page && stats.data.value?.counts.total === 0) return <><Top title="Jobs">{newJob}</Top><Welcome /></>

  return (
    <>
      <Top title="Jobs">
        <a class="button wide-only" href={hrefTo(`/jobs/export?${exportParams(query)}`)} download="jobs.csv"><Icon name="download" />CSV</a>
        {newJob}
      </Top>
      <Pills query={query} stats={stats.data.value} />
      <FilterBox query={query} stats={stats.data.value} inputRef={search} />
      <section class={`panel${page || list.trouble.value ? '' : ' is-reading'}`} aria-label="Jobs that the filter means">
        <header class="panel-head list-head">
          <Bulk list={list} query={query} chosen={chosen.value} all={all.value} isCounting={isCounting.value} onAll={() => void countAll()} onNone={() => { chosen.value = new Set(); all.value = null }} onAct={actOnSelection} />
          <span class="grow" />
          <CopyCurl ask={list.ask} />
          <Fresh of={list} />
        </header>
        {list.waiting.value > 0 && (
          <button type="button" class="new-rows" onClick={() => list.show()}>
            {counted(list.waiting.value, query.sort ? 'other job' : 'new job')} · show
          </button>
        )}
        <TroubleOf of={list} />
        {page === undefined && !list.trouble.value && <p class="note muted">Reading …</p>}
        {rows.length > 0 && (
          <JobTable jobs={rows} gone={list.gone.value} query={query} chosen={all.value ? 'all' : chosen.value} current={current.value} onToggle={toggle}
            onToggleAll={() => { chosen.value = chosen.value.size === rows.length ? new Set() : new Set(rows.map(({ id }) => id)); all.value = null }}
            onCurrent={(id) => { current.value = id }} onAct={(job, action) => act(job, action, afterwards)} />
        )}
        {page && rows.length === 0 && <p class="empty">{page.scanned_until ? <>Nothing found back to <Moment at={page.scanned_until} />.</> : isFiltered ? 'No job fits this filter.' : 'There are no jobs.'}</p>}
        {page && (cursor !== null || page.next_cursor !== null) && (
          <footer class="pager">
            {cursor !== null && <Link class="button" to={jobsPath(query)}>First page</Link>}
            {page.scanned_until && rows.length > 0 && <span class="small muted">Looked back to <Moment at={page.scanned_until} /></span>}
            {page.next_cursor !== null && <Link class="button" to={jobsPath(list.resolved, page.next_cursor)}>{page.scanned_until ? 'Look further' : 'Next page'}</Link>}
          </footer>
        )}
      </section>
    </>
  )
}

const exportParams = (query: JobQuery) => [formatParams(query), 'format=csv'].filter((part) => part !== '').join('&')

interface BulkProps {
  readonly list: JobList
  readonly query: JobQuery
  readonly chosen: ReadonlySet<string>
  readonly all: All | null
  readonly isCounting: boolean
  readonly onAll: () => void
  readonly onNone: () => void
  readonly onAct: (action: JobAction) => void
}

/** What is chosen, and what can be done with it; offered only where at least one of the chosen jobs may be. */
function Bulk({ list, query, chosen, all, isCounting, onAll, onNone, onAct }: BulkProps) {
  const chooseAll = <button type="button" class="quiet" disabled={isCounting} onClick={onAll}>{isCounting ? 'Counting …' : 'Choose all of the filter'}</button>
  const jobs: readonly Job[] = list.rows.value.filter(({ id }) => chosen.has(id))
  if (all === null && chosen.size === 0) {
    return <><h2>{list.rows.value.length > 0 ? `${counted(list.rows.value.length, 'job')} shown` : 'Jobs'}</h2>{canWrite.value && list.rows.value.length > 0 && chooseAll}</>
  }
  const wanted = bulkFilter(query, nowMs()).status
  const meant = STATUSES.filter((status) => (all ? !wanted?.length || wanted.includes(status) : jobs.some((job) => job.status === status)))
  const offered = JOB_ACTIONS.filter((action) => mayAct(action) && meant.some((status) => ACTIONS_OF[status].includes(action)))
  return (
    <div class="row bulk">
      <strong>{all ? `${all.more ? 'The first' : 'All'} ${count(all.count, all.isEstimate)} that the filter means` : `${counted(chosen.size, 'job')} chosen`}</strong>
      {offered.map((action) => (
        <button key={action} type="button" class={action === 'delete' ? 'danger' : ''} onClick={() => onAct(action)}>{ACTION_WORDS[action]}</button>
      ))}
      {all === null && chooseAll}
      <button type="button" class="quiet" onClick={onNone}>Choose none</button>
    </div>
  )
}
