import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Type from 'typebox'
import { describe, expect } from 'vitest'
import { defineHandler, type Handler, loadRegistry, Registry } from '../../worker/handlers/index.js'
import { runHandler, test } from './support.js'

const handler = (type: string | string[], payload: object = {}, more: Partial<Handler> = {}): Handler => ({ type, payload, run: async () => 'done', ...more })

describe('the registry', () => {
  test('knows the built-in types, sorted, each with a schema that compiles, a description and a timeout', async ({ bench }) => {
    const registry = await bench.registry()
    expect(registry.types).toEqual(['create_folder', 'email_notification', 'generate_pdf', 'log', 'resize_image', 'send_email', 'write_file'])
    for (const type of registry.types) {
      expect(registry.validate(type, {}, '/payload')).toBeInstanceOf(Array)
      expect(registry.descriptionOf(type)).not.toBe('')
      expect(registry.timeoutMs(type)).toBeGreaterThan(0)
    }
    expect(registry.get('send_email')).toBe(registry.get('email_notification'))
    expect(registry.get('nothing')).toBeUndefined()
  })

  test('describes every field of every built-in payload', async ({ bench }) => {
    const registry = await bench.registry()
    const bare: string[] = []
    const visit = (schema: unknown, path: string) => {
      if (typeof schema !== 'object' || schema === null) return
      const { properties, ...rest } = schema as { properties?: Record<string, { description?: string; const?: string }> }
      for (const [name, field] of Object.entries(properties ?? {})) {
        if (!field.description && field.const === undefined) bare.push(`${path}/${name}`)
        visit(field, `${path}/${name}`)
      }
      for (const value of Object.values(rest)) [value].flat().forEach((inner) => visit(inner, path))
    }
    for (const type of registry.types) visit(registry.schemaOf(type), type)
    expect(bare).toEqual([])
  })

  test('an unknown type is answered with the known ones and the nearest', () => {
    const registry = new Registry([handler('greet'), handler('count')])
    expect(() => registry.validate('gret', {})).toThrow(expect.objectContaining({
      code: 'unknown_type',
      message: 'no handler is known for the type "gret"; did you mean "greet"?; known are "count", "greet"'
    }))
  })

  test('closes each handler once, and one that fails stops no other', async () => {
    const closed: string[] = []
    const closing = (name: string) => ({ close: () => { closed.push(name); throw new Error(name) } })
    await new Registry([handler(['a', 'b'], {}, closing('first')), handler('c', {}, closing('second'))]).close()
    expect(closed).toEqual(['first', 'second'])
  })

  test('one error names every handler that cannot be used, and why', () => {
    const bad = [
      handler('ok'), handler('ok'), handler('not a name'), handler('x', { type: 'nonsense' }), handler('y', {}, { timeout_ms: 0.5 }),
      { type: 'z' } as unknown as Handler, null as unknown as Handler, handler('w', {}, { isolate: 'yes' as unknown as boolean })
    ]
    expect(() => new Registry(bad)).toThrow(/^handlers that cannot be used:\n {2}built in: the type "ok" is taken[^\n]*\n[^\n]*not a name[^\n]*\n[^\n]*does not compile[^\n]*\n[^\n]*timeout_ms[^\n]*\n[^\n]*has no payload[^\n]*\n[^\n]*has no run[^\n]*\n[^\n]*is not a handler[^\n]*\n[^\n]*isolate[^\n]*$/)
  })
})

