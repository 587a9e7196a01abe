/** Whatever a path says and whatever is swapped meanwhile, everything stays under FILES_ROOT. What the handlers do with good paths is in tests/handlers/files.test.ts. */
import { execFileSync } from 'node:child_process'
import { constants } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, symlink, truncate, unlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished } from 'vitest'
import { Files } from '../../worker/handlers/files.js'
import { type Bench, test } from '../handlers/support.js'

const REFUSED = expect.objectContaining({ name: 'Refusal' }) as Error

/** FILES_ROOT, and beside it what nobody may read or change. */
async function withSecret(bench: Bench): Promise<{ files: Files; untouched: () => Promise<void> }> {
  await mkdir(bench.filesRoot, { recursive: true })
  await writeFile(join(bench.dir, 'secret'), 'secret')
  await mkdir(join(bench.dir, 'outside'))
  await writeFile(join(bench.dir, 'outside', 'a'), 'secret')
  return {
    files: new Files(bench.filesRoot),
    async untouched() {
      expect((await readdir(bench.dir)).sort()).toEqual(['files', 'outside', 'secret'])
      expect(await readdir(join(bench.dir, 'outside'))).toEqual(['a'])
      expect([await readFile(join(bench.dir, 'secret'), 'utf8'), await readFile(join(bench.dir, 'outside', 'a'), 'utf8')]).toEqual(['secret', 'secret'])
    }
  }
}

interface Schema {
  readonly format?: string
  readonly type?: string
  readonly properties?: Record<string, Schema>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}

/** Every text of a schema, by the names that lead to it. */
function textsIn(schema: Schema, path: readonly string[] = []): Array<{ path: readonly string[]; format: string | undefined }> {
  const inner = [...Object.entries(schema.properties ?? {}).map(([name, property]) => textsIn(property, [...path, name])), ...(schema.anyOf ?? []).map((one) => textsIn(one, path)), ...(schema.items ? [textsIn(schema.items, path)] : [])]
  return [...(schema.type === 'string' ? [{ path, format: schema.format }] : []), ...inner.flat()]
}

describe('a path', () => {
  test('is checked in every field of every job type that has one', async ({ bench }) => {
    const registry = await bench.registry()
    const texts = registry.types.flatMap((type) => textsIn(registry.schemaOf(type) as Schema).map((text) => ({ ...text, title: `${type} ${text.path.join('.')}` })))
    const checked = texts.filter(({ format }) => format === 'file-path').map(({ title }) => title)
    expect(checked).toEqual(expect.arrayContaining(['write_file path', 'create_folder path', 'resize_image source', 'resize_image output', 'generate_pdf output', 'generate_pdf blocks.path', 'send_email attachments.path']))
    expect(texts.filter(({ path, format }) => /path|file$|folder|dir|source|output/i.test(path.at(-1) ?? '') && format !== 'file-path').map(({ title }) => title)).toEqual([])
  })

  test.for([
    '../secret', '/../secret', 'a/../../secret', './../secret', 'a/./../../secret', '..', '../', '..//secret', '....//../secret', // dots
    '..\\secret', 'a\\..\\..\\secret', '\\\\server\\share', 'C:\\secret', '\\', // backslashes
    '%2e%2e/secret', '%2E%2E/secret', '.%2e/secret', '%2e./secret', '..%2fsecret', '..%5csecret', 'a%2F..', '%00', // encoded
    'a\0', '\0', '../secret\0.txt', 'a\0/../../secret', // NUL
    'a\nb', 'a\rb', 'a\tb', 'a\x7f', 'a\u0085', 'a\ud800', // control characters, half a letter
    'x'.repeat(256), `a/${'x'.repeat(256)}/b`, 'é'.repeat(128), 'a/'.repeat(500) + 'b', 'x/'.repeat(50_000), // too long
    '', '/', '.', '//', '/./', './.' // nothing at all
  ])('is refused as text, before anything is opened: %j', async (path, { bench }) => {
    const { files, untouched } = await withSecret(bench)
    for (const use of [() => files.read(path, 100), () => files.write(path, Buffer.from('x'), { mode: 'overwrite' }), () => files.append(path, Buffer.from('x'), { maxBytes: 100 }), () => files.makeFolder(path)]) {
      await expect(use()).rejects.toThrow(REFUSED)
    }
    expect(await readdir(bench.filesRoot)).toEqual([])
    await untouched()
  })

  test.for([
    ['a.', 'a.'], ['a..', 'a..'], ['...', '...'], ['.. ', '.. '], [' ..', ' ..'], ['..;', '..;'], ['~', '~'], ['~root', '~root'], ['$HOME', '$HOME'], ['-rf', '-rf'], ['a:b', 'a:b'], ['CON', 'CON'],
    ['%252e%252e', '%252e%252e'], ['%c0%ae%c0%ae', '%c0%ae%c0%ae'], ['%u002e', '%u002e'], ['\u2024\u2024', '\u2024\u2024'], ['\uff0e\uff0e\uff0fsecret', '\uff0e\uff0e\uff0fsecret'], ['..\u2215secret', '..\u2215secret'], ['..\u200b', '..\u200b'],
    ['/etc/passwd', 'etc/passwd'], ['//etc/passwd', 'etc/passwd'], ['file:///etc/passwd', 'file:/etc/passwd'], ['/proc/self/environ', 'proc/self/environ']
  ])('that only looks like a way out is a name like any other: %j is %j in FILES_ROOT', async ([path, there], { bench }) => {
    const { files, untouched } = await withSecret(bench)
    await files.write(path!, Buffer.from('x'), { mode: 'create' })
    expect(await readFile(bench.file(there!), 'utf8')).toBe('x')
    await untouched()
  })

  test('of any text is refused or stays inside', { timeout: 120_000 }, async ({ bench }) => {
    const { files, untouched } = await withSecret(bench)
    const parts = fc.array(fc.constantFrom('..', '.', '/', '\\', '%2e', '%2f', 'secret', 'outside/a', 'a', ' ', '\0', '\u2024', '\uff0e', '~', '%', ':'), { maxLength: 8 }).map((list) => list.join(''))
    await fc.assert(
      fc.asyncProperty(fc.oneof(parts, fc.string({ unit: 'binary' })), async (path) => {
        const text = await files.read(path, 100).then(String, () => '')
        expect(text).not.toBe('secret')
        await files.write(path, Buffer.from('x'), { mode: 'overwrite' }).catch(() => undefined)
        await files.append(path, Buffer.from('x'), { maxBytes: 100 }).catch(() => undefined)
        await files.makeFolder(path).catch(() => undefined)
        await untouched()
      }),
      { numRuns: 300 }
    )
  })
})

