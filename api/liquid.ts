/**
 * Liquid in the strings of a payload: whether it parses, which variables it uses, and what becomes of it.
 *
 * There are no files here (`include`, `render` and `layout` do not exist), and nothing is escaped for HTML. What a
 * template may cost is limited three times: by liquidjs, which counts what it allocates and looks at the clock between
 * two nodes; by {@link MeteredText}, because it does not count its output; and by the deadline of `node:vm`, which ends
 * also what happens inside one filter or operator (`contains` over 200,000 items takes 75 ms, and one expression can have thousands).
 */
import { createContext, Script } from 'node:vm'
import { Context, type Emitter, Liquid, type LiquidError, Output, type Template, Token, toValue, toValueSync, TypeGuards, type Variable } from 'liquidjs'
import type { Fault } from '../core/errors.js'
import { nearest } from '../core/nearest.js'
import { pointerKey } from '../core/storable.js'

/** Units of liquidjs: a character of a text or an element of an array that is made, summed up over one payload. */
const MEMORY_LIMIT = 10_000_000
/** Between two nodes of a template, for one payload. */
const RENDER_LIMIT_MS = 500
/** For everything, also within one node. Nothing else is answered meanwhile, so it stays well below the delay that counts as overload. */
const DEADLINE_MS = 1_000
/** Largest payload that comes out, in characters of JSON: as large as the body of POST /jobs. */
const MAX_RENDERED = 1024 * 1024
/** More say nothing new. */
const MAX_FAULTS = 100

/** Where a string of the payload gets its value from. */
export interface Source {
  /** Names of the variables that it uses, without their fields. */
  readonly names: readonly string[]
  /** JSON pointer into the variables, when the string is nothing but one of them: `{{ customer.name }}`. */
  readonly pointer: string | undefined
}

export interface Parsed {
  /** What does not parse; pointers begin at the payload. */
  readonly faults: Fault[]
  /** Every variable, such as `customer.name`, sorted. */
  readonly variables: string[]
  /** By the pointer of each string that holds Liquid. */
  readonly sources: ReadonlyMap<string, Source>
}

/** A variable that rendering needed and that was not there. */
export interface Missing {
  /** Into the variables: `/customer/name`. */
  readonly pointer: string
  /** Into the payload: the strings that need it. */
  readonly usedIn: string[]
}

export interface Rendered {
  /** Only when nothing is missing and nothing failed. */
  readonly payload: unknown
  readonly missing: Missing[]
  /** What else went wrong; pointers begin at the payload. */
  readonly failures: Fault[]
  /** Names that were read, also where no analysis can see it. */
  readonly touched: ReadonlySet<string>
}

/** Some limit was exceeded: this payload is not rendered, or not even parsed. The message says which. */
export class TooCostly extends Error {
  override readonly name = 'TooCostly'
}

const liquid = new Liquid({
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  lenientIf: true, // or nothing could be optional: if, unless and default may ask for a variable that is not there
  catchAllErrors: true,
  dynamicPartials: false,
  relativeReference: false,
  templates: {}, // in place of the file system
  timezoneOffset: 0, // a date does not depend on where the API runs
  locale: 'en-US',
  parseLimit: MAX_RENDERED,
  renderLimit: RENDER_LIMIT_MS,
  memoryLimit: MEMORY_LIMIT
})
for (const tag of ['include', 'render', 'layout', 'block']) delete liquid.tags[tag]

// The same answer, found by native search: liquidjs walks to each variable character by character, which for a template
// of 64 KiB full of them takes a second.
Token.prototype.getPosition = function (this: Token) {
  const lines = this.input.slice(0, this.begin).split('\n')
  return [lines.length, lines.at(-1)!.length + 1]
}

// Tags such as capture render into a text of their own, which liquidjs does not count.
const { renderer } = liquid
const renderTemplates = renderer.renderTemplates.bind(renderer)
renderer.renderTemplates = (templates, context, emitter = new MeteredText(context)) => renderTemplates(templates, context, emitter)

/** Whether a string could be anything else than itself. */
const holdsLiquid = (text: string) => text.includes('{{') || text.includes('{%')

/** @throws {TooCostly} */
export const parsePayload = (payload: unknown): Parsed => withinDeadline(() => parse(payload))

/** @throws {TooCostly} */
export const renderPayload = (payload: unknown, variables: Readonly<Record<string, unknown>>): Rendered => withinDeadline(() => render(payload, variables))

const inTime = new Script('work()')
const room = createContext({})

function withinDeadline<T>(work: () => T): T {
  try {
    room.work = work
    return inTime.runInContext(room, { timeout: DEADLINE_MS }) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new TooCostly(`takes longer than ${DEADLINE_MS / 1_000} s`)
    if (error instanceof RangeError) throw new TooCostly(`is too much: ${error.message}`) // the stack, or the longest string there can be
    throw error
  } finally {
    room.work = undefined // or it would keep the variables
  }
}

