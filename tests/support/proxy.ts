/** A TCP proxy that can fall silent or refuse, so that a test decides when a store is down. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** `pass` forwards; `swallow` accepts and never answers; `refuse` closes every connection. */
export type Mode = 'pass' | 'swallow' | 'refuse'

export interface Proxy {
  /** The given address, with the proxy in its place. */
  readonly url: string
  mode: Mode
  close(): Promise<void>
}

export async function startProxy(targetUrl: string, mode: Mode = 'pass'): Promise<Proxy> {
  const target = new URL(targetUrl)
  const sockets = new Set<Socket>()
  let current = mode

  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
  }
  const server = createServer((client) => {
    track(client)
    if (current === 'refuse') return client.destroy()
    const upstream = connect(Number(target.port), target.hostname)
    track(upstream)
    client.on('data', (data) => current === 'pass' && upstream.write(data))
    upstream.on('data', (data) => current === 'pass' && client.write(data))
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const url = new URL(targetUrl)
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const cut = () => sockets.forEach((socket) => socket.destroy())
  return {
    url: url.href,
    get mode() {
      return current
    },
    set mode(next) {
      if (next === 'refuse') cut()
      current = next
    },
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    }
  }
}