describe('a symbolic link', () => {
  test.for([['on the way', 'link/a', '../outside'], ['deep on the way', 'one/link/a', '../../outside'], ['at its end', 'link', '../secret'], ['to itself', 'link', 'link'], ['to what is inside', 'link', 'inside'], ['to all of the machine', 'link/etc/passwd', '/']] as const)(
    'is not followed: %s', async ([, path, target], { bench }) => {
      const { files, untouched } = await withSecret(bench)
      await mkdir(bench.file('one'))
      await writeFile(bench.file('inside'), 'x')
      await symlink(target, bench.file(path.slice(0, path.indexOf('link') + 4)))
      for (const use of [() => files.read(path, 100), () => files.write(path, Buffer.from('x'), { mode: 'overwrite' }), () => files.write(path, Buffer.from('x'), { mode: 'create' }), () => files.append(path, Buffer.from('x'), { maxBytes: 100 }), () => files.makeFolder(path)]) {
        await expect(use()).rejects.toThrow(REFUSED)
      }
      await untouched()
    }
  )

  // Elsewhere Node cannot name a file by its open folder, and microseconds remain between the check and the use.
  test.skipIf(process.platform !== 'linux').for(['a file', 'the folder above it'])('that takes the place of %s at any moment lets nothing through', { timeout: 120_000 }, async (what, { bench }) => {
    const { files, untouched } = await withSecret(bench)
    await mkdir(bench.file('top'))
    await writeFile(bench.file('top/a'), 'harmless')
    const [place, target] = what === 'a file' ? [bench.file('top/a'), join(bench.dir, 'secret')] : [bench.file('top'), join(bench.dir, 'outside')]
    await symlink(target, bench.file('link'))
    let isOver = false
    const swapping = (async () => {
      const ignore = () => undefined
      while (!isOver) { // each is one step: there is always something of that name, or nothing for an instant
        await rename(place, bench.file('kept')).catch(ignore)
        await rename(bench.file('link'), place).catch(ignore)
        await rename(place, bench.file('link')).catch(ignore)
        await rename(bench.file('kept'), place).catch(ignore)
      }
    })()
    const seen = { harmless: 0, refused: 0, secret: 0, other: 0 }
    const deadline = performance.now() + 60_000
    while ((seen.harmless < 20 || seen.refused < 20) && performance.now() < deadline) {
      const text = await files.read('top/a', 100).then(String, (error: Error) => (error.name === 'Refusal' ? 'refused' : 'other'))
      seen[text.startsWith('harmless') ? 'harmless' : (text as keyof typeof seen)]++
      await files.append('top/a', Buffer.from('!'), { maxBytes: 50 }).catch(() => undefined)
      await files.append('top/b', Buffer.from('b'), { maxBytes: 50 }).catch(() => undefined)
    }
    isOver = true
    await swapping
    expect(seen).toMatchObject({ secret: 0, harmless: expect.any(Number), refused: expect.any(Number) })
    expect(Math.min(seen.harmless, seen.refused)).toBeGreaterThanOrEqual(20)
    await untouched()
  })
})

