/** HTTP on loopback in front of the local Supabase: only its REST layer, nothing else of the library is reachable. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RestServer {
  readonly port: number
  /** No connection is open: everybody who used it is gone. */
  idle(): Promise<boolean>
  close(): Promise<void>
}

/** Of one request; a call with a thousand jobs of the largest payload that the API takes must pass. */
const BODY_BYTES = 1024 * 1024 * 1024

export async function serveRest(fetch: (request: Request) => Promise<Response>, port: number): Promise<RestServer> {
  const server = createServer((request, response) => {
    answer(request, response, fetch).catch(() => {
      // The error may hold parameters of the call, so it stays here; 5xx means "unknown, send again" to the store.
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' })
      response.end('{"code":"SUP","message":"the local Supabase failed to answer"}')
    })
  })
  server.keepAliveTimeout = 60_000 // longer than clients keep theirs: one that is closed under a request looks like an outage
  await listen(server, port)
  return {
    port: (server.address() as AddressInfo).port,
    idle: () => new Promise((resolve) => server.getConnections((error, count) => resolve(error !== null || count === 0))),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, fetch: (request: Request) => Promise<Response>): Promise<void> {
  if (!request.url?.startsWith('/rest/v1/')) {
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"not found"}')
    return
  }
  const body = await read(request)
  if (!body) {
    response.writeHead(413).end()
    return
  }
  const headers = Object.entries(request.headersDistinct).flatMap(([name, values]) => (values ?? []).map((value): [string, string] => [name, value]))
  const bodyless = request.method === 'GET' || request.method === 'HEAD'
  const result = await fetch(new Request(`http://127.0.0.1${request.url}`, { method: request.method ?? 'GET', headers, ...(!bodyless && { body }) }))
  const content = Buffer.from(await result.arrayBuffer())
  response.writeHead(result.status, { ...Object.fromEntries(result.headers), 'content-length': content.byteLength }).end(content)
}

async function read(request: IncomingMessage): Promise<Buffer<ArrayBuffer> | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength
    if (bytes > BODY_BYTES) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
}
