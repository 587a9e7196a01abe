import { expect, test } from 'vitest'
import { Nemesis } from './nemesis.js'

const decisions = (nemesis: Nemesis) => [nemesis.waits(5, 1_000), nemesis.between(1, 6), nemesis.pick(['a', 'b', 'c']), nemesis.chance(0.5)]

test('the same seed makes the same decisions, and another makes others', () => {
  expect(decisions(new Nemesis(7))).toEqual(decisions(new Nemesis(7)))
  expect(decisions(new Nemesis(7))).not.toEqual(decisions(new Nemesis(8)))
})

test('what one part asks changes nothing for another', () => {
  const nemesis = new Nemesis(7)
  const before = decisions(nemesis.for('redis'))
  decisions(nemesis.for('workers'))
  nemesis.random()
  expect(decisions(nemesis.for('redis'))).toEqual(before)
  expect(decisions(nemesis.for('workers'))).not.toEqual(before)
})

test('numbers reach both ends and no further', () => {
  const nemesis = new Nemesis(1)
  const thrown = Array.from({ length: 1_000 }, () => nemesis.between(1, 6))
  expect([...new Set(thrown)].sort()).toEqual([1, 2, 3, 4, 5, 6])
  expect(nemesis.waits(100, 500).reduce((sum, ms) => sum + ms)).toBeLessThanOrEqual(550)
})
