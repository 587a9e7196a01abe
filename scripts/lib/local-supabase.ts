/** A local Supabase in a child process, from the side of its parent. The other side is `scripts/local-supabase.ts`. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { compiled } from './compiled.js'
import type { Keys } from './supabase-engine.js'
import type { Running } from './supervisor.js'

export type { Keys }

export interface PgliteEngine {
  readonly folder: string
  /** How long to wait for another that has the folder open and is about to end; 0 if not given. */
  readonly waitMs?: number
}

export interface Start {
  readonly engine: PgliteEngine | { readonly databaseUrl: string }
  readonly keys: Keys
  /** 0 takes a free one. */
  readonly port: number
}

export type ToChild = { readonly sql: { readonly id: number; readonly text: string; readonly parameters: unknown[] } }

export type FromChild =
  | { readonly log: string }
  | { readonly ready: { readonly port: number; readonly applied: string[] } }
  | { readonly failed: string }
  | { readonly answer: { readonly id: number; readonly rows?: unknown[]; readonly error?: string } }

/** `stop` closes the database before the process ends. */
export interface LocalSupabase extends Running {
  readonly url: string
  readonly keys: Keys
  /** Migrations that this start has applied. */
  readonly applied: string[]
  readonly pid: number
  /** As superuser, for assertions of tests. */
  sql(text: string, parameters?: unknown[]): Promise<Array<Record<string, unknown>>>
}

const STOP_MS = 10_000

/**
 * Starts it and waits until it answers. It closes its database and ends when this process does, also after a kill -9.
 *
 * @throws {Error} When it cannot start: the folder is in use, the port is taken, a migration fails.
 */
export async function startLocalSupabase(start: Start, options: { readonly log?: (line: string) => void; readonly signal?: AbortSignal } = {}): Promise<LocalSupabase> {
  const { log = () => {}, signal } = options
  const child = fork(compiled('scripts/local-supabase'), { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], detached: true, execArgv: [], serialization: 'advanced' })
  const ended = once(child, 'exit').then((end) => (end[1] ? `ended by ${end[1]}` : `exit code ${end[0]}`))
  const waiting = new Map<number, (answer: { rows?: unknown[]; error?: string }) => void>()
  let calls = 0

  const ready = new Promise<{ port: number; applied: string[] }>((resolve, reject) => {
    child.on('message', (message: FromChild) => {
      if ('log' in message) log(message.log)
      else if ('ready' in message) resolve(message.ready)
      else if ('failed' in message) reject(new Error(`the local Supabase does not start: ${message.failed}`))
      else waiting.get(message.answer.id)?.(message.answer)
    })
    child.on('error', reject)
    void ended.then((how) => {
      reject(new Error(`the local Supabase does not start: ${how}`))
      for (const answer of waiting.values()) answer({ error: `the local Supabase has ended: ${how}` })
    })
  })
  child.send(start)

  const stop = async () => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await ended
    clearTimeout(timer)
  }
  const giveUp = () => void stop()
  signal?.addEventListener('abort', giveUp)
  try {
    const { port, applied } = await ready
    return {
      url: `http://127.0.0.1:${port}`,
      keys: start.keys,
      applied,
      pid: child.pid as number,
      ended,
      stop,
      async sql(text, parameters = []) {
        const id = ++calls
        const { rows, error } = await new Promise<{ rows?: unknown[]; error?: string }>((resolve) => {
          waiting.set(id, resolve)
          child.send({ sql: { id, text, parameters } } satisfies ToChild)
        })
        waiting.delete(id)
        if (error !== undefined) throw new Error(error)
        return rows as Array<Record<string, unknown>>
      }
    }
  } catch (error) {
    await stop()
    throw error
  } finally {
    signal?.removeEventListener('abort', giveUp)
  }
}
