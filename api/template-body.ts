/** What a caller sends to save a template, and how it becomes one: every fault of the request, of its Liquid and of its payload in one answer. */
import Type, { type Static } from 'typebox'
import { type ErrorCode, type Fault, isDulyError } from '../core/errors.js'
import { LIMITS } from '../core/job.js'
import { storableFaults } from '../core/storable.js'
import { type NewTemplate, Template, TEMPLATE_LIMITS } from '../core/template.js'
import { parsePayload, TooCostly } from './liquid.js'
import { faultsOfLabels, NewJobBody } from './new-job.js'
import type { Parts } from './plugins/parts.js'
import { invalidRequest } from './plugins/problems.js'
import { faultsOfRequest, type ValidationError } from './plugins/validation.js'

/** When a job runs is said when a template is used. */
export const TIMES = ['scheduled_at', 'delay', 'expires_at'] as const

type Schema = Type.TSchema & { properties: Record<string, object>; required?: string[]; title?: string }

/** Some fields of POST /jobs, without their defaults: what is left out is filled in when the job is made. */
export function fieldsOfJob(isWanted: (name: string) => boolean): Schema {
  const schema = JSON.parse(JSON.stringify(NewJobBody), (key, value: unknown) => (key === 'default' ? undefined : value)) as Schema
  schema.properties = Object.fromEntries(Object.entries(schema.properties).filter(([name]) => isWanted(name)))
  schema.required = (schema.required ?? []).filter(isWanted)
  delete schema.title
  return schema
}

const EXAMPLE = {
  name: 'Welcome mail',
  description: 'Sent when somebody signs up',
  body: {
    type: 'email_notification',
    payload: { to: '{{ customer.email }}', subject: 'Welcome, {{ customer.name }}!', message: 'Your plan is {{ plan | default: "the free one" }}.' },
    queue: 'mail'
  }
}

/** `payload` is {} when it is left out, as in POST /jobs. */
const TemplateBody = Type.Unsafe<Omit<NewJobBody, (typeof TIMES)[number]>>({
  ...fieldsOfJob((name) => !(TIMES as readonly string[]).includes(name)),
  title: 'TemplateBody',
  description: 'The fields of a job without its times; strings of the payload may hold Liquid'
})

export const TemplateRequest = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: TEMPLATE_LIMITS.name,
      pattern: '^[^\\s\\u0000-\\u001f\\u007f]([^\\u0000-\\u001f\\u007f]*[^\\s\\u0000-\\u001f\\u007f])?$',
      description: 'What people call it; no other template has it',
      'x-fault': { pattern: 'must be one line without control characters, and neither begin nor end with a space' }
    }),
    description: Type.Optional(Type.String({ default: '', maxLength: TEMPLATE_LIMITS.description, description: 'For people' })),
    body: TemplateBody
  },
  { title: 'NewTemplate', additionalProperties: false, examples: [EXAMPLE] }
)
export type TemplateRequest = Static<typeof TemplateRequest>

const STORED = {
  id: '01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71',
  ...EXAMPLE,
  variables: ['customer.email', 'customer.name', 'plan'],
  created_at: '2026-01-31T09:30:00.000Z',
  updated_at: '2026-01-31T09:30:00.000Z'
}

export const StoredTemplate = Type.Object({ ...Template.properties, body: Type.Unsafe<Template['body']>(TemplateBody) }, { title: 'Template', examples: [STORED] })
export const TemplateList = Type.Object({ data: Type.Array(StoredTemplate, { description: 'All of them, by name' }) }, { title: 'TemplateList', examples: [{ data: [STORED] }] })

/**
 * Makes a template of a body that was checked against {@link TemplateRequest}.
 *
 * @param refused - What that check said, if it did not pass: its faults join those that no schema knows.
 * @throws {DulyError} `unknown_type`, `invalid_template` or `invalid_payload` when that is all, else `invalid_request`.
 */
export function readTemplate(id: string, request: TemplateRequest | undefined, registry: Parts['registry'], refused: ValidationError = {}): NewTemplate {
  if (request === undefined) throw invalidRequest([{ pointer: '', detail: 'is missing: send a JSON object' }])
  const ofRequest = faultsOfRequest(refused)
  if (typeof request !== 'object' || request === null || typeof request.body !== 'object' || request.body === null) throw invalidRequest(ofRequest)

  const { name, description = '', body } = request
  const { type, payload = {}, tags, metadata, ...fields } = body
  ofRequest.push(...storableFaults(name, '/name'), ...storableFaults(description, '/description'), ...storableFaults(fields, '/body'), ...faultsOfLabels({ tags, metadata }, '/body'))
  const { ofType, ofLiquid, ofPayload, variables } = checkJob(type, payload, registry)
  // What is nested too deep to be stored has been refused, and could not be measured.
  const bytes = ofRequest.length + ofPayload.length === 0 ? Buffer.byteLength(JSON.stringify(body)) : 0
  if (bytes > TEMPLATE_LIMITS.bodyBytes) ofRequest.push({ pointer: '/body', detail: `has ${inWords(bytes)} bytes of JSON; at most ${inWords(TEMPLATE_LIMITS.bodyBytes)} are taken: store what is large elsewhere and send a reference` })

  const faults = [...ofRequest, ...ofType, ...ofLiquid, ...ofPayload]
  if (faults.length === 0) return { id, name, description, body, variables }
  const kinds: Array<[ErrorCode, Fault[]]> = [['unknown_type', ofType], ['invalid_template', ofLiquid], ['invalid_payload', ofPayload]]
  throw invalidRequest(faults, kinds.find(([, some]) => some.length === faults.length)?.[0])
}

const inWords = (count: number) => count.toLocaleString('en')

interface CheckedJob {
  readonly ofType: Fault[]
  readonly ofLiquid: Fault[]
  readonly ofPayload: Fault[]
  readonly variables: string[]
}

/** A payload with Liquid is checked when it is used: only then is there something that could fit its type. */
function checkJob(type: unknown, payload: unknown, registry: Parts['registry']): CheckedJob {
  const checked: CheckedJob = { ofType: [], ofLiquid: [], ofPayload: storableFaults(payload, '/body/payload'), variables: [] }
  let fits: Fault[] = []
  try {
    if (typeof type === 'string' && type.length <= LIMITS.name) fits = registry.validate(type, payload, '/body/payload')
  } catch (error) {
    if (!isDulyError(error, 'unknown_type')) throw error
    checked.ofType.push({ pointer: '/body/type', detail: error.message })
  }
  if (checked.ofPayload.length > 0) return checked

  try {
    const { faults, variables, sources } = parsePayload(payload)
    checked.ofLiquid.push(...faults.map(({ pointer, detail }) => ({ pointer: `/body/payload${pointer}`, detail })))
    checked.variables.push(...variables)
    if (faults.length === 0 && sources.size === 0) checked.ofPayload.push(...fits)
  } catch (error) {
    if (!(error instanceof TooCostly)) throw error
    checked.ofLiquid.push({ pointer: '/body/payload', detail: `${error.message}: make its Liquid simpler` })
  }
  return checked
}
