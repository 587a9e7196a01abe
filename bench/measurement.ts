/** What a measurement is made of. */
import type { Ground } from './ground.js'

/** By name, which ends with the unit; more or less of it may be better. */
export type Figures = Readonly<Record<string, number>>

/** One of several that take turns: a subject, set up in one way. */
export interface Case {
  readonly name: string
  /** With stores that nobody has used. @throws When not all of its jobs have run. */
  readonly run: (ground: Ground) => Promise<Figures>
}

export interface Measurement {
  readonly name: string
  /** One line. */
  readonly about: string
  /** Without `--only`. */
  readonly byDefault: boolean
  /** Fewer rounds than asked for will do: what it counts is hardly moved by the mood of the machine. */
  readonly mostRounds?: number
  /** The first one is what the others are compared with. */
  readonly cases: (plan: Plan) => readonly Case[]
  /** Before the first round. */
  readonly prepare?: (ground: Ground) => Promise<void>
}

export interface Plan {
  readonly subjects: readonly SubjectName[]
  /** @returns The second with `--quick`, where it only matters that everything runs. */
  readonly pick: (full: number, quick: number) => number
}

export const SUBJECTS = ['duly', 'bullmq', 'pg-boss', 'graphile-worker', 'naive'] as const
export type SubjectName = (typeof SUBJECTS)[number]
export type PeerName = Exclude<SubjectName, 'duly'>

export const isPeer = (name: SubjectName): name is PeerName => name !== 'duly'

/** Of about as many bytes, as JSON. */
export const payloadOf = (bytes: number): Record<string, string> => (bytes === 0 ? {} : { text: 'x'.repeat(bytes - '{"text":""}'.length) })
