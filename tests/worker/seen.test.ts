import { expect, test } from 'vitest'
import { Seen } from '../../worker/seen.js'

test('a claim is new once, and again under a higher fence', () => {
  const seen = new Seen(10)
  expect([seen.add('a', 1), seen.add('a', 1), seen.add('a', 2), seen.add('a', 1), seen.add('b', 1)]).toEqual([true, false, true, false, true])
})

test('the last so many are remembered, however many come, and what is older than twice as many is forgotten', () => {
  const seen = new Seen(100)
  for (let i = 0; i < 1_000; i++) {
    expect(seen.add(`${i}`, 1)).toBe(true)
    if (i >= 99) expect(seen.add(`${i - 99}`, 1)).toBe(false)
  }
  expect(seen.add('799', 1)).toBe(true)
})
