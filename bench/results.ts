/** What a run has found, as one object: for the table, and for files that later runs are compared with. */
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { type Ground, POSTGRES_SETTINGS, SOURCES } from './ground.js'
import type { Failure, MeasurementResult } from './rounds.js'
import { ratioOf, type Summary, summarize } from './statistics.js'

export interface FigureResult extends Summary {
  /** As measured, by round. */
  readonly values: Readonly<Record<number, number>>
  /** How many times it is what the first case has, round by round; null for the first case itself. */
  readonly of_first: Summary | null
}

export interface Report {
  readonly date: string
  readonly command: string
  /** Interrupted, or only tried out: not to be quoted. */
  readonly complete: boolean
  readonly machine: { readonly cpus: number; readonly model: string; readonly memory_mb: number; readonly platform: string }
  readonly versions: Ground['versions'] & { readonly bench: string }
  readonly postgres_settings: typeof POSTGRES_SETTINGS
  readonly measurements: ReadonlyArray<{
    readonly name: string
    readonly about: string
    readonly rounds: number
    readonly seconds: number
    readonly cases: ReadonlyArray<{ readonly name: string; readonly figures: Readonly<Record<string, FigureResult>> }>
  }>
  readonly failures: readonly Failure[]
}

export function makeReport(results: readonly MeasurementResult[], options: { readonly versions: Ground['versions']; readonly complete: boolean; readonly command: string }): Report {
  const [cpu] = cpus()
  return {
    date: new Date().toISOString(),
    command: options.command,
    complete: options.complete,
    machine: { cpus: cpus().length, model: cpu?.model ?? 'unknown', memory_mb: Math.round(totalmem() / 1_048_576), platform: `${process.platform} ${process.arch}` },
    versions: { ...options.versions, bench: process.version },
    postgres_settings: POSTGRES_SETTINGS,
    measurements: results.map(({ name, about, rounds, seconds, cases }) => ({ name, about, rounds, seconds: Math.round(seconds), cases: cases.map((one, i) => ({ name: one.name, figures: figuresOf(one.rounds, i === 0 ? null : cases[0]!.rounds) })) })),
    failures: results.flatMap(({ failures }) => failures)
  }
}

type Rounds = MeasurementResult['cases'][number]['rounds']

const column = (rounds: Rounds, name: string) => new Map([...rounds].flatMap(([round, figures]) => (figures[name] === undefined ? [] : [[round, figures[name]] as const])))

function figuresOf(rounds: Rounds, first: Rounds | null): Record<string, FigureResult> {
  const names = new Set([...rounds.values()].flatMap((figures) => Object.keys(figures)))
  return Object.fromEntries([...names].map((name) => {
    const values = column(rounds, name)
    return [name, { ...summarize([...values.values()]), values: Object.fromEntries(values), of_first: first && ratioOf(values, column(first, name)) }]
  }))
}

/** @param path - A file, whose folder is made. */
export async function writeReport(report: Report, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`)
}

/** Where a run that is worth keeping goes. */
export const resultPath = (report: Report, name: string) => join(SOURCES, 'results', `${report.date.slice(0, 10)}-${name}.json`)
