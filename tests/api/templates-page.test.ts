/** The requests of docs/templates.md are what a shell sends to an API that listens. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject } from 'vitest'
import { readText } from '../docs/support.js'
import { test } from './fixtures.js'

/** As much of curl as the page uses, for machines without it. Writes a line for each answer to stderr. */
const CURL = `
const options = { method: undefined, headers: {}, body: undefined }
let url
for (let rest = process.argv.slice(2); rest.length > 0;) {
  const word = rest.shift()
  if (word === '-s') continue
  if (word === '-X') options.method = rest.shift()
  else if (word === '-H') { const [name, value] = rest.shift().split(': '); options.headers[name] = value }
  else if (word === '-d') { options.body = rest.shift(); options.method ??= 'POST' }
  else url = word.replace('localhost:3000', process.env.API)
}
const answer = await fetch(url, options)
const text = await answer.text()
process.stderr.write(JSON.stringify({ status: answer.status, body: text && JSON.parse(text) }) + '\\n')
process.stdout.write(text)
`

test('docs/templates.md can be pasted', async ({ api }) => {
  const script = join(inject('tempDir'), 'curl.mjs')
  await writeFile(script, CURL)
  const blocks = [...(await readText('docs/templates.md')).matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '')
  const address = await api.app.listen({ host: '127.0.0.1', port: 0 })
  const { stderr } = await promisify(execFile)('/bin/sh', ['-c', `curl() { "$NODE" "$SCRIPT" "$@"; }\n${blocks.join('\n')}`], { env: { ...process.env, NODE: process.execPath, SCRIPT: script, API: address } })
  const answers = stderr.trim().split('\n').map((line) => JSON.parse(line) as { status: number; body: Record<string, unknown> })

  expect(answers.map(({ status }) => status)).toEqual([201, 201, 200, 200, 200, 201, 204])
  const [created, used, read, listed, , again] = answers.map(({ body }) => body)
  expect(read).toEqual(created)
  expect(listed).toEqual({ data: [created] })
  expect(created!.variables).toEqual(['customer.email', 'customer.name', 'plan'])
  expect(used).toMatchObject({ queue: 'mail', payload: { to: 'ann@example.com', subject: 'Welcome, Ann!', message: 'Your plan is the free one.' } })
  expect(Date.parse(used!.scheduled_at as string) - Date.parse(used!.created_at as string)).toBe(60_000)
  expect(again).toMatchObject({ priority: 5, payload: { order: { number: 17 }, lines: '2 x pens\n' } })
})
