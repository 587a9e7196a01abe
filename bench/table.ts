/** A report for people: figure by figure, so that what is to be compared stands below each other. */
import type { FigureResult, Report } from './results.js'

const number = (value: number): string => {
  if (Number.isNaN(value)) return '-'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en', { maximumFractionDigits: digits })
}

const range = ({ least, most }: { readonly least: number; readonly most: number }) => `[${number(least)} to ${number(most)}]`

function line(name: string, { median, least, most, of_first }: FigureResult, width: number): string {
  const ratio = of_first ? `   ${number(of_first.median)} times the first ${range(of_first)}` : ''
  return `    ${name.padEnd(width)} ${number(median).padStart(10)}  ${range({ least, most }).padEnd(24)}${ratio}`.trimEnd()
}

export function formatReport(report: Report): string {
  const lines = [`Node ${report.versions.node}, Postgres ${report.versions.postgres}, Redis ${report.versions.redis}, ${report.machine.cpus} CPUs (${report.machine.model}). Medians, [range].`]
  for (const { name, about, rounds, seconds, cases } of report.measurements) {
    lines.push('', `${name}: ${about} (${rounds} ${rounds === 1 ? 'round' : 'rounds'}, ${seconds} s)`)
    const width = Math.max(...cases.map((one) => one.name.length))
    for (const figure of new Set(cases.flatMap((one) => Object.keys(one.figures)))) {
      lines.push(`  ${figure}`)
      for (const one of cases) if (one.figures[figure]) lines.push(line(one.name, one.figures[figure], width))
    }
  }
  for (const { measurement, name, round, error } of report.failures) lines.push('', `FAILED: ${measurement}, ${name}, round ${round}: ${error}`)
  if (!report.complete) lines.push('', 'Not complete: these figures are not to be quoted.')
  return lines.join('\n')
}
