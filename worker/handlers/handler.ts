/** What a handler is: the code of one job type, and the words in which it says what happened. */
import type { Logger } from 'pino'
import type Type from 'typebox'
import type { Static } from 'typebox'
import type { Fault } from '../../core/errors.js'
import type { ClaimedJob } from '../../core/job.js'

/** Ends an attempt in another way than "completed" (return anything else) or "failed, try again" (throw). */
export type Verdict =
  /** Not yet: run again in `delayMs`; the attempt is not counted. */
  | { readonly verdict: 'snooze'; readonly delayMs: number }
  /** Failed, and the handler knows better than the backoff when to try again; the attempt is counted. */
  | { readonly verdict: 'retry_after'; readonly delayMs: number; readonly reason: string }
  /** Failed, and trying again would be useless. */
  | { readonly verdict: 'give_up'; readonly reason: string }

const VERDICT = Symbol('duly.verdict')
const verdict = <V extends Verdict>(value: V): V => Object.defineProperty(value, VERDICT, { value: true })

/** Told apart from a result that happens to look the same by a mark that JSON cannot carry. */
export const isVerdict = (value: unknown): value is Verdict => typeof value === 'object' && value !== null && VERDICT in value

export const snooze = (delayMs: number): Verdict => verdict({ verdict: 'snooze', delayMs })
export const retryAfter = (delayMs: number, reason: string): Verdict => verdict({ verdict: 'retry_after', delayMs, reason })
export const giveUp = (reason: string): Verdict => verdict({ verdict: 'give_up', reason })

/** Read what you need from it by name: `signal` and `log` are made on demand, so a copy with `...` lacks them. */
export interface HandlerContext<Payload = unknown> {
  readonly job: ClaimedJob
  readonly payload: Payload
  /** Fires on timeout, when the job is no longer ours, and at the end of the shutdown grace; its reason says which. Pass it to whatever waits. */
  readonly signal: AbortSignal
  /** Carries job_id, type and attempt. */
  readonly log: Logger
  /** Call it before each effect outside. @throws {Error} When this worker may have lost the job to another. */
  readonly assertOwned: () => void
  /** The verdicts, so that a handler outside this package needs no import. */
  readonly snooze: typeof snooze
  readonly retryAfter: typeof retryAfter
  readonly giveUp: typeof giveUp
}

export interface Handler<Payload = unknown> {
  /** Job types that it runs: one name, or several for the same code. */
  readonly type: string | readonly string[]
  /** JSON Schema of the payload. The API checks it before a job is stored, the worker before each attempt (SQL bypasses the API). */
  readonly payload: object
  readonly timeout_ms?: number
  /** Runs in a process of its own: for code that may block the event loop, use much memory, or crash. */
  readonly isolate?: boolean
  /** One sentence for people. */
  readonly description?: string
  /** Rules that JSON Schema cannot say; asked only about a payload that fits the schema. Pointers start at the payload. */
  check?(payload: Payload): Fault[]
  /** @returns The result that is stored with the job (JSON), or a verdict. A thrown error means: try again. */
  run(context: HandlerContext<Payload>): Promise<unknown>
  /** Releases what `run` keeps between jobs, such as connections. Called when the process ends. */
  close?(): Promise<void> | void
}

/** Job types that a handler runs. */
export const namesOf = (handler: Handler): readonly string[] => [handler.type].flat()

/** Closes each handler once, however often it is named. One that fails stops no other. */
export async function closeAll(handlers: Iterable<Handler>): Promise<void> {
  await Promise.allSettled([...new Set(handlers)].map(async (handler) => handler.close?.()))
}

/** What the built-in handlers need from the process that runs them. */
export interface HandlerDeps {
  /** Every path in a payload lies inside this folder. Absolute. */
  readonly filesRoot: string
  /** Without `smtpUrl` each mail is kept as a file in `outboxDir`. */
  readonly mail: { readonly smtpUrl: string | undefined; readonly from: string; readonly outboxDir: string }
}

/** Types `run`'s payload by its TypeBox schema. */
export function defineHandler<T extends Type.TSchema>(
  handler: Omit<Handler<Static<T>>, 'payload'> & { readonly payload: T }
): Handler<Static<T>> {
  return handler
}
