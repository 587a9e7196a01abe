/** The short form of rows as tests: few jobs, one transport each, one row after another. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ground, openGround } from './ground.js'
import { type Row, runRow } from './row.js'
import { reasons } from './table.js'

const SEED = 1

/** @param rows - Both transports get their share of them. `npm run chaos` runs each on all of its own. */
export function testShort(rows: readonly Row[]): void {
  let ground: Ground
  beforeAll(async () => {
    ground = await openGround()
  })
  afterAll(() => ground?.close())

  for (const [i, row] of rows.entries()) {
    test(`${row.name}: ${row.promise}`, { timeout: 90_000 }, async ({ skip }) => {
      const outcome = await runRow(row, ground, { transport: row.transports[i % row.transports.length]!, seed: SEED, short: true })
      if (outcome.skipped !== undefined) skip(outcome.skipped)
      expect(reasons(outcome)).toEqual([])
      expect(outcome.passed).toBe(true)
    })
  }
}
