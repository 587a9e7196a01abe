/** What a row of the table is: a fault, what must hold all the same, and how one is run and judged. */
import { check, isClean, type Verdict } from './checker.js'
import { type Wish } from './client.js'
import type { Ground } from './ground.js'
import type { History } from './history.js'
import { Nemesis } from './nemesis.js'
import { Stage, type StageOptions, type Transport } from './stage.js'
import { sleep } from './wait.js'

export interface Row {
  readonly name: string
  /** What must hold besides the checker's verdict. */
  readonly promise: string
  readonly transports: readonly Transport[]
  readonly stage?: StageOptions
  /** @returns What this machine lacks to run it; then it is skipped. */
  readonly missing?: () => Promise<string | undefined>
  /** Unless somebody says otherwise. */
  readonly jobs: { readonly full: number; readonly short: number }
  /** Makes the load and the faults. What it returns is asked once all jobs have ended. */
  run(run: Run): Promise<void | ((verdict: Verdict, history: History) => void)>
}

export interface Run {
  readonly stage: Stage
  readonly nemesis: Nemesis
  readonly jobs: number
  /** Seconds instead of minutes. */
  readonly short: boolean
  /** Times may be this many times as long: a short run shares its machine with other tests. */
  readonly patience: number
  /** @param seen - What was measured; told when it does not hold. */
  readonly expect: (promise: string, holds: boolean, seen?: unknown) => void
  /** Creates the jobs of the row through the API, or some of them, due over this time (ms) from now on: every other one without an Idempotency-Key. */
  readonly load: (spreadMs: number, wish?: Wish, some?: number) => Promise<void>
}

export interface Outcome {
  readonly row: string
  readonly transport: Transport
  readonly seed: number
  readonly jobs: number
  readonly ms: number
  readonly verdict: Verdict | undefined
  /** Promises that did not hold, with what was seen. */
  readonly broken: readonly string[]
  readonly passed: boolean
  /** Why it was not run. */
  readonly skipped?: string
  /** What the processes printed. */
  readonly lines: readonly string[]
}

export interface RunOptions {
  readonly transport: Transport
  readonly seed: number
  readonly jobs?: number
  readonly short: boolean
  /** On top of the row's. */
  readonly env?: Readonly<Record<string, string>>
  /** All jobs have to end within this time after the row has done its part; `SETTLE_MS` if not given. */
  readonly settleMs?: number
  /** Before the first process starts on it. */
  readonly spoil?: (stage: Stage) => Promise<void>
}

const PATIENCE = 3
/** A row that takes longer hangs. */
const ROW_MS = { full: 1_800_000, short: 80_000 } as const
const SETTLE_MS = { full: 120_000, short: 20_000 } as const

/** @returns What came of it; it throws nothing. */
export async function runRow(row: Row, ground: Ground, { transport, seed, jobs, short, env, spoil, settleMs = SETTLE_MS[short ? 'short' : 'full'] }: RunOptions): Promise<Outcome> {
  const startedAtMs = performance.now()
  const count = jobs ?? (short ? row.jobs.short : row.jobs.full)
  const broken: string[] = []
  const skipped = await row.missing?.()
  if (skipped !== undefined) return { row: row.name, transport, seed, jobs: count, ms: 0, verdict: undefined, broken, passed: true, skipped, lines: [] }
  let stage: Stage | undefined
  let verdict: Verdict | undefined
  try {
    stage = await Stage.open(ground, transport, { ...row.stage, env: { ...row.stage?.env, ...env }, ...(spoil && { spoil }) })
    const opened = stage
    const asked = await within(ROW_MS[short ? 'short' : 'full'], row.run({
      stage: opened,
      nemesis: new Nemesis(seed),
      jobs: count,
      short,
      patience: short ? PATIENCE : 1,
      expect: (promise, holds, seen) => {
        if (!holds) broken.push(`${promise}${seen === undefined ? '' : ` (seen: ${JSON.stringify(seen)})`}`)
      },
      async load(spreadMs, wish, some = count) {
        const wishes = Array.from({ length: some }, (_, i): Wish => ({ once: i % 2 === 1, ...wish, inMs: 200 + (i * spreadMs) / some }))
        await opened.client.createAll(wishes)
      }
    }))
    if (!(await stage.settled(settleMs))) broken.push('every job has ended')
    const history = await stage.history()
    verdict = check(history)
    asked?.(verdict, history)
  } catch (error) {
    broken.push(`the row runs to its end (seen: ${error instanceof Error ? (error.stack ?? error.message) : String(error)})`)
  }
  await stage?.close().catch((error: unknown) => broken.push(`everything can be stopped (seen: ${String(error)})`))
  return {
    row: row.name, transport, seed, jobs: count, ms: Math.round(performance.now() - startedAtMs), verdict, broken,
    passed: broken.length === 0 && verdict !== undefined && isClean(verdict), lines: stage?.lines ?? []
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const over = new AbortController()
  try {
    return await Promise.race([work, sleep(ms, undefined, { signal: over.signal }).then(() => Promise.reject(new Error(`it took longer than ${ms} ms`)))])
  } finally {
    over.abort()
  }
}
