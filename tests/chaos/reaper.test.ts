import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startReaper } from './reaper.js'

test('ends what was named, frozen or not, spares what has ended by itself, and removes the folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'duly-reaper-'))
  await writeFile(join(folder, 'file'), '')
  const [frozen, running, spared] = Array.from({ length: 3 }, () => spawn('sleep', ['1000']))
  frozen!.kill('SIGSTOP')
  const reaper = startReaper(folder)
  for (const { pid } of [frozen!, running!, spared!]) reaper.add(pid!)
  reaper.remove(spared!.pid!)
  const ends = [once(frozen!, 'exit'), once(running!, 'exit')]
  await reaper.reap()
  for (const end of ends) expect(await end).toEqual([null, 'SIGKILL'])
  await expect(access(folder)).rejects.toThrow('ENOENT')
  expect(spared!.exitCode ?? spared!.signalCode).toBeNull()
  spared!.kill()
})
