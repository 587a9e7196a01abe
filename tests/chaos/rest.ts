/**
 * A strict stand-in for the hosted REST layer, PostgREST behind a key check, in front of a native Postgres. It knows
 * `POST /rest/v1/rpc/<function>` and nothing else. What it does as PostgREST does:
 *
 * - a call is one transaction of the role service_role, with the search path and the statement timeout of a hosted project
 * - arguments are columns of `json_to_record` over the body, with the types that the function declares
 * - a function that is not there, or not with these arguments, is 404 PGRST202
 * - a set of rows is cut at a thousand
 * - SQLSTATEs become statuses by its table, PTnnn the status nnn
 *
 * It does wrong what it is told to: instead of running a call, or after its commit.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import postgres from 'postgres'
import { sleep } from './wait.js'

/** `answer` comes instead of the call; the others after its commit, but `delay`, after which all goes well. */
export type RestFault =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string; readonly type?: string }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'truncate' }
  | { readonly kind: 'page' }

const HTML = '<!DOCTYPE html><html><head><title>Error</title></head><body>Something went wrong</body></html>'

/** What was seen of hosted projects, by name. */
export const REST_FAULTS = {
  'no schema cache (503 PGRST002)': { kind: 'answer', status: 503, body: pgrst('PGRST002', 'Could not query the database for the schema cache. Retrying.') },
  'no connection (503 PGRST001)': { kind: 'answer', status: 503, body: pgrst('PGRST001', 'Database client error. Retrying the connection.') },
  'gateway timeout (504)': { kind: 'answer', status: 504, body: HTML, type: 'text/html' },
  'statement timeout (500 57014)': { kind: 'answer', status: 500, body: pgrst('57014', 'canceling statement due to statement timeout') },
  'too many requests (429)': { kind: 'answer', status: 429, body: '{"message":"API rate limit exceeded"}' },
  'a page instead of an answer (200)': { kind: 'answer', status: 200, body: HTML, type: 'text/html' },
  'a page after the commit (502)': { kind: 'page' },
  'half of the answer': { kind: 'truncate' },
  'reset after the commit': { kind: 'reset' },
  'slow': { kind: 'delay', ms: 700 }
} as const satisfies Record<string, RestFault>

export interface Rest {
  readonly url: string
  /** Of service_role. */
  readonly key: string
  /** Asked about each call; undefined: it is served. */
  fault: ((name: string) => RestFault | undefined) | undefined
  /** Calls that a fault has met so far. */
  readonly faulty: number
  close(): Promise<void>
}

interface SqlFunction {
  /** Name and type of each argument, in order; the last `defaults` of them may be left out. */
  readonly args: ReadonlyArray<readonly [name: string, type: string]>
  readonly defaults: number
  readonly isSet: boolean
}

const ROW_CAP = 1_000
const STATEMENT_TIMEOUT_MS = 8_000

export async function startRest(databaseUrl: string): Promise<Rest> {
  const key = 'sb_secret_chaos'
  // The role is the connection's and a call one statement, so that no transaction is open when a backend is terminated:
  // the library writes the next statement of such a one to a socket that is gone, and ends this process.
  const connection = { role: 'service_role', search_path: 'public', statement_timeout: STATEMENT_TIMEOUT_MS }
  const sql = postgres(databaseUrl, { max: 20, onnotice: () => {}, backoff: false, connect_timeout: 5, fetch_types: false, connection })
  const functions = await readFunctions(sql)
  const state = { fault: undefined as Rest['fault'], faulty: 0 }

  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy())
  })
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request)
    const name = /^\/rest\/v1\/rpc\/(\w+)$/.exec(request.url ?? '')?.[1]
    if (request.headers.apikey !== key) return send(response, 401, '{"message":"Invalid API key"}')
    if (request.method !== 'POST' || name === undefined) return send(response, 404, pgrst('PGRST125', 'Invalid path specified in request URL'))
    const fault = state.fault?.(name)
    if (fault) state.faulty++
    if (fault?.kind === 'delay') await sleep(fault.ms)
    if (fault?.kind === 'answer') return send(response, fault.status, fault.body, fault.type)
    const answer = await call(sql, functions.get(name), name, body)
    switch (fault?.kind) {
      case 'reset': return void request.socket.resetAndDestroy()
      case 'page': return send(response, 502, HTML, 'text/html')
      case 'truncate':
        response.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(answer.body) })
        return void response.write(answer.body.slice(0, answer.body.length / 2), () => response.destroy())
      default: return send(response, answer.status, answer.body)
    }
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key,
    get fault() {
      return state.fault
    },
    set fault(decide) {
      state.fault = decide
    },
    get faulty() {
      return state.faulty
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await sql.end({ timeout: 1 })
    }
  }
}

