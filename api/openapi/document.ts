/** As much of OpenAPI 3.1 as the description of this API has. */

export interface Document {
  openapi: string
  info: { title: string; version: string; [field: string]: unknown }
  tags?: Array<{ name: string; description?: string }>
  paths: Record<string, Partial<Record<Method, Operation>>>
  components: { schemas: Record<string, Schema>; [kind: string]: Record<string, unknown> }
}

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const
export type Method = (typeof METHODS)[number]

export interface Operation {
  operationId?: string
  summary?: string
  description?: string
  tags?: string[]
  security?: Array<Record<string, string[]>>
  parameters?: Parameter[]
  requestBody?: { required?: boolean; content: Record<string, Media> }
  responses: Record<string, Answer>
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  description?: string
  schema: Schema
  example?: unknown
}

export interface Answer {
  description: string
  headers?: Record<string, { $ref: string }>
  content?: Record<string, Media>
}

export interface Media {
  schema: Schema
  examples?: Record<string, Example | { $ref: string }>
}

export interface Example {
  summary: string
  value: unknown
}

export type Schema = Record<string, unknown>

export interface Place {
  method: Method
  path: string
  operation: Operation
}

/** Every operation with its method and its path, in the order of the document. */
export function operationsOf({ paths }: Pick<Document, 'paths'>): Place[] {
  return Object.entries(paths).flatMap(([path, item]) => METHODS.flatMap((method) => (item[method] ? [{ method, path, operation: item[method] }] : [])))
}
