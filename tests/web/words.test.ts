/** Times, numbers, states and lines for a shell: what the page says in words. */
import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { curl } from '../../web/pure/curl.js'
import { atLeast, bytes, count, counted, percent, rate } from '../../web/pure/numbers.js'
import { sampleJobs } from '../../web/pure/samples.js'
import { ranMs, shownState, waitedMs } from '../../web/pure/states.js'
import { axisTime, clock, countdown, duration, inWords, relative } from '../../web/pure/times.js'

const NOW = Date.parse('2026-01-31T09:30:00.000Z')

describe('lengths of time', () => {
  test.each([
    [0, '0 ms'], [0.4, '<1 ms'], [340, '340 ms'], [999.6, '1.0 s'], [3_240, '3.2 s'], [12_600, '13 s'], [59_600, '1 m'], [80_000, '1 m 20 s'],
    [3_599_600, '1 h'], [7_500_000, '2 h 5 m'], [86_400_000, '1 d'], [273_600_000, '3 d 4 h'], [-3_240, '3.2 s']
  ])('%d ms is %s', (ms, words) => {
    expect(duration(ms)).toBe(words)
  })

  test('count down in whole seconds', () => {
    expect([countdown(3_900), countdown(61_000), countdown(7_500_000)]).toEqual(['3 s', '1 m 1 s', '2 h 5 m'])
  })
})

describe('instants', () => {
  test.each([
    [-300, 'now'], [-12_000, '12 s ago'], [65_000, 'in 1 m'], [-5_460_000, '1 h 31 m ago'], [4 * 86_400_000, 'in 4 d']
  ])('%d ms from now is %s', (ms, words) => {
    expect(relative(NOW + ms, NOW)).toBe(words)
  })

  test('have a date when it is not today', () => {
    expect(clock(NOW - 62_000, NOW, 'utc')).toBe('09:28:58')
    expect(clock(NOW - 86_400_000, NOW, 'utc')).toBe('01-30 09:30:00')
    expect(clock(NOW - 40 * 86_400_000, NOW, 'utc')).toBe('2025-12-22 09:30:00')
    expect([axisTime(NOW, 'utc'), axisTime(Date.parse('2026-01-31T00:00:00Z'), 'utc')]).toEqual(['09:30', '01-31'])
    expect(inWords(NOW - 62_000, NOW, 'relative')).toBe('1 m ago')
  })

  test('are in the zone of the browser unless UTC is asked for', () => {
    const offsetMinutes = -new Date(NOW).getTimezoneOffset()
    expect(clock(NOW, NOW, 'local')).toBe(clock(NOW + offsetMinutes * 60_000, NOW + offsetMinutes * 60_000, 'utc'))
  })
})

describe('numbers', () => {
  test('are exact, or say that they are estimates or lower bounds', () => {
    expect([count(1_234_567), count(1_234_567, true), count(950, true), count(34_400, true)]).toEqual(['1,234,567', '~1.2 M', '~950', '~34 k'])
    expect([atLeast(10_000, true), atLeast(10_000, false)]).toEqual(['10,000+', '10,000'])
    expect([counted(1, 'job'), counted(2_000, 'job'), counted(0, 'reply', 'replies')]).toEqual(['1 job', '2,000 jobs', '0 replies'])
    expect([rate(0), rate(0.4), rate(12.4), rate(1_200)]).toEqual(['0', '0.4', '12', '1.2 k'])
    expect([bytes(512), bytes(1_536), bytes(300 * 1024 * 1024)]).toEqual(['512 B', '1.5 KiB', '300 MiB'])
    expect([percent(null), percent(0), percent(0.003), percent(0.25)]).toEqual(['–', '0 %', '0.3 %', '25 %'])
  })
})

describe('a line for a shell', () => {
  test('sends exactly the body, whatever is in it', () => {
    const body = JSON.stringify({ text: `it's "$HOME" \`date\` \\ ü\n` })
    const line = curl({ method: 'POST', url: 'http://127.0.0.1:3000/jobs', body })
    const said = execFileSync('/bin/sh', ['-c', `curl() { for a; do printf '%s\\036' "$a"; done; }; ${line}`], { encoding: 'utf8' }).split('\x1e')
    expect(said.slice(0, -1)).toEqual(['-s', 'http://127.0.0.1:3000/jobs', '-H', 'content-type: application/json', '-d', body])
  })

  test('names the method where curl would take another', () => {
    expect(curl({ method: 'GET', url: 'http://a/jobs?status=failed&limit=50' })).toBe(`curl -s 'http://a/jobs?status=failed&limit=50'`)
    expect(curl({ method: 'POST', url: 'http://a/jobs/1/retry' })).toBe(`curl -s -X POST 'http://a/jobs/1/retry'`)
    expect(curl({ method: 'PATCH', url: 'http://a/jobs/1', body: '{}' })).toBe(`curl -s -X PATCH 'http://a/jobs/1' -H 'content-type: application/json' -d '{}'`)
  })

  test('asks the shell for the key instead of showing one', () => {
    expect(curl({ method: 'GET', url: 'http://a/jobs', needsKey: true })).toContain('-H "authorization: Bearer $DULY_KEY"')
  })
})

describe('a job', () => {
  const at = (ms: number) => new Date(NOW + ms).toISOString()
  const job = { status: 'pending' as const, attempt: 0, created_at: at(-60_000), scheduled_at: at(-60_000), run_at: at(0), started_at: null, finished_at: null }

  test('that waits is pending, late or retrying', () => {
    expect(shownState({ ...job, run_at: at(5_000) }, NOW)).toBe('pending')
    expect(shownState({ ...job, run_at: at(-500) }, NOW)).toBe('pending')
    expect(shownState({ ...job, run_at: at(-5_000) }, NOW)).toBe('late')
    expect(shownState({ ...job, run_at: at(5_000), attempt: 1 }, NOW)).toBe('retrying')
    expect(shownState({ ...job, status: 'failed', run_at: at(-5_000) }, NOW)).toBe('failed')
  })

  test('waited from when it was due, and ran from its start', () => {
    expect([waitedMs({ ...job, run_at: at(1_000) }, NOW), ranMs(job, NOW)]).toEqual([null, null])
    expect(waitedMs({ ...job, run_at: at(-3_000) }, NOW)).toBe(3_000)
    const running = { ...job, status: 'in_progress' as const, run_at: at(-3_000), started_at: at(-2_000) }
    expect([waitedMs(running, NOW), ranMs(running, NOW)]).toEqual([1_000, 2_000])
    expect(ranMs({ ...running, status: 'completed', finished_at: at(-1_500) }, NOW)).toBe(500)
  })
})

test('sample jobs are only of types that somebody runs', () => {
  expect(new Set(sampleJobs(['log', 'write_file']).map(({ type }) => type))).toEqual(new Set(['log', 'write_file']))
})
