/** The checker is shown histories that never happened: each kind of wrong is found, and what is only unlucky is not. */
import { describe, expect, test } from 'vitest'
import { check, isClean, type Kind, KINDS } from './checker.js'
import type { FinalRow, History, Line, Move, Told } from './history.js'

const ID = 'job-1'
const DUE_MS = 1_000

const told = (fields: Partial<Told> = {}): Told => ({ what: 'create', key: 'key-1', end: 'done', id: ID, tries: [{ status: 201, ms: 5 }], at_ms: 900, ...fields })
const row = (fields: Partial<FinalRow> = {}): FinalRow => ({
  id: ID, key: 'key-1', status: 'completed', attempt: 1, fence: 1, max_retries: 3,
  scheduled_at_ms: DUE_MS, created_at_ms: 890, run_at_ms: DUE_MS, result_fence: 1, attempts: [], ...fields
})
const attempt = (fence: number, outcome = 'rescued', error_fence: number | null = null) => ({ fence, attempt: fence, outcome, error_fence })
const start = (fence = 1, at_ms = DUE_MS + fence * 100, pid = fence): Line => ({ what: 'start', id: ID, fence, pid, at_ms })
const effect = (fence = 1, at_ms = DUE_MS + fence * 100 + 20): Line => ({ what: 'effect', id: ID, fence, pid: fence, at_ms })
const end = (fence = 1, how: Line['how'] = 'done', at_ms = DUE_MS + fence * 100 + 50): Line => ({ what: 'end', id: ID, fence, pid: fence, at_ms, how })
const move = (from: Move['from'], to: Move['to'], fences: [number, number], attempts: [number, number]): Move => ({ id: ID, from, to, fence_before: fences[0], fence: fences[1], attempt_before: attempts[0], attempt: attempts[1] })

const born = move(null, 'pending', [0, 0], [0, 0])
const claimed = (fence = 1) => move('pending', 'in_progress', [fence - 1, fence], [fence - 1, fence])
const finished = (to: Move['to'], fence = 1) => move('in_progress', to, [fence, fence], [fence, fence])

const history = (fields: Partial<History> = {}): History => ({
  told: [told()], rows: [row()], journal: [start(), effect(), end()], moves: [born, claimed(), finished('completed')], faults: [], ...fields
})

/** Run once by a worker that died, then by another. */
const rescued = (fields: Partial<History> = {}) => history({
  rows: [row({ attempt: 2, fence: 2, result_fence: 2, attempts: [attempt(1)] })],
  journal: [start(1), effect(1), start(2), effect(2), end(2)],
  moves: [born, claimed(1), finished('pending', 1), claimed(2), finished('completed', 2)],
  ...fields
})

