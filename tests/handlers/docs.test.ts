import { readFile } from 'node:fs/promises'
import { describe, expect } from 'vitest'
import { test } from './support.js'

const page = await readFile('docs/handlers.md', 'utf8')

describe('docs/handlers.md', () => {
  test('explains every job type, and no other', async ({ bench }) => {
    const explained = [...page.matchAll(/^## `(\w+)`$/gm)].map((match) => match[1])
    expect(explained.sort()).toEqual((await bench.registry()).types)
  })

  test('names every field of every payload', async ({ bench }) => {
    const registry = await bench.registry()
    const sections = new Map(page.split(/^## /m).map((section) => [/^`(\w+)`/.exec(section)?.[1], section]))
    const missing = registry.types.filter((type) => type !== 'send_email').flatMap((type) => {
      const fields = Object.keys((registry.schemaOf(type) as { properties?: object }).properties ?? {})
      return fields.filter((field) => !sections.get(type)?.includes(`\`${field}\``)).map((field) => `${type}.${field}`)
    })
    expect(missing).toEqual([])
  })

  test('shows requests whose payloads fit', async ({ bench }) => {
    const registry = await bench.registry()
    const bodies = [...page.matchAll(/^curl [^']*'content-type: application\/json' -d '([^']*)'$/gm)].map((match) => JSON.parse(match[1] ?? '') as { type: string; payload: unknown })
    expect(bodies.map(({ type }) => type).sort()).toEqual(registry.types)
    expect(bodies.flatMap(({ type, payload }) => registry.validate(type, payload))).toEqual([])
  })
})
