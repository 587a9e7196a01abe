import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, inject, test } from 'vitest'
import { compiled } from '../../scripts/lib/compiled.js'
import { keep } from '../../scripts/lib/kept-process.js'
import { deferred } from '../support/deferred.js'
import { waitForEnd } from '../support/processes.js'

test('a kept program ends when its parent is killed, and its folder goes with it', async () => {
  const folder = await mkdtemp(join(inject('tempDir'), 'kept-'))
  const code = `
    const { keep } = await import(${JSON.stringify(compiled('scripts/lib/kept-process'))})
    keep('/bin/sh', ['-c', 'echo $$; exec sleep 300'], { remove: ${JSON.stringify(folder)}, onOutput: (text) => process.stdout.write(text) })`
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [pid] = (await once(createInterface(parent.stdout), 'line')) as [string]
  parent.kill('SIGKILL')
  await waitForEnd([Number(pid)])
  await expect.poll(() => stat(folder).catch((error: NodeJS.ErrnoException) => error.code)).toBe('ENOENT')
})

test('a kept program that ends by itself says how', async () => {
  await expect(keep('/bin/sh', ['-c', 'exit 7']).ended).resolves.toBe(7)
})

test('a kept program that does not want to end is killed', { timeout: 15_000 }, async () => {
  const { promise: begun, resolve } = deferred<string>()
  const stubborn = keep('/bin/sh', ['-c', 'trap "" TERM; echo $$; while :; do sleep 1; done'], { onOutput: resolve })
  const pid = Number(await begun)
  await stubborn.stop()
  await waitForEnd([pid])
})
