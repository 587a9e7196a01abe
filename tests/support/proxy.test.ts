/** What the proxy does to a connection, seen from both ends: tests of outages are worth what it is worth. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import postgres from 'postgres'
import { expect, test as base, vi } from 'vitest'
import { test as withDatabase } from './fixtures.js'
import { eachNth, type Proxy, startProxy } from './proxy.js'

interface Echo {
  readonly url: string
  /** What the server has been sent. */
  readonly heard: string[]
}

/** The server answers each chunk with itself. */
const test = base.extend<{ echo: Echo; proxy: Proxy; client: () => Promise<Client> }>({
  echo: async ({}, use) => {
    const heard: string[] = []
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {}).on('data', (data) => {
        heard.push(data.toString())
        socket.write(data)
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    await use({ url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`, heard })
    for (const socket of sockets) socket.destroy()
    server.close()
  },
  proxy: async ({ echo }, use) => {
    const proxy = await startProxy(echo.url)
    await use(proxy)
    await proxy.close()
  },
  client: async ({ proxy }, use) => {
    const clients: Client[] = []
    await use(async () => {
      const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1')
      const client: Client = { socket, answers: [], ended: undefined }
      socket.on('data', (data) => client.answers.push(data.toString()))
      socket.on('error', (error: NodeJS.ErrnoException) => (client.ended = error.code)).on('close', () => (client.ended ??= 'closed'))
      clients.push(client)
      await once(socket, 'connect')
      return client
    })
    for (const { socket } of clients) socket.destroy()
  }
})

interface Client {
  readonly socket: Socket
  readonly answers: string[]
  /** Code of its error, or `closed`. */
  ended: string | undefined
}

async function ask({ socket, answers }: Client, text: string): Promise<void> {
  socket.write(text)
  await vi.waitFor(() => expect(answers.at(-1)).toBe(text))
}

test('passes on what is sent, later by its delay and in order', async ({ proxy, client }) => {
  const caller = await client()
  await ask(caller, 'one')
  proxy.delayMs = 60
  const startedAtMs = performance.now()
  caller.socket.write('two')
  proxy.delayMs = 30
  await ask(caller, 'two')
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(90)
})

test('a black hole keeps the connection and answers nothing', async ({ proxy, client, echo }) => {
  const caller = await client()
  await ask(caller, 'one')
  proxy.mode = 'swallow'
  caller.socket.write('two')
  await vi.waitFor(() => expect(proxy.asked).toBe(2))
  proxy.mode = 'pass'
  const other = await client()
  await ask(other, 'three')
  expect(echo.heard).toEqual(['one', 'three'])
  expect(caller).toMatchObject({ ended: undefined, answers: ['one'] })
})

test.for([
  ['refuse', 'closed'],
  ['reset', 'ECONNRESET']
] as const)('%s ends the connections there are and those that come: %s', async ([mode, how], { proxy, client }) => {
  const old = await client()
  await ask(old, 'one')
  proxy.mode = mode
  await vi.waitFor(() => expect(old.ended).toBe(how))
  const late = await client().catch((error: NodeJS.ErrnoException) => ({ ended: error.code }))
  await vi.waitFor(() => expect(['closed', 'ECONNRESET']).toContain(late.ended))
})

test('half-open has lost the server, and the client does not know', async ({ proxy, client, echo }) => {
  const caller = await client()
  await ask(caller, 'one')
  proxy.mode = 'half-open'
  caller.socket.write('two')
  await vi.waitFor(() => expect(proxy.asked).toBe(2))
  proxy.mode = 'pass'
  await ask(await client(), 'three')
  expect(echo.heard).toEqual(['one', 'three'])
  expect(caller.ended).toBeUndefined()
})

test('drops the reply after the command ran, of each second command that is meant', async ({ proxy, client, echo }) => {
  proxy.dropReply = eachNth('claim', 2)
  const outcomes: string[] = []
  for (const command of ['claim 1', 'claim 2', 'beat', 'claim 3']) {
    const caller = await client()
    caller.socket.write(command)
    await vi.waitFor(() => expect(caller.ended ?? caller.answers[0]).toBeDefined())
    outcomes.push(caller.answers[0] ?? caller.ended!)
  }
  expect(outcomes).toEqual(['ECONNRESET', 'claim 2', 'beat', 'ECONNRESET'])
  expect(echo.heard).toEqual(['claim 1', 'claim 2', 'beat', 'claim 3'])
  expect(proxy.dropped).toBe(2)
})

withDatabase('drops what Postgres answers to a statement that is not prepared after it ran, not when it is described', async ({ database, sql }) => {
  await sql`create table public.ran (n integer)`
  const proxy = await startProxy(database.url)
  const client = postgres(proxy.url, { max: 1, prepare: false, fetch_types: false })
  proxy.dropReply = (request) => request.includes('public.ran')
  await expect(client`insert into public.ran values (${1}::int)`).rejects.toThrow()
  expect(await sql`select n from public.ran`).toEqual([{ n: 1 }])
  expect(proxy.dropped).toBe(1)
  await client.end({ timeout: 1 })
  await proxy.close()
})
