/** The default transport: the SQL functions through supabase-js and PostgREST. */
import { createRequire } from 'node:module'
import { CallError, type CallFailure, failureOf, type Transport } from './transport.js'

const require = createRequire(import.meta.url)

/** Never opened, but Node 20 has none of its own and supabase-js asks for one. */
class NoWebSocket {}

export function supabaseTransport(url: string, key: string): Transport {
  const { createClient } = require('@supabase/supabase-js') as typeof import('@supabase/supabase-js') // here: who has a DATABASE_URL starts without
  const client = createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    realtime: { transport: NoWebSocket as never },
    global: { fetch: fetchMeaning }
  })

  return {
    async call(name, args, signal) {
      const { data, error, status } = (await client.rpc(name, args).abortSignal(signal)) as { data: unknown; error: Refusal | null; status: number }
      // Every function answers with an object or an array, so any other success came from somewhere in between.
      const succeeded = status >= 200 && status < 300
      if (succeeded && (typeof data !== 'object' || data === null)) throw new CallError('unknown', String(status), 'a success without an answer')
      if (error) {
        const code = String(error.code || status)
        throw new CallError(meaning(code, status), code, String(error.message), error.details ? String(error.details) : null)
      }
      return data
    },
    close: async () => {}
  }
}

/** As PostgREST writes it; a gateway may leave out any of it, and write a code as a number. */
interface Refusal {
  readonly code?: string | number
  readonly message?: string
  readonly details?: string | null
}

/** A status of 0 is no answer at all; 5xx, 429 and `SUP` say nothing about whether the function ran. */
function meaning(code: string, status: number): CallFailure {
  const failure = failureOf(code)
  if (failure !== 'unknown') return failure
  if (status === 401 || status === 403) return 'forbidden'
  if (status === 413) return 'invalid'
  return failure
}

/**
 * A refusal that is no JSON object is not from PostgREST or the key check before it, but from something in between (the
 * page of a CDN, an empty body of a load balancer): it becomes a 502, which says that nobody knows. Also, supabase-js
 * takes a 404 with an empty body or an array for a success. A 413 speaks for itself.
 */
async function fetchMeaning(...request: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...request)
  if (response.ok) return response
  const { status } = response
  const body = await response.text()
  if (isObject(body)) return new Response(body, { status })
  const type = response.headers.get('content-type') ?? 'no type'
  const message = status === 413 ? 'the request is too large for what stands before the database' : `HTTP ${status} without a reason (${body.length} characters, ${type})`
  return Response.json({ code: `HTTP ${status}`, message }, { status: status === 413 ? 413 : 502 })
}

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