describe('only regular files are read and written', () => {
  const uses = (files: Files, path: string) => [
    () => files.read(path, 100), () => files.write(path, Buffer.from('x'), { mode: 'create' }), () => files.write(path, Buffer.from('x'), { mode: 'overwrite' }), () => files.append(path, Buffer.from('x'), { maxBytes: 100 })
  ]

  test('no folder', async ({ bench }) => {
    const { files } = await withSecret(bench)
    await mkdir(bench.file('folder'))
    for (const use of uses(files, 'folder')) await expect(use()).rejects.toThrow('"folder" is not a regular file')
  })

  test('no named pipe, whether or not somebody is at its other end', async ({ bench }) => {
    const { files } = await withSecret(bench)
    execFileSync('mkfifo', [bench.file('pipe')])
    for (const use of uses(files, 'pipe')) await expect(use()).rejects.toThrow('"pipe" is not a regular file')
    const other = await open(bench.file('pipe'), constants.O_RDWR | constants.O_NONBLOCK)
    onTestFinished(() => other.close())
    await other.write('secret')
    for (const use of uses(files, 'pipe')) await expect(use()).rejects.toThrow('"pipe" is not a regular file')
    expect((await other.read({ buffer: Buffer.alloc(10) })).bytesRead).toBe(6)
  })

  test('no socket', async ({ bench }) => {
    const { files } = await withSecret(bench)
    let connections = 0
    const server = createServer(() => connections++)
    await new Promise<void>((resolve) => { server.listen(bench.file('socket'), resolve) })
    onTestFinished(() => new Promise<void>((resolve) => { server.close(() => resolve()) }))
    for (const use of uses(files, 'socket')) await expect(use()).rejects.toThrow('"socket" is not a regular file')
    expect(connections).toBe(0)
  })

  test.for(['zero', 'null', 'full', 'tty'])('no device: /dev/%s', async (name) => {
    for (const use of uses(new Files('/dev'), name)) await expect(use()).rejects.toThrow(/is not a regular file/)
  })
})

describe('no more than a limit', () => {
  test('is read of a file that says it has no size', async () => {
    const files = new Files('/proc/self')
    await expect(files.read('status', 10)).rejects.toThrow('at most 10 are taken')
    expect((await files.read('status', 100_000)).toString()).toContain('Name:')
  })

  test('is read of a file that grows meanwhile', async ({ bench }) => {
    const { files } = await withSecret(bench)
    await writeFile(bench.file('a'), 'x')
    let isOver = false
    const growing = (async () => {
      while (!isOver) await writeFile(bench.file('a'), Buffer.alloc(4_000), { flag: 'a' })
    })()
    const lengths = await Promise.all(Array.from({ length: 50 }, () => files.read('a', 20_000).then(({ length }) => length, () => 0)))
    isOver = true
    await growing
    expect(Math.max(...lengths)).toBeLessThanOrEqual(20_000)
  })

  test('is written at once: 10 MiB, counted as bytes and not as letters', async ({ bench }) => {
    const registry = await bench.registry()
    const wrong = (content: string, encoding = 'utf8') => registry.validate('write_file', { path: 'a', content, encoding })
    const limit = 10 * 1024 * 1024
    expect(wrong('x'.repeat(limit))).toEqual([])
    expect(wrong(`${'x'.repeat(limit)}y`)).toEqual([{ pointer: '/content', detail: 'must have at most 10485760 bytes' }])
    expect(wrong('ä'.repeat(limit / 2 + 1))).toEqual([{ pointer: '/content', detail: 'must have at most 10485760 bytes' }])
    expect(wrong(Buffer.alloc(limit + 3).toString('base64'), 'base64')).not.toEqual([])
  })

  test('is what a file grows to: 1 GiB', async ({ bench }) => {
    await withSecret(bench)
    await writeFile(bench.file('a'), '')
    await truncate(bench.file('a'), 1024 ** 3 - 1) // takes no room on the disk
    expect(await bench.run('write_file', { path: 'a', content: 'xy', mode: 'append' })).toEqual({ verdict: 'give_up', reason: expect.stringContaining('at most 1,073,741,824 are taken') })
    expect(await bench.run('write_file', { path: 'a', content: 'x', mode: 'append' })).toMatchObject({ size: 1024 ** 3 })
  })
})

test('a file appears whole or not at all, and one that cannot be finished leaves nothing', async ({ bench }) => {
  const { files } = await withSecret(bench)
  const large = Buffer.alloc(5_000_000, 'n')
  await files.write('a', Buffer.alloc(5_000_000, 'o'), { mode: 'overwrite' })
  let isOver = false
  const contents = new Set<string>()
  const reading = (async () => {
    while (!isOver) {
      const text = (await readFile(bench.file('a'))).toString('latin1')
      contents.add(`${text.length} ${[...new Set(text)].join('')}`)
    }
  })()
  for (let i = 0; i < 5; i++) await files.write('a', large, { mode: 'overwrite' })
  await expect(files.write('a', large, { mode: 'overwrite', beforeCommit: () => { throw new Error('lost') } })).rejects.toThrow('lost')
  isOver = true
  await reading
  expect([...contents].filter((one) => !['5000000 o', '5000000 n'].includes(one))).toEqual([])
  expect(await readdir(bench.filesRoot)).toEqual(['a'])
  await unlink(bench.file('a'))
  await rm(bench.filesRoot, { recursive: true })
})
