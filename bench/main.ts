/**
 * `npm run bench`: Duly beside its peers, on one Redis and one Postgres that it starts and ends. Exits 0 when all of it
 * has run, 1 when a case has failed or it was interrupted, 2 on misuse.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { openGround, SOURCES } from './ground.js'
import { isPeer, type Plan, SUBJECTS, type SubjectName } from './measurement.js'
import { measurements } from './measurements/index.js'
import { makeReport, resultPath, writeReport } from './results.js'
import { type MeasurementResult, runRounds } from './rounds.js'
import { formatReport } from './table.js'

const SIZES = [10_000, 1_000_000, 10_000_000]
const all = measurements(SIZES)

const whole = (text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('must be a whole number above 0')
  return Number(text)
}
const oneOf = <T extends string>(known: readonly T[]) => (text: string): T[] => {
  const given = text.split(',').map((name) => name.trim())
  const wrong = given.find((name) => !known.includes(name as T))
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is none of ${known.join(', ')}`)
  return given as T[]
}

const options = new Command('bench')
  .description('Compare Duly with BullMQ, pg-boss, graphile-worker and a naive loop. The peers have to be installed: "npm install" in bench/.')
  .option('--only <names>', `of ${all.map(({ name }) => name).join(', ')}; without it all but ${all.filter(({ byDefault }) => !byDefault).map(({ name }) => name).join(' and ')}`, oneOf(all.map(({ name }) => name)))
  .option('--subjects <names>', `of ${SUBJECTS.join(', ')}`, oneOf(SUBJECTS))
  .option('--rounds <n>', 'of each measurement, interleaved', whole, 9)
  .option('--sizes <n,n>', 'scheduled jobs, for growth', (text) => text.split(',').map(whole), SIZES)
  .option('--quick', 'a little of everything, once: to see that it runs, not to measure')
  .option('--json <file>', 'also write everything to this file')
  .option('--save <name>', 'also write it to bench/results/<date>-<name>.json')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse()
  .opts<{ only?: string[]; subjects?: SubjectName[]; rounds: number; sizes: number[]; quick?: boolean; json?: string; save?: string }>()

const subjects = SUBJECTS.filter((name) => (options.subjects ?? SUBJECTS).includes(name))
if (subjects.some((name) => isPeer(name) && name !== 'naive') && !existsSync(join(SOURCES, 'node_modules/pg-boss'))) {
  console.error('bench: the peers are not installed. Run "npm install" in bench/, or leave them out with --subjects duly,naive.')
  process.exit(2)
}

const sizes = options.quick && options.sizes === SIZES ? [1_000, 20_000] : options.sizes
const plan: Plan = { subjects, pick: (full, quick) => (options.quick ? quick : full) }
const chosen = measurements(sizes).filter(({ name, byDefault }) => (options.only ? options.only.includes(name) : byDefault))
const stopping = new AbortController()
const results: MeasurementResult[] = []

const ground = await openGround()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!stopping.signal.aborted) console.error(`${signal}: ends what is under way`)
    stopping.abort()
    ground.interrupt()
  })
}
try {
  for (const measurement of chosen) {
    if (stopping.signal.aborted) break
    results.push(await runRounds(measurement, { ground, plan, rounds: options.quick ? 1 : options.rounds, signal: stopping.signal, say: (line) => console.error(line) }))
  }
} finally {
  await ground.stop()
}

const complete = !stopping.signal.aborted && !options.quick
const report = makeReport(results, { versions: ground.versions, complete, command: `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim() })
console.log(formatReport(report))
if (options.json) await writeReport(report, options.json)
if (options.save) await writeReport(report, resultPath(report, options.save))
process.exit(report.failures.length > 0 || stopping.signal.aborted ? 1 : 0)
