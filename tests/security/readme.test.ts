/** The list of promises is kept by tests that exist. */
import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { bare, readText, ROOT, table } from '../docs/support.js'

const FOLDER = 'tests/security'
const rows = table(await readText(`${FOLDER}/README.md`), 'promise', 'file', 'test').filter(({ test }) => test !== '')
const texts = new Map(await Promise.all([...new Set(rows.map(({ file }) => bare(file)))].map(async (file) => [file, await readText(file)] as const)))

/** Whether a file has a test or a group of this title. */
const has = (source: string, title: string) => ["'", '"', '`'].some((quote) => [`(${quote}${title}${quote},`, `\n      ${quote}${title}${quote},`, `\n    ${quote}${title}${quote},`].some((call) => source.includes(call)))

test.for(rows.map(({ promise, file, test }) => [promise!, bare(file), test!] as const))('"%s" is proven in %s', ([, file, title]) => {
  expect(title.split(' > ').filter((part) => !has(texts.get(file)!, part.replaceAll('\\|', '|')))).toEqual([])
})

test('every file of tests/security proves something of it', async () => {
  const files = (await readdir(ROOT + FOLDER)).filter((name) => name.endsWith('.test.ts') && name !== 'readme.test.ts').map((name) => `${FOLDER}/${name}`)
  expect([...texts.keys()].filter((file) => file.startsWith(`${FOLDER}/`)).sort()).toEqual(files.sort())
})
