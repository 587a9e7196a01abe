/** `Idempotency-Key`: a request that is sent again makes nothing more. */
import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Idempotency } from '../core/store/index.js'
import { invalidRequest } from './plugins/problems.js'

/** Visible ASCII, as a header carries it unchanged. */
const KEY = /^[\x21-\x7e]{1,255}$/

export const IdempotencyHeader = Type.Object({
  'idempotency-key': Type.Optional(Type.String({ description: '1 to 255 visible ASCII characters: a second request with the same key makes nothing, and is answered with what the first has made' }))
})

/** @returns Undefined when the request has no key. @throws {DulyError} `invalid_request` */
export function idempotencyOf(request: FastifyRequest): Idempotency | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key !== 'string' || !KEY.test(key)) throw invalidRequest([{ pointer: 'Idempotency-Key', detail: 'must be 1 to 255 visible ASCII characters without spaces, such as a UUID' }])
  const asked = JSON.stringify([request.method, request.routeOptions.url, request.params, request.body])
  return { scope: request.caller.name, key, requestHash: createHash('sha256').update(asked).digest('base64url') }
}
