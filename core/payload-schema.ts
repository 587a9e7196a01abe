/**
 * What payload schemas of the built-in handlers are written in: the few words of TypeBox that they need, with its types and
 * what it would make, and without its three hundred modules. Those cost 0.2 s of CPU, which every process for isolated jobs
 * would spend on a schema that only its worker asks for.
 */
import type TypeBox from 'typebox'

type Words = 'String' | 'Integer' | 'Number' | 'Boolean' | 'Unknown' | 'Literal' | 'Enum' | 'Array' | 'Union' | 'Object' | 'Optional'
type Schema = Readonly<Record<string, unknown>>

/** Fields that a payload may leave out: a mark that JSON does not carry. */
const optional = new WeakSet<Schema>()

const Plain: Record<Words, (...args: never[]) => Schema> = {
  String: (options?: Schema) => ({ type: 'string', ...options }),
  Integer: (options?: Schema) => ({ type: 'integer', ...options }),
  Number: (options?: Schema) => ({ type: 'number', ...options }),
  Boolean: (options?: Schema) => ({ type: 'boolean', ...options }),
  Unknown: (options?: Schema) => ({ ...options }),
  Literal: (value: unknown, options?: Schema) => ({ type: typeof value, const: value, ...options }),
  Enum: (values: readonly unknown[], options?: Schema) => ({ enum: values, ...options }),
  Array: (items: Schema, options?: Schema) => ({ type: 'array', items, ...options }),
  Union: (anyOf: readonly Schema[], options?: Schema) => ({ anyOf, ...options }),
  Object(properties: Readonly<Record<string, Schema>>, options?: Schema) {
    const required = Object.keys(properties).filter((name) => !optional.has(properties[name]!))
    return { type: 'object', ...(required.length > 0 && { required }), properties, ...options }
  },
  Optional(schema: Schema) {
    const copy = { ...schema }
    optional.add(copy)
    return copy
  }
}

export const Type = Plain as unknown as Pick<typeof TypeBox, Words>
