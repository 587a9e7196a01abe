/**
 * The configuration: one schema gives the type, the default, the limits and the documentation.
 * Nothing else reads `process.env`; `.env.example` and the README's table are compared with it by a test.
 */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Static } from 'typebox'
import { type ApiKey, parseApiKeys } from './api-keys.js'
import { DurationError, parseDuration } from './duration.js'
import { ENDED } from './job.js'
import { isLoopback } from './loopback.js'
import { ANY_ORIGIN, parseOrigins } from './origins.js'
import { Type } from './schema.js'

const ms = (description: string, options: { default: number; minimum: number; maximum?: number }) =>
  Type.Integer({ maximum: 2 ** 31 - 1, ...options, description: `${description} (ms)` })

const keep = (description: string, defaultValue: string) => Type.String({ default: defaultValue, minLength: 1, description: `${description}: 7d, 12h, 90m and so on, or forever` })

const Url = (scheme: string, description: string) => Type.Optional(Type.String({ pattern: `^(${scheme})://.+`, description }))

export const Env = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', minLength: 1, description: 'Address the API listens on; one that others can reach needs API_KEYS' }),
  PORT: Type.Integer({ default: 3000, minimum: 0, maximum: 65_535, description: 'Port the API listens on; 0 takes a free one' }),
  API_KEYS: Type.String({ default: '', description: 'Who may call: name:scope:secret, separated by commas or spaces, with the scope read, write or admin; npm run api-key makes one. Only this machine may call if empty' }),
  CORS_ORIGINS: Type.String({ default: '', description: 'Origins whose web pages may call, separated by commas or spaces; * for all of them, with API_KEYS only; none if empty' }),
  RATE_LIMIT_PER_MINUTE: Type.Integer({ default: 0, minimum: 0, maximum: 1_000_000_000, description: 'Requests that a key (without keys: an address) may make within a minute, to each API process; 0 for no limit' }),
  DATA_DIR: Type.String({ default: '.data', minLength: 1, description: 'Folder for everything that is kept locally: database, Redis, files, captured mail' }),
  FILES_ROOT: Type.Optional(Type.String({ minLength: 1, description: 'Folder that handlers read and write in; DATA_DIR/files if not set' })),
  HANDLERS_DIR: Type.Optional(Type.String({ minLength: 1, description: 'Folder with handlers of your own (.js, .mjs)' })),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], { default: 'info', description: 'Least severe level that is logged: fatal, error, warn, info, debug, trace, silent' }),

  SUPABASE_URL: Url('https?', 'Your Supabase project; npm start runs a local one if not set'),
  SUPABASE_KEY: Type.Optional(Type.String({ minLength: 1, description: 'Secret (service_role) key of the project' })),
  DATABASE_URL: Url('postgres(ql)?', 'Direct connection to Postgres: the fast lane, used instead of SUPABASE_URL; needed by npm run migrate'),
  DATABASE_POOLER: Type.Boolean({ default: false, description: 'DATABASE_URL leads through a pooler in transaction mode: no prepared statements' }),
  STORE_TIMEOUT_MS: ms('Longest a call to the store may take', { default: 10_000, minimum: 100 }),
  REDIS_URL: Url('rediss?', 'Redis or Valkey; npm start runs one if not set'),
  REDIS_CLUSTER: Type.Boolean({ default: false, description: 'REDIS_URL names a node of a Redis Cluster' }),
  REDIS_PREFIX: Type.String({ default: 'duly', pattern: '^[A-Za-z0-9_.:-]+$', description: 'Start of every Redis key' }),

  WORKER_CONCURRENCY: Type.Integer({ default: 10, minimum: 1, maximum: 10_000, description: 'Jobs that one worker process runs at once' }),
  WORKER_QUEUES: Type.String({ default: '', pattern: '^[A-Za-z0-9_.:, -]*$', description: 'Queues that the worker serves, separated by commas; all if empty' }),
  ISOLATE_PROCESSES: Type.Integer({ default: 2, minimum: 1, maximum: 1_000, description: 'Processes that one worker runs jobs of isolated types in, one job each; they start when there is such a job' }),
  ISOLATE_MEMORY_MB: Type.Integer({ default: 2_048, minimum: 256, maximum: 1_048_576, description: 'Most memory of a process for isolated jobs, in MB; one that takes more is killed, and its attempt fails' }),
  POLL_INTERVAL_MS: ms('The worker looks at the timeline at least this often; the safety net under exact wake-ups', { default: 5_000, minimum: 10 }),
  LEASE_MS: ms('A worker that is silent for this long is dead; it beats every fifth of it', { default: 15_000, minimum: 500 }),
  SWEEP_INTERVAL_MS: ms('How often each worker repairs the timeline', { default: 5_000, minimum: 50 }),
  SWEEP_GRACE_MS: ms('A pending job that is overdue by more than this is put back into the timeline', { default: 10_000, minimum: 0 }),
  TIMELINE_WINDOW_MS: ms('Only jobs due within this time are in Redis', { default: 3_600_000, minimum: 1_000 }),
  SHUTDOWN_GRACE_MS: ms('Running jobs may finish within this time when the worker stops', { default: 8_000, minimum: 0 }),
  KEEP_COMPLETED: keep('How long completed jobs stay', '7d'),
  KEEP_FAILED: keep('How long failed jobs stay', '30d'),
  KEEP_CANCELLED: keep('How long cancelled jobs stay', '7d'),

  SMTP_URL: Url('smtps?', 'Mail server; without it each mail is kept as a file in DATA_DIR/outbox'),
  MAIL_FROM: Type.String({ default: 'Duly <duly@localhost>', minLength: 3, description: 'Sender of every mail' })
})
type Env = Static<typeof Env>