const GOOD: Array<[what: string, history: History]> = [
  ['a job that ran once', history()],
  ['a job that was rescued', rescued()],
  ['a worker that woke up, went on, and was refused', rescued({ journal: [start(1), start(2), effect(2), end(2), end(1, 'done', 2_000)] })],
  ['an attempt that failed, and one that did not', history({
    rows: [row({ attempt: 2, fence: 2, result_fence: 2, attempts: [attempt(1, 'retry', 1)] })],
    journal: [start(1), end(1, 'failed'), start(2), end(2)],
    moves: [born, claimed(1), finished('pending', 1), claimed(2), finished('completed', 2)]
  })],
  ['a hand-back when its worker stopped', history({
    rows: [row({ attempt: 1, fence: 2, result_fence: 2 })],
    journal: [start(1), end(1, 'stopped'), start(2), end(2)],
    moves: [born, claimed(1), move('in_progress', 'pending', [1, 1], [1, 0]), move('pending', 'in_progress', [1, 2], [0, 1]), move('in_progress', 'completed', [2, 2], [1, 1])]
  })],
  ['an attempt that failed, and a cancel before the next one', history({
    told: [told(), told({ what: 'cancel', outcome: 'cancelled', at_ms: 1_500 })],
    rows: [row({ status: 'cancelled', run_at_ms: DUE_MS + 2_000, result_fence: null, attempts: [attempt(1, 'retry', 1)] })],
    journal: [start(1), end(1, 'failed')],
    moves: [born, claimed(1), finished('pending', 1), move('pending', 'cancelled', [1, 1], [1, 1])]
  })],
  ['a job that failed for good', history({
    rows: [row({ status: 'failed', max_retries: 0, result_fence: null, attempts: [attempt(1, 'failed', 1)] })],
    journal: [start(1), end(1, 'failed')],
    moves: [born, claimed(1), finished('failed', 1)]
  })],
  ['a cancel before the start', history({
    told: [told(), told({ what: 'cancel', outcome: 'cancelled', at_ms: 950 })],
    rows: [row({ status: 'cancelled', attempt: 0, fence: 0, result_fence: null })],
    journal: [],
    moves: [born, move('pending', 'cancelled', [0, 0], [0, 0])]
  })],
  ["an operator's retry", history({
    told: [told(), told({ what: 'retry', fence: 1, at_ms: 1_500 })],
    rows: [row({ attempt: 1, fence: 3, result_fence: 3, run_at_ms: 1_500 })],
    journal: [start(1), end(1), start(3, 1_600), end(3, 'done', 1_650)],
    moves: [born, claimed(1), finished('completed', 1), move('completed', 'pending', [1, 2], [1, 0]), move('pending', 'in_progress', [2, 3], [0, 1]), move('in_progress', 'completed', [3, 3], [1, 1])]
  })],
  ['a create that nobody answered, and whose job ran', history({ told: [told({ end: 'unknown', id: null })] })],
  ['a create that nobody answered, and that made nothing', history({ told: [told({ end: 'unknown', id: null })], rows: [], journal: [], moves: [] })]
]

test.for(GOOD)('finds nothing wrong with %s', ([, good]) => {
  expect(check(good).findings).toEqual({ lost: [], duplicate: [], early: [], overlapping: [], stale: [], illegal: [] })
})

