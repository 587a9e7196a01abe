/**
 * The one filter of the page: words in the search box, parameters in its address, and the query of `GET /jobs` are the
 * same thing. `status:failed type:email "timed out"` is `?status=failed&type=email&search=timed+out`.
 *
 * Only times may be said in another way than the API takes: `now`, `-24h` and `+1h` are counted from the moment of the
 * request, so that a link to "late now" is right tomorrow as well.
 */
export const STATUSES = ['pending', 'in_progress', 'completed', 'failed', 'cancelled'] as const
export type Status = (typeof STATUSES)[number]

const LISTS = ['id', 'status', 'type', 'queue', 'tag'] as const
const SINGLES = ['error', 'error_group', 'from', 'to', 'sort', 'order'] as const
export const SORTS = ['created', 'scheduled', 'finished'] as const
export const ORDERS = ['desc', 'asc'] as const

type ListName = (typeof LISTS)[number]
type SingleName = (typeof SINGLES)[number]

export interface JobQuery {
  readonly id?: readonly string[]
  readonly status?: readonly string[]
  readonly type?: readonly string[]
  readonly queue?: readonly string[]
  readonly tag?: readonly string[]
  readonly search?: string
  /** Text in the last error. */
  readonly error?: string
  /** Of `GET /failures`: jobs that failed with the same fault. */
  readonly error_group?: string
  /** ISO, or counted from now: `now`, `-24h`. */
  readonly from?: string
  readonly to?: string
  readonly sort?: string
  readonly order?: string
}
type Mutable = { -readonly [K in keyof JobQuery]: JobQuery[K] }

/** A word of the box, as a chip shows it. */
export interface Term {
  readonly name: keyof JobQuery
  readonly value: string
}

const isList = (name: string): name is ListName => (LISTS as readonly string[]).includes(name)
const isSingle = (name: string): name is SingleName => (SINGLES as readonly string[]).includes(name)

/** What somebody has typed. A word without a name, or with a name that is none, is searched for. */
export function parseWords(text: string): JobQuery {
  const query: Mutable = {}
  const search: string[] = []
  for (const { name, values } of tokens(text)) {
    if (name !== null && isList(name)) query[name] = unique([...(query[name] ?? []), ...values])
    else if (name !== null && isSingle(name)) query[name] = values.join(',')
    else if (name === 'search' || name === null) search.push(values.join(','))
    else search.push(`${name}:${values.join(',')}`)
  }
  if (search.length > 0) query.search = search.join(' ')
  return query
}

export function formatWords(query: JobQuery): string {
  const words: string[] = []
  for (const name of LISTS) if (query[name]?.length) words.push(`${name}:${query[name].map(quoted).join(',')}`)
  for (const name of SINGLES) if (query[name]) words.push(`${name}:${quoted(query[name])}`)
  if (query.search) words.push(bareOrQuoted(query.search))
  return words.join(' ')
}

/** From the address of the page. Names that are no filter are left out. */
export function parseParams(params: URLSearchParams): JobQuery {
  const query: Mutable = {}
  for (const name of LISTS) {
    const values = unique(params.getAll(name).flatMap((value) => value.split(',')).filter((value) => value !== ''))
    if (values.length > 0) query[name] = values
  }
  for (const name of [...SINGLES, 'search'] as const) {
    const value = params.get(name)
    if (value) query[name] = value
  }
  return query
}

/** For the address of the page: as `GET /jobs` takes it, but for times that are counted from now. */
export function formatParams(query: JobQuery): string {
  const params = new URLSearchParams()
  for (const name of LISTS) for (const value of query[name] ?? []) params.append(name, value)
  for (const name of [...SINGLES, 'search'] as const) if (query[name]) params.set(name, query[name])
  return params.toString()
}

/** @returns The query of `GET /jobs`: times are instants. */
export function resolve(query: JobQuery, nowMs: number): JobQuery {
  const { from, to, ...rest } = query
  return { ...rest, ...(from && { from: instant(from, nowMs) }), ...(to && { to: instant(to, nowMs) }) }
}

/** Only these have ended, so only these are in a list by that time. */
const ENDED: readonly string[] = ['completed', 'failed', 'cancelled']

/** The filter of a request for many jobs: that of the list without its order. */
export function bulkFilter(query: JobQuery, nowMs: number): Omit<JobQuery, 'sort' | 'order'> {
  const { sort, order: _order, ...filter } = resolve(query, nowMs)
  return sort === 'finished' ? { ...filter, status: filter.status?.length ? filter.status.filter((status) => ENDED.includes(status)) : ENDED } : filter
}

/** Requests for many jobs bound `created_at`, the list bounds what it is sorted by: else a filter means other jobs there, and their ids have to be named. */
export const isSameForMany = ({ sort = 'created', from, to }: JobQuery): boolean => sort === 'created' || (from === undefined && to === undefined)

export function termsOf(query: JobQuery): Term[] {
  const lists = LISTS.flatMap((name) => (query[name] ?? []).map((value) => ({ name, value })))
  const singles = [...SINGLES, 'search' as const].flatMap((name) => (query[name] ? [{ name, value: query[name] }] : []))
  return [...lists, ...singles]
}

export function without(query: JobQuery, { name, value }: Term): JobQuery {
  const { [name]: old, ...rest } = query
  const left = Array.isArray(old) ? old.filter((one) => one !== value) : []
  return left.length > 0 ? { ...rest, [name]: left } : rest
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** `now`, `-15m` and `+1h` become instants; everything else is left to the API to judge. */
function instant(text: string, nowMs: number): string {
  if (text === 'now') return new Date(nowMs).toISOString()
  const [, sign, amount, unit] = /^([+-])(\d{1,6})([smhdw])$/.exec(text) ?? []
  if (!unit) return text
  return new Date(nowMs + (sign === '-' ? -1 : 1) * Number(amount) * UNIT_MS[unit]!).toISOString()
}

interface Token {
  readonly name: string | null
  readonly values: string[]
}

/** `name:value,"other value"`, `"some words"` and `word`. A quote that is not closed goes on to the end. */
function tokens(text: string): Token[] {
  const found: Token[] = []
  let at = 0
  while (at < text.length) {
    if (/\s/.test(text[at]!)) {
      at++
      continue
    }
    const [, name = null] = /^([a-z]+):(?=\S)/.exec(text.slice(at)) ?? []
    if (name !== null) at += name.length + 1
    const values = ['']
    while (at < text.length && !/\s/.test(text[at]!)) {
      const char = text[at++]!
      if (char === '"') {
        while (at < text.length && text[at] !== '"') {
          if (text[at] === '\\' && at + 1 < text.length) at++
          values[values.length - 1] += text[at++]!
        }
        at++
      } else if (char === ',' && name !== null) values.push('')
      else values[values.length - 1] += char
    }
    const said = values.filter((value) => value !== '')
    if (said.length > 0) found.push({ name, values: said })
  }
  return found
}

const quoted = (value: string) => (/[\s",\\]/.test(value) ? `"${value.replaceAll(/["\\]/g, '\\$&')}"` : value)
/** A search that would be read as something else, or as several words with odd spaces, is quoted. */
const bareOrQuoted = (search: string) => (parseWords(search).search === search && Object.keys(parseWords(search)).length === 1 ? search : `"${search.replaceAll(/["\\]/g, '\\$&')}"`)
const unique = (values: readonly string[]) => [...new Set(values)]
