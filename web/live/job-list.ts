/**
 * One page of the list of jobs, kept fresh without moving: rows that are shown stay where they are and only change;
 * jobs that have come since wait until somebody asks for them.
 */
import { computed, effect, signal, untracked, type Signal } from '@preact/signals'
import type { components } from '../../client/index.js'
import { type Ask, Refused, send, type Trouble } from '../api.js'
import { asListQuery, type Job } from '../actions.js'
import { troubleOf } from '../parts/toast.js'
import { type JobQuery, resolve } from '../pure/filter.js'
import { isAskingForKey, sessionVersion } from '../session.js'
import { listen, stream } from './events.js'
import { isVisible, nowMs } from './now.js'
import type { Resource } from './resource.js'

type JobPage = components['schemas']['JobPage']

export const PAGE_SIZE = 50
/** The most that a request for many takes by id. */
export const MOST_IDS = 10_000
/** The most that the API gives by id at once. */
const MAX_IDS = 100
const EVERY_MS = 4_000
const LIVE_EVERY_MS = 15_000
const LEAST_MS = 1_000
/** A search answers after a second, with or without a find; so often it is asked to go on by itself. */
const FURTHER_AT_MOST = 5

/**
 * The jobs that a list has, by id, for a request that cannot say its filter.
 *
 * @returns At most {@link MOST_IDS}, and whether there are more.
 * @throws {Refused}
 */
export async function idsOf(query: JobQuery): Promise<{ ids: string[]; more: boolean }> {
  const filter = asListQuery(resolve(query, nowMs()))
  const ids: string[] = []
  let cursor: string | null = null
  do {
    const page: JobPage = await send((api) => api.GET('/jobs', { params: { query: { ...filter, limit: MAX_IDS, ...(cursor !== null && { cursor }) } } }))
    ids.push(...page.data.map(({ id }) => id))
    cursor = page.next_cursor
  } while (cursor !== null && ids.length < MOST_IDS)
  return { ids, more: cursor !== null }
}

export class JobList implements Resource<JobPage> {
  readonly data: Signal<JobPage | undefined> = signal(undefined)
  readonly trouble = signal<Trouble | null>(null)
  readonly readAtMs = signal<number | null>(null)
  readonly isReading = signal(false)
  readonly isFollowing = true
  readonly rows = signal<readonly Job[]>([])
  /** Shown, and deleted since. */
  readonly gone = signal<ReadonlySet<string>>(new Set())
  /** The newest answer, with jobs that are not shown. */
  readonly #next = signal<JobPage | null>(null)
  readonly waiting = computed(() => {
    const shown = new Set(this.rows.value.map(({ id }) => id))
    return this.#next.value?.data.filter(({ id }) => !shown.has(id)).length ?? 0
  })
  readonly ask: Ask<JobPage>
  #timer: ReturnType<typeof setTimeout> | undefined
  #startedAtMs = 0
  #isWanted = false
  #stops: Array<() => void> = []

  readonly #query: JobQuery
  /** What was asked for last, with instants: a cursor belongs to exactly that. */
  resolved: JobQuery

  constructor(query: JobQuery, cursor: string | null) {
    this.#query = query
    this.resolved = query
    this.ask = (api) => {
      this.resolved = resolve(this.#query, nowMs())
      return this.#askFrom(cursor)(api)
    }
  }

  #askFrom(cursor: string | null): Ask<JobPage> {
    return (api) => api.GET('/jobs', { params: { query: { ...asListQuery(this.resolved), limit: PAGE_SIZE, ...(cursor !== null && { cursor }) } } })
  }

  start(): void {
    this.#stops = [
      listen(({ kind }) => {
        if (kind !== 'health') this.#schedule(Math.max(0, this.#startedAtMs + LEAST_MS - Date.now()))
      }),
      effect(() => {
        void sessionVersion.value
        if (isVisible.value && !isAskingForKey.value) untracked(() => void this.refresh())
      })
    ]
  }

  stop(): void {
    clearTimeout(this.#timer)
    for (const stop of this.#stops) stop()
    this.#stops = []
  }

  /** Shows what has been waiting. */
  show(): void {
    const next = this.#next.value
    if (next === null) return
    this.data.value = next
    this.rows.value = next.data
    this.gone.value = new Set()
    this.#next.value = null
  }

  async refresh(): Promise<void> {
    if (this.isReading.value) {
      this.#isWanted = true
      return
    }
    clearTimeout(this.#timer)
    this.#isWanted = false
    this.isReading.value = true
    this.#startedAtMs = Date.now()
    try {
      await this.#read()
      this.readAtMs.value = nowMs()
      this.trouble.value = null
    } catch (error) {
      this.trouble.value = error instanceof Refused ? error.trouble : troubleOf(error)
    }
    this.isReading.value = false
    this.#schedule(this.#isWanted ? LEAST_MS : stream.value === 'live' ? LIVE_EVERY_MS : EVERY_MS)
  }

  async #read(): Promise<void> {
    const page = await this.#readPage()
    this.#next.value = page
    if (this.data.value === undefined || this.rows.value.length === 0) return this.show()
    const known = new Map(page.data.map((job) => [job.id, job]))
    const others = this.rows.value.filter(({ id }) => !known.has(id)).map(({ id }) => id)
    if (others.length > 0) {
      const { data } = await send<JobPage>((api) => api.GET('/jobs', { params: { query: { id: others.slice(0, MAX_IDS), limit: MAX_IDS } } }))
      for (const job of data) known.set(job.id, job)
    }
    this.rows.value = this.rows.value.map((job) => known.get(job.id) ?? job)
    this.gone.value = new Set(others.filter((id) => !known.has(id)))
  }

  /** A search that has found nothing so far goes on where it stopped. */
  async #readPage(): Promise<JobPage> {
    let page = await send(this.ask)
    for (let i = 0; i < FURTHER_AT_MOST && page.data.length === 0 && page.next_cursor !== null; i++) page = await send(this.#askFrom(page.next_cursor))
    return page
  }

  #schedule(inMs: number): void {
    if (!isVisible.value || this.#stops.length === 0) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.refresh(), inMs)
  }
}
