import { execFile } from 'node:child_process'
import { describe, expect, inject, test } from 'vitest'
import { digestOf } from '../../core/api-keys.js'
import { loadConfig } from '../../core/config.js'
import { compiled } from '../../scripts/lib/compiled.js'

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const run = (...words: string[]) =>
  new Promise<Ran>((resolve) => {
    const child = execFile(process.execPath, [compiled('scripts/api-key'), ...words], { cwd: inject('tempDir'), env: {} }, (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }))
  })

describe('npm run api-key', () => {
  test('prints a key and an entry that knows it, and does not have it', async () => {
    const { code, stdout } = await run('my-app', 'write')
    const [key = '', entry = ''] = stdout.split('\n').flatMap((line) => /^ {2}(\S+)$/.exec(line)?.[1] ?? [])
    expect(code).toBe(0)
    expect(key).toMatch(/^duly_[\w-]{32}$/)
    expect(entry).not.toContain(key)
    expect(loadConfig({ DATA_DIR: '/nowhere', API_KEYS: entry }, []).apiKeys).toEqual([{ name: 'my-app', scope: 'write', digest: digestOf(key) }])
  })

  test('makes another one each time', async () => {
    const [a, b] = await Promise.all([run('my-app', 'read'), run('my-app', 'read')])
    expect(a.stdout).not.toBe(b.stdout)
  })

  test.each([[[]], [['my-app']], [['my-app', 'owner']], [['my app', 'read']], [['a:b', 'read']], [['my-app', 'read', 'more']], [['--no-such']]])('refuses %j with 2 and makes none', async (words) => {
    const { code, stdout, stderr } = await run(...words)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^error: /)
  })

  test('explains itself', async () => {
    const { code, stdout } = await run('--help')
    expect(code).toBe(0)
    expect(stdout).toMatch(/<name> <scope>[^]*"read"[^]*"write"[^]*"admin"[^]*Exit codes/)
  })
})
