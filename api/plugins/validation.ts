/** How requests are checked against their schemas: every fault at once, nothing dropped, and strings become numbers only in a query. */
import { Ajv, type ErrorObject, type Options } from 'ajv'
import type { FastifySchemaValidationError } from 'fastify'
import fp from 'fastify-plugin'
import Type from 'typebox'
import { code, limited } from '../../core/error-limit.js'
import type { Fault } from '../../core/errors.js'
import { faultsOf } from '../../core/faults.js'

const OPTIONS: Options = {
  allErrors: true, // safe: no schema here has a pattern that backtracks, and of errors there are only so many
  code,
  verbose: true, // the words of a fault need the value and its schema
  useDefaults: true,
  allowUnionTypes: true,
  validateFormats: false, // ids have a pattern, and instants are read by parseInstant, which says what is wrong
  keywords: ['x-fault']
}

export default fp(
  async (app) => {
    const strict = new Ajv(OPTIONS)
    const coercing = new Ajv({ ...OPTIONS, coerceTypes: true })
    app.setValidatorCompiler(({ schema, httpPart }) => limited((httpPart === 'querystring' ? coercing : strict).compile(schema as object)))
    // A body that is Type.Optional may be left out; validation would be told that it is null.
    app.addHook('preValidation', (request, _reply, done) => {
      if (request.body === undefined && Type.IsOptional(request.routeOptions.schema?.body)) request.body = {}
      done()
    })
  },
  { name: 'validation' }
)

/** Whether an error is the answer of a schema, thrown or attached to the request. */
export const isValidationError = (error: unknown): error is Required<ValidationError> => Array.isArray((error as Partial<ValidationError>).validation)

export interface ValidationError {
  validation?: FastifySchemaValidationError[]
  validationContext?: string
}

/** Every fault of one part of a request, where it is and in words. */
export function faultsOfRequest({ validation = [], validationContext }: ValidationError): Fault[] {
  const faults = faultsOf(validation as ErrorObject[])
  const mark = { querystring: '?', params: ':' }[validationContext ?? '']
  return mark ? faults.map(({ pointer, detail }) => ({ pointer: mark + pointer.slice(1), detail })) : faults
}
