/**
 * Live events for those who watch: which jobs have changed, and how Duly is. Everything here rests while nobody does: no
 * message is sent, no query is made, and those who change jobs are not asked to tell.
 *
 * Two modes:
 * - resting: nobody watches. Entered 30 s after the last stream has closed, so that one that comes back misses nothing.
 * - watched: entered with the first stream. Every few seconds all processes are asked once more to tell; what they tell
 *   is gathered, numbered, sent to every stream, and kept for those who come back.
 */
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { DulyError } from '../core/errors.js'
import { type Changes, MAX_TOLD, type Teller } from '../core/timeline/index.js'

/** Streams of one process. */
export const MAX_STREAMS = 100
const RETRY_SECONDS = 5
/** A comment, so that nothing in between takes a quiet stream for a dead one. */
const HEARTBEAT_MS = 15_000
/** For how long a request to tell counts, and how often it is made. */
const WATCH_MS = 15_000
const ASK_MS = 5_000
const LINGER_MS = 30_000
/** Between two events about jobs, and for what comes together. */
const INTERVAL_MS = 500
const GATHER_MS = 20
/** Events that are kept: two minutes of them, at their fastest. */
const KEPT = 240
/** A stream that has not been read for so many bytes is closed: its browser comes back for the rest. */
const MAX_UNREAD = 256 * 1024
/** Whoever has missed more bytes than these had better read everything again than be closed while it catches up. */
const MAX_MISSED = MAX_UNREAD / 2
const HEALTH_MS = 2_000
/** When the API stops, a reader that does not read must not hold it up for longer. */
const END_MS = 1_000
/** What EventSource waits before it comes back (ms). */
const RETRY_MS = 2_000

export interface HealthNow {
  readonly status: 'ok' | 'degraded' | 'unavailable'
  readonly store: 'ok' | 'down'
  readonly redis: 'ok' | 'down'
  /** Null while the store is down. */
  readonly workers: { readonly alive: number; readonly silent: number; readonly lost: number } | null
  /** What differs between Redis and the store; null when they cannot be compared. */
  readonly agreement: { readonly missing: number; readonly ghost: number; readonly late: number } | null
}

export interface EventsDeps {
  /** Of this process. */
  readonly teller: Teller
  /** Asks the other processes to tell. */
  readonly ask: (ms: number) => Promise<unknown>
  readonly health: () => Promise<HealthNow>
  readonly intervalMs?: { readonly health?: number; readonly heartbeat?: number }
}

export class Events {
  readonly #deps: EventsDeps
  readonly #streams = new Map<Readable, { readonly timer: NodeJS.Timeout; readonly owner: string | undefined }>()
  /** Nothing is said to these any more, though something may still be unread. */
  readonly #ending = new WeakSet<Readable>()
  /** Tells this process's numbers from those of another, or of an earlier life. */
  readonly #epoch = randomBytes(6).toString('base64url')
  readonly #kept: Array<{ readonly number: number; readonly text: string }> = []
  #number = 0
  #ids = new Set<string>()
  #queues = new Set<string>()
  #more = false
  #sentAtMs = -Infinity
  #flushing: NodeJS.Timeout | undefined
  #timers: NodeJS.Timeout[] = []
  #resting: NodeJS.Timeout | undefined
  #health: { readonly key: string; readonly data: object } | undefined
  #looking: Promise<void> | undefined
  #closed = false

  constructor(deps: EventsDeps) {
    this.#deps = deps
  }

  get watched(): boolean {
    return this.#timers.length > 0
  }

