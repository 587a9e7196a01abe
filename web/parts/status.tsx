/** A state: colour, shape and word, so that none of them is needed alone. */
import type { ComponentChildren } from 'preact'
import { type ShownState, STATE_WORDS } from '../pure/states.js'

const SHAPES: Readonly<Record<ShownState, ComponentChildren>> = {
  pending: <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" stroke-width="1.6" />,
  late: <path d="M6 1 11.4 10.6H.6zM6 4.4v2.8M6 8.6v.4" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round" />,
  in_progress: <path d="M3 1.6v8.8L10.4 6z" fill="currentColor" />,
  retrying: <path d="M10 6a4 4 0 1 1-1.3-3M10 .8v2.6H7.4" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" />,
  completed: <path d="m1.6 6.4 3 3 5.8-6.6" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />,
  failed: <path d="M1 1h10v10H1zm2.6 2.6 4.8 4.8m0-4.8L3.6 8.4" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" />,
  cancelled: <path d="M6 1.4a4.6 4.6 0 1 0 0 9.2 4.6 4.6 0 0 0 0-9.2M2.8 9.2l6.4-6.4" fill="none" stroke="currentColor" stroke-width="1.6" />
}

export function Shape({ state }: { readonly state: ShownState }) {
  return (
    <svg class={`shape is-${state}`} viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      {SHAPES[state]}
    </svg>
  )
}

export function StatusMark({ state }: { readonly state: ShownState }) {
  return (
    <span class={`status is-${state}`}>
      <Shape state={state} />
      {STATE_WORDS[state]}
    </span>
  )
}
