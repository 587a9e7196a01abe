/**
 * `npm run chaos`: real processes under real faults, judged by the checker. Each row starts its own parts; rows run one
 * after another. A failure names its seed, and the same seed makes the same decisions.
 */
import { appendFile, writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { openGround } from './ground.js'
import { type Outcome, runRow } from './row.js'
import { ROWS } from './rows/index.js'
import { TRANSPORTS, type Transport } from './stage.js'
import { header, reasons, tableLine } from './table.js'

interface Options {
  readonly row?: string
  readonly transport?: Transport
  readonly seed?: number
  readonly seeds: number
  readonly jobs?: number
  readonly json?: string
  readonly logs?: string
  readonly short?: boolean
}

const options = new Command('chaos')
  .description('Break Duly on purpose, and check that nothing is lost, twice, early or stale.')
  .option('--row <names>', 'only these rows, separated by commas')
  .option('--transport <name>', `only ${TRANSPORTS.join(' or ')}`)
  .option('--seed <n>', 'the first seed; a random one if not given', Number)
  .option('--seeds <n>', 'seeds that each row runs with', Number, 1)
  .option('--jobs <n>', 'jobs of each row, instead of its own number', Number)
  .option('--short', 'seconds instead of minutes')
  .option('--json <file>', 'also write the outcomes there')
  .option('--logs <file>', 'append there what the processes printed: warnings and worse')
  .allowExcessArguments(false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse()
  .opts<Options>()

const wanted = options.row?.split(',')
const unknown = wanted?.filter((name) => !ROWS.some((row) => row.name === name)) ?? []
if (unknown.length > 0) {
  console.error(`chaos: no row is called ${unknown.join(', ')}; there are ${ROWS.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.error('chaos: told to stop; whatever was started ends with this process')
    process.exit(1) // the reaper and the keepers see it go
  })
}

const seed = options.seed ?? Math.floor(Math.random() * 100_000)
const outcomes: Outcome[] = []
const ground = await openGround()
try {
  console.log(header())
  for (const row of ROWS) {
    if (wanted && !wanted.includes(row.name)) continue
    for (const transport of row.transports) {
      if (options.transport && transport !== options.transport) continue
      for (let i = 0; i < options.seeds; i++) {
        const outcome = await runRow(row, ground, { transport, seed: seed + i, short: options.short ?? false, ...(options.jobs !== undefined && { jobs: options.jobs }) })
        outcomes.push(outcome)
        console.log(tableLine(outcome))
        for (const reason of reasons(outcome)) console.log(`    ${reason}`)
        if (options.logs) await appendFile(options.logs, [`=== ${tableLine(outcome)}`, ...outcome.lines, ''].join('\n'))
      }
    }
  }
} finally {
  await ground.close()
}
if (options.json) await writeFile(options.json, JSON.stringify(outcomes.map(({ lines: _, ...outcome }) => outcome), null, 2))
process.exitCode = outcomes.length > 0 && outcomes.every(({ passed }) => passed) ? 0 : 1
