/** The log: JSON lines of fields plus a short constant sentence; coloured lines on a terminal. */
import { createRequire } from 'node:module'
import type { Logger } from 'pino'

export type { Logger }

const require = createRequire(import.meta.url)

/** Payloads and credentials never reach the log, wherever they hang. */
const REDACT = ['payload', '*.payload', 'SUPABASE_KEY', '*.SUPABASE_KEY', 'DATABASE_URL', 'REDIS_URL', 'SMTP_URL', 'API_KEYS', 'headers.authorization', 'headers["x-api-key"]', 'headers.cookie', '*.headers.authorization', '*.headers["x-api-key"]', '*.headers.cookie']

/** Loads its library with the first log: a process that may never write one starts without. @param name - Of the process: api, worker, sync. */
export function createLog(name: string, level: string): Logger {
  const { pino } = require('pino') as typeof import('pino')
  const options = { name, level, redact: { paths: REDACT, censor: '[redacted]' } }
  if (process.stdout.isTTY) {
    return pino({ ...options, transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' } } })
  }
  // Written at once: with a buffer, a process whose reader was killed never ends, since it flushes for ever at its exit.
  return pino(options, pino.destination({ dest: 1, sync: true }))
}
