import TypeBox from 'typebox'
import { expect, test } from 'vitest'
import { Type } from '../../core/payload-schema.js'

/** One schema that uses every word, also bare and with options. */
const schemaIn = (words: typeof Type) =>
  words.Object(
    {
      text: words.String({ maxLength: 5, description: 'Text', 'x-fault': { maxLength: 'is long' } }),
      bare: words.String(),
      whole: words.Optional(words.Integer({ minimum: 1, description: 'Whole' })),
      number: words.Optional(words.Number()),
      yes: words.Boolean({ default: false }),
      any: words.Unknown({ description: 'Anything' }),
      kind: words.Union([words.Literal('a'), words.Literal(1), words.Literal(true)], { description: 'Which' }),
      one: words.Optional(words.Enum(['a', 'b'], { default: 'a' })),
      list: words.Array(words.Object({ left: words.Optional(words.String()) }), { minItems: 1 }),
      again: words.Optional(words.Union([words.String(), words.Array(words.String())]))
    },
    { additionalProperties: false, anyOf: [{ required: ['text'] }] }
  )

test('payload schemas are, to the letter, what TypeBox would make of them', () => {
  expect(JSON.stringify(schemaIn(Type))).toBe(JSON.stringify(schemaIn(TypeBox)))
})
