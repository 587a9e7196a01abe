/**
 * The local Supabase's process: it blocks its event loop for each statement and prints what it is given, so it lives
 * apart, and says what there is to say to its parent. The other side is `lib/local-supabase.ts`.
 */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { acquireLock, type Lock } from './lib/lock.js'
import type { FromChild, Start, ToChild } from './lib/local-supabase.js'
import { openNative, openPglite, type Engine } from './lib/supabase-engine.js'
import { serveRest, type RestServer } from './lib/supabase-server.js'

const MAINTENANCE_MS = 5_000
/** A parent that was killed leaves a worker that hands back what it holds: it gets this long. */
const ORPHAN_MS = 15_000

/** Resolves when it is on its way: an exit before that would lose it. */
const say = (message: FromChild) => new Promise((resolve) => (process.connected ? process.send?.(message, resolve) : resolve(null)))

const [start] = (await once(process, 'message')) as [Start]
let lock: Lock | undefined
let engine: Engine
let server: RestServer
try {
  if ('folder' in start.engine) {
    lock = await acquireLock(`${start.engine.folder}.lock`, { waitMs: start.engine.waitMs ?? 0 })
    engine = await openPglite(start.engine.folder, start.keys)
  } else {
    engine = await openNative(start.engine.databaseUrl, start.keys)
  }
  const applied = await engine.migrate({ log: (line) => void say({ log: line }) })
  await warmUp()
  server = await serveRest(watched(engine.fetch), start.port)
  void say({ ready: { port: server.port, applied } })
} catch (error) {
  await lock?.release()
  await say({ failed: error instanceof Error ? error.message : String(error) })
  process.exit(1)
}

let busy = false
let stopping = false
const timer = setInterval(() => void maintain(), MAINTENANCE_MS)
process.on('message', (message: ToChild) => void answerSql(message))
process.on('disconnect', () => void leave(ORPHAN_MS))
process.on('SIGTERM', () => void leave(0))
process.on('SIGINT', () => {}) // Ctrl-C is for the parent, which stops the users of this first
if (!process.connected) void leave(ORPHAN_MS)

/** The first call reads the catalogue, which takes a second; nobody should wait for it. */
async function warmUp(): Promise<void> {
  const headers = { 'content-type': 'application/json', apikey: start.keys.secret }
  const url = 'http://127.0.0.1/rest/v1/rpc/duly_ping'
  await (await engine.fetch(new Request(url, { method: 'POST', headers, body: '{}' }))).text()
}

function watched(fetch: Engine['fetch']): Engine['fetch'] {
  return (request) => {
    busy = true
    return fetch(request)
  }
}

async function maintain(): Promise<void> {
  if (!busy || stopping) return
  busy = false
  await engine.maintain?.().catch((error: unknown) => void say({ log: `maintenance failed: ${error instanceof Error ? error.message : String(error)}` }))
}

async function answerSql({ sql }: ToChild): Promise<void> {
  try {
    void say({ answer: { id: sql.id, rows: await engine.sql(sql.text, sql.parameters) } })
  } catch (error) {
    void say({ answer: { id: sql.id, error: error instanceof Error ? error.message : String(error) } })
  }
}

async function leave(waitMs: number): Promise<void> {
  if (stopping) return
  stopping = true
  clearInterval(timer)
  for (const deadline = performance.now() + waitMs; performance.now() < deadline && !(await server.idle());) await sleep(100)
  await server.close()
  await engine.close().catch(() => {})
  await lock?.release()
  process.exit(0)
}
