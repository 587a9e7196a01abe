/**
 * The worker's side of one process that runs isolated jobs, one at a time.
 *
 * It is starting, then idle and busy in turn, then ending: it was told to, it was killed, or it is gone.
 */
import { type ChildProcess, fork } from 'node:child_process'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { ClaimedJob } from '../../core/job.js'
import type { Finish } from '../../core/store/index.js'
import { ThrownElsewhere } from '../outcome.js'
import { Stopped } from '../stopped.js'
import { type FromProcess, LIFELINE_FD, OVER_MEMORY, type Settings, type ToProcess } from './messages.js'
import type { SentAt } from '../ownership.js'

/** A module that never finishes loading must not keep jobs waiting for ever. A busy machine takes seconds. */
const START_MS = 60_000
/** What it said last is still read for this long after it has ended. */
const LAST_WORDS_MS = 1_000

export interface ProcessOptions {
  /** The compiled child.js. */
  readonly module: string
  readonly settings: Settings
  /** Most memory that it may take. */
  readonly memoryMb: number
  /** How long it may take until it can run a job, and until it has loaded a job's handler; a minute each unless a test says otherwise. */
  readonly startMs?: number | undefined
  /** It takes another job, or says that it ends. */
  readonly onChange: (process: IsolatedProcess) => void
  /** It has ended without having begun this job: another may run it. */
  readonly onUntaken: (assignment: Assignment, why: string) => void
  /** It has ended before it could run any job, or because it cannot load the handler of this one. */
  readonly onUnusable: (why: string, assignment: Assignment | undefined) => void
}

/** One attempt of a job, and whoever waits for its end. */
export interface Assignment {
  readonly job: ClaimedJob
  /** URL of the module that has the handler. */
  readonly module: string
  readonly signal: AbortSignal
  /** The handler is about to be called. */
  readonly onTaken: () => void
  readonly resolve: (finish: Finish) => void
  readonly reject: (error: unknown) => void
  /** How many processes have ended before they began it. */
  refusals: number
}

/** The process of an attempt has ended in the middle of it. */
export class ProcessDied extends Error {
  override readonly name = 'ProcessDied'
  constructor(message: string) {
    super(message)
    delete this.stack // it would show how the worker learned of it, not what the handler did
  }
}

export class IsolatedProcess {
  readonly #options: ProcessOptions
  readonly #child: ChildProcess
  readonly #gone: Promise<void>
  #state: 'starting' | 'idle' | 'busy' | 'ending' = 'starting'
  #assignment: Assignment | undefined
  /** It cannot do what it was started for: until it says that it can, and when it cannot load a handler. */
  #isUnusable = true
  /** For what it must be ready soon: its start, the handler of its job. */
  #readying: NodeJS.Timeout | undefined
  #taken = false
  #isGone = false
  #jobs = 0
  #rssMb = 0
  /** Why it was killed, or what it said when it could not go on. */
  #why: string | undefined

