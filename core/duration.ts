/** Lengths of time as callers write them: `"1h30m"`, `"250ms"`, or a number of milliseconds. */

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const

/** Why a text is no length of time, in words that follow the name of its field. */
export class DurationError extends Error {
  override readonly name = 'DurationError'
}

/**
 * @param maxMs - The longest that is taken.
 * @returns Whole milliseconds, rounded up.
 * @throws {DurationError}
 */
export function parseDuration(given: string | number, maxMs: number): number {
  const ms = typeof given === 'number' ? given : parseUnits(given)
  if (!(ms >= 0)) throw new DurationError('must be 0 or more')
  if (ms > maxMs) throw new DurationError(`must be at most ${Math.floor(maxMs / UNITS.d)} days`)
  return Math.ceil(ms)
}

function parseUnits(text: string): number {
  if (!/^(\d{1,15}(\.\d{1,6})?(ms|s|m|h|d|w))+$/.test(text)) throw new DurationError('must be a length of time such as "250ms", "90s" or "1h30m" (units ms, s, m, h, d, w), or a number of milliseconds')
  let ms = 0
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|s|m|h|d|w)/g)) ms += Number(amount) * UNITS[unit as keyof typeof UNITS]
  return ms
}
