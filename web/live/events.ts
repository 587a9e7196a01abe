/**
 * One stream of events for the whole tab.
 *
 * States: `off` while nobody looks or the API needs a key first; `connecting`; `live`; `polling` when the API has no
 * stream to give, which is asked for again after a while. Whoever shows something reads it again when it changed (live)
 * or every few seconds (polling).
 */
import { effect, signal } from '@preact/signals'
import { hrefTo } from '../base.js'
import { isAskingForKey, sessionVersion } from '../session.js'
import { isVisible } from './now.js'

export interface JobsEvent {
  readonly ids: readonly string[]
  /** There were more than fit. */
  readonly more: boolean
  readonly queues: readonly string[]
}
export type Heard = { readonly kind: 'jobs'; readonly jobs: JobsEvent } | { readonly kind: 'health' } | { readonly kind: 'reset' }

export const stream = signal<'off' | 'connecting' | 'live' | 'polling'>('off')

const listeners = new Set<(heard: Heard) => void>()
export function listen(listener: (heard: Heard) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Before the stream is asked for again after the API had none. */
const ASK_AGAIN_MS = 30_000

let source: EventSource | null = null
let again: ReturnType<typeof setTimeout> | undefined

function tell(heard: Heard): void {
  for (const listener of listeners) listener(heard)
}

function open(): void {
  clearTimeout(again)
  close()
  stream.value = 'connecting'
  const opened = new EventSource(hrefTo('/events'))
  source = opened
  opened.addEventListener('open', () => {
    stream.value = 'live'
    tell({ kind: 'reset' }) // what happened before it was open is read once
  })
  opened.addEventListener('jobs', ({ data }: MessageEvent<string>) => tell({ kind: 'jobs', jobs: JSON.parse(data) as JobsEvent }))
  opened.addEventListener('health', () => tell({ kind: 'health' }))
  opened.addEventListener('reset', () => tell({ kind: 'reset' }))
  opened.addEventListener('error', () => {
    stream.value = 'polling'
    if (opened.readyState !== EventSource.CLOSED) return // the browser connects again by itself
    again = setTimeout(open, ASK_AGAIN_MS)
  })
}

function close(): void {
  source?.close()
  source = null
}

/** Keeps the stream open while the tab can be seen. */
export function keepListening(): void {
  effect(() => {
    void sessionVersion.value
    if (isVisible.value && !isAskingForKey.value) return open()
    clearTimeout(again)
    close()
    stream.value = 'off'
  })
}