  constructor(options: ProcessOptions) {
    this.#options = options
    const execArgv = process.execArgv.filter((argument) => !argument.startsWith('--inspect')) // the port is taken
    this.#child = fork(options.module, [String(options.memoryMb)], {
      detached: true, // a group of its own: what a handler starts is killed with it
      execArgv: [...execArgv, `--max-old-space-size=${options.memoryMb}`],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe']
    })
    this.#gone = this.#end()
    this.#child.on('message', (message: FromProcess) => this.#heard(message))
    if (this.#child.pid === undefined) return // it says why as an error
    this.#lifeline.on('error', () => {}) // it has ended, which says more
    createInterface({ input: this.#lifeline }).on('error', () => {}).on('line', (line) => {
      if (line === OVER_MEMORY) this.kill(`it was over its memory cap of ${options.memoryMb} MB`)
    })
    this.#tell({ kind: 'begin', settings: options.settings })
    this.#getReady()
    void this.#gone.then(() => clearTimeout(this.#readying))
  }

  get state(): 'starting' | 'idle' | 'busy' | 'ending' {
    return this.#state
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get assignment(): Assignment | undefined {
    return this.#assignment
  }

  /** Attempts that it has run. */
  get jobs(): number {
    return this.#jobs
  }

  /** Memory that it took at the end of its last attempt. */
  get rssMb(): number {
    return this.#rssMb
  }

  /** Only when it is idle. */
  run(assignment: Assignment, beat: SentAt): void {
    this.#state = 'busy'
    this.#assignment = assignment
    this.#taken = false
    this.#tell({ kind: 'run', job: assignment.job, module: assignment.module, beat })
    this.#getReady()
  }

  /** The attempt under way is told to stop, and may still say what happened. */
  stop({ reason, message }: Stopped): void {
    this.#tell({ kind: 'stop', reason, message })
  }

  beat(beat: SentAt): void {
    if (this.#child.pid !== undefined && this.#lifeline.writable) this.#lifeline.write(`${JSON.stringify(beat)}\n`)
  }

  /** Ends it now, whatever it does. Its attempt ends when it is gone. */
  kill(why = 'it was ended by its worker'): void {
    this.#why ??= why
    this.#leave()
    this.#killGroup()
  }

  /** Lets it close what its handlers keep. Only when it is idle. @param withinMs - Then it is killed. */
  async close(withinMs: number): Promise<void> {
    this.#leave()
    this.#tell({ kind: 'close' })
    const timer = setTimeout(() => this.kill(), withinMs)
    await this.#gone
    clearTimeout(timer)
  }

  /** When it has ended. */
  get gone(): Promise<void> {
    return this.#gone
  }

  get #lifeline(): Socket {
    return this.#child.stdio[LIFELINE_FD] as Socket
  }

  #getReady(): void {
    const { startMs = START_MS } = this.#options
    clearTimeout(this.#readying)
    this.#readying = setTimeout(() => {
      this.#isUnusable = true
      this.#why ??= `it was not ready within ${startMs} ms`
      if (this.#state === 'busy') this.#leave()
      this.#killGroup()
    }, startMs).unref()
  }

  #killGroup(): void {
    const { pid } = this.#child
    if (pid === undefined || this.#isGone) return // its number may soon be another's
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // nobody of it is left
    }
  }

  #tell(message: ToProcess): void {
    this.#child.send(message, () => {}) // if it does not arrive, the process has ended
  }

  #heard(message: FromProcess): void {
    switch (message.kind) {
      case 'ready':
        if (this.#state !== 'starting') return
        clearTimeout(this.#readying)
        this.#isUnusable = false
        this.#state = 'idle'
        return this.#options.onChange(this)
      case 'unusable':
        this.#isUnusable = true
        this.#why ??= message.why
        return
      case 'taken':
        clearTimeout(this.#readying)
        this.#taken = true
        return this.#assignment?.onTaken()
      case 'returned':
        return this.#free(message.rssMb)?.resolve(message.finish)
      case 'threw':
        return this.#free(message.rssMb)?.reject(new ThrownElsewhere(message.error))
      case 'crashed': {
        const assignment = this.#take()
        this.kill()
        assignment?.reject(new ThrownElsewhere(message.error))
      }
    }
  }

  /** Its attempt has ended, and it may run another. */
  #free(rssMb: number): Assignment | undefined {
    const assignment = this.#take()
    this.#jobs++
    this.#rssMb = rssMb
    if (this.#state === 'busy') {
      this.#state = 'idle'
      this.#options.onChange(this)
    }
    return assignment
  }

  #take(): Assignment | undefined {
    const assignment = this.#assignment
    this.#assignment = undefined
    clearTimeout(this.#readying)
    return assignment
  }

  /** It runs no other job. */
  #leave(): void {
    if (this.#state === 'ending') return
    this.#state = 'ending'
    this.#options.onChange(this)
  }

  async #end(): Promise<void> {
    const child = this.#child
    const how = await new Promise<string>((resolve) => {
      child.on('error', (error) => {
        if (child.pid === undefined) resolve(error.message) // it was never there; other errors are about messages and signals
      })
      child.on('exit', (code, signal) => {
        const end = signal ? `signal ${signal}` : `exit code ${code}`
        // What it has sent may not have been read yet.
        if (!child.connected) return resolve(end)
        const timer = setTimeout(() => resolve(end), LAST_WORDS_MS)
        child.once('disconnect', () => {
          clearTimeout(timer)
          resolve(end)
        })
      })
    })
    this.#killGroup()
    this.#isGone = true
    const assignment = this.#take()
    if (this.#isUnusable) this.#options.onUnusable(this.#why ?? how, assignment) // first: else a job that pays for it would have another process started
    this.#leave()
    if (this.#isUnusable) return
    if (assignment && !this.#taken && !this.#why) this.#options.onUntaken(assignment, how)
    else assignment?.reject(new ProcessDied(this.#why ?? `the process of this attempt ended: ${how}`))
  }
}
