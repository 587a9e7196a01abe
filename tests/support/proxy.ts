/** A TCP proxy that can be slow, silent, rude or forgetful, so that a test decides what happens between a process and its stores. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * - `pass` forwards
 * - `swallow` accepts, and what is sent either way is gone: a black hole
 * - `refuse` closes every connection, old and new
 * - `reset` does so with a RST
 * - `half-open` has closed the connections to the server, and their clients have not been told
 */
export type Mode = 'pass' | 'swallow' | 'refuse' | 'reset' | 'half-open'

export interface Proxy {
  /** The given address, with the proxy in its place. */
  readonly url: string
  mode: Mode
  /** What is forwarded arrives this much later, either way (ms). */
  delayMs: number
  /**
   * Asked about all that a client sends while the mode is `pass`. True: the server gets it and does what it says, its
   * reply is swallowed, and the client's connection is reset. What else was under way on that connection goes with it.
   */
  dropReply: ((request: string) => boolean) | undefined
  /** Connections that lost a reply so far. */
  readonly dropped: number
  /** Chunks that clients have sent so far, whatever became of them. */
  readonly asked: number
  close(): Promise<void>
}

export async function startProxy(targetUrl: string, mode: Mode = 'pass'): Promise<Proxy> {
  const target = new URL(targetUrl)
  const clients = new Set<Socket>()
  const upstreams = new Set<Socket>()
  const state = { mode, delayMs: 0, dropReply: undefined as Proxy['dropReply'], dropped: 0, asked: 0 }
  /** Their clients are not to know that they are closed. */
  const forsaken = new WeakSet<Socket>()

  const track = (socket: Socket, all: Set<Socket>) => {
    all.add(socket)
    socket.on('close', () => all.delete(socket)).on('error', () => {})
  }
  const server = createServer((client) => {
    track(client, clients)
    if (state.mode === 'refuse') return client.destroy()
    if (state.mode === 'reset') return client.resetAndDestroy()
    if (state.mode === 'half-open') return client.on('data', () => state.asked++)
    const upstream = connect(Number(target.port), target.hostname)
    track(upstream, upstreams)
    const send = lateWriter(upstream, state)
    const answer = lateWriter(client, state)
    let dropping = false
    client.on('data', (data) => {
      state.asked++
      if (state.mode !== 'pass') return
      if (!dropping && state.dropReply?.(data.toString('latin1'))) dropping = true
      send(data)
    })
    upstream.on('data', (data) => {
      if (state.mode !== 'pass') return
      if (!dropping || isDescription(data)) return answer(data)
      if (client.destroyed) return
      state.dropped++
      client.resetAndDestroy()
      upstream.end() // after what it was sent: the server does all of that
    })
    client.on('close', () => dropping || upstream.destroy())
    upstream.on('close', () => forsaken.has(upstream) || client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const url = new URL(targetUrl)
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: url.href,
    get mode() {
      return state.mode
    },
    set mode(next) {
      state.mode = next
      if (next === 'refuse') for (const socket of [...clients, ...upstreams]) socket.destroy()
      if (next === 'reset') for (const socket of clients) socket.resetAndDestroy()
      if (next === 'half-open') {
        for (const socket of upstreams) {
          forsaken.add(socket)
          socket.destroy()
        }
      }
    },
    get delayMs() {
      return state.delayMs
    },
    set delayMs(ms) {
      state.delayMs = ms
    },
    get dropReply() {
      return state.dropReply
    },
    set dropReply(decide) {
      state.dropReply = decide
    },
    get dropped() {
      return state.dropped
    },
    get asked() {
      return state.asked
    },
    async close() {
      for (const socket of [...clients, ...upstreams]) socket.destroy()
      server.close()
      await once(server, 'close')
    }
  }
}

/**
 * Whether this is what Postgres says before it runs anything: a statement that is not prepared is sent with its name, is
 * described, and only then run. So it begins with ParseComplete, and does not end with ReadyForQuery.
 */
const isDescription = (data: Buffer) => data.subarray(0, 5).toString('latin1') === '1\0\0\0\x04' && data.subarray(-6, -1).toString('latin1') !== 'Z\0\0\0\x05'

/** Writes in the order of the calls, whatever the delay was at each of them. */
function lateWriter(socket: Socket, state: { readonly delayMs: number }): (data: Buffer) => void {
  let dueMs = 0
  return (data) => {
    const nowMs = performance.now()
    dueMs = Math.max(dueMs, nowMs + state.delayMs)
    if (dueMs <= nowMs) socket.write(data)
    else setTimeout(() => socket.writable && socket.write(data), dueMs - nowMs)
  }
}

/** For `dropReply`: the first request with this text in it and each k-th after it; the others are answered. */
export function eachNth(text: string, k: number): (request: string) => boolean {
  let seen = 0
  return (request) => request.includes(text) && seen++ % k === 0
}