/** A hundred years: whoever wants longer wants it for ever. */
const LONGEST_KEEP_MS = 36_500 * 86_400_000

export interface Config extends Readonly<Omit<Env, 'API_KEYS'>> {
  /** Absolute, as all paths here. */
  readonly DATA_DIR: string
  readonly FILES_ROOT: string
  /** Names in WORKER_QUEUES; empty means all. */
  readonly queues: readonly string[]
  /** Of API_KEYS, as digests: the text itself is not kept. Empty means that there are none. */
  readonly apiKeys: readonly ApiKey[]
  /** Of CORS_ORIGINS; empty means none. */
  readonly corsOrigins: readonly string[]
  /** Of KEEP_COMPLETED and its like: for how long jobs that have ended stay, in ms; null is for ever. */
  readonly keep: Readonly<Record<(typeof ENDED)[number], number | null>>
}

/** What `npm start` writes to `DATA_DIR/endpoints.json`, so that sync, migrate, api and worker find its Redis and Supabase. */
export type Endpoints = Partial<Pick<Env, 'SUPABASE_URL' | 'SUPABASE_KEY' | 'REDIS_URL'>>

export const endpointsFile = (dataDir: string) => join(dataDir, 'endpoints.json')

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  constructor(problems: readonly string[]) {
    super(`invalid configuration:\n  ${problems.join('\n  ')}`)
  }
}

/** A process that serves jobs needs both stores; a script may need one of them. `port`: it opens HOST, which others may reach. */
export type Need = 'store' | 'redis' | 'database' | 'port'

/** What the services need. */
export const STORES: readonly Need[] = ['store', 'redis']

