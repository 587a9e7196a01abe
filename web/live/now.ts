/** The time that it is for the API, ticking once a second while somebody looks. */
import { signal } from '@preact/signals'

/** How far the clock of this browser is behind that of the server, in ms. */
let behindMs = 0

/** Shorter differences are as likely from the way as from a clock: the header has whole seconds. */
const NOTICEABLE_MS = 2_500

export function noteServerTime(date: string | null): void {
  if (date === null) return
  const differenceMs = Date.parse(date) + 500 - Date.now()
  behindMs = Math.abs(differenceMs) > NOTICEABLE_MS ? differenceMs : 0
}

export const nowMs = (): number => Date.now() + behindMs

/** Changes once a second. Only what shows a running time reads it. */
export const tick = signal(Date.now())

export const isVisible = signal(!document.hidden)
document.addEventListener('visibilitychange', () => {
  isVisible.value = !document.hidden
  tick.value = nowMs()
})

setInterval(() => {
  if (isVisible.value) tick.value = nowMs()
}, 1_000)
