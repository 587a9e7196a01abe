/** The outcome of rows as lines for people. */
import { KINDS } from './checker.js'
import type { Outcome } from './row.js'

const COLUMNS = ['row', 'transport', 'seed', 'jobs', ...KINDS, 'late p50', 'p99', 'max', 'recovery', 'took', 'verdict'] as const
const WIDTHS = [24, 9, 6, 8, 5, 9, 6, 11, 6, 8, 8, 7, 7, 8, 7, 7] as const

const line = (cells: readonly (string | number)[]) => cells.map((cell, i) => (i === 0 ? String(cell).padEnd(WIDTHS[i] ?? 0) : String(cell).padStart(WIDTHS[i] ?? 0))).join(' ')

/** Times are in milliseconds, but the last, in seconds. */
export const header = (): string => line(COLUMNS)

export function tableLine({ row, transport, seed, jobs, verdict, ms, passed, skipped }: Outcome): string {
  if (skipped !== undefined) return `${line([row, transport, seed, jobs])} skipped: ${skipped}`
  const counts = KINDS.map((kind) => verdict?.findings[kind].length ?? '?')
  const { p50 = '-', p99 = '-', max = '-' } = verdict?.lateness ?? {}
  return line([row, transport, seed, jobs, ...counts, p50, p99, max, verdict?.recoveryMs ?? '-', `${(ms / 1_000).toFixed(1)}s`, passed ? 'ok' : 'FAILED'])
}

/** What is wrong, a few findings of each kind. */
export function reasons({ row, transport, seed, verdict, broken }: Outcome, shown = 5): string[] {
  const findings = KINDS.flatMap((kind) => {
    const all = verdict?.findings[kind] ?? []
    return [...all.slice(0, shown).map((finding) => `${kind}: ${finding}`), ...(all.length > shown ? [`${kind}: and ${all.length - shown} more`] : [])]
  })
  return [...broken.map((promise) => `does not hold: ${promise}`), ...findings].map((reason) => `${row} (${transport}, seed ${seed}) ${reason}`)
}
