/** What the README shows can be pasted. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import type { ClaimedJob } from '../../core/job.js'
import { giveUp, loadRegistry, retryAfter, snooze } from '../../worker/handlers/index.js'
import { bare, readText, table } from './support.js'

const page = await readText('README.md')
const blocks = (language: string) => [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1] ?? '')
const DEPS = { filesRoot: '/nowhere', mail: { smtpUrl: undefined, from: 'duly@localhost', outboxDir: '/nowhere' } }

/** The registry as it is with the handler that the README shows in HANDLERS_DIR. */
async function withOwnHandler() {
  const dir = await mkdtemp(join(tmpdir(), 'duly-readme-'))
  await writeFile(join(dir, 'greet.mjs'), blocks('js')[0] ?? '')
  const registry = await loadRegistry(DEPS, dir)
  await rm(dir, { recursive: true })
  return registry
}

/** Bodies that the shell would send, in the order of the page: `curl` is replaced by what prints its `-d`. */
async function bodies(): Promise<Array<{ type: string; payload: unknown; scheduled_at?: string }>> {
  const script = `curl() { while [ $# -gt 0 ]; do [ "$1" = -d ] && printf '%s\\036' "$2" >&2; shift; done; echo '{"id":"1"}'; }; sleep() { :; }\n${blocks('sh').filter((block) => block.includes('curl')).join('\n')}`
  const { stderr } = await promisify(execFile)('/bin/sh', ['-c', script])
  return stderr.split('\x1e').slice(0, -1).map((body) => JSON.parse(body) as { type: string; payload: unknown })
}

describe('the requests of the README', () => {
  test('are what a shell sends, one at least for each job type, and fit their types', async () => {
    const registry = await withOwnHandler()
    const sent = await bodies()
    expect([...new Set(sent.map(({ type }) => type))].sort()).toEqual(registry.types)
    expect(sent.flatMap(({ type, payload }) => registry.validate(type, payload))).toEqual([])
  })

  test('schedule two seconds ahead, by tools that every machine with Node has', async () => {
    const times = (await bodies()).flatMap(({ scheduled_at }) => scheduled_at ?? [])
    expect(times).toHaveLength(1)
    expect(Math.abs(Date.parse(times[0]!) - Date.now())).toBeLessThan(10_000)
  })

  test('have no comments, which an interactive zsh would run', () => {
    expect(blocks('sh').filter((block) => /(^|\s)#/m.test(block))).toEqual([])
  })
})

test('the handler of the README runs', async () => {
  const registry = await withOwnHandler()
  const context = { job: { attempt: 1 } as ClaimedJob, payload: { name: 'Ann' }, signal: new AbortController().signal, log: pino({ level: 'silent' }), assertOwned: () => {}, snooze, retryAfter, giveUp }
  await expect(registry.get('greet')!.run(context)).resolves.toEqual({ greeted: 'Ann', attempt: 1 })
})

test('the README lists the routes of docs/api.md', async () => {
  const routes = (text: string) => table(text, 'route', 'answers').map((row) => bare(row.route))
  expect(routes(page)).toEqual(routes(await readText('docs/api.md')))
})
