import fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs, InstantError, parseInstant } from '../../core/instant.js'

test.each([
  ['2026-01-31T09:30:00Z', '2026-01-31T09:30:00.000Z'],
  ['2026-01-31t09:30:00z', '2026-01-31T09:30:00.000Z'],
  ['2026-01-31 10:30:00+01:00', '2026-01-31T09:30:00.000Z'],
  ['2026-01-01T00:30:00+05:45', '2025-12-31T18:45:00.000Z'],
  ['2026-01-31T09:30:00-00:00', '2026-01-31T09:30:00.000Z'],
  ['2024-02-29T23:59:59.5-12:00', '2024-03-01T11:59:59.500Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z']
])('%s is %s', (text, instant) => {
  expect(parseInstant(text)).toBe(instant)
})

test.each([
  ['2026-01-31T09:30:00.123000Z', '2026-01-31T09:30:00.123Z'],
  ['2026-01-31T09:30:00.1230001Z', '2026-01-31T09:30:00.124Z'],
  ['2026-12-31T23:59:59.9991Z', '2027-01-01T00:00:00.000Z']
])('%s is rounded up to %s, so that nothing runs early', (text, instant) => {
  expect(parseInstant(text)).toBe(instant)
})

test.each([
  ['2026-01-31T09:30:00', 'offset'],
  ['2026-01-31', 'offset'],
  ['2026-02-30T00:00:00Z', '2026-02 has the days 01 to 28'],
  ['2025-02-29T00:00:00Z', 'days 01 to 28'],
  ['2026-04-31T00:00:00Z', 'days 01 to 30'],
  ['2026-00-10T00:00:00Z', 'month'],
  ['2026-13-10T00:00:00Z', 'month'],
  ['2026-01-00T00:00:00Z', 'day'],
  ['2026-01-31T24:00:00Z', 'hours'],
  ['2026-01-31T09:60:00Z', 'minutes'],
  ['2016-12-31T23:59:60Z', 'leap'],
  ['2026-01-31T09:30:00+24:00', 'offset'],
  ['2026-01-31T09:30:00+01:60', 'offset'],
  ['9999-12-31T23:59:59.9999Z', 'years'],
  ['9999-12-31T23:00:00-02:00', 'years'],
  ['0001-01-01T00:00:00+01:00', 'years'],
  ['0000-06-01T00:00:00Z', 'years'],
  ['10000-01-01T00:00:00Z', 'RFC 3339'],
  ['+275760-09-13T00:00:00Z', 'RFC 3339'],
  ['2026-01-31T09:30Z', 'RFC 3339'],
  ['2026-01-31T09:30:00.Z', 'RFC 3339'],
  ['2026-01-31T09:30:00+01', 'RFC 3339'],
  ['2026-01-31T09:30:00Z\n', 'RFC 3339'],
  ['infinity', 'RFC 3339'],
  ['NaN', 'RFC 3339'],
  ['tomorrow', 'RFC 3339'],
  ['1790000000', 'RFC 3339'],
  ['', 'RFC 3339']
])('%j is refused and says why', (text, why) => {
  expect(() => parseInstant(text)).toThrow(InstantError)
  expect(() => parseInstant(text)).toThrow(why)
})

test('every instant that JavaScript writes is read back as it is', () => {
  fc.assert(fc.property(fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }), (date) => {
    expect(parseInstant(date.toISOString())).toBe(date.toISOString())
  }))
})

test('what the store writes is read as Date.parse reads it', () => {
  const stored = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }).map((date) => date.toISOString())
  fc.assert(fc.property(stored, (iso) => epochMs(iso) === Date.parse(iso)), { numRuns: 2_000 })
  for (const other of ['2026-01-31T09:30:00Z', '2026-01-31T10:30:00.000+01:00', '0099-12-31T23:59:59.999Z']) expect(epochMs(other)).toBe(Date.parse(other))
  expect(epochMs('no time')).toBeNaN()
})
