/** The default transport: the SQL functions through supabase-js and PostgREST. */
import { createClient } from '@supabase/supabase-js'
import WebSocket from 'ws'
import { CallError, type CallFailure, failureOf, type Transport } from './transport.js'

export function supabaseTransport(url: string, key: string): Transport {
  const client = createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    realtime: { transport: WebSocket as never } // never opened, but Node 20 has none of its own and supabase-js asks
  })

  return {
    async call(name, args, signal) {
      const { data, error, status } = await client.rpc(name, args).abortSignal(signal)
      if (error) throw new CallError(meaning(error.code, status), error.code || String(status), error.message, error.details)
      return data as unknown
    },
    close: async () => {}
  }
}

/** A status of 0 is no answer at all; 5xx, 429 and `SUP` say nothing about whether the function ran. */
function meaning(code: string, status: number): CallFailure {
  const failure = failureOf(code)
  if (failure === 'unknown' && (status === 401 || status === 403)) return 'outdated'
  return failure
}
