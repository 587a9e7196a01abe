/** Ajv's errors in words that a caller can act on: where, what is wrong, and what would be right. */
import type { ErrorObject } from 'ajv'
import type { Fault } from './errors.js'
import { pointerKey } from './storable.js'
import { pathProblem } from './file-path.js'
import { listed, nearest } from './nearest.js'

/** More say nothing new, and a payload can hold a million. */
const MAX_FAULTS = 100

/** A schema may bring the words for its own violations: for all of them, or by keyword. */
export interface FaultWords {
  'x-fault'?: string | Record<string, string>
}

/** @param errors - Of one validation, from an Ajv with `allErrors` and `verbose`. */
export function faultsOf(errors: readonly ErrorObject[]): Fault[] {
  const faults = new Map<string, Fault>()
  for (const fault of explain(errors)) {
    faults.set(`${fault.pointer} ${fault.detail}`, fault)
    if (faults.size === MAX_FAULTS) break
  }
  return [...faults.values()]
}

const isUnion = (error: ErrorObject) => error.keyword === 'anyOf' || error.keyword === 'oneOf'
const isWithin = (error: ErrorObject, union: ErrorObject) =>
  error.schemaPath.startsWith(`${union.schemaPath}/`) && `${error.instancePath}/`.startsWith(`${union.instancePath}/`)

/**
 * Ajv lists the errors of every branch of a union and then the union: only what is wrong with the branch that was meant
 * helps. One by one, since words cost more than errors: each unknown field is compared with all that are known.
 */
function* explain(errors: readonly ErrorObject[]): Generator<Fault> {
  const unions = errors.filter(isUnion)
  const outermost = unions.filter((union) => !unions.some((other) => other !== union && isWithin(union, other)))
  for (const error of errors) {
    if (outermost.some((union) => isWithin(error, union))) continue
    if (isUnion(error)) yield* explainUnion(error, errors.filter((inner) => isWithin(inner, error)))
    else yield faultOf(error)
  }
}

function explainUnion(union: ErrorObject, inner: readonly ErrorObject[]): Iterable<Fault> {
  const pointer = union.instancePath
  const words = ownWords(union)
  if (words) return [{ pointer, detail: words }]

  const branches = new Map<string, ErrorObject[]>()
  for (const error of inner) {
    const [branch = ''] = error.schemaPath.slice(union.schemaPath.length + 1).split('/')
    branches.set(branch, [...branches.get(branch) ?? [], error])
  }
  const meant = [...branches.values()].filter((branch) => !branch.some((error) => isAnotherKind(error, pointer)))
  const closest = meant.sort((a, b) => a.length - b.length)[0]
  if (closest) return explain(closest)

  const tags = inner.filter((error) => error.keyword === 'const' && isAnotherKind(error, pointer))
  if (tags[0]) return [{ pointer: tags[0].instancePath, detail: oneOf(tags.map((error) => error.params.allowedValue as unknown), tags[0].data) }]
  const types = inner.filter((error) => error.keyword === 'type' && error.instancePath === pointer).flatMap((error) => error.params.type as string | string[])
  return [{ pointer, detail: types.length > 0 ? mustBe(types, union.data) : 'fits none of the shapes that are allowed here' }]
}

/** Of another type, or with another tag: this branch was not meant. */
const isAnotherKind = (error: ErrorObject, pointer: string) =>
  (error.keyword === 'type' && error.instancePath === pointer) ||
  (error.keyword === 'const' && (error.instancePath === pointer || error.instancePath.slice(0, error.instancePath.lastIndexOf('/')) === pointer))

function faultOf(error: ErrorObject): Fault {
  const { instancePath, params } = error
  if (error.keyword === 'required') {
    const name = String(params.missingProperty)
    const description = propertiesOf(error)[name]?.description
    return { pointer: `${instancePath}/${pointerKey(name)}`, detail: description ? `is missing: ${description}` : 'is missing' }
  }
  if (error.keyword === 'additionalProperties' || error.keyword === 'unevaluatedProperties') {
    const name = String(params.additionalProperty ?? params.unevaluatedProperty)
    return { pointer: `${instancePath}/${pointerKey(name)}`, detail: `is not known here; ${suggestion(name, Object.keys(propertiesOf(error)))}` }
  }
  return { pointer: instancePath, detail: ownWords(error) ?? wordsOf(error) }
}

function wordsOf(error: ErrorObject): string {
  const params = error.params as Record<string, unknown>
  const limit = Number(params.limit)
  switch (error.keyword) {
    case 'type': return mustBe([params.type].flat() as string[], error.data)
    case 'enum': return oneOf(params.allowedValues as unknown[], error.data)
    case 'const': return oneOf([params.allowedValue], error.data)
    case 'minLength': return limit === 1 ? 'must not be empty' : `must have at least ${limit} characters`
    case 'maxLength': return `must have at most ${limit} characters`
    case 'minItems': return limit === 1 ? 'must not be empty' : `must have at least ${limit} items`
    case 'maxItems': return `must have at most ${limit} items`
    case 'minimum': return `must be ${limit} or more`
    case 'maximum': return `must be ${limit} or less`
    case 'format': return params.format === 'file-path' ? pathProblem(String(error.data)) ?? 'is not a path' : `must be a valid ${String(params.format)}`
    default: return error.message ?? `breaks the rule "${error.keyword}"`
  }
}

function ownWords(error: ErrorObject): string | undefined {
  const words = (error.parentSchema as FaultWords | undefined)?.['x-fault']
  return typeof words === 'string' ? words : words?.[error.keyword]
}

const propertiesOf = (error: ErrorObject) => ((error.parentSchema as { properties?: Record<string, { description?: string }> } | undefined)?.properties ?? {})

const TYPES: Record<string, string> = { string: 'a string', number: 'a number', integer: 'a whole number', boolean: 'true or false', array: 'an array', object: 'an object', null: 'null' }

function mustBe(types: readonly string[], data: unknown): string {
  const given = data === null ? 'null' : Array.isArray(data) ? 'array' : typeof data
  const wanted = [...new Set(types)].map((type) => TYPES[type] ?? type).join(' or ')
  const fraction = given === 'number' && types.includes('integer')
  return `must be ${wanted}, not ${fraction ? String(data) : given === 'boolean' ? String(data) : TYPES[given] ?? given}`
}

function oneOf(allowed: readonly unknown[], data: unknown): string {
  const names = allowed.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
  const near = typeof data === 'string' ? nearest(data, names) : undefined
  return `must be ${names.length > 1 ? 'one of ' : ''}${listed(names)}${near ? `; did you mean "${near}"?` : ''}`
}

function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  if (near) return `did you mean "${near}"?`
  return known.length > 0 ? `known are ${listed(known)}` : 'leave it out'
}
