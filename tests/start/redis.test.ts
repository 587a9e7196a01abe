import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest'
import { findRedis, provideRedis, RedisMissingError, startRedis } from '../../scripts/lib/redis.js'
import { parentOf, waitForEnd } from '../support/processes.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(inject('tempDir'), 'redis-'))
})

const path = process.env.PATH ?? ''
const server = async () => (await findRedis(path)) as string

const pidIn = async (folder: string) => (JSON.parse(await readFile(join(folder, 'redis.json'), 'utf8')) as { pid: number }).pid

describe('finding Redis', () => {
  test('says what to type when there is none', async () => {
    const missing = provideRedis({ path: dir })
    await expect(missing).rejects.toThrow(RedisMissingError)
    await expect(missing).rejects.toThrow(/install .*redis.*REDIS_URL/s)
  })

  test.runIf(process.getuid?.() === 0)('installs it where apt-get works, and says so first', async () => {
    const installed = join(dir, 'redis-server')
    const apt = `#!/bin/sh\n[ "$1" = update ] || { printf '#!/bin/sh\\necho "Redis server v=7.0.15"' > ${installed}; /bin/chmod +x ${installed}; }`
    await writeFile(join(dir, 'apt-get'), apt, { mode: 0o755 })
    const lines: string[] = []
    await expect(provideRedis({ path: dir, log: (line) => lines.push(line) })).resolves.toBe(installed)
    expect(lines).toEqual([expect.stringContaining('installing it with apt-get')])
  })

  test('takes a valkey-server too', async () => {
    await writeFile(join(dir, 'valkey-server'), '#!/bin/sh\necho "Valkey server v=8.1.1 sha=0"', { mode: 0o755 })
    await expect(provideRedis({ path: dir })).resolves.toBe(join(dir, 'valkey-server'))
  })

  test('refuses one that is too old, and says which', async () => {
    await writeFile(join(dir, 'redis-server'), '#!/bin/sh\necho "Redis server v=5.0.14 sha=0"', { mode: 0o755 })
    await expect(provideRedis({ path: dir })).rejects.toThrow(/6\.2 or newer.*is 5\.0/)
  })
})

describe('a Redis of ours', () => {
  test('answers when it has started, and is gone when it has stopped', async () => {
    const redis = await startRedis({ server: await server(), dir })
    const pid = await pidIn(dir)
    const client = new Redis(redis.url)
    await expect(client.ping()).resolves.toBe('PONG')
    client.disconnect()
    await redis.stop()
    await waitForEnd([pid])
    await expect(pidIn(dir)).rejects.toThrow('ENOENT')
  })

  test('that a crash has left is ended by the next start', async () => {
    const lost = await startRedis({ server: await server(), dir })
    const leftover = await pidIn(dir)
    process.kill(await parentOf(leftover), 'SIGKILL') // the shell that would have ended it
    await lost.ended
    const redis = await startRedis({ server: await server(), dir })
    onTestFinished(() => redis.stop())
    await waitForEnd([leftover])
  })

  test('says why it does not start', async () => {
    const redis = await startRedis({ server: await server(), dir })
    onTestFinished(() => redis.stop())
    await expect(startRedis({ server: await server(), dir: join(dir, 'second'), port: redis.port })).rejects.toThrow(/in use|taken/i)
  })
})
