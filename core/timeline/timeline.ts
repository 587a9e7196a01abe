/** The timeline: what is due next, as Redis remembers it. Everything here may be lost, late or doubled; the store decides. */
import { randomUUID } from 'node:crypto'
import type { Entry } from '../store/store.js'
import { cancelChannel, changesChannel, keysOf, lockKey, probeKey, RESUMED, wakeChannel, watchChannel } from './keys.js'
import type { RedisClient } from './redis.js'
import { isAboutAKey, SpoiltTimeline } from './spoilt.js'
import type { Changes } from './teller.js'

/** A job that was taken: its score is spent, what is known of it is enough to put it back. */
export type Taken = Pick<Entry, 'id' | 'queue' | 'priority'>

export interface Take {
  /** What is due, highest priority first, then earliest. */
  readonly jobs: Taken[]
  /** Until the next one is due, 0 when more are due now, null when none is known. */
  readonly wait_ms: number | null
  /** The timeline is not known to be complete: nothing was taken, claim from the store until it is rebuilt. */
  readonly lost: boolean
}

export interface Window {
  readonly generation: string
  /** Up to when the timeline is complete, ms since epoch; null while it is lost. */
  readonly edge_ms: number | null
  /** The process of Redis that says so: its `run_id`, '' where that is not told. */
  readonly server: string
  /** Everything has been added once since that process started: nothing here is older than it. */
  readonly is_rebuilt: boolean
}

