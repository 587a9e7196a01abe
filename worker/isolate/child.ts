/**
 * The process that runs isolated jobs, one at a time: `node child.js <memory cap in MB>`, forked by process.ts.
 *
 * Its worker decides when it ends. Signals of a terminal or a service manager go to all processes at once, and its
 * worker may still wait for its job: so they are ignored here. When the worker is gone, the lifeline ends it.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { createLog, type Logger } from '../../core/log.js'
import type { ClaimedJob } from '../../core/job.js'
import { contextOf } from '../context.js'
import { loadRegistry, type Registry } from '../handlers/index.js'
import { errorJson, finishOf } from '../outcome.js'
import { Stopped } from '../stopped.js'
import type { LifelineData } from './lifeline.js'
import type { FromProcess, Settings, ToProcess } from './messages.js'
import { Ownership } from '../ownership.js'

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => {})

const ownership = new Ownership()
/** The attempt under way. */
let current: AbortController | undefined

const workerData: LifelineData = { memory: ownership.memory, memoryMb: Number(process.argv[2]) }
const lifeline = new Worker(new URL('./lifeline.js', import.meta.url), { workerData })
lifeline.on('error', (error) => {
  throw error // without it nobody would end this process
})

const [{ settings }] = (await once(process, 'message')) as [Extract<ToProcess, { kind: 'begin' }>]
const log = createLog('worker', settings.logLevel)
process.on('uncaughtException', crash)
const registry = await load(settings)
if (registry) {
  process.on('message', (message: ToProcess) => heard(message, registry))
  tell({ kind: 'ready' })
}

async function load({ handlers, handlersDir }: Settings): Promise<Registry | undefined> {
  try {
    const [loaded] = await Promise.all([loadRegistry(handlers, handlersDir), once(lifeline, 'online')])
    return loaded
  } catch (error) {
    tell({ kind: 'unusable', why: (error as Error).message }, () => process.exit(1))
    return undefined
  }
}

function heard(message: ToProcess, registry: Registry): void {
  switch (message.kind) {
    case 'begin':
      return // read above
    case 'run':
      ownership.heard(message.beat)
      void attempt(message.job, registry, log, settings.leaseMs)
      return
    case 'stop':
      current?.abort(new Stopped(message.reason, message.message))
      return
    case 'close':
      void registry.close().then(() => process.exit(0))
  }
}

async function attempt(job: ClaimedJob, registry: Registry, log: Logger, leaseMs: number): Promise<void> {
  tell({ kind: 'taken' }) // it leaves now, also when the handler never gives the event loop back
  const controller = (current = new AbortController())
  let end: { kind: 'returned'; finish: ReturnType<typeof finishOf> } | { kind: 'threw'; error: string }
  try {
    const handler = registry.get(job.type)
    if (!handler) throw new Error(`the handler of ${job.type} is gone: has HANDLERS_DIR changed since the worker was started?`)
    end = { kind: 'returned', finish: finishOf(job, await handler.run(contextOf(job, controller, log, () => ownership.assert(leaseMs)))) }
  } catch (error) {
    end = { kind: 'threw', error: errorJson(error) }
  }
  current = undefined
  tell({ ...end, rssMb: process.memoryUsage.rss() / 1024 / 1024 })
}

/** An error that nobody caught, of a timer or a promise that a handler started: what it leaves behind cannot be known. */
function crash(error: unknown): void {
  log.fatal({ err: error }, 'an error that nobody caught ends the process of an isolated job')
  tell({ kind: 'crashed', error: errorJson(error) }, () => process.exit(1))
}

function tell(message: FromProcess, then: () => void = () => {}): void {
  process.send?.(message, undefined, undefined, then)
}
