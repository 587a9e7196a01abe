/** When something runs: now, after a while by the database's clock, or at a time of the zone of this browser. */
import type { When } from '../actions.js'
import { nowMs } from '../live/now.js'
import { forInput } from '../pure/times.js'
import { Choice } from './choice.js'

export interface WhenValue {
  readonly kind: 'now' | 'delay' | 'at'
  readonly delay: string
  /** Of the input: without a zone. */
  readonly at: string
}

/** What the API is told. A time that cannot be read is sent as it is: the API says what is wrong with it. */
export function whenOf({ kind, delay, at }: WhenValue): When {
  if (kind === 'now') return {}
  if (kind === 'delay') return { delay }
  const ms = Date.parse(at)
  return { scheduled_at: Number.isNaN(ms) ? at : new Date(ms).toISOString() }
}

interface WhenProps {
  readonly value: WhenValue
  readonly onChange: (value: WhenValue) => void
  readonly isNowOffered?: boolean
}

export function WhenField({ value, onChange, isNowOffered = true }: WhenProps) {
  const choose = (kind: WhenValue['kind']) => onChange({ ...value, kind, at: value.at || forInput(nowMs() + 3_600_000) })
  return (
    <fieldset>
      <legend>When</legend>
      <div class="row">
        <Choice label="When" options={[...(isNowOffered ? [['now', 'Now'] as const] : []), ['delay', 'In'], ['at', 'At a time']]} value={value.kind} onChange={choose} />
        {value.kind === 'delay' && <input class="short" aria-label="In how long, such as 10m or 1h30m" value={value.delay} onInput={({ currentTarget }) => onChange({ ...value, delay: currentTarget.value })} />}
        {value.kind === 'at' && <input class="medium" type="datetime-local" step="1" aria-label="Time, in your zone" value={value.at} onInput={({ currentTarget }) => onChange({ ...value, at: currentTarget.value })} />}
        {value.kind === 'delay' && <span class="small muted">such as 90s, 10m, 1h30m, 2d</span>}
        {value.kind === 'at' && <span class="small muted">{Intl.DateTimeFormat().resolvedOptions().timeZone}</span>}
      </div>
    </fieldset>
  )
}
