/** The handler of docs/handlers.md whose effect in the user's own Postgres is guarded by the fence. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { expect, vi } from 'vitest'
import { test } from '../support/fixtures.js'

const page = await readFile('docs/handlers.md', 'utf8')
const block = (language: string, contains: string) => [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1]!).find((text) => text.includes(contains))!

interface Report {
  run(context: object): Promise<{ written: boolean } | string>
  close(): Promise<void>
}

test('an attempt that wakes up behind its successor changes nothing', async ({ database, sql }) => {
  await sql.unsafe(block('sql', 'create table reports'))
  await sql`insert into reports (id) values ('r1')`
  const folder = 'node_modules/.cache/duly/guarded-effect' // where the module finds what it imports
  await mkdir(folder, { recursive: true })
  await writeFile(`${folder}/report.mjs`, block('js', 'report.mjs'))
  process.env.APP_DATABASE_URL = database.url
  const { default: handler } = (await import(/* @vite-ignore */ `${pathToFileURL(`${folder}/report.mjs`).href}?${Date.now()}`)) as { default: Report }

  const attempt = (fence: number) => handler.run({ job: { id: 'j1', fence, attempt: fence }, payload: { id: 'r1' }, assertOwned: () => {}, giveUp: (reason: string) => reason })
  const report = async () => (await sql`select body, fence from reports`)[0]

  expect(await attempt(1)).toEqual({ written: true })
  expect(await attempt(3)).toEqual({ written: true })
  expect(await attempt(2)).toMatch(/later attempt/)
  expect(await report()).toEqual({ body: 'made by attempt 3', fence: 3 })

  // The fourth has begun, and stands still right before its effect while the fifth begins.
  await sql.unsafe(`
    create function stand_still() returns trigger language plpgsql as $$
    begin
      if current_query() like '%set body%' then perform pg_advisory_xact_lock(42); end if;
      return null;
    end $$;
    create trigger stand_still before update on reports for each statement execute function stand_still();`)
  const frost = await sql.reserve()
  await frost`select pg_advisory_lock(42)`
  const fourth = attempt(4)
  await vi.waitFor(async () => expect(await sql`select from pg_locks where locktype = 'advisory' and not granted`).toHaveLength(1))
  await sql`update reports set fence = 5`
  await frost`select pg_advisory_unlock(42)`
  frost.release()
  expect(await fourth).toEqual({ written: false })
  expect(await report()).toEqual({ body: 'made by attempt 3', fence: 5 })
  await handler.close()
})
