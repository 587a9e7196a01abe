/**
 * Runs the cases of a measurement in rounds: each case once in each round, beginning with another one each time. What a
 * disk, a checkpoint or a neighbour does to the machine for half a minute then meets all of them alike, and nobody is
 * always the first.
 */
import type { Ground } from './ground.js'
import type { Figures, Measurement, Plan } from './measurement.js'

export interface CaseResult {
  readonly name: string
  /** By round, counted from 1. */
  readonly rounds: Map<number, Figures>
}

export interface Failure {
  readonly measurement: string
  readonly name: string
  readonly round: number
  readonly error: string
}

export interface MeasurementResult {
  readonly name: string
  readonly about: string
  /** That were run; fewer than asked for when it was interrupted. */
  rounds: number
  seconds: number
  readonly cases: readonly CaseResult[]
  readonly failures: Failure[]
}

export interface RunOptions {
  readonly ground: Ground
  readonly plan: Plan
  readonly rounds: number
  readonly signal: AbortSignal
  /** Told of each case that has ended. */
  readonly say: (line: string) => void
}

export async function runRounds(measurement: Measurement, { ground, plan, rounds: asked, signal, say }: RunOptions): Promise<MeasurementResult> {
  const { name, about, mostRounds = Infinity } = measurement
  const cases = measurement.cases(plan)
  const rounds = Math.min(asked, mostRounds)
  const result: MeasurementResult = { name, about, rounds: 0, seconds: 0, cases: cases.map((one) => ({ name: one.name, rounds: new Map() })), failures: [] }
  const startMs = performance.now()
  if (cases.length > 0) await measurement.prepare?.(ground)
  for (let round = 1; round <= rounds && cases.length > 0 && !signal.aborted; round++) {
    for (let turn = 0; turn < cases.length && !signal.aborted; turn++) {
      const at = (round - 1 + turn) % cases.length
      const one = cases[at]!
      const caseStartMs = performance.now()
      const took = () => `${((performance.now() - caseStartMs) / 1_000).toFixed(1)} s`
      try {
        const figures = await one.run(ground)
        result.cases[at]!.rounds.set(round, figures)
        say(`${name} ${round}/${rounds}: ${one.name}, ${took()}`)
      } catch (error) {
        if (signal.aborted) break
        result.failures.push({ measurement: name, name: one.name, round, error: error instanceof Error ? error.message : String(error) })
        say(`${name} ${round}/${rounds}: ${one.name} FAILED after ${took()}: ${error instanceof Error ? error.stack : String(error)}`)
      }
    }
    if (!signal.aborted) result.rounds = round
  }
  result.seconds = (performance.now() - startMs) / 1_000
  return result
}
