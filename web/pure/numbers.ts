/** Numbers as people read them. A space stands between a number and its unit. */

const WHOLE = new Intl.NumberFormat('en')

/** `1,234`; an estimate is rounded to two digits: `~1.2 M`. */
export function count(value: number, estimated = false): string {
  if (!estimated) return WHOLE.format(value)
  return `~${rounded(value)}`
}

/** `10,000+`: counting stopped there. */
export const atLeast = (value: number, isAtLeast: boolean): string => `${WHOLE.format(value)}${isAtLeast ? '+' : ''}`

const SIZES = [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']] as const

/** `950`, `1.2 k`, `34 M`: at most two digits before rounding says more than it knows. */
export function rounded(value: number): string {
  for (const [size, letter] of SIZES) {
    if (value < size * 0.9995) continue
    const scaled = value / size
    return `${scaled < 9.95 ? scaled.toFixed(1).replace(/\.0$/, '') : WHOLE.format(Math.round(scaled))} ${letter}`
  }
  return WHOLE.format(Math.round(value))
}

/** `1 job`, `2 jobs`, `1,200 jobs`. */
export const counted = (value: number, one: string, many = `${one}s`): string => `${WHOLE.format(value)} ${value === 1 ? one : many}`

/** A rate: `0`, `0.4`, `12`, `1.2 k`. */
export const rate = (value: number): string => (value > 0 && value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : rounded(value))

export function bytes(value: number): string {
  for (const [size, unit] of [[1024 ** 3, 'GiB'], [1024 ** 2, 'MiB'], [1024, 'KiB']] as const) {
    if (value >= size) return `${(value / size).toFixed(value / size < 10 ? 1 : 0)} ${unit}`
  }
  return `${value} B`
}

/** `5 %`, `0.3 %`; `–` when there was nothing to divide by. */
export const percent = (share: number | null): string => (share === null ? '–' : `${share === 0 ? '0' : (share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`)