  /**
   * @param lastId - Of the last event that the caller has: those after it are sent first, or `reset` when they are gone.
   * @param forMs - The stream ends after this time; a browser comes back by itself, with a key that still counts.
   * @param owner - Of the session that watches: the stream ends with it.
   * @throws {DulyError} `too_many_streams`
   */
  open({ lastId, forMs, owner }: { lastId: string | undefined; forMs: number; owner?: string | undefined }): Readable {
    if (this.#closed) throw new DulyError('overloaded', { detail: 'The API stops.', retryAfter: RETRY_SECONDS })
    if (this.#streams.size >= MAX_STREAMS) throw new DulyError('too_many_streams', { detail: `At most ${MAX_STREAMS} streams are open at once.`, retryAfter: RETRY_SECONDS })
    const stream = new Readable({ read: () => {} })
    const timer = setTimeout(() => this.#end(stream), Math.max(1, forMs)).unref()
    this.#streams.set(stream, { timer, owner })
    stream.once('close', () => this.#left(stream))
    stream.on('error', () => {}) // the client is gone
    this.#watch()
    // With an id at once: a stream that breaks before its first event comes back for what it missed.
    stream.push(`retry: ${RETRY_MS}\n${lastId === undefined ? `id: ${this.#id}\n` : ''}\n`)
    const missed = lastId === undefined ? '' : this.#after(lastId)
    stream.push(missed ?? eventOf('reset', {}, this.#id))
    if (this.#health) stream.push(this.#healthEvent())
    return stream
  }

  /** What another process, or this one, has told. */
  receive({ ids, queues, more }: Pick<Changes, 'ids' | 'queues' | 'more'>): void {
    if (!this.watched) return
    for (const id of ids) {
      if (this.#ids.size < MAX_TOLD || this.#ids.has(id)) this.#ids.add(id)
      else this.#more = true
    }
    for (const queue of queues) if (this.#queues.size < MAX_TOLD) this.#queues.add(queue)
    if (more) this.#more = true
    this.#flushing ??= setTimeout(() => this.#flush(), Math.max(GATHER_MS, this.#sentAtMs + INTERVAL_MS - performance.now())).unref()
  }

  /** Ends every stream of a session. */
  endOf(owner: string): void {
    for (const [stream, { owner: its }] of this.#streams) if (its === owner) this.#end(stream)
  }

  /** Ends every stream. */
  close(): void {
    this.#closed = true
    for (const stream of this.#streams.keys()) this.#end(stream)
    this.#rest()
    setTimeout(() => {
      for (const stream of this.#streams.keys()) stream.destroy()
    }, END_MS).unref()
  }

  #end(stream: Readable): void {
    this.#ending.add(stream)
    stream.push(null)
  }

  /** One look at how Duly is; told if that has changed. Public so that a test makes exactly one. */
  look(): Promise<void> {
    return (this.#looking ??= this.#look().finally(() => (this.#looking = undefined)))
  }

  async #look(): Promise<void> {
    const health = await this.#deps.health()
    const key = JSON.stringify(health)
    if (key === this.#health?.key) return
    this.#health = { key, data: { ...health, at: new Date().toISOString() } }
    this.#send(this.#healthEvent())
  }

  /** With the newest id: one of when it was made would lead whoever comes back to what it has had already. */
  #healthEvent(): string {
    return eventOf('health', this.#health?.data ?? {}, this.#id)
  }

  get #id(): string {
    return `${this.#epoch}-${this.#number}`
  }

  /** Undefined when the event is not one of those that are kept, nor the last one before them, or too much came after it. */
  #after(lastId: string): string | undefined {
    const [, epoch, number] = /^([\w-]{8})-(\d{1,15})$/.exec(lastId) ?? []
    const from = Number(number)
    if (epoch !== this.#epoch || from > this.#number || from < this.#number - this.#kept.length) return undefined
    const missed = this.#kept.filter((event) => event.number > from).map(({ text }) => text).join('')
    return missed.length > MAX_MISSED ? undefined : missed
  }

  #flush(): void {
    this.#flushing = undefined
    this.#sentAtMs = performance.now()
    this.#number++
    const text = eventOf('jobs', { ids: [...this.#ids], more: this.#more, queues: [...this.#queues], at: new Date().toISOString() }, this.#id)
    this.#ids = new Set()
    this.#queues = new Set()
    this.#more = false
    this.#kept.push({ number: this.#number, text })
    if (this.#kept.length > KEPT) this.#kept.shift()
    this.#send(text)
  }

  #send(text: string): void {
    for (const stream of this.#streams.keys()) {
      if (stream.readableLength > MAX_UNREAD) stream.destroy()
      else if (!this.#ending.has(stream)) stream.push(text)
    }
  }

  #left(stream: Readable): void {
    clearTimeout(this.#streams.get(stream)?.timer)
    this.#streams.delete(stream)
    if (this.#streams.size === 0 && !this.#closed) this.#resting = setTimeout(() => this.#rest(), LINGER_MS).unref()
  }

  #watch(): void {
    clearTimeout(this.#resting)
    if (this.watched) return
    const ask = () => {
      this.#deps.teller.watch(WATCH_MS)
      this.#deps.ask(WATCH_MS).catch(() => {}) // Redis is down: the page learns that by the event about it
    }
    const { health = HEALTH_MS, heartbeat = HEARTBEAT_MS } = this.#deps.intervalMs ?? {}
    const lookIfSomebodyIsThere = () => void (this.#streams.size > 0 && this.look().catch(() => {}))
    this.#timers = [setInterval(ask, ASK_MS), setInterval(lookIfSomebodyIsThere, health), setInterval(() => this.#send(': still here\n\n'), heartbeat)].map((timer) => timer.unref())
    ask()
    lookIfSomebodyIsThere()
  }

  #rest(): void {
    clearTimeout(this.#resting)
    clearTimeout(this.#flushing)
    this.#flushing = undefined
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers = []
    this.#health = undefined
    this.#kept.length = 0
    this.#number++ // whoever comes back with an older number has missed something
  }
}

const eventOf = (name: string, data: object, id: string): string => `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`
