/**
 * What schemas are written in that a worker or its processes load: the few words of TypeBox that they need, with its types,
 * what it would make, and its hidden marks, so that its own functions take them, too. Its three hundred modules are left out:
 * they cost 0.3 s of CPU at each start, for schemas that only the API asks for.
 */
import type TypeBox from 'typebox'

type Words = 'String' | 'Integer' | 'Number' | 'Boolean' | 'Null' | 'Unknown' | 'Literal' | 'Enum' | 'Array' | 'Union' | 'Object' | 'Record' | 'Optional'
type Schema = Readonly<Record<string, unknown>>

/** Adds what JSON does not carry: TypeBox tells its kinds of schemas apart by it. */
const marked = (schema: Schema, mark: string, value: unknown): Schema => Object.defineProperty(schema, mark, { value, configurable: true, writable: true })
const kind = (name: Words, schema: Schema): Schema => marked(schema, '~kind', name)
const isOptional = (schema: Schema) => '~optional' in schema

const Plain: Record<Words, (...args: never[]) => Schema> = {
  String: (options?: Schema) => kind('String', { type: 'string', ...options }),
  Integer: (options?: Schema) => kind('Integer', { type: 'integer', ...options }),
  Number: (options?: Schema) => kind('Number', { type: 'number', ...options }),
  Boolean: (options?: Schema) => kind('Boolean', { type: 'boolean', ...options }),
  Null: (options?: Schema) => kind('Null', { type: 'null', ...options }),
  Unknown: (options?: Schema) => kind('Unknown', { ...options }),
  Literal: (value: unknown, options?: Schema) => kind('Literal', { type: typeof value, const: value, ...options }),
  Enum: (values: readonly unknown[], options?: Schema) => kind('Enum', { enum: values, ...options }),
  Array: (items: Schema, options?: Schema) => kind('Array', { type: 'array', items, ...options }),
  Union: (anyOf: readonly Schema[], options?: Schema) => kind('Union', { anyOf, ...options }),
  Object(properties: Readonly<Record<string, Schema>>, options?: Schema) {
    const required = Object.keys(properties).filter((name) => !isOptional(properties[name]!))
    return kind('Object', { type: 'object', ...(required.length > 0 && { required }), properties, ...options })
  },
  /** Its keys are texts of any kind. */
  Record: (_key: Schema, value: Schema, options?: Schema) => kind('Record', { type: 'object', patternProperties: { '^.*$': value }, ...options }),
  /** A field that may be left out. */
  Optional: (schema: Schema) => marked(Object.defineProperties({}, Object.getOwnPropertyDescriptors(schema)), '~optional', true)
}

export const Type = Plain as unknown as Pick<typeof TypeBox, Words>
