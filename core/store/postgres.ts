/** The fast lane: the SQL functions over a direct connection. */
import { createRequire } from 'node:module'
import type Postgres from 'postgres'
import { type FunctionName, FUNCTIONS, type SqlType } from './functions.js'
import { CallError, failureOf, type Transport } from './transport.js'

const require = createRequire(import.meta.url)

/** `select public.f(p_a => $1::uuid, ...) as answer`, for each function, made once. */
const STATEMENTS = Object.fromEntries(
  Object.entries(FUNCTIONS).map(([name, args]) => {
    const list = Object.entries(args).map(([argument, type], i) => `${argument} => $${i + 1}::${type}`)
    return [name, `select public.${name}(${list.join(', ')}) as answer`]
  })
) as Record<FunctionName, string>

/** Between two tries to listen again, in seconds. */
const LISTEN_AGAIN_S = 1

type ArrayType = Extract<SqlType, `${string}[]`>

/** Numbers of the array types, the same in every Postgres. */
const ARRAYS: Record<ArrayType, number> = { 'uuid[]': 2951, 'text[]': 1009, 'integer[]': 1007, 'bigint[]': 1016, 'double precision[]': 1022, 'timestamptz[]': 1185 }

/**
 * How arrays are written. The library would ask each new connection for that (`fetch_types`), in a call that nobody waits
 * for: when the connection is lost in that moment, its rejection is unhandled and ends the process.
 */
const types = Object.fromEntries(Object.entries(ARRAYS).map(([name, to]) => [name, { to, from: [], serialize: arrayLiteral, parse: (text: string) => text }]))

const ESCAPED = /[\\"]/
const ESCAPED_ALL = /[\\"]/g

function arrayLiteral(values: ReadonlyArray<string | number | null>): string {
  let text = ''
  for (let i = 0; i < values.length; i++) { // by index: an iterator of entries takes three times as long
    const value = values[i]!
    if (i > 0) text += ','
    if (value === null) text += 'null'
    else if (typeof value === 'number') text += value
    else text += `"${ESCAPED.test(value) ? value.replace(ESCAPED_ALL, '\\$&') : value}"` // hardly any has one: to look is cheaper than to replace
  }
  return `{${text}}`
}

/**
 * @param options.max - Connections in the pool.
 * @param options.pooler - The address is that of a pooler in transaction mode, which gives each call another session: nothing is prepared.
 */
export function postgresTransport(databaseUrl: string, options: { readonly max: number; readonly pooler?: boolean }): Transport {
  const postgres = require('postgres') as typeof Postgres // here: who has no DATABASE_URL starts without
  const listeners: Postgres.Sql[] = []
  const connect = () =>
    postgres(databaseUrl, {
      max: options.max,
      onnotice: () => {},
      types,
      fetch_types: false,
      connect_timeout: 5,
      backoff: false, // the callers pace themselves
      connection: { application_name: 'duly' }
    })
  let sql = connect()

  /** A connection behind which nobody answers never settles its queries, so after a timeout the next calls get new ones. */
  const renew = (timedOut: Postgres.Sql) => {
    if (timedOut !== sql) return
    sql = connect()
    void timedOut.end({ timeout: 5 })
  }

  return {
    call(name, args, signal) {
      const current = sql
      const values = Object.keys(FUNCTIONS[name]).map((argument) => args[argument as keyof typeof args])
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(new CallError('unknown', 'timeout', 'no time left'))
        const onAbort = () => {
          reject(new CallError('unknown', 'timeout', 'no answer in time'))
          renew(current)
        }
        signal.addEventListener('abort', onAbort, { once: true })
        current
          .unsafe<[{ answer: unknown }]>(STATEMENTS[name], values as never[], { prepare: !options.pooler })
          .then(
            (rows) => resolve(rows[0].answer),
            (error: unknown) => reject(toCallError(error, postgres.PostgresError))
          )
          .finally(() => signal.removeEventListener('abort', onAbort))
      })
    },
    ...(!options.pooler && {
      listen(channel, onWord) {
        const listener = postgres(databaseUrl, { max: 1, fetch_types: false, connect_timeout: 5, backoff: () => LISTEN_AGAIN_S, connection: { application_name: 'duly listens' } })
        listeners.push(listener)
        listener.listen(channel, onWord, onWord).catch(() => {}) // the library tries again, for ever
      }
    }),
    close: async () => void (await Promise.all([sql, ...listeners].map((each) => each.end({ timeout: 1 }))))
  }
}

function toCallError(error: unknown, PostgresError: typeof Postgres.PostgresError): CallError {
  if (error instanceof PostgresError) return new CallError(failureOf(error.code), error.code, error.message, error.detail, error)
  const { code, message } = error as { code?: string; message: string }
  return new CallError('unknown', code ?? 'error', message, null, error)
}
