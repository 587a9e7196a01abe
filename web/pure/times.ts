/** Times in words. Everything takes the time that it is now as an argument. */
export const TIME_MODES = ['local', 'utc', 'relative'] as const
export type TimeMode = (typeof TIME_MODES)[number]

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A length of time with at most two units: `340 ms`, `3.2 s`, `1 m 20 s`, `2 h 5 m`, `3 d 4 h`. */
export function duration(ms: number): string {
  const length = Math.abs(ms)
  if (length < 1) return length === 0 ? '0 ms' : '<1 ms'
  if (length < 999.5) return `${Math.round(length)} ms`
  if (length < 9_950) return `${(length / SECOND).toFixed(1)} s`
  if (length < 59_500) return `${Math.round(length / SECOND)} s`
  if (length < HOUR - 500) return two(Math.round(length / SECOND), 60, 'm', 's')
  if (length < DAY - 30 * SECOND) return two(Math.round(length / MINUTE), 60, 'h', 'm')
  return two(Math.round(length / HOUR), 24, 'd', 'h')
}

/** The same in whole units, for what counts up or down each second: `3 s`, never `3.2 s`. */
export function countdown(ms: number): string {
  const length = Math.abs(ms)
  return length < MINUTE ? `${Math.floor(length / SECOND)} s` : length < HOUR ? two(Math.floor(length / SECOND), 60, 'm', 's') : duration(length)
}

function two(smallUnits: number, perLarge: number, large: string, small: string): string {
  const rest = smallUnits % perLarge
  const whole = (smallUnits - rest) / perLarge
  return rest === 0 ? `${whole} ${large}` : `${whole} ${large} ${rest} ${small}`
}

/** `12 s ago`, `in 5 m`, `now`. */
export function relative(atMs: number, nowMs: number): string {
  const ms = atMs - nowMs
  if (Math.abs(ms) < SECOND) return 'now'
  const length = Math.abs(ms) < MINUTE ? `${Math.floor(Math.abs(ms) / SECOND)} s` : largest(Math.abs(ms))
  return ms < 0 ? `${length} ago` : `in ${length}`
}

const largest = (ms: number) => (ms < HOUR ? `${Math.floor(ms / MINUTE)} m` : ms < 2 * DAY ? duration(ms - (ms % MINUTE)) : `${Math.floor(ms / DAY)} d`)

const pad = (value: number, digits = 2) => String(value).padStart(digits, '0')

/** `09:30:02` of the day of `nowMs`, `01-30 09:30:02` of its year, else `2025-01-31 09:30:02`; in UTC or in the zone of the browser. */
export function clock(atMs: number, nowMs: number, zone: 'local' | 'utc'): string {
  const [day, time] = parts(atMs, zone)
  const [today] = parts(nowMs, zone)
  if (day === today) return time
  return `${day.slice(0, 5) === today.slice(0, 5) ? day.slice(5) : day} ${time}`
}

/** Under the axis of a chart: `09:30`, and where a day begins `01-31`. */
export function axisTime(atMs: number, zone: 'local' | 'utc'): string {
  const [day, time] = parts(atMs, zone)
  return time.startsWith('00:00') ? day.slice(5) : time.slice(0, 5)
}

function parts(ms: number, zone: 'local' | 'utc'): [day: string, time: string] {
  const at = new Date(ms)
  if (zone === 'utc') return [at.toISOString().slice(0, -14), at.toISOString().slice(-13, -5)]
  return [`${pad(at.getFullYear(), 4)}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`, `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`]
}

export function inWords(atMs: number, nowMs: number, mode: TimeMode): string {
  return mode === 'relative' ? relative(atMs, nowMs) : clock(atMs, nowMs, mode)
}

/** For `<input type="datetime-local">`, in the zone of the browser, to the second. */
export function forInput(ms: number): string {
  const [day, time] = parts(ms, 'local')
  return `${day}T${time}`
}