/**
 * Reads the environment once, at start; where it is silent, what a running `npm start` left in `DATA_DIR/endpoints.json`.
 * An empty variable counts as not set.
 *
 * @throws {ConfigError} Naming every wrong or missing variable, never its value.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>, needs: readonly Need[] = STORES): Config {
  const given = known(env)
  const dataDir = resolve(typeof given.DATA_DIR === 'string' ? given.DATA_DIR : '.data')
  const found = readEndpoints(dataDir)
  // The local Supabase is one thing: an address from the environment never meets the local key, nor the reverse.
  const local = given.SUPABASE_URL || given.SUPABASE_KEY || given.DATABASE_URL ? { REDIS_URL: found.REDIS_URL } : found
  const candidate: Record<string, unknown> = { ...DEFAULTS, ...parse({ ...known(local), ...given }) }

  const problems = new Map<string, string>()
  for (const [variable, value] of Object.entries(candidate)) {
    const fault = faultOf(value, VARIABLES[variable]!)
    if (fault) problems.set(variable, fault)
  }
  for (const variable of ADDRESSES) {
    const address = (candidate as Partial<Env>)[variable]
    if (address !== undefined && !problems.has(variable) && !isAddress(address)) problems.set(variable, UNREADABLE)
  }
  const has = (name: keyof Env) => Boolean((candidate as Partial<Env>)[name])
  if (has('SUPABASE_URL') !== has('SUPABASE_KEY') && !has('DATABASE_URL')) {
    problems.set(has('SUPABASE_URL') ? 'SUPABASE_KEY' : 'SUPABASE_URL', 'is missing: SUPABASE_URL and SUPABASE_KEY go together')
  } else if (needs.includes('store') && !has('DATABASE_URL') && !has('SUPABASE_URL')) {
    problems.set('SUPABASE_URL', 'is missing: set SUPABASE_URL and SUPABASE_KEY, or DATABASE_URL, or run npm start, which brings a local one')
  }
  if (needs.includes('database') && !has('DATABASE_URL')) {
    problems.set('DATABASE_URL', 'is missing: the connection string of the database, for a Supabase project under Settings > Database')
  }
  if (needs.includes('redis') && !has('REDIS_URL')) {
    problems.set('REDIS_URL', 'is missing: set it, or run npm start, which brings a local one')
  }
  const { API_KEYS, ...valid } = candidate as Env
  const { keys, faults: ofKeys } = parseApiKeys(String(API_KEYS))
  if (ofKeys.length > 0) problems.set('API_KEYS', ofKeys.join('; '))
  const { origins, faults: ofOrigins } = parseOrigins(String(valid.CORS_ORIGINS))
  if (origins.includes(ANY_ORIGIN) && !has('API_KEYS')) ofOrigins.push('* is for an API with API_KEYS: without them any web page could do everything')
  if (ofOrigins.length > 0) problems.set('CORS_ORIGINS', ofOrigins.join('; '))
  if (needs.includes('port') && !has('API_KEYS') && !problems.has('HOST') && !isLoopback(valid.HOST)) {
    problems.set('HOST', 'is an address that others can reach, and there are no API_KEYS: anybody could do everything. Make a key with "npm run api-key -- <name> admin" and put what it prints into API_KEYS, or set HOST=127.0.0.1')
  }
  const kept = Object.fromEntries(ENDED.map((status) => [status, readKeep(`KEEP_${status.toUpperCase()}` as KeepVariable, valid, problems)])) as Config['keep']
  if (problems.size > 0) throw new ConfigError([...problems].map(([variable, message]) => `${variable} ${message}`))

  return Object.freeze({
    ...valid,
    DATA_DIR: dataDir,
    FILES_ROOT: resolve(valid.FILES_ROOT ?? join(dataDir, 'files')),
    ...(valid.HANDLERS_DIR && { HANDLERS_DIR: resolve(valid.HANDLERS_DIR) }),
    queues: Object.freeze(valid.WORKER_QUEUES.split(',').map((name) => name.trim()).filter(Boolean)),
    apiKeys: Object.freeze(keys),
    corsOrigins: Object.freeze(origins),
    keep: Object.freeze(kept)
  })
}

const ADDRESSES = ['SUPABASE_URL', 'DATABASE_URL', 'REDIS_URL', 'SMTP_URL'] as const
const UNREADABLE = 'is no address that can be read: in a user name or password, "/", "?", "#", "[" and "%" are written as %2F, %3F, %23, %5B and %25'

/** Found out here: the error of whoever opens it would show the whole of it. That of Postgres may list several hosts. */
const isAddress = (address: string): boolean => URL.canParse(address.replace(/,[^@/?#]*(?=[/?#]|$)/, ''))

/** The keywords that {@link Env} uses. */
interface Variable {
  readonly type?: 'string' | 'integer' | 'boolean'
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly pattern?: string
}

const VARIABLES: Readonly<Record<string, Variable>> = Env.properties
const DEFAULTS = Object.fromEntries(Object.entries(VARIABLES).flatMap(([name, schema]) => ('default' in schema ? [[name, schema.default]] : [])))

/** Variables of ours that are set: an empty one is not. */
const known = (given: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(given).filter(([name, value]) => Object.hasOwn(VARIABLES, name) && value !== undefined && !(typeof value === 'string' && value.trim() === '')))

/** Text becomes what its schema asks for, if it says exactly that; else it stays text, and the check complains: `1.5` is no port. */
function parse(given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const type = VARIABLES[name]?.type
      if (type === 'integer' && typeof value === 'string' && /^-?\d+$/.test(value.trim())) return [name, Number(value)]
      if (type === 'boolean' && (value === 'true' || value === 'false')) return [name, value === 'true']
      return [name, value]
    })
  )
}

/** Every process asks this at its start, and a library that checks schemas takes ten times as long to load as all else here. @returns Words without the value: it may be a password. */
function faultOf(value: unknown, { type = 'string', enum: words, minimum = -Infinity, maximum = Infinity, minLength = 0, pattern }: Variable): string | undefined {
  if (type === 'integer') return Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum ? undefined : `must be a whole number from ${minimum} to ${maximum}`
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : 'must be true or false'
  if (typeof value !== 'string') return 'must be text'
  if (words) return words.includes(value) ? undefined : `must be one of ${words.join(', ')}`
  if (value.length < minLength) return `must have at least ${minLength} characters`
  return pattern === undefined || new RegExp(pattern, 'u').test(value) ? undefined : `must match ${pattern}`
}

type KeepVariable = `KEEP_${Uppercase<(typeof ENDED)[number]>}`

/** @returns ms, or null for ever. */
function readKeep(variable: KeepVariable, given: Readonly<Record<KeepVariable, string>>, problems: Map<string, string>): number | null {
  const text = String(given[variable]).trim()
  if (text === 'forever') return null
  try {
    return parseDuration(/^\d{1,15}$/.test(text) ? Number(text) : text, LONGEST_KEEP_MS)
  } catch (error) {
    if (!(error instanceof DurationError)) throw error
    problems.set(variable, `${error.message}, or forever`)
    return null
  }
}

function readEndpoints(dataDir: string): Endpoints {
  try {
    return Object(JSON.parse(readFileSync(endpointsFile(dataDir), 'utf8'))) as Endpoints
  } catch {
    return {} // nothing was started here, or it is being written: the checks above say what is missing
  }
}