function parse(payload: unknown): Parsed {
  const faults: Fault[] = []
  const variables = new Set<string>()
  const sources = new Map<string, Source>()
  eachText(payload, (text, pointer) => {
    let templates: Template[]
    try {
      templates = liquid.parse(text)
    } catch (error) {
      faults.push(...withoutEchoes(errorsOf(error)).map((one) => ({ pointer, detail: `does not parse: ${wordsOf(one)}${suggestion(one)}` })))
      return text
    }
    const globals = Object.entries(liquid.analyzeSync(templates, { partials: false }).globals)
    const uses = globals.flatMap(([, some]) => some)
    for (const variable of uses) variables.add(withoutMeasures(variable.toString()))
    sources.set(pointer, { names: globals.map(([name]) => name), pointer: isPlain(templates) ? pathOf(uses[0]) : undefined })
    return text
  })
  return { faults: faults.slice(0, MAX_FAULTS), variables: [...variables].sort(), sources }
}

/** What does not parse within a block ends it, so its other tags are found to stand alone. */
const withoutEchoes = (errors: readonly LiquidError[]) => errors.filter(({ message }, i) => i === 0 || !/^tag "(?:end\w+|els\w+|when)" not found/.test(message))

/** What Liquid tells of any array or text: `items.size` needs items. */
const MEASURES = ['size', 'first', 'last']
const withoutMeasures = (variable: string) => variable.replace(new RegExp(`\\.(?:${MEASURES.join('|')})$`), '')

function suggestion({ message }: Error): string {
  const [, filter, tag] = /^undefined filter: (\w+)|^tag "(\w+)" not found/.exec(message) ?? []
  const near = filter ? nearest(filter, Object.keys(liquid.filters)) : tag && nearest(tag, Object.keys(liquid.tags))
  return near ? `; did you mean "${near}"?` : ''
}

/** Whether a text is nothing but one variable. */
function isPlain(templates: readonly Template[]): boolean {
  const [only, ...others] = templates
  if (!(only instanceof Output) || others.length > 0 || only.value.filters.length > 0) return false
  const [token, ...operators] = only.value.initial.postfix
  return operators.length === 0 && TypeGuards.isPropertyAccessToken(token)
}

function pathOf(variable: Variable | undefined): string | undefined {
  const isKey = (segment: unknown): segment is string | number => !Array.isArray(segment) // those are other variables: a[b]
  const segments = variable?.toArray() ?? []
  return segments.every(isKey) ? pointerTo(segments) : undefined
}

function render(payload: unknown, given: Readonly<Record<string, unknown>>): Rendered {
  const touched = new Set<string>()
  const missing = new Map<string, Missing>()
  let variables = given
  for (;;) {
    const pass = renderOnce(payload, variables, touched)
    const found = pass.missing.filter(({ path, usedIn }) => {
      if (variables !== given && path.includes('')) return false // a[b], with '' in place of b
      const pointer = pointerTo(path)
      const known = missing.get(pointer)
      if (known && !known.usedIn.includes(usedIn)) known.usedIn.push(usedIn)
      if (!known) missing.set(pointer, { pointer, usedIn: [usedIn] })
      return !known
    })
    // An expression stops at the first variable that it lacks: with something in its place it tells the next.
    if (found.length > 0 && missing.size < MAX_FAULTS) {
      variables = structuredClone(variables)
      for (const { path } of found) fillIn(variables, path)
      continue
    }
    const failures = missing.size === 0 ? pass.failures.slice(0, MAX_FAULTS) : [] // with something else in place of what is missing, anything may fail
    return { payload: pass.payload, missing: deepest([...missing.values()]), failures, touched }
  }
}

/** `/customer` says nothing beside `/customer/name`. */
const deepest = (missing: readonly Missing[]) => missing.filter(({ pointer }) => !missing.some((other) => other.pointer.startsWith(`${pointer}/`)))

function fillIn(variables: Record<string, unknown>, path: readonly string[]): void {
  let at = variables
  for (const [i, key] of path.entries()) {
    const last = i === path.length - 1
    const there = Object.hasOwn(at, key) ? at[key] : undefined
    if (last || there === undefined || there === null || there === '') at[key] = last ? '' : {}
    const next = at[key]
    if (typeof next !== 'object' || next === null || Array.isArray(next)) return
    at = next as Record<string, unknown>
  }
}

interface Pass {
  readonly payload: unknown
  readonly missing: Array<{ path: string[]; usedIn: string }>
  readonly failures: Fault[]
}

function renderOnce(payload: unknown, variables: Readonly<Record<string, unknown>>, touched: Set<string>): Pass {
  const missing: Pass['missing'] = []
  const failures: Fault[] = []
  let limits: Context | undefined // one budget for all strings
  const rendered = eachText(payload, (text, pointer) => {
    try {
      const context = new WatchedContext(variables, limits, touched)
      limits ??= context
      return valueOf(liquid.parse(text), context)
    } catch (error) {
      for (const one of errorsOf(error)) {
        const lack = one.originalError
        if (lack instanceof Lack && !lack.isLocal) missing.push({ path: lack.path, usedIn: pointer })
        else if (/limit exceeded|call stack|string length/i.test(one.message)) throw new TooCostly(`costs too much to render: ${wordsOf(one)}`)
        else failures.push({ pointer, detail: `fails: ${wordsOf(one)}` })
      }
      return text
    }
  })
  return { payload: rendered, missing, failures }
}

