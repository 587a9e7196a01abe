/**
 * The process that runs isolated jobs, one at a time: `node child.js <memory cap in MB>`, forked by process.ts.
 *
 * Ten of them may start at once, when a worker with ten slots has died. So it loads what every job needs and no more
 * (no registry, no schemas, no log that nobody writes), and the module of a handler with the first job of its type.
 *
 * Its worker decides when it ends. Signals of a terminal or a service manager go to all processes at once, and its
 * worker may still wait for its job: so they are ignored here. When the worker is gone, the lifeline ends it.
 */
import { once } from 'node:events'
import { basename } from 'node:path'
import { Worker } from 'node:worker_threads'
import { createLog, type Logger } from '../../core/log.js'
import type { ClaimedJob } from '../../core/job.js'
import { contextOf } from '../context.js'
import { closeAll, type Handler, namesOf } from '../handlers/handler.js'
import { loadModule } from '../handlers/load.js'
import { errorJson, finishOf } from '../outcome.js'
import { Stopped } from '../stopped.js'
import type { LifelineData } from './lifeline.js'
import type { FromProcess, ToProcess } from './messages.js'
import { Ownership } from '../ownership.js'

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => {})

const ownership = new Ownership()
/** By the URL of their module. */
const loaded = new Map<string, readonly Handler[]>()
/** The attempt under way. */
let current: AbortController | undefined
let log: Logger | undefined

const workerData: LifelineData = { memory: ownership.memory, memoryMb: Number(process.argv[2]) }
const lifeline = new Worker(new URL('./lifeline.js', import.meta.url), { workerData })
lifeline.on('error', (error) => {
  throw error // without it nobody would end this process
})

const [[{ settings }]] = (await Promise.all([once(process, 'message'), once(lifeline, 'online')])) as [[Extract<ToProcess, { kind: 'begin' }>], unknown]
process.on('uncaughtException', crash)
process.on('message', heard)
tell({ kind: 'ready' })

function heard(message: ToProcess): void {
  switch (message.kind) {
    case 'begin':
      return // read above
    case 'run':
      ownership.heard(message.beat)
      void attempt(message.job, message.module)
      return
    case 'stop':
      current?.abort(new Stopped(message.reason, message.message))
      return
    case 'close':
      void closeAll([...loaded.values()].flat()).then(() => process.exit(0))
  }
}

async function attempt(job: ClaimedJob, module: string): Promise<void> {
  const controller = (current = new AbortController())
  const handlers = await load(module)
  if (!handlers) return
  let end: { kind: 'returned'; finish: ReturnType<typeof finishOf> } | { kind: 'threw'; error: string }
  try {
    controller.signal.throwIfAborted() // told to stop meanwhile: it has not begun
    tell({ kind: 'taken' }) // it leaves now, also when the handler never gives the event loop back
    const handler = handlers.find((handler) => namesOf(handler).includes(job.type))
    if (!handler) throw new Error(`the handler of ${job.type} is gone: has HANDLERS_DIR changed since the worker was started?`)
    end = { kind: 'returned', finish: finishOf(job, await handler.run(contextOf(job, controller, logOf, () => ownership.assert(settings.leaseMs)))) }
  } catch (error) {
    end = { kind: 'threw', error: errorJson(error) }
  }
  current = undefined
  tell({ ...end, rssMb: process.memoryUsage.rss() / 1024 / 1024 })
}

/** @returns Its handlers, none if it is gone; undefined if it cannot be loaded, and then this process ends. */
async function load(module: string): Promise<readonly Handler[] | undefined> {
  try {
    const handlers = loaded.get(module) ?? (await loadModule(module, settings.handlers))
    loaded.set(module, handlers)
    return handlers
  } catch (error) {
    const { code, url, message } = Object(error) as NodeJS.ErrnoException & { url?: string } // a module may throw anything
    if (code === 'ERR_MODULE_NOT_FOUND' && url === module) return []
    const why = `${basename(module)}: cannot be loaded: ${message}`
    tell({ kind: 'unusable', why }, () => process.exit(1))
    return undefined
  }
}

function logOf(): Logger {
  return (log ??= createLog('worker', settings.logLevel))
}

/** An error that nobody caught, of a timer or a promise that a handler started: what it leaves behind cannot be known. */
function crash(error: unknown): void {
  logOf().fatal({ err: error }, 'an error that nobody caught ends the process of an isolated job')
  tell({ kind: 'crashed', error: errorJson(error) }, () => process.exit(1))
}

function tell(message: FromProcess, then: () => void = () => {}): void {
  process.send?.(message, undefined, undefined, then)
}
