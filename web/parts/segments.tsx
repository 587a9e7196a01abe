/** A bar whose parts are states. The numbers stand beside it in words: the bar only lets them be compared. */
import { type ShownState, STATE_WORDS } from '../pure/states.js'
import { shares } from '../pure/series.js'

export function Segments({ parts }: { readonly parts: ReadonlyArray<{ readonly state: ShownState; readonly value: number }> }) {
  const widths = shares(parts.map(({ value }) => value))
  return (
    <span class="segments" aria-hidden="true">
      {parts.map(({ state, value }, i) => value > 0 && <span key={state} class={`segment is-${state}`} style={{ width: `${widths[i]}%` }} title={`${STATE_WORDS[state]}: ${value}`} />)}
    </span>
  )
}
