/** What a template is: a job without its times, written once and used often. */
import type { Static } from 'typebox'
import { Type } from './schema.js'

export const TEMPLATE_LIMITS = {
  /** Longest name, in characters. */
  name: 100,
  /** Longest description, in characters. */
  description: 1_000,
  /** Largest body, in bytes of compact JSON: a list has all templates, whole. */
  bodyBytes: 64 * 1024,
  /** Most templates; `duly_create_template` refuses more. */
  count: 1_000
} as const

/** A row of `duly.job_templates` as every part sees it. */
export const Template = Type.Object({
  id: Type.String({ format: 'uuid', description: 'UUIDv7: sorts by time of creation' }),
  name: Type.String({ description: 'No other template has it' }),
  description: Type.String({ description: 'For people; empty when there is none' }),
  body: Type.Record(Type.String(), Type.Unknown(), { description: 'The fields of a job without its times, as they were given' }),
  variables: Type.Array(Type.String(), { description: 'What the Liquid of the payload uses, such as customer.name' }),
  created_at: Type.String({ format: 'date-time', description: 'When it was stored' }),
  updated_at: Type.String({ format: 'date-time', description: 'When it was last changed' })
})
export type Template = Static<typeof Template>

export type NewTemplate = Omit<Template, 'created_at' | 'updated_at'>
