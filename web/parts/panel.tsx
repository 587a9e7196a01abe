/** A part of a page with a title, and how fresh what it shows is. */
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { stream } from '../live/events.js'
import { isVisible, tick } from '../live/now.js'
import type { Resource } from '../live/resource.js'
import { relative } from '../pure/times.js'
import { CopyCurl } from './copy.js'
import { isMissing, isUnanswered, TroubleBox } from './trouble.js'

/** Younger than this, what follows the stream of events is called live while that is open: nothing has changed since. */
const LIVE_MS = 20_000

export function Fresh({ of }: { readonly of: Resource<unknown> }) {
  const readAtMs = of.readAtMs.value
  if (readAtMs === null) return <span class="fresh">{of.trouble.value ? '' : 'reading …'}</span>
  if (!isVisible.value) return <span class="fresh">paused</span>
  const age = tick.value - readAtMs
  if (of.trouble.value) return <span class="fresh is-stale">{relative(readAtMs, tick.value)}</span>
  if (of.isFollowing && stream.value === 'live' && age < LIVE_MS) return <span class="fresh is-live">live</span>
  return <span class="fresh">{age < 1_500 ? 'just now' : relative(readAtMs, tick.value)}</span>
}

/** What went wrong with the last reading. That nobody answers is said above all pages: here it would only push away what was read before. */
export function TroubleOf({ of }: { readonly of: Resource<unknown> }) {
  const trouble = of.trouble.value
  return trouble && !(isUnanswered(trouble) && of.data.value !== undefined) ? <TroubleBox trouble={trouble} /> : null
}

interface PanelProps<T> {
  readonly title: ComponentChildren
  /** What it shows; without it the panel has no freshness of its own. */
  readonly of?: Resource<T>
  readonly tools?: ComponentChildren
  readonly class?: string
  readonly children: ComponentChildren | ((data: T) => ComponentChildren)
}

export function Panel<T>({ title, of, tools, class: extra = '', children }: PanelProps<T>) {
  const id = useId()
  return (
    <section class={`panel ${extra}`} aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>{title}</h2>
        <span class="grow" />
        {tools}
        {of && <CopyCurl ask={of.ask} />}
        {of && <Fresh of={of} />}
      </header>
      {of && <TroubleOf of={of} />}
      {typeof children === 'function' ? of?.data.value === undefined ? of?.trouble.value ? null : <p class="muted note">Reading …</p> : children(of.data.value) : children}
    </section>
  )
}

export { isMissing }
