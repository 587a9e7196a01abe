/**
 * The heart's store, in a thread: beats leave on time and are answered while a handler blocks the main loop, and
 * somebody is there to beat in its place (`worker/lease-keeper.ts`). Calls go over as messages.
 */
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { url as debuggerUrl } from 'node:inspector'
import { Worker as Thread } from 'node:worker_threads'
import type { Config } from '../core/config.js'
import { DulyError, type ErrorCode, isDulyError } from '../core/errors.js'
import type { Store } from '../core/store/index.js'
import type { Ownership } from './ownership.js'
import type { Vitals } from './vitals.js'

export type PulseStore = Pick<Store, 'registerWorker' | 'beat' | 'endWorker'>

export interface PulseData {
  readonly config: Config
  /** Memory of the one and the other. */
  readonly ownership: SharedArrayBuffer
  readonly vitals: SharedArrayBuffer
  readonly abandonMs: number
  readonly watch: boolean
}

export interface Ask {
  readonly ask: number
  readonly method: keyof PulseStore
  readonly args: readonly unknown[]
}

export type Answer = { readonly ask: number } & ({ readonly value: unknown } | { readonly failure: Failure })

/** An error as it goes from thread to thread: a clone would lose its class. */
interface Failure {
  readonly code: ErrorCode
  readonly message: string
}

export const CLOSE = 'close'

const STOP_MS = 1_000

export interface PulseOptions {
  readonly config: Config
  readonly ownership: Ownership
  readonly vitals: Vitals
  /** How long an attempt that is told to stop keeps its slot. */
  readonly abandonMs: number
  /** The thread has failed: nobody keeps the lease any more. */
  readonly onFailed: (error: Error) => void
}

export class Pulse implements PulseStore {
  readonly #thread: Thread
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #asks = 0
  #closing = false

  constructor({ config, ownership, vitals, abandonMs, onFailed }: PulseOptions) {
    const workerData: PulseData = { config, ownership: ownership.memory, vitals: vitals.memory, abandonMs, watch: debuggerUrl() === undefined }
    this.#thread = new Thread(fileURLToPath(new URL('pulse-thread.js', import.meta.url)), { workerData })
    this.#thread.on('message', (answer: Answer) => this.#answered(answer))
    this.#thread.on('error', (error) => this.#failed(error, onFailed))
    this.#thread.on('exit', (code) => this.#failed(new Error(`the thread of the pulse has ended (exit code ${code})`), onFailed))
  }

  registerWorker(...args: Parameters<PulseStore['registerWorker']>): ReturnType<PulseStore['registerWorker']> {
    return this.#ask('registerWorker', args)
  }

  beat(...args: Parameters<PulseStore['beat']>): ReturnType<PulseStore['beat']> {
    return this.#ask('beat', args)
  }

  endWorker(...args: Parameters<PulseStore['endWorker']>): ReturnType<PulseStore['endWorker']> {
    return this.#ask('endWorker', args)
  }

  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    const ended = once(this.#thread, 'exit')
    this.#thread.postMessage(CLOSE)
    const timer = setTimeout(() => void this.#thread.terminate(), STOP_MS)
    await ended
    clearTimeout(timer)
  }

  #ask<Method extends keyof PulseStore>(method: Method, args: Parameters<PulseStore[Method]>): ReturnType<PulseStore[Method]> {
    const ask = this.#asks++
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(ask, { resolve, reject })
      this.#thread.postMessage({ ask, method, args } satisfies Ask)
    }) as ReturnType<PulseStore[Method]>
  }

  #answered(answer: Answer): void {
    const waiting = this.#waiting.get(answer.ask)
    this.#waiting.delete(answer.ask)
    if ('value' in answer) waiting?.resolve(answer.value)
    else waiting?.reject(new DulyError(answer.failure.code, { detail: answer.failure.message }))
  }

  #failed(error: Error, onFailed: (error: Error) => void): void {
    for (const { reject } of this.#waiting.values()) reject(new DulyError('store_unavailable', { detail: error.message, cause: error }))
    this.#waiting.clear()
    if (this.#closing) return
    this.#closing = true
    onFailed(error)
  }
}

export const failureOf = (error: unknown): Failure =>
  isDulyError(error) ? { code: error.code, message: error.message } : { code: 'internal_error', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }
