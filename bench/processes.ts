/** A process that is measured, or that puts load on one: it answers calls, tells what has run, and has a cost. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Reaper } from '../tests/chaos/reaper.js'
import { cpuOf } from './cpu.js'

export interface StartOptions {
  /** A compiled module, or one of role.mjs. */
  readonly file: string
  readonly args?: readonly string[]
  /** The whole of its environment. */
  readonly env: Readonly<Record<string, string>>
  /** Path of the Node that runs it. */
  readonly node: string
  /** Where it runs: no `.env` of a developer is there. */
  readonly cwd: string
  readonly reaper: Reaper
}

type Message = { readonly ready?: true; readonly url?: string; readonly ran?: number; readonly late?: number[]; readonly id?: number; readonly answer?: unknown; readonly error?: string }

/** A process that has not ended by then is killed. */
const STOP_MS = 20_000

export class BenchProcess {
  /** Jobs whose handlers have started, as it says. */
  ran = 0
  /** Of those that know when they were due, in the order of their starts (ms). */
  readonly late: number[] = []
  /** Of an API, once it is ready. */
  url = ''
  /** Called whenever `ran` has grown, and at its end. */
  onNews: () => void = () => {}
  ended = false
  readonly #child: ChildProcess
  readonly #name: string
  readonly #waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>()
  readonly #exit: Promise<unknown>
  #calls = 0

  private constructor(options: StartOptions) {
    this.#name = [options.file.split('/').slice(-2).join('/'), ...(options.args ?? [])].join(' ')
    // A group of its own: Ctrl-C is for the benchmark, which ends its processes in order.
    this.#child = fork(options.file, [...(options.args ?? [])], { env: options.env, execPath: options.node, execArgv: [], cwd: options.cwd, detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const { pid } = this
    options.reaper.add(pid)
    this.#exit = once(this.#child, 'exit').then(([code, signal]) => {
      options.reaper.remove(pid)
      this.ended = true
      const error = new Error(`${this.#name} has ended (${signal ?? code})`)
      for (const { reject } of this.#waiting.values()) reject(error)
      this.onNews()
    })
    this.#child.on('message', (message: Message) => this.#hear(message))
  }

  /** Resolves when it is ready. */
  static async start(options: StartOptions): Promise<BenchProcess> {
    const started = new BenchProcess(options)
    const ready = new Promise<void>((resolve) => started.#child.on('message', ({ ready }: Message) => ready && resolve()))
    await Promise.race([ready, started.#exit])
    if (started.ended) throw new Error(`${started.#name} has ended before it was ready`)
    return started
  }

  get pid(): number {
    return this.#child.pid as number
  }

  #hear({ id, answer, error, ran, late, url }: Message): void {
    if (url !== undefined) this.url = url
    if (ran !== undefined) {
      this.ran = ran
      for (const ms of late ?? []) this.late.push(ms)
      this.onNews()
    }
    if (id === undefined) return
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(answer)
    else waiting?.reject(new Error(`${this.#name}: ${error}`))
  }

  /** Calls a function of its module. */
  async call<T>(name: string, argument?: unknown): Promise<T> {
    if (this.ended) throw new Error(`${this.#name} has ended`)
    const id = ++this.#calls
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.#child.send({ id, name, argument })
    return (await answer) as T
  }

  /** Seconds of CPU so far, all threads, user and system. */
  cpu(): number {
    return cpuOf(this.pid).own
  }

  /** Most memory that it has had, in MB. */
  peakMB(): number {
    return Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1]) / 1_024
  }

  /** Tells it to stop, in good order if it can; waits for its end. */
  async stop(): Promise<void> {
    if (this.ended) return
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS)
    await this.#exit
    clearTimeout(timer)
  }
}

/**
 * Waits until these workers have run so many jobs together.
 *
 * @returns How many they have.
 * @throws When one of them has ended, or nothing has happened for `patienceMs`.
 */
export async function untilRan(workers: readonly BenchProcess[], count: number, patienceMs = 30_000): Promise<number> {
  const ran = () => workers.reduce((sum, worker) => sum + worker.ran, 0)
  for (;;) {
    if (workers.some(({ ended }) => ended)) throw new Error('a worker has ended on its own')
    if (ran() >= count) return ran()
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${ran()} of ${count} jobs have run, and none within the last ${patienceMs / 1_000} s`)), patienceMs)
      for (const worker of workers) {
        worker.onNews = () => {
          clearTimeout(timer)
          resolve()
        }
      }
    })
  }
}
