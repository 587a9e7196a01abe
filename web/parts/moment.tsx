/** Times: every one on the page is shown by these, and switches with the others. */
import { nowMs, tick } from '../live/now.js'
import { timeMode } from '../preferences.js'
import { clock, countdown, duration, inWords } from '../pure/times.js'

/** An instant in the way that was chosen; ISO in its title, and when it is copied. */
export function Moment({ at, none = '–' }: { readonly at: string | null | undefined; readonly none?: string }) {
  if (!at) return <span class="muted">{none}</span>
  const mode = timeMode.value
  const atMs = Date.parse(at)
  const now = mode === 'relative' ? tick.value : nowMs()
  const other = mode === 'relative' ? clock(atMs, now, 'local') : inWords(atMs, now, 'relative')
  return (
    <time dateTime={at} title={`${at} (${other})`}>
      {inWords(atMs, now, mode)}
    </time>
  )
}

/** How long ago, or in how long; ticks. */
export function Countdown({ to }: { readonly to: string }) {
  const ms = Date.parse(to) - tick.value
  return (
    <time dateTime={to} title={to} class="tabular">
      {ms >= 1_000 ? `in ${countdown(ms)}` : ms > -1_000 ? 'now' : `${countdown(ms)} ago`}
    </time>
  )
}

/** How long something has been going on; ticks. */
export function Since({ at }: { readonly at: string }) {
  return <span class="tabular">{countdown(Math.max(0, tick.value - Date.parse(at)))}</span>
}

export function Length({ ms, none = '–' }: { readonly ms: number | null; readonly none?: string }) {
  return ms === null ? <span class="muted">{none}</span> : <span class="tabular">{duration(ms)}</span>
}

/** A time that is selected and copied is copied as ISO: what is pasted into a query or a ticket says when, whoever reads it. */
document.addEventListener('copy', (event) => {
  const selection = getSelection()
  const node = selection?.rangeCount === 1 ? selection.getRangeAt(0).commonAncestorContainer : null
  const time = (node instanceof Element ? node : node?.parentElement)?.closest('time')
  if (!time?.dateTime || !event.clipboardData) return
  event.clipboardData.setData('text/plain', time.dateTime)
  event.preventDefault()
})