/** What is nothing but one `{{ expression }}` keeps the type of its value; anything else becomes text. */
function valueOf(templates: Template[], context: Context): unknown {
  if (templates.length === 1 && templates[0] instanceof Output) {
    let value: unknown
    toValueSync(renderer.renderTemplates(templates, context, { write: (given: unknown) => void (value = toValue(given)) } as Emitter))
    if (typeof value === 'number') return value // NaN and Infinity are refused with the payload, where JSON would make them null
    const json = JSON.stringify(value) as string | undefined
    context.memoryLimit.use(json?.length ?? 0)
    return json === undefined ? null : JSON.parse(json) // a copy: what occurs twice in an expression counts twice
  }
  return toValueSync(renderer.renderTemplates(templates, context, new MeteredText(context)))
}

/** A text that counts towards the memory limit. */
class MeteredText implements Emitter {
  buffer = ''
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  write(value: unknown): void {
    const text = textOf(value)
    this.#context.memoryLimit.use(text.length)
    this.buffer += text
    if (this.buffer.length > MAX_RENDERED) throw new TooCostly(`renders to more than ${MAX_RENDERED.toLocaleString('en')} characters`)
  }
}

function textOf(given: unknown): string {
  const value = toValue(given) as string | number | boolean | object | null | undefined
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(textOf).join('')
  if (typeof value === 'object') throw new Error('an object has no text: name one of its fields, or use the filter "json"')
  return String(value)
}

/** A variable that is not there, with its whole path. */
class Lack extends Error {
  override readonly name = 'InternalUndefinedVariableError' // by this name liquidjs knows what if and default may forgive
  readonly path: string[]
  /** Made by the template itself: the item of a loop lacks a field, so no variable has this path. */
  readonly isLocal: boolean

  constructor(path: string[], isLocal: boolean) {
    super(`${path.join('.')} is missing`)
    this.path = path
    this.isLocal = isLocal
  }
}

/** What liquidjs keeps to itself. */
interface Scopes {
  /** Of loops and of what the template assigns. */
  readonly scopes: object[]
  findScope(key: string): unknown
}

/** Variables of one text, of which increment makes more: so each text gets a copy. */
class WatchedContext extends Context {
  readonly #touched: Set<string>

  constructor(variables: object, limits: Context | undefined, touched: Set<string>) {
    super({ ...variables }, liquid.options, { sync: true }, { liquid, ...(limits && { memoryLimit: limits.memoryLimit, renderLimit: limits.renderLimit }) })
    this.#touched = touched
  }

  override *_get(path: Parameters<Context['_get']>[0]): ReturnType<Context['_get']> {
    const keys = path.map((key) => String(toValue(key) as string | number))
    const root = keys[0] ?? ''
    this.#touched.add(root)
    const { scopes } = this as unknown as Scopes
    const scope = (this as unknown as Scopes).findScope(root)
    const value: unknown = yield this._getFromScope(scope, path, false)
    if (value !== undefined || !this.strictVariables) return value
    const whole = path.slice(0, -1)
    const isMeasure = whole.length > 0 && MEASURES.includes(keys.at(-1)!) && ((yield this._getFromScope(scope, whole, false)) as unknown) === undefined
    throw new Lack(isMeasure ? keys.slice(0, -1) : keys, scopes.some((local) => root in local))
  }

  /** null has no fields: what asks for one lacks it, as it lacks those of a variable that is not there. */
  override readProperty(object: unknown, key: Parameters<Context['readProperty']>[1]): unknown {
    return object === null ? undefined : super.readProperty(object as object, key)
  }
}

/** A copy of a JSON value in which every string that may hold Liquid was replaced; keys stay. */
function eachText(value: unknown, replace: (text: string, pointer: string) => unknown, pointer = ''): unknown {
  if (typeof value === 'string') return holdsLiquid(value) ? replace(value, pointer) : value
  if (Array.isArray(value)) return value.map((item, i) => eachText(item, replace, `${pointer}/${i}`))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, eachText(child, replace, `${pointer}/${pointerKey(key)}`)]))
}

const pointerTo = (path: ReadonlyArray<string | number>) => path.map((key) => `/${pointerKey(String(key))}`).join('')

/** liquidjs gathers the errors of a template, level by level. */
function errorsOf(error: unknown): LiquidError[] {
  if (error instanceof TooCostly) throw error
  const { errors, originalError } = error as { errors?: unknown[]; originalError?: unknown }
  if (originalError instanceof TooCostly) throw originalError
  return errors ? errors.flatMap(errorsOf) : [error as LiquidError]
}

/** The place is given as an editor shows it, within the string. */
function wordsOf({ message }: Error): string {
  const [, words = message, line, column] = /^([\s\S]*), (?:file:.*, )?line:(\d+), col:(\d+)$/.exec(message) ?? []
  return line === undefined ? words : `${words} (line ${line}, column ${column})`
}