describe('a payload', () => {
  const person = defineHandler({
    type: 'person',
    payload: Type.Object(
      {
        name: Type.String({ minLength: 1, maxLength: 5, description: 'Full name' }),
        age: Type.Optional(Type.Integer({ minimum: 0, maximum: 150 })),
        colour: Type.Optional(Type.Enum(['red', 'green'])),
        born: Type.Optional(Type.String({ format: 'date' })),
        tags: Type.Optional(Type.Array(Type.String(), { maxItems: 2 })),
        'a/b~c': Type.Optional(Type.Object({ x: Type.Number() }, { additionalProperties: false })),
        shape: Type.Optional(Type.Union([
          Type.Object({ kind: Type.Literal('circle'), radius: Type.Number() }, { additionalProperties: false }),
          Type.Object({ kind: Type.Literal('square'), side: Type.Number() }, { additionalProperties: false })
        ])),
        id: Type.Optional(Type.Union([Type.String(), Type.Integer()]))
      },
      { additionalProperties: false }
    ),
    run: async () => 'done'
  })

  test.for<[string, object, Array<[string, string]>]>([
    ['that fits', { name: 'Ann', age: 3, colour: 'red', tags: [], shape: { kind: 'circle', radius: 1 }, id: 7 }, []],
    ['with a missing field', {}, [['/name', 'is missing: Full name']]],
    ['with a misspelt field', { name: 'Ann', colou: 'red' }, [['/colou', 'is not known here; did you mean "colour"?']]],
    ['with an unknown field', { name: 'Ann', zzzzzz: 1 }, [['/zzzzzz', 'is not known here; known are "name", "age", "colour", "born", "tags", "a/b~c", "shape", "id"']]],
    ['with several faults', { name: '', age: 200.5, tags: ['a', 2, 'c'] }, [['/name', 'must not be empty'], ['/age', 'must be a whole number, not 200.5'], ['/age', 'must be 150 or less'], ['/tags', 'must have at most 2 items'], ['/tags/1', 'must be a string, not a number']]],
    ['with a value near an allowed one', { name: 'Ann', colour: 'gren' }, [['/colour', 'must be one of "red", "green"; did you mean "green"?']]],
    ['with a wrong format', { name: 'Ann', born: 'yesterday' }, [['/born', 'must be a valid date']]],
    ['with null', { name: null }, [['/name', 'must be a string, not null']]],
    ['with names that a pointer escapes', { name: 'Ann', 'a/b~c': { 'd/e': 1 } }, [['/a~1b~0c/x', 'is missing'], ['/a~1b~0c/d~1e', 'is not known here; known are "x"']]],
    ['that is one kind of several', { name: 'Ann', shape: { kind: 'circle', radios: 1 } }, [['/shape/radius', 'is missing'], ['/shape/radios', 'is not known here; did you mean "radius"?']]],
    ['of a misspelt kind', { name: 'Ann', shape: { kind: 'circel' } }, [['/shape/kind', 'must be one of "circle", "square"; did you mean "circle"?']]],
    ['that is none of several types', { name: 'Ann', id: true }, [['/id', 'must be a string or a whole number, not true']]]
  ])('%s', ([, payload, faults]) => {
    const expected = faults.map(([pointer, detail]) => ({ pointer, detail }))
    const registry = new Registry([person])
    const found = registry.validate('person', payload)
    expect(found).toHaveLength(expected.length)
    expect(found).toEqual(expect.arrayContaining(expected))
    expect(registry.validate('person', payload, '/payload').map((fault) => fault.pointer)).toEqual(found.map((fault) => `/payload${fault.pointer}`))
  })

  test('that cannot be stored is refused before anything else looks at it', async ({ bench }) => {
    const registry = await bench.registry()
    const deep: unknown = JSON.parse('['.repeat(5_000) + ']'.repeat(5_000))
    expect(registry.validate('log', deep)).toMatchObject([{ detail: expect.stringContaining('64 levels') }])
    expect(registry.validate('log', { text: '\0' })).toMatchObject([{ pointer: '/text' }])
  })

  test('full of faults is answered with a hundred of them', () => {
    const registry = new Registry([handler('numbers', { type: 'array', items: { type: 'number' } })])
    expect(registry.validate('numbers', Array.from({ length: 5_000 }, () => 'x'))).toHaveLength(100)
  })

  test('is asked about rules beyond the schema only when it fits the schema', () => {
    const even = handler('even', { type: 'number' }, { check: (n) => ((n as number) % 2 ? [{ pointer: '', detail: 'must be even' }] : []) })
    const registry = new Registry([even])
    expect([registry.validate('even', 2), registry.validate('even', 3), registry.validate('even', 'x')].map((faults) => faults.map((fault) => fault.detail)))
      .toEqual([[], ['must be even'], ['must be a number, not a string']])
  })

  test('is never changed by its check', () => {
    const registry = new Registry([handler('defaults', { type: 'object', properties: { n: { type: 'number', default: 1 } } })])
    const payload = Object.freeze({})
    expect(registry.validate('defaults', payload)).toEqual([])
    expect(payload).toEqual({})
  })
})

