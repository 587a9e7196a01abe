/**
 * Says what a history proves. A pure function, so that it can be shown histories that never happened.
 *
 * - lost: the API said that a job exists, and it has no row, or has not ended, or completed without a run
 * - duplicate: two rows of one key; two starts under one fence; a start after another that nothing explains. What
 *   explains it: a row of its attempts (failed, rescued), a handler that was stopped and handed back, an operator's retry
 * - early: a start before `scheduled_at`, or the last one before `run_at`
 * - overlapping: a guarded effect after a newer attempt has started
 * - stale: a result or an error was accepted under another fence than that of the attempt that made it
 * - illegal: a move that core/job.ts does not know, a fence or an attempt that does not add up, a start under a fence
 *   that no claim gave, a start after the API had said `cancelled`
 *
 * Lateness is first start minus when the job was due, or stored if that came later. Recovery is the longest time from
 * the end of a fault to the next start; null when nothing was left to start.
 */
import { type JobStatus, MOVES } from '../../core/job.js'
import type { FinalRow, History, Line, Move, Told } from './history.js'

export const KINDS = ['lost', 'duplicate', 'early', 'overlapping', 'stale', 'illegal'] as const
export type Kind = (typeof KINDS)[number]

export interface Verdict {
  /** One sentence for each finding. */
  readonly findings: Readonly<Record<Kind, readonly string[]>>
  readonly lateness: { readonly p50: number; readonly p99: number; readonly max: number } | null
  readonly recoveryMs: number | null
  readonly starts: number
}

const ENDED: readonly JobStatus[] = ['completed', 'failed', 'cancelled']

export function check(history: History): Verdict {
  const findings: Record<Kind, string[]> = { lost: [], duplicate: [], early: [], overlapping: [], stale: [], illegal: [] }
  const find = (kind: Kind, id: string, sentence: string) => findings[kind].push(`${id} ${sentence}`)
  const rows = new Map(history.rows.map((row) => [row.id, row]))
  const lines = groupById(history.journal)
  const moves = groupById(history.moves)
  const retried = new Set(history.told.filter((told) => told.what === 'retry' && told.end !== 'refused').map(({ id }) => id))

  for (const told of history.told) checkTold(told, rows, lines, find)
  for (const [key, [first, ...others]] of group(history.rows, (row) => row.key)) {
    if (first && others.length > 0) find('duplicate', first.id, `has the key ${key}, and so do ${others.length} other rows`)
  }
  for (const [id] of lines) if (!rows.has(id)) find('lost', id, 'was started and has no row')
  for (const row of history.rows) {
    const ofJob = lines.get(row.id) ?? []
    checkStarts(row, ofJob, retried.has(row.id), find)
    checkEffects(row, ofJob, find)
    checkResults(row, ofJob, find)
    checkAttempts(row, retried.has(row.id), find)
    checkMoves(row, moves.get(row.id) ?? [], find)
  }
  return { findings, lateness: latenessOf(history.rows, lines), recoveryMs: recoveryOf(history), starts: history.journal.filter((line) => line.what === 'start').length }
}

export const isClean = ({ findings }: Verdict): boolean => KINDS.every((kind) => findings[kind].length === 0)

type Find = (kind: Kind, id: string, sentence: string) => void

function checkTold(told: Told, rows: ReadonlyMap<string, FinalRow>, lines: ReadonlyMap<string, readonly Line[]>, find: Find): void {
  if (told.what === 'create' && told.end === 'done') {
    const row = rows.get(told.id ?? '')
    if (!row) find('lost', told.id ?? told.key, 'was acknowledged and has no row')
    else if (!ENDED.includes(row.status)) find('lost', row.id, `was acknowledged and is still ${row.status}`)
    else if (row.status === 'completed' && !lines.has(row.id)) find('lost', row.id, 'is completed and was never started')
  }
  if (told.what === 'create' && told.end === 'refused' && [...rows.values()].some(({ key }) => key === told.key)) find('illegal', told.key, 'was refused and has a row')
  if (told.what === 'cancel' && told.outcome === 'cancelled') {
    const late = lines.get(told.id ?? '')?.find((line) => line.what === 'start' && line.at_ms > told.at_ms)
    if (late) find('illegal', late.id, `was cancelled, and started ${late.at_ms - told.at_ms} ms later`)
  }
}

function checkStarts(row: FinalRow, lines: readonly Line[], wasRetried: boolean, find: Find): void {
  const starts = lines.filter((line) => line.what === 'start').toSorted((a, b) => a.fence - b.fence)
  for (const [i, start] of starts.entries()) {
    const isNewest = start.fence === row.fence && !row.attempts.some(({ fence }) => fence === start.fence) // else run_at is that of an attempt which never came
    const dueMs = isNewest ? Math.max(row.scheduled_at_ms, row.run_at_ms) : row.scheduled_at_ms
    if (start.at_ms < dueMs && !wasRetried) find('early', row.id, `started ${dueMs - start.at_ms} ms before it was due`)
    if (start.fence > row.fence) find('illegal', row.id, `started under fence ${start.fence}, and its row has ${row.fence}`)
    const next = starts[i + 1]
    if (!next) continue
    if (next.fence === start.fence) find('duplicate', row.id, `started twice under fence ${start.fence}`)
    else if (!wasRetried && !isExplained(row, lines, start)) find('duplicate', row.id, `started under fence ${start.fence} and again under ${next.fence}, and nothing went wrong in between`)
  }
}

