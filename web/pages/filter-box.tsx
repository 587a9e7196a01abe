/** The search box and its chips. What is typed goes into the address, and from there to the API. */
import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Stats } from '../live/readings.js'
import { Icon } from '../parts/icons.js'
import { formatWords, type JobQuery, ORDERS, parseWords, SORTS, STATUSES, termsOf, without } from '../pure/filter.js'
import { go } from '../router.js'
import { jobsPath } from './jobs.js'

interface FilterBoxProps {
  readonly query: JobQuery
  readonly stats: Stats | undefined
  readonly inputRef: RefObject<HTMLInputElement | null>
}

const SORT_WORDS = { created: 'Created', scheduled: 'Run at', finished: 'Finished' } as const

export function FilterBox({ query, stats, inputRef }: FilterBoxProps) {
  const { sort: _sort, order: _order, ...filter } = query
  const words = formatWords(filter)
  const [text, setText] = useState(words)
  useEffect(() => setText(words), [words])

  const apply = () => {
    const { sort, order } = query
    const said = parseWords(text)
    go(jobsPath({ ...(sort && { sort }), ...(order && { order }), ...said }))
  }
  return (
    <>
      <form role="search" class="filter" onSubmit={(event) => { event.preventDefault(); apply(); inputRef.current?.blur() }}>
        <Icon name="search" />
        <input
          ref={inputRef}
          type="search"
          list="filter-words"
          aria-label="Filter jobs"
          placeholder={'status:failed type:email "timed out"   ( / )'}
          value={text}
          spellcheck={false}
          autocomplete="off"
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onChange={apply}
          onKeyDown={({ key, currentTarget }) => key === 'Escape' && currentTarget.blur()}
        />
        <datalist id="filter-words">{suggestions(text, stats).map((one) => <option key={one} value={one} />)}</datalist>
        <label class="sort">
          <span class="visually-hidden">Sorted by</span>
          <select value={`${query.sort ?? 'created'} ${query.order ?? 'desc'}`} onChange={({ currentTarget }) => go(jobsPath({ ...filter, ...sortOf(currentTarget.value) }))}>
            {SORTS.flatMap((sort) => ORDERS.map((order) => <option key={sort + order} value={`${sort} ${order}`}>{SORT_WORDS[sort]}, {order === 'desc' ? 'latest' : 'earliest'} first</option>))}
          </select>
        </label>
      </form>
      {termsOf(filter).length > 0 && (
        <ul class="chips" aria-label="Words of the filter">
          {termsOf(filter).map((term) => (
            <li key={`${term.name}:${term.value}`} class="chip">
              <span class="muted">{term.name}</span> {term.value}
              <button type="button" class="plain" aria-label={`Without ${term.name} ${term.value}`} onClick={() => go(jobsPath(without(query, term)))}><Icon name="close" /></button>
            </li>
          ))}
          <li><button type="button" class="quiet" onClick={() => go('/jobs')}>Clear</button></li>
        </ul>
      )}
    </>
  )
}

function sortOf(value: string): JobQuery {
  const [sort, order] = value.split(' ')
  return sort === 'created' && order === 'desc' ? {} : { sort: sort!, order: order! }
}

/** Whole texts of the box: what is there, with its last word completed. */
function suggestions(text: string, stats: Stats | undefined): string[] {
  const before = text.slice(0, text.length - (/\S*$/.exec(text)?.[0].length ?? 0))
  const words = [
    ...STATUSES.map((status) => `status:${status}`),
    ...(stats?.counts.by_type ?? []).slice(0, 20).map(({ type }) => `type:${type}`),
    ...(stats?.counts.by_queue ?? []).slice(0, 20).map(({ queue }) => `queue:${queue}`),
    'from:-1h', 'from:-24h', 'from:-7d', 'error:', 'tag:'
  ]
  return words.filter((word) => !before.includes(word)).map((word) => before + word)
}
