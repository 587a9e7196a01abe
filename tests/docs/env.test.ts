/** .env.example, the README's table and core/config.ts say the same about every variable. */
import { parse } from 'dotenv'
import { describe, expect, test } from 'vitest'
import { Env, loadConfig } from '../../core/config.js'
import { bare, readText, table } from './support.js'

interface Variable {
  readonly default?: string | number | boolean
  readonly description?: string
}

const variables = Object.entries(Env.properties as Record<string, Variable>)
/** Name, default as text, description: '' where there is none. */
const known = variables.map(([name, { default: value = '', description = '' }]) => [name, String(value), description])

test('every variable is described, and those that are lengths of time name their unit', () => {
  expect(known.filter(([, , description]) => description === '').map(([name]) => name)).toEqual([])
  expect(known.filter(([name, , description]) => name!.endsWith('_MS') !== description!.endsWith('(ms)')).map(([name]) => name)).toEqual([])
})

describe('.env.example', async () => {
  const page = await readText('.env.example')
  const entries = [...page.matchAll(/^# (.+)\n#([A-Z_]+)=(.*)$/gm)].map(([, description, name, value]) => [name, Object.values(parse(`x=${value}`))[0], description])

  test('has every variable with its default and its description, in their order, and no other', () => {
    expect(entries).toEqual(known)
  })

  test('changes nothing as it is, and has the defaults when every line counts', () => {
    expect(parse(page)).toEqual({})
    const all = parse(page.replaceAll(/^#(?=[A-Z_]+=)/gm, ''))
    expect(Object.keys(all)).toHaveLength(variables.length)
    expect(loadConfig({ ...all, DATA_DIR: '/nowhere' }, [])).toEqual(loadConfig({ DATA_DIR: '/nowhere' }, []))
  })
})

describe("the README's table of variables", async () => {
  const rows = table(await readText('README.md'), 'variable', 'default', 'what it is')

  test('has every variable with its default and its description, in their order, and no other', () => {
    expect(rows.map((row) => [bare(row.variable), bare(row.default), bare(row['what it is'])])).toEqual(known)
  })
})
