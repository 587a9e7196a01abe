/** The registry: which job types there are, and whether a payload fits one. The API reads it for schemas, the worker runs from it. */
import { createRequire } from 'node:module'
import type { Ajv } from 'ajv'
import { code, type Limited, limited } from '../../core/error-limit.js'
import { DulyError, type Fault } from '../../core/errors.js'
import { DEFAULT_TIMEOUT_MS, LIMITS, NAME_PATTERN } from '../../core/job.js'
import { storableFaults } from '../../core/storable.js'
import { faultsOf } from '../../core/faults.js'
import { pathProblem } from '../../core/file-path.js'
import { closeAll, type Handler, namesOf } from './handler.js'
import type { Source } from './load.js'
import { listed, nearest } from '../../core/nearest.js'

const require = createRequire(import.meta.url)

interface Entry {
  readonly handler: Handler
  /** Compiles the schema when it is first asked. */
  readonly fits: () => Limited
  readonly source: Source | undefined
}

/** Where handlers came from and what else was wrong there, so that one error names everything. */
export interface Origins {
  /** Of each handler that came from a module. */
  readonly sources?: ReadonlyMap<unknown, Source>
  /** Found before: modules that do not load. */
  readonly problems?: readonly string[]
}

export class Registry {
  readonly #entries = new Map<string, Entry>()
  readonly #types: readonly string[]

  /**
   * @param handlers - Taken as they come: those from HANDLERS_DIR were not checked by a compiler. The schemas of the
   * built-in ones are right, as a test says, and wait for `prepare` or their first payload: a worker in a hurry starts
   * without Ajv.
   * @throws {Error} Listing every handler that cannot be used, and why.
   */
  constructor(handlers: readonly Handler[], { sources, problems: known = [] }: Origins = {}) {
    const problems = [...known]
    const compile = compiler()
    for (const handler of handlers) {
      const source = sources?.get(handler)
      const origin = source?.name ?? 'built in'
      const wrong = problemsOf(handler)
      let compiled: Limited | undefined
      const fits = () => (compiled ??= compile(handler.payload))
      try {
        if (wrong.length === 0 && !source?.builtIn) fits()
      } catch (error) {
        wrong.push(`its payload schema does not compile: ${(error as Error).message}`)
      }
      for (const type of wrong.length === 0 ? namesOf(handler) : []) {
        const other = this.#entries.get(type)
        if (other) wrong.push(`the type "${type}" is taken by another handler (${other.source?.name ?? 'built in'})`)
        else this.#entries.set(type, { handler, fits, source })
      }
      problems.push(...wrong.map((problem) => `${origin}: ${problem}`))
    }
    if (problems.length > 0) throw new Error(`handlers that cannot be used:\n  ${problems.join('\n  ')}`)
    this.#types = [...this.#entries.keys()].sort()
  }

  /** Every job type, sorted. */
  get types(): readonly string[] {
    return this.#types
  }

  get(type: string): Handler | undefined {
    return this.#entries.get(type)?.handler
  }

  /** URL of the module that the handler of a type came from; undefined when it came from none. */
  moduleOf(type: string): string | undefined {
    return this.#entries.get(type)?.source?.module
  }

  /** JSON Schema of the payload. @throws {DulyError} `unknown_type` */
  schemaOf(type: string): object {
    return this.#entry(type).handler.payload
  }

  /** One sentence for people; '' when the handler has none. @throws {DulyError} `unknown_type` */
  descriptionOf(type: string): string {
    return this.#entry(type).handler.description ?? ''
  }

  /** Longest an attempt may run when its job does not say. */
  timeoutMs(type: string): number {
    return this.get(type)?.timeout_ms ?? DEFAULT_TIMEOUT_MS
  }

