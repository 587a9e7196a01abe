import { expect, test } from 'vitest'
import { percentile, ratioOf, summarize } from '../../bench/statistics.js'

test('a median is the middle one, or lies between the two in the middle', () => {
  expect(summarize([9, 1, 5])).toEqual({ median: 5, least: 1, most: 9 })
  expect(summarize([4, 1, 2, 100])).toEqual({ median: 3, least: 1, most: 100 })
  expect(summarize([]).median).toBeNaN()
})

test('a percentile is a value that was measured, and not below that share of them', () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i)
  expect([percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)]).toEqual([50, 99, 100])
  expect(percentile([7], 0.01)).toBe(7)
  expect(percentile([], 0.5)).toBeNaN()
})

test('ratios are taken within a round: a slow round is slow for both and changes nothing', () => {
  const first = new Map([[1, 100], [2, 10], [3, 100]])
  const second = new Map([[1, 50], [2, 5], [3, 50]])
  expect(ratioOf(second, first)).toEqual({ median: 0.5, least: 0.5, most: 0.5 })
})

test('a round in which one of the two failed says nothing about their ratio', () => {
  expect(ratioOf(new Map([[1, 30], [2, 80]]), new Map([[1, 10]]))).toEqual({ median: 3, least: 3, most: 3 })
  expect(ratioOf(new Map([[2, 80]]), new Map([[1, 10]]))).toBeNull()
  expect(ratioOf(new Map([[1, 80]]), new Map([[1, 0]]))).toBeNull()
})