describe('handlers of your own', () => {
  const load = async (dir: string, files: Record<string, string>) => {
    const handlersDir = join(dir, 'own')
    await mkdir(handlersDir)
    for (const [name, text] of Object.entries(files)) await writeFile(join(handlersDir, name), text)
    return loadRegistry({ filesRoot: dir, mail: { smtpUrl: undefined, from: 'a@b.c', outboxDir: dir } }, handlersDir)
  }

  test('are picked up from HANDLERS_DIR, one or several to a module, and run', async ({ bench }) => {
    const registry = await load(bench.dir, {
      'greet.mjs': `export default {
        type: 'greet',
        payload: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
        timeout_ms: 5000,
        async run({ payload, snooze }) { return payload.name === 'later' ? snooze(1000) : { greeting: 'Hello ' + payload.name } }
      }`,
      'several.mjs': `const one = (type) => ({ type, payload: { $schema: 'http://json-schema.org/draft-07/schema#' }, run: async () => type }); export default [one('first'), one('second')]`,
      'old.cjs': 'not read',
      'common.js': `module.exports = { type: 'common', payload: {}, run: async () => 1 }`
    })
    expect(registry.types).toEqual(expect.arrayContaining(['common', 'first', 'greet', 'second', 'log']))
    expect(registry.timeoutMs('greet')).toBe(5_000)
    expect(registry.validate('greet', {})).toEqual([{ pointer: '/name', detail: 'is missing' }])
    expect(await runHandler(registry, 'greet', { name: 'Ann' })).toEqual({ greeting: 'Hello Ann' })
    expect(await runHandler(registry, 'greet', { name: 'later' })).toEqual({ verdict: 'snooze', delayMs: 1_000 })
  })

  test('that cannot be used stop the start with one error that names all of them', async ({ bench }) => {
    const loading = load(bench.dir, {
      'broken.mjs': 'export default {',
      'empty.mjs': 'export const nothing = 1',
      'norun.mjs': `export default { type: 'norun', payload: {} }`,
      'schema.mjs': `export default { type: 'schema', payload: { type: 'strin' }, run: async () => 1 }`,
      'taken.mjs': `export default { type: 'log', payload: {}, run: async () => 1 }`,
      'throws.mjs': `throw new Error('no database')`
    })
    const message = await loading.then(() => '', (error: Error) => error.message)
    for (const part of ['broken.mjs: cannot be loaded', 'empty.mjs: has no default export', 'norun.mjs: has no run', 'schema.mjs: its payload schema does not compile', 'taken.mjs: the type "log" is taken by another handler (built in)', 'throws.mjs: cannot be loaded: no database']) {
      expect(message).toContain(part)
    }
    expect(message.split('\n')).toHaveLength(7)
  })

  test('a folder that is not there is said so', async ({ bench }) => {
    const loading = loadRegistry({ filesRoot: bench.dir, mail: { smtpUrl: undefined, from: 'a@b.c', outboxDir: bench.dir } }, join(bench.dir, 'nowhere'))
    await expect(loading).rejects.toThrow('HANDLERS_DIR cannot be read')
  })
})

describe('log', () => {
  test('takes anything, writes it to the log, and says so', async ({ bench }) => {
    const lines: unknown[] = []
    const log = { info: (fields: object, text: string) => lines.push([fields, text]) }
    expect(await bench.run('log', { hello: ['world'] }, { log: log as never })).toEqual({ logged: true })
    expect(lines).toEqual([[{ entry: { hello: ['world'] } }, 'log job']])
  })
})
