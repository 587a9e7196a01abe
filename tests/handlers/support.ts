/** What the tests of handlers share: a folder of their own, and a worker's way of running a handler. */
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { uuidv7 } from 'uuidv7'
import { test as base } from 'vitest'
import type { ClaimedJob } from '../../core/job.js'
import { giveUp, type HandlerContext, type HandlerDeps, isVerdict, loadRegistry, type Registry, retryAfter, snooze } from '../../worker/handlers/index.js'

export interface Bench {
  /** Empty, removed after the test. */
  readonly dir: string
  readonly filesRoot: string
  /** A path of the machine for one of a payload. */
  file(path: string): string
  registry(mail?: Partial<HandlerDeps['mail']>): Promise<Registry>
  /** Runs a job as a worker does: checks the payload, then runs the handler. */
  run(type: string, payload: unknown, options?: RunOptions): Promise<unknown>
}

export interface RunOptions extends Partial<Omit<HandlerContext, 'job'>> {
  readonly job?: Partial<ClaimedJob>
  readonly registry?: Registry
}

export function jobOf(overrides: Partial<ClaimedJob> = {}): ClaimedJob {
  const at = '2026-01-01T00:00:00.000Z'
  return {
    id: uuidv7(), queue: 'default', type: 'log', payload: {}, priority: 0, scheduled_at: at, run_at: at, attempt: 1, fence: 1,
    max_retries: 3, backoff: null, timeout_ms: null, tags: [], metadata: {}, created_at: at, started_at: at, ...overrides
  }
}

export async function runHandler(registry: Registry, type: string, payload: unknown, { job, ...context }: RunOptions = {}): Promise<unknown> {
  const faults = registry.validate(type, payload)
  if (faults.length > 0) throw new Error(`the payload does not fit: ${JSON.stringify(faults)}`)
  const result = await registry.get(type)?.run({
    job: jobOf({ type, payload, ...job }), payload, signal: new AbortController().signal, log: pino({ level: 'silent' }), assertOwned: () => undefined,
    snooze, retryAfter, giveUp, ...context
  })
  return isVerdict(result) ? { ...result } : result
}

export const test = base.extend<{ bench: Bench }>({
  bench: async ({}, use) => {
    const dir = await realpath(await mkdtemp(join(tmpdir(), 'duly-handlers-')))
    const filesRoot = join(dir, 'files')
    const open: Registry[] = []
    const registry = async (mail: Partial<HandlerDeps['mail']> = {}) => {
      const one = await loadRegistry({ filesRoot, mail: { smtpUrl: undefined, from: 'Duly <duly@example.com>', outboxDir: join(dir, 'outbox'), ...mail } })
      open.push(one)
      return one
    }
    await use({
      dir,
      filesRoot,
      file: (path) => join(filesRoot, path),
      registry,
      run: async (type, payload, { registry: given, ...options } = {}) => runHandler(given ?? await registry(), type, payload, options)
    })
    await Promise.all(open.map((one) => one.close()))
    await rm(dir, { recursive: true, force: true })
  }
})
