/** How jobs are written into a file: CSV for spreadsheets, NDJSON for programs. */
import { stringify } from 'csv-stringify/sync'
import { Job } from '../core/job.js'

export const EXPORT_TYPES = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson; charset=utf-8' } as const
export type ExportFormat = keyof typeof EXPORT_TYPES

/** What the header Accept asks for first; csv when it names neither. */
export function formatOf(accept = ''): ExportFormat {
  const named = accept.toLowerCase().split(',').map((range) => range.split(';')[0]!.trim())
  const first = named.find((type) => type === 'text/csv' || NDJSON.includes(type))
  return first !== undefined && NDJSON.includes(first) ? 'ndjson' : 'csv'
}

const NDJSON = ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/x-jsonlines']

export interface Writer {
  /** What comes before the first job. */
  readonly head: string
  readonly write: (jobs: readonly Job[]) => string
}

export function writerOf(format: ExportFormat): Writer {
  if (format === 'ndjson') return { head: '', write: (jobs) => jobs.map((job) => `${JSON.stringify(job)}\n`).join('') }
  return { head: csv([COLUMNS]), write: (jobs) => csv(jobs.map(cells)) }
}

const COLUMNS = Object.keys(Job.properties) as Array<keyof Job>
/** Written as JSON text, whatever they hold; a number is its own, and stays one for a spreadsheet. */
const JSON_COLUMNS: ReadonlySet<keyof Job> = new Set(['payload', 'backoff', 'tags', 'metadata', 'result'])

const cells = (job: Job) => COLUMNS.map((column) => (JSON_COLUMNS.has(column) && job[column] !== null && typeof job[column] !== 'number' ? JSON.stringify(job[column]) : job[column]))

const csv = (rows: readonly unknown[][]) => stringify(rows as unknown[][], { escape_formulas: true, cast: { string: escapeHidden } })

/**
 * A spreadsheet takes a text for a formula by its first character, and `escape_formulas` puts a ' before those. Some
 * drop spaces and quotes in front of it first, so a formula behind them gets one, too.
 */
const escapeHidden = (text: string) => (HIDDEN_FORMULA.test(text) ? `'${text}` : text)
const HIDDEN_FORMULA = /^[\s"'\ufeff]+[=+\-@\uff1d\uff0b\uff0d\uff20]/
