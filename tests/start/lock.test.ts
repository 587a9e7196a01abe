import { mkdtemp, readFile, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, inject, test } from 'vitest'
import { acquireLock, beginOf, LockedError } from '../../scripts/lib/lock.js'

let file: string
beforeEach(async () => {
  file = join(await mkdtemp(join(inject('tempDir'), 'lock-')), 'some.lock')
})

const leave = async (holder: { pid?: number; host?: string; began?: string }) =>
  writeFile(file, JSON.stringify({ pid: process.pid, host: hostname(), began: await beginOf(process.pid), ...holder }))

/** Above every pid that Linux and macOS give out. */
const NO_PID = 2 ** 22 + 1

describe('the lock of a folder', () => {
  test('has one holder at a time, and says who', async () => {
    const lock = await acquireLock(file)
    await expect(acquireLock(file)).rejects.toThrow(`in use by process ${process.pid}`)
    await lock.release()
    await (await acquireLock(file)).release()
  })

  test('waits for a holder that is about to stop', async () => {
    const lock = await acquireLock(file)
    const next = acquireLock(file, { waitMs: 10_000 })
    await lock.release()
    await (await next).release()
  })

  test('is taken over from a dead process, and from one that only has the same pid', async () => {
    await leave({ pid: NO_PID })
    await (await acquireLock(file)).release()
    await leave({ began: 'long ago' })
    await (await acquireLock(file)).release()
  })

  test('is taken over from another host only when that has been silent', async () => {
    await leave({ host: 'another' })
    await expect(acquireLock(file)).rejects.toThrow('on another')
    await utimes(file, new Date(0), new Date(0))
    await (await acquireLock(file)).release()
  })

  test('goes to one of twenty that find the same dead holder', async () => {
    await leave({ pid: NO_PID })
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => acquireLock(file)))
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected').map((outcome) => outcome.reason as unknown)
    expect(refused).toHaveLength(19)
    expect(refused.every((reason) => reason instanceof LockedError)).toBe(true)
  })

  test('whose file says nothing is taken over', async () => {
    await writeFile(file, '')
    await (await acquireLock(file)).release()
  })

  test('is not removed by one who holds it no more', async () => {
    const lock = await acquireLock(file)
    await leave({ pid: 1, began: await beginOf(1) })
    await lock.release()
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ pid: 1 })
  })
})
