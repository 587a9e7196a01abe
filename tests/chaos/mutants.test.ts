/** The suite finds a product that is broken: each mutant makes its row fail, in the way that it should. */
import { afterAll, beforeAll, describe, expect, test as plain } from 'vitest'
import { test } from '../support/fixtures.js'
import { type Ground, openGround } from './ground.js'
import { mutate, MUTANTS } from './mutants.js'
import { runRow } from './row.js'
import { reasons } from './table.js'

test.for(MUTANTS.flatMap(({ name, change }) => (change ? [[name, change] as const] : [])))('%s is a change of this schema', async ([, change], { sql }) => {
  await mutate(sql, change)
  await expect(mutate(sql, change)).rejects.toThrow(/0 times/)
})

describe('the row fails with', () => {
  let ground: Ground
  beforeAll(async () => {
    ground = await openGround()
  })
  afterAll(() => ground?.close())

  plain.for(MUTANTS)('$name', { timeout: 90_000 }, async ({ row, finds, env, change }) => {
    const outcome = await runRow(row, ground, { transport: 'direct', seed: 1, short: true, settleMs: 5_000, ...(env && { env }), ...(change && { spoil: ({ sql }) => mutate(sql, change) }) })
    expect(outcome.passed).toBe(false)
    expect(outcome.verdict, reasons(outcome).join('\n')).toBeDefined() // it ran to its end, and was judged
    for (const kind of finds) expect(outcome.verdict!.findings[kind], reasons(outcome).join('\n')).not.toEqual([])
  })
})
