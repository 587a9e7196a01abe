/** What other schedulers call the fields and values of a request, in the words of Duly. */
import type { Fault } from '../core/errors.js'
import type { JobStatus } from '../core/job.js'
import { pointerKey } from '../core/storable.js'

export interface Translated<Value> {
  readonly value: Value
  /** What was said twice, or cannot be translated; at places of what was sent. */
  readonly faults: readonly Fault[]
  /** Where the caller wrote what Duly has at this pointer. */
  readonly asSent: (pointer: string) => string
}

type Fields = Record<string, unknown>
type Names = ReadonlyMap<string, string>

const QUERY_NAMES: Names = new Map([['taskType', 'type'], ['task_type', 'type'], ['startDate', 'from'], ['start_date', 'from'], ['endDate', 'to'], ['end_date', 'to']])
const BODY_NAMES: Names = new Map([['data', 'payload'], ['jobIds', 'ids'], ['job_ids', 'ids']])
const BACKOFF_NAMES: Names = new Map([['delay', 'delay_ms']])
/** Besides those that every list of Duly knows. */
const STATUSES: ReadonlyMap<string, JobStatus> = new Map([
  ['queued', 'pending'], ['scheduled', 'pending'], ['waiting', 'pending'], ['delayed', 'pending'],
  ['active', 'in_progress'], ['processing', 'in_progress'], ['in-progress', 'in_progress'],
  ['done', 'completed'], ['success', 'completed'], ['succeeded', 'completed'],
  ['error', 'failed'], ['dead', 'failed'],
  ['canceled', 'cancelled']
])

/** What forms send for "no filter" is left out, a date without a time is a day of UTC, and the last day is included. */
export function translateQuery(query: Fields): Translated<Fields> {
  const words = new Words('?')
  for (const [sent, value] of Object.entries(query)) {
    const name = QUERY_NAMES.get(sent) ?? sent
    if (value === '' || (value === 'all' && (name === 'status' || name === 'type'))) continue
    words.put(name, `?${pointerKey(sent)}`, name === 'status' ? statuses(value) : name === 'from' || name === 'to' ? dayOf(value, name) : value)
  }
  return words
}

/** @param route - Of Duly, such as `POST /jobs`. */
export function translateBody(route: string, body: unknown): Translated<unknown> {
  if (!isFields(body)) return { value: body, faults: [], asSent: (pointer) => pointer }
  if (route === 'POST /jobs') return jobWords(body, '/')
  if (['POST /templates', 'PUT /templates/:id'].includes(route) && !('body' in body)) return templateWords(body)
  return new Words('/').putAll(body, '/')
}

/** `{task: {type, data, ...}, scheduled_at, ...}`, or the fields of Duly. @param mark - How a pointer of Duly to a field begins. */
function jobWords({ task, ...others }: Fields, mark: string): Words {
  const words = new Words(mark).putAll(others, '/')
  if (isFields(task)) words.putAll(task, '/task/')
  else if (task !== undefined) words.faults.push({ pointer: '/task', detail: 'must be an object such as {"type": "log", "data": {}}' })
  return words.miss('type', '/task/type').miss('payload', '/task/data')
}

/** The fields of a job, beside the name of the template. */
function templateWords({ name, description, ...job }: Fields): Translated<Fields> {
  const words = jobWords(job, '/body/')
  return { value: { name, ...(description !== undefined && { description }), body: words.value }, faults: words.faults, asSent: words.asSent }
}

/** Fields under the names of Duly, and where each was sent. */
class Words implements Translated<Fields> {
  readonly value = Object.create(null) as Fields
  readonly faults: Fault[] = []
  /** By pointers of Duly. */
  readonly #sent = new Map<string, string>()
  readonly #mark: string

  /** @param mark - How a pointer of Duly to a field begins. */
  constructor(mark: string) {
    this.#mark = mark
  }

  /** @param sent - Pointer to where it was. */
  put(name: string, sent: string, value: unknown): void {
    const pointer = this.#mark + pointerKey(name)
    const before = this.#sent.get(pointer)
    if (before !== undefined) this.faults.push({ pointer: sent, detail: `says the same as ${before}: send one of them` })
    this.#sent.set(pointer, sent)
    this.value[name] = value
  }

  /** @param at - How pointers to these fields began. */
  putAll(fields: Fields, at: string, names = BODY_NAMES): this {
    for (const [sent, value] of Object.entries(fields)) {
      const name = names.get(sent) ?? snakeCase(sent)
      const place = at + pointerKey(sent)
      if (name === 'backoff' && isFields(value)) {
        const inner = new Words(`${this.#mark}backoff/`).putAll(value, `${place}/`, BACKOFF_NAMES)
        this.put(name, place, inner.value)
        this.faults.push(...inner.faults)
        for (const [pointer, sent] of inner.#sent) this.#sent.set(pointer, sent)
      } else this.put(name, place, value)
    }
    return this
  }

  /** Where a field is missing, if it is. */
  miss(name: string, at: string): this {
    if (!this.#sent.has(this.#mark + name)) this.#sent.set(this.#mark + name, at)
    return this
  }

  asSent = (pointer: string): string => {
    let longest = ''
    for (const ours of this.#sent.keys()) if (ours.length > longest.length && (pointer === ours || pointer.startsWith(`${ours}/`))) longest = ours
    return longest === '' ? pointer : this.#sent.get(longest)! + pointer.slice(longest.length)
  }
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const snakeCase = (name: string) => name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

function statuses(given: unknown): unknown {
  if (typeof given === 'string') return given.split(',').map((name) => STATUSES.get(name.toLowerCase()) ?? name.toLowerCase())
  return Array.isArray(given) ? (given as unknown[]).flatMap((item) => statuses(item)) : given
}

const DAY_MS = 86_400_000
/** The end of this one is in no year that is stored. */
const LAST_DAY = '9999-12-31'

/** A day of UTC: where it begins, or for `to`, which is not included, where the next one does. */
function dayOf(given: unknown, bound: 'from' | 'to'): unknown {
  if (typeof given !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(given)) return given
  const begin = `${given}T00:00:00Z`
  const beginMs = Date.parse(begin)
  const exists = !Number.isNaN(beginMs) && new Date(beginMs).toISOString().startsWith(given) // one that does not is refused in the usual words
  if (bound === 'from' || !exists) return begin
  return given === LAST_DAY ? `${given}T23:59:59.999Z` : new Date(beginMs + DAY_MS).toISOString()
}
