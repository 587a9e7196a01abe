/**
 * A thread of a process that runs isolated jobs. It works while a handler blocks the event loop:
 * it hears of the worker's beats, ends the process when the worker is gone, and watches its memory.
 */
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { workerData } from 'node:worker_threads'
import { LIFELINE_FD, OVER_MEMORY } from './messages.js'
import { Ownership } from '../ownership.js'
import type { SentAt } from '../ownership.js'

/** A process can fill a gigabyte in a second. */
const LOOK_EVERY_MS = 50
/** The worker ends the process, so that it knows why; if it does not listen, the process does it. */
const INSIST_MS = 250

export interface LifelineData {
  readonly memory: SharedArrayBuffer
  readonly memoryMb: number
}

const { memory, memoryMb } = workerData as LifelineData
const ownership = new Ownership(memory)
const end = () => process.kill(-process.pid, 'SIGKILL') // its whole group, as process.ts would

const worker = new Socket({ fd: LIFELINE_FD, readable: true, writable: true })
worker.on('error', end).on('close', end)
createInterface({ input: worker }).on('line', (line) => ownership.heard(JSON.parse(line) as SentAt))

const looking = setInterval(() => {
  if (process.memoryUsage.rss() <= memoryMb * 1024 * 1024) return
  clearInterval(looking)
  worker.write(`${OVER_MEMORY}\n`)
  setTimeout(end, INSIST_MS)
}, LOOK_EVERY_MS)
