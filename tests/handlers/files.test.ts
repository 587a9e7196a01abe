import { execFileSync } from 'node:child_process'
import { link, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { Files } from '../../worker/handlers/files.js'
import { test } from './support.js'

const HOSTILE = [
  '../secret', 'a/../../secret', '..', 'a/..', '/..', '..\\secret', 'a\\b', 'C:\\secret', 'nul\0.txt', 'new\nline', 'tab\t',
  '%2e%2e/secret', 'a%2fb', 'a%5Cb', 'x%00', '', '/', '.', './', '//', 'a/'.repeat(600) + 'b', 'x'.repeat(256), 'ä'.repeat(128)
]

/** Something outside of FILES_ROOT that nobody may read or change. */
async function secretOf(dir: string): Promise<string> {
  await mkdir(join(dir, 'files'), { recursive: true })
  await writeFile(join(dir, 'secret'), 'secret')
  return join(dir, 'secret')
}

describe('paths', () => {
  test.for(HOSTILE)('%j is refused, as text and by the handler', async (path, { bench }) => {
    const secret = await secretOf(bench.dir)
    const registry = await bench.registry()
    expect(registry.validate('write_file', { path, content: 'x' })).toEqual([{ pointer: '/path', detail: expect.stringMatching(/^(must|contains) /) }])
    const files = new Files(bench.filesRoot)
    await expect(files.read(path, 100)).rejects.toThrow(expect.objectContaining({ name: 'Refusal' }))
    await expect(files.write(path, Buffer.from('x'), { mode: 'overwrite' })).rejects.toThrow(expect.objectContaining({ name: 'Refusal' }))
    expect(await readFile(secret, 'utf8')).toBe('secret')
    expect(await readdir(bench.dir)).toEqual(['files', 'secret'])
  })

  test.for([['/a/b.txt', 'a/b.txt'], ['a//b.txt', 'a/b.txt'], ['./a/./b.txt', 'a/b.txt'], ['...', '...'], ['.hidden', '.hidden'], ['Grüße/Привет 😀.txt', 'Grüße/Привет 😀.txt']])(
    '%j is %j inside FILES_ROOT',
    async ([path, there], { bench }) => {
      await bench.run('write_file', { path, content: 'hello' })
      expect(await readFile(bench.file(there as string), 'utf8')).toBe('hello')
    }
  )

  test('a folder that is a link is not entered', async ({ bench }) => {
    await secretOf(bench.dir)
    await symlink(bench.dir, bench.file('out'))
    for (const path of ['out/secret', 'out/new']) {
      expect(await bench.run('write_file', { path, content: 'x', mode: 'overwrite' })).toMatchObject({ verdict: 'give_up', reason: expect.stringContaining(`"${path}" leads through`) })
      expect(await bench.run('write_file', { path, content: 'x', mode: 'append' })).toMatchObject({ verdict: 'give_up' })
    }
    expect(await bench.run('create_folder', { path: 'out/new' })).toMatchObject({ verdict: 'give_up' })
    await expect(new Files(bench.filesRoot).read('out/secret', 100)).rejects.toThrow('leads through')
    expect((await readdir(bench.dir)).sort()).toEqual(['files', 'secret'])
  })

  test('a file that is a link is neither read nor written nor replaced', async ({ bench }) => {
    const secret = await secretOf(bench.dir)
    await symlink(secret, bench.file('link'))
    await symlink(join(bench.dir, 'nothing'), bench.file('dangling'))
    for (const path of ['link', 'dangling']) {
      for (const mode of ['create', 'overwrite', 'append']) {
        expect(await bench.run('write_file', { path, content: 'x', mode })).toMatchObject({ verdict: 'give_up', reason: expect.stringContaining('symbolic link') })
      }
      await expect(new Files(bench.filesRoot).read(path, 100)).rejects.toThrow('symbolic link')
    }
    expect(await readFile(secret, 'utf8')).toBe('secret')
    expect((await readdir(bench.dir)).sort()).toEqual(['files', 'secret'])
  })

  test('a folder swapped for a link while its file is being written leads nowhere else', async ({ bench }) => {
    await mkdir(join(bench.dir, 'outside'))
    await mkdir(bench.file('folder'), { recursive: true })
    const files = new Files(bench.filesRoot)
    await files.write('folder/a.txt', Buffer.from('a'), {
      mode: 'overwrite',
      beforeCommit: () => execFileSync('sh', ['-c', `mv '${bench.file('folder')}' '${bench.file('moved')}' && ln -s '${join(bench.dir, 'outside')}' '${bench.file('folder')}'`])
    }).catch(() => undefined) // where Node cannot name a file by its open folder, this is refused
    expect(await readdir(join(bench.dir, 'outside'))).toEqual([])
  })

  // Elsewhere Node cannot name a file by its open folder, and microseconds remain between the check and the use.
  test.skipIf(process.platform !== 'linux')('folders that are swapped for links all the time let nothing through', async ({ bench }) => {
    const outside = join(bench.dir, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'a.txt'), 'secret')
    const folder = bench.file('folder')
    await mkdir(bench.filesRoot)
    let isOver = false
    const swapping = (async () => {
      const ignore = () => undefined // the files under test make the folder too
      while (!isOver) {
        await mkdir(folder).catch(ignore)
        await writeFile(bench.file('folder/a.txt'), 'harmless').catch(ignore)
        await rm(folder, { recursive: true, force: true }).catch(ignore)
        await symlink(outside, folder).catch(ignore)
        await rm(folder, { recursive: true, force: true }).catch(ignore)
      }
    })()
    const files = new Files(bench.filesRoot)
    const seen = { harmless: 0, secret: 0, '': 0, refused: 0 }
    while (seen.harmless < 10 || seen.refused < 10) {
      const text = await files.read('folder/a.txt', 100).then(String, (error: Error) => (error.name === 'Refusal' ? 'refused' : ''))
      seen[text as keyof typeof seen]++
      await files.write('folder/b.txt', Buffer.from('b'), { mode: 'overwrite' }).catch(() => undefined)
    }
    isOver = true
    await swapping
    expect(seen.secret).toBe(0)
    expect(await readdir(outside)).toEqual(['a.txt'])
  })

  test('what is not a regular file is refused, and nothing waits for its other end', async ({ bench }) => {
    await mkdir(bench.file('folder'), { recursive: true })
    execFileSync('mkfifo', [bench.file('pipe')])
    const files = new Files(bench.filesRoot)
    for (const path of ['folder', 'pipe']) {
      await expect(files.read(path, 100)).rejects.toThrow('not a regular file')
      for (const mode of ['create', 'overwrite', 'append']) {
        expect(await bench.run('write_file', { path, content: 'x', mode })).toMatchObject({ verdict: 'give_up', reason: `"${path}" is not a regular file` })
      }
    }
    await writeFile(bench.file('file'), 'x')
    expect(await bench.run('write_file', { path: 'file/a', content: 'x' })).toMatchObject({ verdict: 'give_up', reason: expect.stringContaining('not a real folder') })
    expect(await bench.run('create_folder', { path: 'file' })).toMatchObject({ verdict: 'give_up' })
  })

  test('messages name the path as it was written, never where it lies on the machine', async ({ bench }) => {
    const messages: string[] = []
    const files = new Files(bench.filesRoot)
    await symlink(bench.dir, bench.file('out')).catch(async () => { await mkdir(bench.filesRoot); await symlink(bench.dir, bench.file('out')) })
    for (const path of ['/nothing/here.txt', 'out/secret', '../x']) {
      messages.push(await files.read(path, 10).then(() => '', (error: Error) => error.message))
    }
    expect(messages.map((message) => message.includes(bench.dir) || message.includes('/proc'))).toEqual([false, false, false])
    expect(messages[0]).toBe('"/nothing/here.txt" does not exist in FILES_ROOT')
  })
})

