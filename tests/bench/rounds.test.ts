import { expect, test } from 'vitest'
import type { Ground } from '../../bench/ground.js'
import type { Case, Measurement, Plan } from '../../bench/measurement.js'
import { makeReport } from '../../bench/results.js'
import { runRounds } from '../../bench/rounds.js'
import { formatReport } from '../../bench/table.js'

const GROUND = {} as Ground // none of these cases has stores
const PLAN: Plan = { subjects: ['duly'], pick: (full) => full }

function measuring(cases: Case[], options: Partial<Measurement> = {}) {
  const stopping = new AbortController()
  const measurement: Measurement = { name: 'drain', about: 'of nothing', byDefault: true, cases: () => cases, ...options }
  return { stopping, run: (rounds: number) => runRounds(measurement, { ground: GROUND, plan: PLAN, rounds, signal: stopping.signal, say: () => {} }) }
}

const report = (result: Awaited<ReturnType<typeof runRounds>>) => makeReport([result], { versions: { postgres: '18', redis: '7', node: 'v24' }, complete: true, command: 'npm run bench' })

test('each round has every case once, and begins with another one', async () => {
  const order: string[] = []
  const names = ['a', 'b', 'c']
  await measuring(names.map((name) => ({ name, run: async () => (order.push(name), { 'jobs/s': 1 }) }))).run(3)
  expect(order.join('')).toBe('abcbcacab')
})

test('a case that fails is in the report and in the table, and the others go on', async () => {
  let tries = 0
  const result = await measuring([
    { name: 'duly', run: async () => ({ 'jobs/s': 100 }) },
    { name: 'peer', run: async () => {
      if (++tries === 2) throw new Error('2 of 3 jobs have completed')
      return { 'jobs/s': 50 }
    } }
  ]).run(3)
  const { failures, measurements } = report(result)
  expect(failures).toEqual([{ measurement: 'drain', name: 'peer', round: 2, error: '2 of 3 jobs have completed' }])
  expect(measurements[0]!.cases.map(({ figures }) => Object.keys(figures['jobs/s']!.values))).toEqual([['1', '2', '3'], ['1', '3']])
  expect(formatReport(report(result))).toContain('FAILED: drain, peer, round 2: 2 of 3 jobs have completed')
})

test('a subject that fails every time stays in the report, without figures', async () => {
  const result = await measuring([{ name: 'duly', run: async () => ({ 'jobs/s': 1 }) }, { name: 'peer', run: () => Promise.reject(new Error('gone')) }]).run(2)
  expect(report(result).measurements[0]!.cases).toMatchObject([{ name: 'duly' }, { name: 'peer', figures: {} }])
  expect(report(result).failures).toHaveLength(2)
})

test('an interrupt ends the run: what it broke is no failure, and its round does not count', async () => {
  const { stopping, run } = measuring([
    { name: 'duly', run: async () => ({ 'jobs/s': 1 }) },
    { name: 'peer', run: async () => {
      stopping.abort()
      throw new Error('its process has ended')
    } }
  ])
  expect(await run(9)).toMatchObject({ rounds: 0, failures: [] })
})

test('a measurement that wants fewer rounds gets fewer', async () => {
  expect((await measuring([{ name: 'duly', run: async () => ({}) }], { mostRounds: 2 }).run(9)).rounds).toBe(2)
})