/** What PostgREST calls its schema cache. */
async function readFunctions(sql: postgres.Sql): Promise<Map<string, SqlFunction>> {
  const rows = await sql<Array<{ name: string; names: string[] | null; types: string[]; defaults: number; is_set: boolean }>>`
    select p.proname as name, to_json(p.proargnames) as names, p.pronargdefaults as defaults, p.proretset as is_set,
           (select coalesce(json_agg(format_type(t.type, null) order by t.place), '[]') from unnest(p.proargtypes) with ordinality t(type, place)) as types
      from pg_proc p
     where p.pronamespace = 'public'::regnamespace`
  return new Map(rows.map(({ name, names, types, defaults, is_set }) => [name, { args: types.map((type, i) => [names?.[i] ?? '', type] as const), defaults, isSet: is_set }]))
}

interface Answer {
  readonly status: number
  readonly body: string
}

async function call(sql: postgres.Sql, known: SqlFunction | undefined, name: string, body: string): Promise<Answer> {
  let given: Record<string, unknown>
  try {
    given = JSON.parse(body === '' ? '{}' : body) as Record<string, unknown>
  } catch {
    return { status: 400, body: pgrst('PGRST102', 'Empty or invalid json') }
  }
  const names = Object.keys(given)
  const fits = known && names.every((each) => known.args.some(([arg]) => arg === each)) && known.args.slice(0, known.args.length - known.defaults).every(([arg]) => names.includes(arg))
  if (!fits) return { status: 404, body: pgrst('PGRST202', `Could not find the function public.${name}(${names.join(', ')}) in the schema cache`) }
  try {
    const rows = await sql.unsafe<Array<{ answer: string | null }>>(statement(known, name, names), [body])
    const answers = rows.map(({ answer }) => answer ?? 'null')
    return { status: 200, body: known.isSet ? `[${answers.join(',')}]` : (answers[0] ?? 'null') }
  } catch (error) {
    return refusal(error)
  }
}

/** The shape in which PostgREST calls a function: the body is one parameter, and a column of it each argument. */
function statement({ args, isSet }: SqlFunction, name: string, given: readonly string[]): string {
  const used = args.filter(([arg]) => given.includes(arg))
  const columns = used.map(([arg, type]) => `"${arg}" ${type}`).join(', ')
  const list = used.map(([arg]) => `"${arg}" := body."${arg}"`).join(', ')
  const from = used.length > 0 ? `json_to_record($1::text::json) as body(${columns}), lateral` : '(select $1::text) as body,'
  return `select to_json(r)::text as answer from ${from} public."${name}"(${list}) as r${isSet ? ` limit ${ROW_CAP}` : ''}`
}

function refusal(error: unknown): Answer {
  if (!(error instanceof postgres.PostgresError)) return { status: 503, body: pgrst('PGRST000', 'Could not connect with the database due to connection error') }
  const { code, message, detail, hint } = error
  return { status: statusOf(code), body: pgrst(code, message, detail ?? null, hint ?? null) }
}

/** @see https://docs.postgrest.org/en/stable/references/errors.html */
function statusOf(code: string): number {
  if (/^PT\d{3}$/.test(code)) return Number(code.slice(2))
  const exact: Record<string, number> = { 23503: 409, 23505: 409, 25006: 405, '42883': 404, '42P01': 404, '42501': 403, P0001: 400, 53400: 500, '42P17': 500 }
  const byClass: Record<string, number> = { '08': 503, '53': 503, '28': 403, '0L': 403, '0P': 403, '25': 500, '2D': 500, '38': 500, '39': 500, '3B': 500, '40': 500, '54': 500, '55': 500, '57': 500, '58': 500, F0: 500, HV: 500, P0: 500, XX: 500 }
  return exact[code] ?? byClass[code.slice(0, 2)] ?? 400
}

function pgrst(code: string, message: string, details: string | null = null, hint: string | null = null): string {
  return JSON.stringify({ code, message, details, hint })
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function send(response: ServerResponse, status: number, body: string, type = 'application/json; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type }).end(body)
}