function isExplained({ attempts }: FinalRow, lines: readonly Line[], { fence, pid }: Line): boolean {
  return attempts.some((attempt) => attempt.fence === fence) || lines.some((line) => line.what === 'end' && line.fence === fence && line.pid === pid && line.how === 'stopped')
}

function checkEffects(row: FinalRow, lines: readonly Line[], find: Find): void {
  for (const effect of lines.filter((line) => line.what === 'effect')) {
    const newer = lines.find((line) => line.what === 'start' && line.fence > effect.fence && line.at_ms < effect.at_ms)
    if (newer) find('overlapping', row.id, `had an effect of fence ${effect.fence} ${effect.at_ms - newer.at_ms} ms after fence ${newer.fence} had started`)
  }
}

function checkResults(row: FinalRow, lines: readonly Line[], find: Find): void {
  if (row.status === 'completed' && row.result_fence !== row.fence) find('stale', row.id, `is completed under fence ${row.fence} with the result of ${row.result_fence}`)
  if (row.status === 'completed' && lines.length > 0 && !lines.some((line) => line.what === 'end' && line.fence === row.fence)) find('stale', row.id, `is completed under fence ${row.fence}, which has not ended`)
  for (const { fence, error_fence } of row.attempts) {
    if (error_fence !== null && error_fence !== fence) find('stale', row.id, `has for fence ${fence} the error of ${error_fence}`)
  }
}

/** An operator's retry starts the count again, so it is left out here; its moves are checked all the same. */
function checkAttempts(row: FinalRow, wasRetried: boolean, find: Find): void {
  if (row.attempt > row.max_retries + 1) find('illegal', row.id, `was tried ${row.attempt} times and may be ${row.max_retries + 1} times`)
  if (row.attempts.some(({ fence }) => fence > row.fence)) find('illegal', row.id, 'has an attempt above its fence')
  if (wasRetried) return
  const counted = row.attempts.length + (row.status === 'completed' || row.status === 'in_progress' ? 1 : 0)
  if (row.attempt !== counted) find('illegal', row.id, `is ${row.status} at attempt ${row.attempt}, and ${counted} are accounted for`)
}

function checkMoves(row: FinalRow, moves: readonly Move[], find: Find): void {
  for (const move of moves) {
    const { from, to } = move
    const grown = move.fence - move.fence_before
    const counted = move.attempt - move.attempt_before
    const say = (why: string) => find('illegal', row.id, `moved from ${from} to ${to} (fence ${move.fence_before} to ${move.fence}, attempt ${move.attempt_before} to ${move.attempt}): ${why}`)
    if (from === null) {
      if (to !== 'pending' || move.fence !== 0 || move.attempt !== 0) say('a job begins pending')
    } else if (!(MOVES[from] as readonly JobStatus[]).includes(to)) say('no such move')
    else if (to === 'in_progress') {
      if (grown !== 1 || counted !== 1) say('a claim adds one to both')
    } else if (ENDED.includes(from)) {
      if (grown !== 1 || move.attempt !== 0) say('a retry adds one to the fence and begins to count again')
    } else if (grown !== 0) say('only a claim or a retry raises the fence')
    else if (counted !== 0 && !(from === 'in_progress' && counted === -1 && (to === 'pending' || to === 'cancelled'))) say('only a hand-back takes its attempt back')
  }
}

function latenessOf(rows: readonly FinalRow[], lines: ReadonlyMap<string, readonly Line[]>): Verdict['lateness'] {
  const late = rows
    .flatMap((row) => {
      const starts = (lines.get(row.id) ?? []).filter((line) => line.what === 'start').map((line) => line.at_ms)
      return starts.length > 0 ? [Math.min(...starts) - Math.max(row.scheduled_at_ms, row.created_at_ms)] : []
    })
    .toSorted((a, b) => a - b)
  const at = (share: number) => late[Math.min(late.length - 1, Math.floor(late.length * share))] ?? 0
  return late.length > 0 ? { p50: at(0.5), p99: at(0.99), max: at(1) } : null
}

/** From the end of a fault, or from when the job was due if that was later, to the next start. */
function recoveryOf({ faults, journal, rows }: History): number | null {
  const dueAtMs = new Map(rows.map((row) => [row.id, Math.max(row.scheduled_at_ms, row.created_at_ms)]))
  const starts = journal.filter((line) => line.what === 'start').toSorted((a, b) => a.at_ms - b.at_ms)
  const times = faults.flatMap(({ ended_at_ms }) => {
    const next = starts.find(({ at_ms }) => at_ms >= ended_at_ms)
    if (!next) return []
    const isFirst = next.fence === 1 // when a later attempt was due is not written down
    return [next.at_ms - Math.max(ended_at_ms, isFirst ? (dueAtMs.get(next.id) ?? 0) : 0)]
  })
  return times.length > 0 ? Math.max(...times) : null
}

function group<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const key = keyOf(one)
    const found = groups.get(key)
    if (found) found.push(one)
    else groups.set(key, [one])
  }
  return groups
}

const groupById = <T extends { readonly id: string }>(all: readonly T[]) => group(all, ({ id }) => id)
