/**
 * Something that is read from the API and kept fresh while it is shown.
 *
 * Parts of the page that ask for the same thing (by key) share one. It is read when first shown, when an event says that
 * it changed, at its interval, and not at all while nobody looks. What was read stays when a later reading fails: the
 * page says how old it is, and what went wrong.
 */
import { effect, signal, untracked, type ReadonlySignal, type Signal } from '@preact/signals'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { type Ask, Refused, send, type Trouble } from '../api.js'
import { isAskingForKey, sessionVersion } from '../session.js'
import { type Heard, listen, stream } from './events.js'
import { isVisible, nowMs } from './now.js'

export interface Resource<T> {
  readonly data: ReadonlySignal<T | undefined>
  readonly trouble: ReadonlySignal<Trouble | null>
  /** When data was read, in ms since the epoch. */
  readonly readAtMs: ReadonlySignal<number | null>
  readonly isReading: ReadonlySignal<boolean>
  /** Whether it is read again when events say so, and not only at its interval: what such a thing shows is live. */
  readonly isFollowing: boolean
  readonly ask: Ask<T>
  refresh(): Promise<void>
}

export interface Freshness {
  /** Between readings while there is no stream of events. */
  readonly everyMs?: number
  /** Between readings while there is one: for what changes without an event. */
  readonly liveEveryMs?: number
  /** Whether what was heard may have changed it. */
  readonly changedBy?: (heard: Heard) => boolean
}

const EVERY_MS = 5_000
const LIVE_EVERY_MS = 15_000
/** For what no event tells of. */
export const never = () => false

/** Events come twice a second; nobody reads that fast. */
const LEAST_MS = 1_000

class Kept<T> implements Resource<T> {
  readonly data: Signal<T | undefined> = signal(undefined)
  readonly trouble = signal<Trouble | null>(null)
  readonly readAtMs = signal<number | null>(null)
  readonly isReading = signal(false)
  readonly isFollowing: boolean
  readonly ask: Ask<T>
  users = 0
  readonly #freshness: Freshness
  #timer: ReturnType<typeof setTimeout> | undefined
  #startedAtMs = 0
  #dueAtMs = Infinity
  #isStale = false
  #stop: Array<() => void> = []

  constructor(ask: Ask<T>, freshness: Freshness) {
    this.ask = ask
    this.#freshness = freshness
    this.isFollowing = freshness.changedBy !== never
  }

  start(): void {
    const { changedBy = () => true } = this.#freshness
    this.#stop = [
      listen((heard) => {
        if (heard.kind === 'reset' || changedBy(heard)) this.#schedule(Math.max(0, this.#startedAtMs + LEAST_MS - Date.now()))
      }),
      effect(() => {
        void sessionVersion.value
        if (isVisible.value && !isAskingForKey.value) untracked(() => void this.refresh())
        else clearTimeout(this.#timer)
      })
    ]
  }

  stop(): void {
    clearTimeout(this.#timer)
    for (const stop of this.#stop) stop()
  }

  async refresh(): Promise<void> {
    if (this.isReading.value) {
      this.#isStale = true // what is under way may have been read before the change
      return
    }
    clearTimeout(this.#timer)
    this.#dueAtMs = Infinity
    this.#isStale = false
    this.isReading.value = true
    this.#startedAtMs = Date.now()
    try {
      this.data.value = await send(this.ask)
      this.readAtMs.value = nowMs()
      this.trouble.value = null
    } catch (error) {
      this.trouble.value = error instanceof Refused ? error.trouble : { status: 0, title: 'The page could not read the answer', detail: String(error) }
    }
    this.isReading.value = false
    const { everyMs = EVERY_MS, liveEveryMs = LIVE_EVERY_MS } = this.#freshness
    this.#schedule(this.#isStale ? LEAST_MS : stream.value === 'live' ? liveEveryMs : everyMs)
  }

  /** Earlier wins. */
  #schedule(inMs: number): void {
    if (!isVisible.value || isAskingForKey.value) return
    const dueAtMs = Date.now() + inMs
    if (dueAtMs >= this.#dueAtMs) return
    this.#dueAtMs = dueAtMs
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#dueAtMs = Infinity
      if (this.users > 0) void this.refresh()
    }, inMs)
  }
}

const kept = new Map<string, Kept<unknown>>()

function take<T>(key: string, ask: Ask<T>, freshness: Freshness): Kept<T> {
  const known = kept.get(key) as Kept<T> | undefined
  if (known) return known
  const made = new Kept(ask, freshness)
  kept.set(key, made)
  return made
}

/** How long what nobody shows any more is kept, for the way back. */
const KEPT_MS = 60_000

/** @param key - Two askers with the same key get the same answer, asked in the way of the first. */
export function useResource<T>(key: string, ask: Ask<T>, freshness: Freshness = {}): Resource<T> {
  const resource = useMemo(() => take(key, ask, freshness), [key])
  useEffect(() => {
    if (resource.users++ === 0) resource.start()
    return () => {
      if (--resource.users > 0) return
      resource.stop()
      setTimeout(() => {
        if (resource.users === 0 && kept.get(key) === resource) kept.delete(key)
      }, KEPT_MS)
    }
  }, [resource])
  return resource
}

/** Reads everything again that is shown: after something was done. */
export function refreshAll(): void {
  for (const one of kept.values()) if (one.users > 0) void one.refresh()
}

/** A value that is made once for the life of a part of the page. */
export function useOnce<T>(make: () => T): T {
  return useState(make)[0]
}