const BAD: Array<[what: string, kind: Kind, history: History]> = [
  ['an acknowledged job without a row', 'lost', history({ rows: [], journal: [], moves: [] })],
  ['a job that never ends', 'lost', history({ rows: [row({ status: 'pending', attempt: 0, fence: 0, result_fence: null })], journal: [], moves: [born] })],
  ['a job that is completed and was never started', 'lost', history({ journal: [] })],
  ['a start of a job that has no row', 'lost', history({ told: [], rows: [], moves: [] })],
  ['two rows of one key', 'duplicate', history({ rows: [row(), row({ id: 'job-2', status: 'cancelled', attempt: 0, fence: 0, result_fence: null })] })],
  ['two starts under one fence', 'duplicate', history({ journal: [start(), start(1, 1_200, 7), end()] })],
  ['a second start that nothing explains', 'duplicate', history({
    rows: [row({ attempt: 1, fence: 2, result_fence: 2 })],
    journal: [start(1), end(1), start(2), end(2)],
    moves: [born, claimed(1), move('in_progress', 'pending', [1, 1], [1, 0]), move('pending', 'in_progress', [1, 2], [0, 1]), move('in_progress', 'completed', [2, 2], [1, 1])]
  })],
  ['a start before its time', 'early', history({ journal: [start(1, DUE_MS - 1), end()] })],
  ['a second attempt before its backoff is over', 'early', rescued({ rows: [row({ attempt: 2, fence: 2, result_fence: 2, run_at_ms: 1_300, attempts: [attempt(1)] })] })],
  ['a guarded effect after a newer attempt began', 'overlapping', rescued({ journal: [start(1), start(2), effect(1, 1_300), effect(2), end(2)] })],
  ['the result of an old attempt', 'stale', rescued({ rows: [row({ attempt: 2, fence: 2, result_fence: 1, attempts: [attempt(1)] })] })],
  ['a result of an attempt that has not ended', 'stale', history({ journal: [start()] })],
  ['the error of an old attempt', 'stale', rescued({ rows: [row({ attempt: 2, fence: 2, result_fence: 2, attempts: [attempt(1, 'retry', 0)] })] })],
  ['a row of a create that was refused', 'illegal', history({ told: [told({ end: 'refused', id: null })] })],
  ['a start after the cancel', 'illegal', history({ told: [told(), told({ what: 'cancel', outcome: 'cancelled', at_ms: 1_050 })] })],
  ['a start under a fence that was never given', 'illegal', history({ journal: [start(), end(), start(2)] })],
  ['more attempts than it may have', 'illegal', rescued({ rows: [row({ attempt: 2, fence: 2, result_fence: 2, max_retries: 0, attempts: [attempt(1)] })] })],
  ['an attempt that is not accounted for', 'illegal', history({ rows: [row({ attempt: 2, fence: 2, result_fence: 2 })], journal: [start(2), end(2)] })],
  ['an attempt that was not counted', 'illegal', rescued({ rows: [row({ attempt: 1, fence: 2, result_fence: 2, attempts: [attempt(1)] })] })],
  ['a completed job that runs again', 'illegal', history({ moves: [born, claimed(), finished('completed'), move('completed', 'in_progress', [1, 2], [1, 2])] })],
  ['a claim of a job that is claimed', 'illegal', history({ moves: [born, claimed(), move('in_progress', 'in_progress', [1, 2], [1, 2])] })],
  ['a claim that does not raise the fence', 'illegal', history({ moves: [born, move('pending', 'in_progress', [0, 0], [0, 1])] })],
  ['a finish that raises the fence', 'illegal', history({ moves: [born, claimed(), move('in_progress', 'completed', [1, 2], [1, 1])] })],
  ['a completion that is not counted', 'illegal', history({ moves: [born, claimed(), move('in_progress', 'completed', [1, 1], [1, 0])] })],
  ['a retry that keeps the fence', 'illegal', history({ moves: [born, claimed(), finished('failed'), move('failed', 'pending', [1, 1], [1, 0])] })],
  ['a job that begins in progress', 'illegal', history({ moves: [move(null, 'in_progress', [0, 1], [0, 1])] })]
]

describe('finds', () => {
  test.for(BAD)('%s (%s)', ([, kind, bad]) => {
    const verdict = check(bad)
    expect(verdict.findings[kind]).not.toEqual([])
    expect(isClean(verdict)).toBe(false)
  })

  test('each kind, with what was shown above', () => {
    expect([...new Set(BAD.map(([, kind]) => kind))]).toEqual([...KINDS])
  })
})

test('lateness is the first start after the job was due and stored', () => {
  const late = (i: number, fields: Partial<FinalRow> = {}) => ({ ...row(fields), id: `job-${i}`, key: `key-${i}` })
  const verdict = check(history({
    told: [],
    rows: [late(1), late(2, { created_at_ms: 1_095 })],
    journal: [{ ...start(1, 1_040), id: 'job-1' }, { ...start(1, 1_100), id: 'job-2' }]
  }))
  expect(verdict.lateness).toEqual({ p50: 40, p99: 40, max: 40 })
})

test('recovery is the longest wait from the end of a fault to the next start, and counts no time in which nothing was due', () => {
  const fault = (ended_at_ms: number) => ({ what: 'outage', began_at_ms: 0, ended_at_ms })
  expect(check(rescued({ faults: [fault(1_090), fault(1_150), fault(5_000)] })).recoveryMs).toBe(50)
  expect(check(rescued({ faults: [fault(5_000)] })).recoveryMs).toBeNull()
  const after = (dueMs: number) => check(history({ faults: [fault(950)], rows: [row({ scheduled_at_ms: dueMs })], journal: [start(1, 1_100)] })).recoveryMs
  expect([after(900), after(1_093)]).toEqual([150, 7])
})
