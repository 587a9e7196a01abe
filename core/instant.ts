/** Instants as callers write them: RFC 3339 with an offset, nothing that two readers could read in two ways. */

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|([+-])(\d\d):(\d\d))$/
const WITHOUT_OFFSET = /^\d{4}-\d\d-\d\d([Tt ]\d\d(:\d\d(:\d\d(\.\d+)?)?)?)?$/
const WITH_SPACE_FOR_PLUS = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)? \d\d:\d\d$/
const EXAMPLE = '2026-01-31T09:30:00Z or 2026-01-31T10:30:00+01:00'

/** What the store takes: year 1 up to year 9999. */
const MIN_MS = -62_135_596_800_000
const MAX_MS = 253_402_300_799_999

/** Why a text is no instant, in words that follow the name of its field. */
export class InstantError extends Error {
  override readonly name = 'InstantError'
}

/**
 * Reads an instant as RFC 3339 writes it.
 *
 * Digits beyond milliseconds are rounded up, so that nothing runs before the time that was asked for.
 *
 * @returns ISO 8601 with `Z` and three digits of milliseconds, as everywhere else.
 * @throws {InstantError} No offset, a date that no calendar has, a leap second, a year outside 1 to 9999, or no time at all.
 */
export function parseInstant(text: string): string {
  const match = RFC3339.exec(text)
  if (!match) throw new InstantError(whyNot(text))
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = '', , sign = '', offsetHour = '0', offsetMinute = '0'] = match

  if (Number(month) < 1 || Number(month) > 12) throw new InstantError(`has the month ${month}: months are 01 to 12`)
  const days = daysIn(Number(year), Number(month))
  if (Number(day) < 1 || Number(day) > days) throw new InstantError(`has a day that does not exist: ${year}-${month} has the days 01 to ${days}`)
  if (Number(hour) > 23 || Number(minute) > 59) throw new InstantError('has a time of day that does not exist: hours are 00 to 23, minutes 00 to 59')
  if (Number(second) > 59) throw new InstantError('has a second that does not exist: seconds are 00 to 59, leap seconds are not known here')
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) throw new InstantError('has an offset that does not exist: it is at most 23:59')

  const offsetMs = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000 * (sign === '-' ? -1 : 1)
  const roundUp = /[1-9]/.test(fraction.slice(3)) ? 1 : 0
  const localMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`)
  const instantMs = localMs - offsetMs + roundUp
  if (instantMs < MIN_MS || instantMs > MAX_MS) throw new InstantError('must be within the years 1 to 9999')
  return new Date(instantMs).toISOString()
}

/**
 * An instant as the store writes it, in ms since epoch. What `Date.parse` says, in a third of its time: this is asked for every job.
 *
 * @param iso - 24 characters, `2026-01-31T09:30:00.000Z`; whatever else it is, `Date.parse` is asked.
 */
export function epochMs(iso: string): number {
  // Not before the year 1000: Date.UTC takes year 50 for 1950.
  if (iso.length !== 24 || iso.charCodeAt(0) === ZERO || iso.charCodeAt(23) !== Z) return Date.parse(iso)
  return Date.UTC(digits(iso, 0) * 100 + digits(iso, 2), digits(iso, 5) - 1, digits(iso, 8), digits(iso, 11), digits(iso, 14), digits(iso, 17), (iso.charCodeAt(20) - ZERO) * 100 + digits(iso, 21))
}

const ZERO = 48
const Z = 90
const digits = (text: string, at: number): number => (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO

function whyNot(text: string): string {
  if (WITHOUT_OFFSET.test(text)) return `has no offset, so nobody can tell when that is: add Z for UTC or +hh:mm, such as ${EXAMPLE}`
  if (WITH_SPACE_FOR_PLUS.test(text)) return 'has a space where its offset begins: in an address a + has to be written as %2B'
  return `must be a time with an offset as RFC 3339 writes it, such as ${EXAMPLE}`
}

/** `month` from 1; day 0 of the month that follows is the last of this one. */
function daysIn(year: number, month: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month, 0) // not Date.UTC: that takes year 50 for 1950
  return date.getUTCDate()
}
