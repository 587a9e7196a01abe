/** What a route may say of itself beyond Fastify's own schema, for the description of the API. */
import type { HeaderName } from './parts.js'

/** Named examples: `{ order_reminder: {...} }`. The name is shown as "Order reminder". */
export type Named = Readonly<Record<string, unknown>>

/** By place: `body`, a status, or a status and a media type (`'200 text/csv'`) where an answer has several. */
export interface Examples {
  readonly body?: Named
  readonly [status: number]: Named
  readonly [answer: `${number} ${string}`]: Named
}

declare module 'fastify' {
  interface FastifySchema {
    /** One at least for the body and for each answer that is no problem. */
    examples?: Examples
    /** Headers of an answer that its caller may need; `X-Request-Id` and `Retry-After` are added by themselves. */
    answerHeaders?: Readonly<Record<number, readonly HeaderName[]>>
  }
}