describe('reading', () => {
  test('a file larger than the limit is refused, one of exactly the limit is not', async ({ bench }) => {
    await bench.run('write_file', { path: 'a', content: '12345' })
    const files = new Files(bench.filesRoot)
    expect((await files.read('a', 5)).toString()).toBe('12345')
    await expect(files.read('a', 4)).rejects.toThrow('"a" has 5 bytes; at most 4')
  })

  test('a file that says it has no size is read no further than the limit', async ({ bench }) => {
    await mkdir(bench.filesRoot)
    await writeFile(bench.file('a'), Buffer.alloc(3_000_000, 1))
    expect(await new Files(bench.filesRoot).read('a', 3_000_000)).toHaveLength(3_000_000)
  })
})

describe('write_file', () => {
  test('writes text and bytes', async ({ bench }) => {
    expect(await bench.run('write_file', { path: '/deep/er/text.txt', content: 'Grüße' })).toEqual({ path: '/deep/er/text.txt', bytes: 7, size: 7 })
    await bench.run('write_file', { path: 'bytes', content: Buffer.from([0, 255, 128]).toString('base64'), encoding: 'base64' })
    expect([...await readFile(bench.file('bytes'))]).toEqual([0, 255, 128])
    expect(await readFile(bench.file('deep/er/text.txt'), 'utf8')).toBe('Grüße')
  })

  test('create refuses to replace a file, and a second attempt with the same content succeeds', async ({ bench }) => {
    await bench.run('write_file', { path: 'a', content: 'one' })
    expect(await bench.run('write_file', { path: 'a', content: 'one' })).toMatchObject({ bytes: 3 })
    expect(await bench.run('write_file', { path: 'a', content: 'two' })).toMatchObject({ verdict: 'give_up', reason: expect.stringContaining('exists already') })
    expect(await readFile(bench.file('a'), 'utf8')).toBe('one')
  })

  test('of many that create one file at once, one wins', async ({ bench }) => {
    const registry = await bench.registry()
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => bench.run('write_file', { path: 'a/b/c', content: String(i) }, { registry })))
    expect(results.filter((result) => 'bytes' in (result as object))).toHaveLength(1)
    expect(await readdir(bench.file('a/b'))).toEqual(['c'])
  })

  test('overwrite replaces the file and leaves what links to the old one alone', async ({ bench }) => {
    await bench.run('write_file', { path: 'a', content: 'one' })
    await link(bench.file('a'), bench.file('kept'))
    await bench.run('write_file', { path: 'a', content: 'two', mode: 'overwrite' })
    expect([await readFile(bench.file('a'), 'utf8'), await readFile(bench.file('kept'), 'utf8')]).toEqual(['two', 'one'])
  })

  test('append adds to the end and says how large the file is', async ({ bench }) => {
    expect(await bench.run('write_file', { path: 'log/a', content: 'one\n', mode: 'append' })).toMatchObject({ bytes: 4, size: 4 })
    expect(await bench.run('write_file', { path: 'log/a', content: 'two\n', mode: 'append' })).toMatchObject({ bytes: 4, size: 8 })
    expect(await readFile(bench.file('log/a'), 'utf8')).toBe('one\ntwo\n')
  })

  test.for(['create', 'overwrite', 'append'])('%s by a worker that lost the job leaves no trace', async (mode, { bench }) => {
    const assertOwned = () => { throw new Error('lost') }
    await mkdir(bench.filesRoot)
    await writeFile(bench.file('a'), 'before')
    const path = mode === 'create' ? 'b' : 'a'
    await expect(bench.run('write_file', { path, content: 'x', mode }, { assertOwned })).rejects.toThrow('lost')
    expect(await readdir(bench.filesRoot)).toEqual(['a'])
    expect(await readFile(bench.file('a'), 'utf8')).toBe('before')
  })

  test('faults of content are found before the job is stored', async ({ bench }) => {
    const registry = await bench.registry()
    expect(registry.validate('write_file', { path: 'a', content: 'no base64!', encoding: 'base64' })).toMatchObject([{ pointer: '/content' }])
    expect(registry.validate('write_file', { path: 'a', content: 'x'.repeat(11_000_000) })).toEqual([{ pointer: '/content', detail: 'must have at most 10485760 bytes' }])
    expect(registry.validate('write_file', { path: 'a', content: 'eA==', encoding: 'base64' })).toEqual([])
  })
})

describe('create_folder', () => {
  test('makes a folder and those above it, once', async ({ bench }) => {
    expect(await bench.run('create_folder', { path: '/reports/2026/' })).toEqual({ path: '/reports/2026/', created: true })
    expect(await bench.run('create_folder', { path: '/reports/2026/' })).toEqual({ path: '/reports/2026/', created: false })
    expect(await readdir(bench.file('reports'))).toEqual(['2026'])
  })
})
