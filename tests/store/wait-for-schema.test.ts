import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { expect, test as base } from 'vitest'
import { openStore, type Store } from '../../core/store/index.js'
import { SCHEMA_VERSION } from '../../core/store/schema-version.js'
import { waitForSchema } from '../../core/store/wait-for-schema.js'

type Answer = readonly [status: number, body: string]

const FITS: Answer = [200, JSON.stringify({ schema_version: SCHEMA_VERSION, now_ms: 0 })]
const OLD: Answer = [200, '{"schema_version": "20200101000000", "now_ms": 0}']
const NOT_IN_CACHE: Answer = [404, '{"code": "PGRST202", "message": "Could not find the function"}']
const WRONG_KEY: Answer = [401, '{"message": "Invalid API key"}']
const AWAY: Answer = [503, '']

interface Scene {
  /** Gives these answers, the last of them for ever. */
  store(...answers: Answer[]): Store
  /** Level and reason of each line of the log. */
  readonly logged: Array<{ level: number; reason?: string }>
  wait(store: Store, patienceMs: number): Promise<void>
}

const test = base.extend<{ scene: Scene }>({
  scene: async ({}, use) => {
    let left: Answer[] = []
    const server = createServer((request, response) => {
      const [status, body] = left.length > 1 ? left.shift()! : left[0]!
      request.resume().on('end', () => response.writeHead(status, { 'content-type': 'application/json' }).end(body))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const logged: Scene['logged'] = []
    const log = pino({}, { write: (line) => void logged.push(JSON.parse(line) as Scene['logged'][0]) })
    await use({
      logged,
      store(...answers) {
        left = answers
        return openStore({ SUPABASE_URL: `http://127.0.0.1:${port}`, SUPABASE_KEY: 'key', STORE_TIMEOUT_MS: 2_000 })
      },
      wait: (store, patienceMs) => waitForSchema(store, { log, away: 'away', patienceMs })
    })
    server.close()
    server.closeAllConnections()
  }
})

test.for([
  ['a function that PostgREST does not know yet', NOT_IN_CACHE],
  ['a gateway that does not know the key yet', WRONG_KEY]
] as const)('%s is waited for, and warned of once', async ([, answer], { scene }) => {
  await scene.wait(scene.store(answer, answer, answer, FITS), 10_000)
  expect(scene.logged.map(({ level }) => level)).toEqual([40, 30])
})

test.for([
  ['schema_outdated', NOT_IN_CACHE],
  ['store_refused', WRONG_KEY]
] as const)('%s is thrown when it does not pass', async ([code, answer], { scene }) => {
  await expect(scene.wait(scene.store(answer), 300)).rejects.toMatchObject({ code })
})

test('a version that is too old is thrown at once', async ({ scene }) => {
  await expect(scene.wait(scene.store(OLD), 600_000)).rejects.toMatchObject({ code: 'schema_outdated', message: expect.stringContaining('npm run migrate') as string })
  expect(scene.logged).toEqual([])
})

test('a store that is away is waited for without an end', async ({ scene }) => {
  await scene.wait(scene.store(...Array<Answer>(9).fill(AWAY), FITS), 0)
  expect(scene.logged.map(({ level }) => level)).toEqual([40, 30])
})

test('patience begins anew when the store was away meanwhile', async ({ scene }) => {
  const waiting = scene.wait(scene.store(WRONG_KEY, ...Array<Answer>(3).fill(AWAY), WRONG_KEY, FITS), 250)
  await expect(waiting).resolves.toBeUndefined()
})