  /**
   * Every fault of a payload at once; [] when it fits.
   *
   * @param pointer - Where the payload hangs in the request.
   * @throws {DulyError} `unknown_type`, naming the known ones.
   */
  validate(type: string, payload: unknown, pointer = ''): Fault[] {
    const { handler, fits } = this.#entry(type)
    const faults = storableFaults(payload) // first: a validator may recurse, and the depth is limited here
    if (faults.length === 0 && !fits()(payload)) faults.push(...faultsOf(fits().errors ?? []))
    if (faults.length === 0) faults.push(...(handler.check?.(payload) ?? []))
    return pointer ? faults.map((fault) => ({ ...fault, pointer: pointer + fault.pointer })) : faults
  }

  /** Compiles the schemas that nobody has asked for yet, so that no first job waits for that. It blocks, for about 100 ms. */
  prepare(): void {
    for (const { fits } of this.#entries.values()) fits()
  }

  /** Releases what handlers keep between jobs. One that fails stops no other. */
  async close(): Promise<void> {
    await closeAll([...this.#entries.values()].map((entry) => entry.handler))
  }

  #entry(type: string): Entry {
    const entry = this.#entries.get(type)
    if (entry) return entry
    throw unknownType(type, this.#types)
  }
}

/** @param known - Every type that there is. */
export function unknownType(type: string, known: readonly string[]): DulyError {
  const near = nearest(type, known)
  return new DulyError('unknown_type', { detail: `no handler is known for the type "${type}"${near ? `; did you mean "${near}"?` : ''}; known are ${listed(known)}` })
}

/** What is missing or wrong in a handler that no compiler has seen. */
function problemsOf(handler: Partial<Handler> | null | undefined): string[] {
  if (typeof handler !== 'object' || handler === null) return ['is not a handler: export an object with type, payload and run']
  const problems: string[] = []
  const names = [handler.type].flat()
  const isName = (name: unknown) => typeof name === 'string' && name.length <= LIMITS.name && new RegExp(NAME_PATTERN).test(name)
  if (handler.type === undefined || names.length === 0) problems.push('has no type: the name (or names) of the jobs that it runs')
  else if (!names.every(isName)) problems.push(`has a type that is not a name: letters, digits and "_.:-", at most ${LIMITS.name}`)
  if (typeof handler.payload !== 'object' || handler.payload === null) problems.push('has no payload: the JSON Schema of what it takes, {} for anything')
  if (typeof handler.run !== 'function') problems.push('has no run: the function that does the work')
  const { min, max } = LIMITS.timeout_ms
  const timeout = handler.timeout_ms
  if (timeout !== undefined && !(Number.isInteger(timeout) && timeout >= min && timeout <= max)) problems.push(`has a timeout_ms that is not a whole number from ${min} to ${max}`)
  if (handler.isolate !== undefined && typeof handler.isolate !== 'boolean') problems.push('has an isolate that is neither true nor false')
  return problems
}

/** Compiles schemas of JSON Schema 2020-12, and of the older draft 7 where a schema says so. Loads Ajv with the first one. */
function compiler(): (schema: object) => Limited {
  // not strict: a schema may carry annotations of other tools; addUsedSchema: two handlers may use one $id
  const options = { allErrors: true, code, verbose: true, strict: false, addUsedSchema: false, logger: false } as const
  const withFormats = (ajv: Ajv) => {
    const addFormats = require('ajv-formats') as (ajv: Ajv) => Ajv
    return addFormats(ajv).addFormat('file-path', (path: string) => pathProblem(path) === undefined)
  }
  const make = {
    current: () => withFormats(new (require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js')).Ajv2020(options)),
    older: () => withFormats(new (require('ajv') as typeof import('ajv')).Ajv(options))
  }
  const made: { current?: Ajv; older?: Ajv } = {}
  return (schema) => {
    const draft = String((schema as { $schema?: unknown }).$schema).includes('draft-0') ? 'older' : 'current'
    return limited((made[draft] ??= make[draft]()).compile(schema))
  }
}
