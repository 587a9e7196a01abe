import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ERRORS, type ErrorCode } from '../../core/errors.js'

const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8')
/** Code, then the first line below its heading. */
const sections = [...page.matchAll(/^### `(\w+)`\n\n(.*)$/gm)].map(([, code, line]) => [code as ErrorCode, line] as const)

test('docs/errors.md explains every error code, and no other', () => {
  expect(sections.map(([code]) => code).sort()).toEqual(Object.keys(ERRORS).sort())
})

test.each(sections)('docs/errors.md says the status and the title of %s', (code, line) => {
  expect(line).toBe(`**${ERRORS[code].status}** · ${ERRORS[code].title}`)
})
