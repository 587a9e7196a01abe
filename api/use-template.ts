/** What a caller sends to use a template, and how it becomes the job that POST /jobs would have made, with faults at what the caller can change. */
import Type, { type Static } from 'typebox'
import { type ErrorCode, type Fault, isDulyError } from '../core/errors.js'
import { listed, nearest } from '../core/nearest.js'
import { pointerKey, storableFaults } from '../core/storable.js'
import type { NewJob } from '../core/store/index.js'
import type { Template } from '../core/template.js'
import { parsePayload, renderPayload, type Rendered, type Source, TooCostly } from './liquid.js'
import { NewJobBody, readNewJob } from './new-job.js'
import type { Parts } from './plugins/parts.js'
import { invalidRequest } from './plugins/problems.js'
import { faultsOfRequest, type ValidationError } from './plugins/validation.js'
import { fieldsOfJob } from './template-body.js'

/** What a job is stays with the template: with another type it would be another one. */
const FIXED = ['type', 'payload']
const overrides = fieldsOfJob((name) => !FIXED.includes(name))

export const UseRequest = Type.Unsafe<Omit<NewJobBody, 'type' | 'payload'> & { variables?: Record<string, unknown> }>({
  ...overrides,
  properties: {
    ...overrides.properties,
    variables: Type.Record(Type.String(), Type.Unknown(), { description: 'Values for the Liquid of the payload, by name; one that the template does not use is refused' })
  },
  title: 'UseTemplate',
  description: 'When the job runs, the variables, and fields in place of those of the template',
  examples: [{ scheduled_at: '2026-01-31T09:30:00+01:00', variables: { customer: { name: 'Ann', email: 'ann@example.com' } } }]
})
export type UseRequest = Static<typeof UseRequest>

export interface UseOptions {
  readonly registry: Parts['registry']
  /** Checks a body against the schema of POST /jobs and fills in its defaults. */
  readonly check: (body: Record<string, unknown>) => ValidationError
  /** What the check of the request against {@link UseRequest} said, if it did not pass. */
  readonly refused?: ValidationError | undefined
}

/**
 * Makes a job of a template, through {@link readNewJob}.
 *
 * @throws {DulyError} `missing_variable`, `render_failed`, `unknown_type` or `invalid_payload` when that is all, else `invalid_request`.
 */
export function readUse(template: Template, request: UseRequest, { registry, check, refused = {} }: UseOptions): NewJob {
  const ofRequest = faultsOfRequest(refused)
  if (typeof request !== 'object' || request === null) throw invalidRequest(ofRequest)

  const { variables = {}, ...given } = request
  const known = Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(overrides.properties, name))) // the others are refused already
  const isUsable = typeof variables === 'object' && variables !== null && !Array.isArray(variables)
  ofRequest.push(...storableFaults(variables, '/variables'))
  const { payload = {} } = template.body
  const sources = sourcesOf(payload)
  const drawn = isUsable && ofRequest.every(({ pointer }) => !isAt(pointer, '/variables')) ? draw(payload, variables, sources) : NOTHING

  const body: Record<string, unknown> = { ...template.body, ...known, payload: drawn.payload }
  const { job, code, faults } = attempt(() => readNewJob(body as NewJobBody, registry, check(body)))
  const ofJob = faults.filter(({ pointer }) => drawn.isWhole || !isAt(pointer, '/payload')).map((fault) => atCause(fault, known, sources))
  const all = unique([...ofRequest, ...drawn.missing, ...drawn.failures, ...drawn.unused, ...ofJob])
  if (all.length === 0) return job!
  const kinds: Array<[ErrorCode, readonly Fault[]]> = [['missing_variable', drawn.missing], ['render_failed', drawn.failures], [code ?? 'invalid_request', ofJob]]
  throw invalidRequest(all, kinds.find(([, some]) => some.length === all.length)?.[0])
}

