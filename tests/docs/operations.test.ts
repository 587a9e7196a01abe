/** What docs/operations.md says about processes and their logs is so. */
import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { loadConfig } from '../../core/config.js'
import { readText, ROOT, table } from './support.js'

const page = await readText('docs/operations.md')

test('every line of the log that it explains is in the code, with its level', async () => {
  const files = (await Promise.all(['api', 'worker'].map(async (folder) => (await readdir(`${ROOT}${folder}`, { recursive: true })).map((file) => `${folder}/${file}`)))).flat()
  const code = (await Promise.all(files.filter((file) => file.endsWith('.ts')).map(readText))).join('\n')
  const lines = table(page, 'level, words', 'means').map((row) => /^(\w+), `(.+)`$/.exec(row['level, words'] ?? '')?.slice(1) ?? [])
  const unsaid = lines.filter(([level, words]) => !code.split('\n').some((line) => line.includes(`'${words}'`) && line.includes(`.${level}(`)))
  expect(lines.length).toBeGreaterThan(5)
  expect(unsaid).toEqual([])
})

test('its units give a worker more time to stop than it may take', () => {
  const { SHUTDOWN_GRACE_MS } = loadConfig({ DATA_DIR: '/nowhere' }, [])
  const seconds = [...page.matchAll(/ExecStart=.*worker[\s\S]*?TimeoutStopSec=(\d+)/g)].map((match) => Number(match[1]))
  expect(seconds).toHaveLength(1)
  expect(seconds[0]! * 1_000).toBeGreaterThan(SHUTDOWN_GRACE_MS + 6_000)
})
