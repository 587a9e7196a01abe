import TypeBox from 'typebox'
import { expect, test } from 'vitest'
import { Type } from '../../core/schema.js'

/** One schema that uses every word, also bare and with options. */
const schemaIn = (words: typeof Type) =>
  words.Object(
    {
      text: words.String({ maxLength: 5, description: 'Text', 'x-fault': { maxLength: 'is long' } }),
      bare: words.String(),
      whole: words.Optional(words.Integer({ minimum: 1, description: 'Whole' })),
      number: words.Optional(words.Number()),
      yes: words.Boolean({ default: false }),
      nothing: words.Null({ description: 'Nothing' }),
      any: words.Unknown({ description: 'Anything' }),
      kind: words.Union([words.Literal('a'), words.Literal(1), words.Literal(true)], { description: 'Which' }),
      one: words.Optional(words.Enum(['a', 'b'], { default: 'a' })),
      list: words.Array(words.Object({ left: words.Optional(words.String()) }), { minItems: 1 }),
      notes: words.Record(words.String(), words.Unknown(), { description: 'By name' }),
      again: words.Optional(words.Union([words.String(), words.Array(words.String())]))
    },
    { additionalProperties: false, anyOf: [{ required: ['text'] }] }
  )

/** With what JSON leaves out. */
const withMarks = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withMarks)
  const descriptors = Object.getOwnPropertyDescriptors(value)
  return Object.fromEntries(Object.entries(descriptors).map(([name, { value: inner, ...rest }]) => [name, { ...rest, value: withMarks(inner) }]))
}

test('schemas are, to the letter, what TypeBox would make of them', () => {
  expect(JSON.stringify(schemaIn(Type))).toBe(JSON.stringify(schemaIn(TypeBox)))
})

test('schemas have the hidden marks by which the functions of TypeBox know them', () => {
  expect(withMarks(schemaIn(Type))).toEqual(withMarks(schemaIn(TypeBox)))
  expect(JSON.stringify(TypeBox.Partial(schemaIn(Type)))).toBe(JSON.stringify(TypeBox.Partial(schemaIn(TypeBox))))
})
