import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bulkFilter, formatParams, formatWords, isSameForMany, parseParams, parseWords, resolve, termsOf, without, type JobQuery } from '../../web/pure/filter.js'

const NOW = Date.parse('2026-01-31T09:30:00.000Z')

describe('words of the search box', () => {
  test.each<[string, JobQuery]>([
    ['', {}],
    ['status:failed type:email queue:billing', { status: ['failed'], type: ['email'], queue: ['billing'] }],
    ['status:failed,cancelled status:pending', { status: ['failed', 'cancelled', 'pending'] }],
    ['timed out', { search: 'timed out' }],
    ['error:"timed out" status:failed', { error: 'timed out', status: ['failed'] }],
    ['error:"a, b" search:lost', { error: 'a, b', search: 'lost' }],
    ['type:"a b",c', { type: ['a b', 'c'] }],
    ['"status:failed"', { search: 'status:failed' }],
    ['"she said \\"no\\""', { search: 'she said "no"' }],
    ['from:-24h to:now sort:scheduled order:asc', { from: '-24h', to: 'now', sort: 'scheduled', order: 'asc' }],
    ['http://example.com', { search: 'http://example.com' }],
    ['status:', { search: 'status:' }],
    ['tag:"never closed', { tag: ['never closed'] }]
  ])('%s', (text, query) => {
    expect(parseWords(text)).toEqual(query)
  })

  const word = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.trim() === text && text !== '')
  const list = fc.option(fc.uniqueArray(word, { minLength: 1, maxLength: 3 }), { nil: undefined })
  const query = fc
    .record({ status: list, type: list, tag: list, search: fc.option(word, { nil: undefined }), from: fc.constantFrom(undefined, '-24h', '2026-01-01T00:00:00Z') })
    .map((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as JobQuery)

  test('say what a filter is, and are read as that filter again', () => {
    fc.assert(fc.property(query, (one) => void expect(parseWords(formatWords(one))).toEqual(one)))
  })
})

describe('the address of the page', () => {
  test('has the parameters of GET /jobs', () => {
    const query = parseWords('status:failed,cancelled type:email_notification "timed out" sort:finished')
    expect(formatParams(query)).toBe('status=failed&status=cancelled&type=email_notification&sort=finished&search=timed+out')
    expect(parseParams(new URLSearchParams(formatParams(query)))).toEqual(query)
  })

  test('may separate values by commas, as the API allows, and have parameters that are no filter', () => {
    expect(parseParams(new URLSearchParams('status=failed,cancelled&cursor=abc&search='))).toEqual({ status: ['failed', 'cancelled'] })
  })
})

describe('times that are counted from now', () => {
  test.each([
    ['now', '2026-01-31T09:30:00.000Z'],
    ['-24h', '2026-01-30T09:30:00.000Z'],
    ['+90s', '2026-01-31T09:31:30.000Z'],
    ['-2w', '2026-01-17T09:30:00.000Z'],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['yesterday', 'yesterday']
  ])('%s is sent as %s', (said, sent) => {
    expect(resolve({ from: said, status: ['failed'] }, NOW)).toEqual({ from: sent, status: ['failed'] })
  })
})

describe('a request for all jobs of a filter', () => {
  test('has the filter of the list without its order', () => {
    expect(bulkFilter({ status: ['failed'], from: '-24h', sort: 'created', order: 'asc' }, NOW)).toEqual({ status: ['failed'], from: '2026-01-30T09:30:00.000Z' })
  })

  test('means jobs that have ended where the list is sorted by their end', () => {
    expect(bulkFilter({ sort: 'finished' }, NOW)).toEqual({ status: ['completed', 'failed', 'cancelled'] })
    expect(bulkFilter({ sort: 'finished', status: ['failed', 'pending'], queue: ['mail'] }, NOW)).toEqual({ status: ['failed'], queue: ['mail'] })
  })

  test('names its jobs by id where its times would mean other jobs than the list', () => {
    expect(isSameForMany({ status: ['failed'], from: '-24h' })).toBe(true)
    expect(isSameForMany({ status: ['pending'], sort: 'scheduled' })).toBe(true)
    expect(isSameForMany({ sort: 'finished' })).toBe(true)
    expect(isSameForMany({ status: ['pending'], sort: 'scheduled', to: 'now' })).toBe(false)
    expect(isSameForMany({ status: ['failed'], sort: 'finished', from: '-24h' })).toBe(false)
  })
})

describe('a chip', () => {
  test('is there for each value, and taking it away leaves the others', () => {
    const query = parseWords('status:failed,cancelled type:email lost')
    expect(termsOf(query)).toEqual([
      { name: 'status', value: 'failed' },
      { name: 'status', value: 'cancelled' },
      { name: 'type', value: 'email' },
      { name: 'search', value: 'lost' }
    ])
    expect(without(query, { name: 'status', value: 'failed' })).toEqual({ status: ['cancelled'], type: ['email'], search: 'lost' })
    expect(without(query, { name: 'type', value: 'email' })).toEqual({ status: ['failed', 'cancelled'], search: 'lost' })
    expect(without(query, { name: 'search', value: 'lost' })).toEqual({ status: ['failed', 'cancelled'], type: ['email'] })
  })
})