interface Drawn {
  readonly payload: unknown
  /** Whether the payload is what the job would get. */
  readonly isWhole: boolean
  readonly missing: Fault[]
  readonly failures: Fault[]
  readonly unused: Fault[]
}

const NOTHING: Drawn = { payload: {}, isWhole: false, missing: [], failures: [], unused: [] }

function draw(payload: unknown, variables: Readonly<Record<string, unknown>>, sources: () => Sources): Drawn {
  let rendered: Rendered
  try {
    rendered = renderPayload(payload, variables)
  } catch (error) {
    if (!(error instanceof TooCostly)) throw error
    return { ...NOTHING, failures: [{ pointer: '/variables', detail: `with these values the template ${error.message}` }] }
  }
  const { missing, failures, touched } = rendered
  const untouched = Object.keys(variables).filter((name) => !touched.has(name))
  const names = new Set(untouched.length > 0 ? [...sources().values()].flatMap((source) => source.names) : []) // a branch that was not taken may use them
  return {
    payload: rendered.payload,
    isWhole: missing.length + failures.length === 0,
    missing: missing.map(({ pointer, usedIn }) => ({ pointer: `/variables${pointer}`, detail: `is missing: the template needs it in ${usedIn.map(inTemplate).join(', ')}` })),
    failures: failures.map(({ pointer, detail }) => ({ pointer: variableAt(sources().get(pointer)), detail: `${inTemplate(pointer)} of the template ${detail}` })),
    unused: untouched.filter((name) => !names.has(name)).map((name) => ({ pointer: `/variables/${pointerKey(name)}`, detail: `is not used by this template; ${suggestion(name, names)}` }))
  }
}

type Sources = ReadonlyMap<string, Source>

/** Read on the first question: a job without faults needs no explanation. */
function sourcesOf(payload: unknown): () => Sources {
  let sources: Sources | undefined
  return () => {
    try {
      return (sources ??= parsePayload(payload).sources)
    } catch (error) {
      if (!(error instanceof TooCostly)) throw error
      return (sources = new Map())
    }
  }
}

const inTemplate = (pointer: string) => `/body/payload${pointer}`

function suggestion(name: string, names: ReadonlySet<string>): string {
  const near = nearest(name, names)
  if (near) return `did you mean "${near}"?`
  return names.size > 0 ? `it uses ${listed(names)}` : 'it uses none'
}

/** Where a caller could mend what a string of the template became. */
function variableAt(source: Source | undefined, rest = ''): string {
  if (source?.pointer !== undefined) return `/variables${source.pointer}${rest}`
  const [name, ...others] = source?.names ?? []
  return name !== undefined && others.length === 0 ? `/variables/${pointerKey(name)}` : '/variables'
}

/** A fault of the job, at the variable, at the override, or, where it is the template that has to be mended, at the whole request. */
function atCause({ pointer, detail }: Fault, given: object, sources: () => Sources): Fault {
  const [, field = ''] = pointer.split('/', 2)
  if (Object.hasOwn(given, field)) return { pointer, detail }
  const words = `${detail} (/body${pointer} of the template)`
  if (!isAt(pointer, '/payload')) return { pointer: '', detail: words }
  const at = pointer.slice('/payload'.length)
  for (const [place, source] of sources()) if (isAt(at, place)) return { pointer: variableAt(source, at.slice(place.length)), detail: words }
  return { pointer: '', detail: words }
}

/** Whether a place is another one, or lies in it. */
const isAt = (pointer: string, place: string) => pointer === place || pointer.startsWith(`${place}/`)

const unique = (faults: readonly Fault[]) => [...new Map(faults.map((fault) => [`${fault.pointer} ${fault.detail}`, fault])).values()]

function attempt(work: () => NewJob): { job?: NewJob; code?: ErrorCode; faults: readonly Fault[] } {
  try {
    return { job: work(), faults: [] }
  } catch (error) {
    if (!isDulyError(error) || !error.errors) throw error
    return { code: error.code, faults: error.errors }
  }
}
