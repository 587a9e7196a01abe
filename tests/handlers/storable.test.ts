import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../core/job.js'
import { storableFaults, toStorableJson } from '../../core/storable.js'

const PLENTY = 1_000_000

/** `levels` arrays inside each other. */
const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))

/** Nothing in it that the database refuses, however it is written. */
function expectStorable(text: string) {
  const value: unknown = JSON.parse(text)
  expect(storableFaults(value)).toEqual([])
}

describe('storableFaults', () => {
  test('finds nothing in what can be stored, whatever its shape', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 8, stringUnit: 'grapheme' }), (value) => {
      fc.pre(!/\\u0000/.test(JSON.stringify(value)))
      expect(storableFaults(value)).toEqual([])
    }))
  })

  test('points at every fault at once, in the order of the text', () => {
    const value = { a: 'x\0y', 'b/c': ['fine', '\ud800'], deep: { n: Infinity }, 'bad\udc00key': 1, pair: '😀' }
    expect(storableFaults(value, '/payload')).toEqual([
      { pointer: '/payload/a', detail: expect.stringContaining('NUL') },
      { pointer: '/payload/b~1c/1', detail: expect.stringContaining('surrogate') },
      { pointer: '/payload/deep/n', detail: expect.stringContaining('finite') },
      { pointer: '/payload/bad\ufffdkey', detail: expect.stringContaining('name') }
    ])
  })

  test.each([[LIMITS.depth, 0], [LIMITS.depth + 1, 1], [5_000, 1]])('%i levels of nesting are %i faults', (levels, faults) => {
    expect(storableFaults(nested(levels))).toHaveLength(faults)
  })

  test('a payload 100,000 levels deep costs one fault, not the stack', () => {
    let value: unknown = 1
    for (let i = 0; i < 100_000; i++) value = { a: value }
    const faults = storableFaults(value)
    expect(faults).toEqual([{ pointer: '/a'.repeat(LIMITS.depth), detail: expect.stringContaining('64 levels') }])
  })

  test('millions of items are walked through without a copy of them', () => {
    const many = Array.from({ length: 2_000_000 }, () => 0)
    const before = process.cpuUsage()
    expect(storableFaults({ many })).toEqual([])
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1e6).toBeLessThan(1.5) // a list of their keys and values takes twice as long
  })

  test('a body full of faults is answered with the first hundred', () => {
    const faults = storableFaults(Array.from({ length: 5_000 }, () => '\0'))
    expect(faults).toHaveLength(100)
    expect(faults[99]?.pointer).toBe('/99')
  })
})

describe('toStorableJson', () => {
  test('writes what can be stored as JSON.stringify does', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      expect(toStorableJson(value, PLENTY)).toBe(JSON.stringify(value))
    }))
  })

  test('never throws, and what it writes can be stored, whatever it is given', () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true, withTypedArray: true, withBoxedValues: true, stringUnit: 'binary', maxDepth: 5 })
    fc.assert(fc.property(anything, fc.integer({ min: 100, max: 2_000 }), (value, limit) => {
      const text = toStorableJson(value, limit)
      expectStorable(text)
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit)
    }), { numRuns: 500 })
  })

  test('replaces NUL and lone surrogates in texts and names, and leaves pairs and backslashes alone', () => {
    fc.assert(fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (value) => {
      expectStorable(toStorableJson(value, PLENTY))
    }))
    expect(JSON.parse(toStorableJson({ 'k\0': 'a\0b\ud800c😀', path: '\\u0000', __proto__: null }, PLENTY))).toEqual({ 'k\ufffd': 'a\ufffdb\ufffdc😀', path: '\\u0000' })
  })

  test('keeps a name "__proto__" a name', () => {
    const value: unknown = JSON.parse('{"__proto__": {"a": "\\u0000"}}')
    expect(toStorableJson(value, PLENTY)).toBe('{"__proto__":{"a":"\ufffd"}}')
  })

  test('cuts off what is nested too deep, on a stack of any height', () => {
    expect(toStorableJson(nested(LIMITS.depth), PLENTY)).toBe(JSON.stringify(nested(LIMITS.depth)))
    let value: unknown = 1
    for (let i = 0; i < 100_000; i++) value = [value]
    const text = toStorableJson(value, PLENTY)
    expect(text).toBe(`${'['.repeat(LIMITS.depth)}"[too deep]"${']'.repeat(LIMITS.depth)}`)
  })

  test('brackets inside of texts are not nesting', () => {
    const value = { a: '[{"\\'.repeat(100), b: '\\\\"' }
    expect(toStorableJson(value, PLENTY)).toBe(JSON.stringify(value))
  })

  test.each<[string, () => unknown, unknown]>([
    ['nothing', () => undefined, null],
    ['a function', () => () => 1, null],
    ['a BigInt', () => ({ big: 12345678901234567890n }), { big: '12345678901234567890' }],
    ['a circle', () => { const a: Record<string, unknown> = { n: 1 }; a.self = a; return a }, { n: 1, self: '[circular]' }],
    ['one object twice', () => { const a = { n: 1n }; return [a, a] }, [{ n: '1' }, { n: '1' }]],
    ['a getter that throws', () => ({ ok: 1, get bad() { throw new Error('no') } }), { ok: 1, bad: '[unreadable]' }],
    ['a toJSON that throws', () => ({ a: { toJSON() { throw new Error('no') } } }), { a: '[unreadable]' }],
    ['a toJSON', () => ({ at: new Date(0), n: 1n }), { at: '1970-01-01T00:00:00.000Z', n: '1' }],
    ['a revoked proxy', () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return { proxy } }, { proxy: '[unreadable]' }],
    ['what JSON drops', () => ({ a: undefined, f: () => 1, s: Symbol('s'), list: [undefined, () => 1], n: 1n }), { list: [null, null], n: '1' }],
    ['numbers that JSON does not know', () => [NaN, Infinity, 1n], [null, null, '1']]
  ])('survives %s', (_what, make, expected) => {
    expect(JSON.parse(toStorableJson(make(), PLENTY))).toEqual(expected)
  })

  test('replaces what is too large by its size and its beginning', () => {
    const text = toStorableJson({ report: 'ä'.repeat(300_000) }, LIMITS.resultBytes)
    expect(Buffer.byteLength(text)).toBeLessThan(LIMITS.resultBytes)
    expect(JSON.parse(text)).toEqual({ truncated: true, bytes: 600_013, preview: expect.stringMatching(/^\{"report":"ää/) })
  })

  test('comes to an end on a graph whose nodes share their children', () => {
    let node: unknown = 1n
    for (let i = 0; i < 60; i++) node = [node, node]
    expect(JSON.parse(toStorableJson(node, 1_000))).toMatchObject({ truncated: true })
  })
})