/** A digit and a UUID, as `take` returns them. */
const TAKEN = /^\d[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** True for a UUID as jobs have it: whatever else somebody wrote into a timeline is no job. */
export const isId = (member: string): boolean => TAKEN.test(`0${member}`)

/** Most members that one script call is given. */
const CHUNK = 500

export class Timeline {
  readonly #redis: RedisClient
  readonly #prefix: string
  readonly #windowMs: number
  /** An addition has failed, and no `probe` that was sent later has succeeded. */
  #refuses = false
  readonly #onRefused: (() => void) | undefined
  #failures = 0

  constructor(redis: RedisClient, options: { readonly prefix: string; readonly windowMs: number; readonly onRefused?: () => void }) {
    this.#onRefused = options.onRefused
    this.#redis = redis
    this.#prefix = options.prefix
    this.#windowMs = options.windowMs
  }

  /** True while the connection is up and the last addition was taken: a Redis that is full still answers, but holds no timeline. */
  get usable(): boolean {
    return this.#redis.status === 'ready' && !this.#refuses
  }

  /** Additions that failed or were not tried: whoever has seen fewer has to add everything once more. */
  get failures(): number {
    return this.#failures
  }

  /** An addition was not tried, since it had no chance. */
  noteMissed(): void {
    this.#failures++
  }

  /** True while the connection is up, whatever comes of a command. */
  get connected(): boolean {
    return this.#redis.status === 'ready'
  }

  /**
   * Adds what is due within the window, and a little more; an entry that is there with an earlier time stays. Publishes a wake-up when one of them is the next.
   * @param options.all - Leaves nothing out, however far ahead it is due.
   * @throws {SpoiltTimeline} When keys of some queues cannot be used; what belongs to others was added.
   */
  async add(entries: readonly Entry[], options: { readonly all?: boolean } = {}): Promise<void> {
    const reach = options.all ? 'all' : this.#windowMs
    const calls: Array<Promise<unknown>> = []
    const queues: string[] = []
    for (const [queue, ofQueue] of groupBy(entries, ({ queue }) => queue)) {
      const keys = keysOf(this.#prefix, queue).all
      for (let from = 0; from < ofQueue.length; from += CHUNK) {
        const triples = ofQueue.slice(from, from + CHUNK).flatMap((entry) => [entry.priority, entry.run_at_ms, entry.id])
        calls.push(this.#redis.add(...keys, wakeChannel(this.#prefix), queue, reach, ...triples))
        queues.push(queue)
      }
    }
    await this.#added(queues, calls)
  }

  /**
   * Adds all of them, for a walk over the window: nobody is woken before `moveEdge` says that it is complete.
   *
   * @returns How many were not there, or with a later time.
   * @throws As `add`.
   */
  async fill(entries: readonly Entry[]): Promise<number> {
    const calls: Array<Promise<number>> = []
    const queues: string[] = []
    for (const [queue, ofQueue] of groupBy(entries, ({ queue }) => queue)) {
      const { timelines } = keysOf(this.#prefix, queue)
      for (const [priority, ofPriority] of groupBy(ofQueue, ({ priority }) => priority)) {
        for (let from = 0; from < ofPriority.length; from += CHUNK) {
          const pairs: Array<number | string> = []
          for (const { run_at_ms, id } of ofPriority.slice(from, from + CHUNK)) pairs.push(run_at_ms, id)
          calls.push(this.#redis.zadd(timelines[9 - priority]!, 'LT', 'CH', ...pairs)) // LT as in add.lua
          queues.push(queue)
        }
      }
    }
    await this.#added(queues, calls)
    return (await Promise.all(calls)).reduce((sum, changed) => sum + changed, 0)
  }

  async #added(queues: readonly string[], calls: ReadonlyArray<Promise<unknown>>): Promise<void> {
    const failed = (await Promise.allSettled(calls)).flatMap((result, i) => (result.status === 'rejected' ? [{ queue: queues[i]!, error: result.reason as unknown }] : []))
    if (failed.length === 0) return
    const other = failed.find(({ error }) => !isAboutAKey(error))
    if (!other) throw new SpoiltTimeline([...new Set(failed.map(({ queue }) => queue))], failed[0]!.error as Error)
    this.#failures++
    if (!this.#refuses) {
      this.#refuses = true
      this.#onRefused?.()
    }
    throw other.error
  }

  /**
   * Removes jobs that are due and returns them.
   * @param options.offsetMs - The database's clock minus Redis's: a hint that keeps early takes rare.
   */
  async take(queue: string, options: { readonly limit: number; readonly offsetMs: number }): Promise<Take> {
    const [wait, ...taken] = await this.#redis.take(...keysOf(this.#prefix, queue).all, options.limit, options.offsetMs)
    // Whatever else somebody has written there is dropped here: one member that is no id would spoil a whole claim.
    const jobs = taken.filter((job) => TAKEN.test(job)).map((job) => ({ id: job.slice(1), queue, priority: Number(job[0]) }))
    return { jobs, wait_ms: wait === '' || wait === 'lost' ? null : Number(wait), lost: wait === 'lost' }
  }

  async remove(jobs: ReadonlyArray<{ readonly id: string; readonly queue: string }>): Promise<void> {
    const calls: Array<Promise<unknown>> = []
    for (const [queue, ofQueue] of groupBy(jobs, ({ queue }) => queue)) {
      for (let from = 0; from < ofQueue.length; from += CHUNK) {
        calls.push(this.#redis.remove(...keysOf(this.#prefix, queue).all, ...ofQueue.slice(from, from + CHUNK).map((job) => job.id)))
      }
    }
    await allSettledOrThrow(calls)
  }

  /** Gives a job another time or priority, also a later one. */
  async replace({ id, queue, priority, run_at_ms }: Entry): Promise<void> {
    await this.#redis.replace(...keysOf(this.#prefix, queue).all, wakeChannel(this.#prefix), queue, priority, run_at_ms, id)
  }

  /** Tells workers that running jobs were told to stop, so that they ask the store at once and not with their next beat. */
  async announceCancel(ids: readonly string[]): Promise<void> {
    await this.#redis.publish(cancelChannel(this.#prefix), ids.join(','))
  }

  /** Tells whoever listens that a queue is paused no more. A hint: the next beat says so, too. */
  async sayResumed(queue: string): Promise<void> {
    await this.#redis.publish(wakeChannel(this.#prefix), `${queue} ${RESUMED}`)
  }

  /** Asks all who change jobs to say which, for this long from now. */
  async askForChanges(ms: number): Promise<void> {
    await this.#redis.publish(watchChannel(this.#prefix), String(ms))
  }

  /** Says which jobs have changed. */
  async sayChanged(changes: Changes): Promise<void> {
    await this.#redis.publish(changesChannel(this.#prefix), JSON.stringify(changes))
  }

  /** How far the timeline of a queue is complete; starts a generation where there is none. */
  async openWindow(queue: string): Promise<Window> {
    const [generation, edge, server, isRebuilt] = await this.#redis.open_window(...keysOf(this.#prefix, queue).all, randomUUID())
    return { generation, edge_ms: edge === '' ? null : Number(edge), server, is_rebuilt: isRebuilt === 1 }
  }

  /** How far the timeline of a queue is complete, ms since epoch, or null; changes nothing. */
  async edgeOf(queue: string): Promise<number | null> {
    const edge = await this.#redis.hget(keysOf(this.#prefix, queue).window, 'edge_ms')
    return edge === null ? null : Number(edge)
  }

  /**
   * Says that everything up to `edgeMs` has been added under this generation. Publishes a wake-up when that is everything from the first job on.
   * @param server - As the window said before, if everything from the first job on was added.
   * @returns False when Redis was emptied or started again meanwhile.
   */
  async moveEdge(queue: string, generation: string, edgeMs: number, server = ''): Promise<boolean> {
    return (await this.#redis.move_edge(...keysOf(this.#prefix, queue).all, generation, edgeMs, server, wakeChannel(this.#prefix), queue)) === 1
  }

  /** Redis's clock, ms since epoch. */
  async now(): Promise<number> {
    const [seconds, micros] = await this.#redis.time()
    return Number(seconds) * 1000 + Number(micros) / 1000
  }

  /** True for one caller at a time. It saves work that one worker is enough for; nothing depends on it. */
  async tryLock(duty: string, holder: string, ms: number): Promise<boolean> {
    const key = lockKey(this.#prefix, duty)
    if ((await this.#redis.set(key, holder, 'PX', ms, 'NX')) === 'OK') return true
    if ((await this.#redis.get(key)) !== holder) return false
    await this.#redis.pexpire(key, ms) // two holders for a moment are harmless
    return true
  }

  /** One page of what a timeline holds, earliest first. For sync and its proofs: no question about a job is answered from it. */
  async list(queue: string, priority: number, from: number, limit: number): Promise<Entry[]> {
    const flat = await this.#redis.zrange(keysOf(this.#prefix, queue).timelines[9 - priority]!, from, String(from + limit - 1), 'WITHSCORES')
    const entries: Entry[] = []
    for (let i = 0; i < flat.length; i += 2) entries.push({ id: flat[i]!, queue, priority, run_at_ms: Number(flat[i + 1]) })
    return entries
  }

  /** When jobs are due by the timeline of their queue and priority, ms since epoch; null for those that are not in it. At most 1,000. */
  async scores(queue: string, priority: number, ids: readonly string[]): Promise<Array<number | null>> {
    if (ids.length === 0) return []
    const scores = await this.#redis.zmscore(keysOf(this.#prefix, queue).timelines[9 - priority]!, ...ids)
    return scores.map((score) => (score === null ? null : Number(score)))
  }

  /** Writes, since a Redis that is full or a read-only replica answers every question. @throws When it does not take the write in the client's time. */
  async probe(): Promise<void> {
    const failures = this.#failures
    try {
      await this.#redis.set(probeKey(this.#prefix), '1', 'PX', 10_000)
      if (failures === this.#failures) this.#refuses = false
    } catch (error) {
      this.#refuses = true
      throw error
    }
  }

  /** What answers, and of which version, such as `redis 7.0.15` or `valkey 8.0.1`. @throws When Redis does not answer in the client's time. */
  async version(): Promise<string> {
    const info = await this.#redis.info('server')
    const valkey = /^valkey_version:(\S+)/m.exec(info)?.[1]
    return valkey ? `valkey ${valkey}` : `redis ${/^redis_version:(\S+)/m.exec(info)?.[1] ?? 'unknown'}`
  }

  /** @throws When Redis does not answer in the client's time. */
  async ping(): Promise<void> {
    await this.#redis.ping()
  }
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}

/** Waits for all, so that none is left running, then throws the first failure. */
async function allSettledOrThrow(calls: ReadonlyArray<Promise<unknown>>): Promise<void> {
  for (const result of await Promise.allSettled(calls)) if (result.status === 'rejected') throw result.reason
}
