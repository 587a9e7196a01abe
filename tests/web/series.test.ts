import { describe, expect, test } from 'vitest'
import { alone, lastFullPeriod, percentiles, type Point, rangeQuery, shares, sparkPath, throughput } from '../../web/pure/series.js'

const NOW = Date.parse('2026-01-31T09:30:00.000Z')
const p = (value: number) => ({ p50: value, p95: value * 2, p99: value * 3 })
const point = (minute: number, fields: Partial<Point> = {}): Point => ({ period_start: new Date(NOW + minute * 60_000).toISOString(), completed: 0, failed: 0, retried: 0, lateness_ms: null, run_ms: null, ...fields })

test('a range ends now and never has more points than the API gives', () => {
  expect(rangeQuery('15m', NOW)).toEqual({ from: '2026-01-31T09:15:00.000Z', to: '2026-01-31T09:30:00.000Z', step: '1m' })
  expect(rangeQuery('7d', NOW)).toEqual({ from: '2026-01-24T09:30:00.000Z', to: '2026-01-31T09:30:00.000Z', step: '2h' })
})

describe('charts', () => {
  test('show jobs per minute whatever a period is', () => {
    const series = [point(0, { completed: 120, retried: 6, failed: 3 })]
    expect(throughput(series, 60_000)).toEqual([[NOW / 1000], [120], [6], [3]])
    expect(throughput(series, 3_600_000)).toEqual([[NOW / 1000], [2], [0.1], [0.05]])
  })

  test('leave out the period under way, which would look like a fall', () => {
    expect(throughput([point(0, { completed: 7 }), point(1, { completed: 1 })], 60_000)[1]).toEqual([7])
  })

  test('have a gap where nothing ran, which is no latency of zero', () => {
    expect(percentiles([point(0, { run_ms: p(5) }), point(1)], 'run_ms')).toEqual([[NOW / 1000, NOW / 1000 + 60], [5, null], [10, null], [15, null]])
  })

  test('show a value between gaps as a point, since no line goes through it', () => {
    expect(alone([1, null, 2, 3, null, null, 4])).toEqual([0, 6])
  })

  test('say "per minute" by the last minute that is over', () => {
    expect(lastFullPeriod([point(0, { completed: 7 }), point(1, { completed: 1 })])?.completed).toBe(7)
    expect(lastFullPeriod([])).toBeNull()
  })
})

describe('a sparkline', () => {
  test('goes from left to right, with its highest value at the top', () => {
    expect(sparkPath([0, 5, 10], 100, 20)).toBe('M0 20L50 10L100 0')
  })
  test('is broken by a gap', () => {
    expect(sparkPath([1, null, 1], 100, 20)).toBe('M0 0M100 0')
  })
  test('is flat at the bottom when there is nothing', () => {
    expect(sparkPath([0, 0], 100, 20)).toBe('M0 20L100 20')
    expect(sparkPath([], 100, 20)).toBe('')
  })
})

test('the parts of a bar fill it, and a small one can be seen', () => {
  const parts = shares([99_999, 1, 0])
  expect(parts.reduce((a, b) => a + b, 0)).toBeCloseTo(100)
  expect(parts[1]).toBeGreaterThan(1)
  expect(parts[2]).toBe(0)
  expect(shares([0, 0])).toEqual([0, 0])
})
