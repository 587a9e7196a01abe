/**
 * A client that costs little: requests that are bytes already go over plain sockets, one at a time on each, and of an
 * answer only the status and the end are looked for. `node:http` would take more of the machine than the API.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { percentile } from '../../dist/bench/statistics.js'

const request = ({ url, path, body }) => {
  const { host } = new URL(url)
  const text = JSON.stringify(body)
  return Buffer.from(`POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
}

async function open(url) {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).setNoDelay()
  await once(socket, 'connect')
  let head = ''
  let missing = -1 // bytes of the answer's body; -1 while its head is incomplete
  let settle
  socket.on('data', (data) => {
    let length = data.length
    if (missing < 0) {
      head += data.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      const [, bytes] = /\r\ncontent-length: (\d+)/i.exec(head) ?? []
      if (bytes === undefined) return settle?.reject(new Error(`no length in the answer: ${head.slice(0, 500)}`))
      length = head.length - end - 4
      missing = Number(bytes)
    }
    missing -= length
    if (missing > 0) return
    const status = Number(head.slice(9, 12))
    const answer = head
    head = ''
    missing = -1
    if (status === 201) settle.resolve()
    else settle.reject(new Error(`answered ${status}: ${answer.slice(0, 500)}`))
  })
  for (const event of ['error', 'close']) socket.on(event, (error) => settle?.reject(error instanceof Error ? error : new Error('the API closed the connection')))
  return {
    post: (bytes) => new Promise((resolve, reject) => {
      settle = { resolve, reject }
      socket.write(bytes)
    }),
    close: () => socket.destroy()
  }
}

const openAll = ({ url, connections }) => Promise.all(Array.from({ length: connections }, () => open(url)))

/** One body again and again, on each connection. @returns As `addFor` in role.mjs. */
export async function postFor({ url, path, body, connections, warmMs, ms }) {
  const bytes = request({ url, path, body })
  const sockets = await openAll({ url, connections })
  const startMs = performance.now() + warmMs
  const endMs = startMs + ms
  const latencies = []
  let added = 0
  let counted = 0
  await Promise.all(sockets.map(async ({ post }) => {
    for (let sentMs = performance.now(); sentMs < endMs; ) {
      await post(bytes)
      const nowMs = performance.now()
      added++
      if (nowMs >= startMs && nowMs < endMs) counted++
      if (nowMs >= startMs) latencies.push(nowMs - sentMs)
      sentMs = nowMs
    }
  }))
  for (const { close } of sockets) close()
  return { added, perSecond: (counted / ms) * 1_000, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), max: percentile(latencies, 1) }
}

/** So many requests, over all connections. @returns Requests per second after the warm-up. */
export async function post({ url, path, body, connections, requests, warmRequests }) {
  const bytes = request({ url, path, body })
  const sockets = await openAll({ url, connections })
  const run = async (count) => {
    let left = count
    await Promise.all(sockets.map(async ({ post: send }) => {
      while (left-- > 0) await send(bytes)
    }))
  }
  await run(warmRequests)
  const startMs = performance.now()
  await run(requests)
  const perSecond = (requests / (performance.now() - startMs)) * 1_000
  for (const { close } of sockets) close()
  return { perSecond }
}
