/** No request makes the server fail. FUZZ_REQUESTS says how many (10,000 take a few minutes), FUZZ_SEED which ones: the same each time unless told, so that a failure is found by whoever caused it. */
import { readFile } from 'node:fs/promises'
import { Agent, request as httpRequest } from 'node:http'
import { randomUUID } from 'node:crypto'
import { expect, inject } from 'vitest'
import { cloneDatabase } from '../support/databases.js'
import { test } from '../support/fixtures.js'
import { forkService } from '../support/forked.js'
import { Hostile, type HostileRequest, type OpenApi } from '../support/hostile.js'

const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 1_000)
const SEED = Number(process.env.FUZZ_SEED ?? 1)
const AT_ONCE = 8

test(`none of ${REQUESTS} hostile requests (seed ${SEED}) is answered with a 5xx, and memory does not grow`, async () => {
  const database = await cloneDatabase(inject('postgresUrl'))
  const api = forkService('api/main', {
    PATH: process.env.PATH ?? '', PORT: '0', DATA_DIR: inject('tempDir'), DATABASE_URL: database.url, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: `test:${randomUUID()}`, LOG_LEVEL: 'warn'
  })
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  try {
    const { url } = await api.ready
    const send = (one: HostileRequest) => exchange(url!, agent, one)
    const document = JSON.parse((await send({ method: 'GET', url: '/openapi.json', headers: {}, body: undefined })).body) as OpenApi
    const ids: string[] = []
    const hostile = new Hostile(document, SEED, () => ids)

    const failures: string[] = []
    const statuses = new Map<number, number>()
    let left = REQUESTS
    let rssAtStart = 0
    const caller = async () => {
      while (left-- > 0) {
        if (left === Math.floor(REQUESTS * 0.7)) rssAtStart = await rssMb(api.child.pid!)
        const one = hostile.next()
        const { status, body, type } = await send(one)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (status === 201 && ids.length < 200) ids.push(...[...body.matchAll(/"id":"([0-9a-f-]{36})"/g)].slice(0, 3).map(([, id]) => id!))
        const isProblem = type.startsWith('application/problem+json') && /"code":"\w+"/.test(body)
        if (status >= 500 || (status >= 400 && !isProblem && one.method !== 'HEAD')) failures.push(`${status} ${body.slice(0, 300)} <- ${one.method} ${one.url.slice(0, 300)} ${JSON.stringify(one.headers)} ${one.body?.slice(0, 500)}`)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, caller))
    const grownMb = (await rssMb(api.child.pid!)) - rssAtStart
    const told = [...statuses].sort().map(([status, count]) => `${status}: ${count}`).join(', ')
    expect(failures, `seed ${SEED}; ${told}\n${api.output().slice(-2_000)}`).toEqual([])
    // Right and wrong ones, or the generator has nothing to say.
    expect(statuses.get(422) ?? 0, told).toBeGreaterThan(REQUESTS / 20)
    expect((statuses.get(200) ?? 0) + (statuses.get(201) ?? 0), told).toBeGreaterThan(REQUESTS / 20)
    if (REQUESTS >= 5_000) console.log(`${REQUESTS} requests, seed ${SEED}: ${told}; memory grew by ${grownMb} MB in the last 70 %`)
    expect(grownMb).toBeLessThan(100)
  } finally {
    agent.destroy()
    await api.kill()
    await database.drop()
  }
}, 60_000 + REQUESTS * 100)

function exchange(base: string, agent: Agent, { method, url, headers, body }: HostileRequest): Promise<{ status: number; body: string; type: string }> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, agent, method, path: url, headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) } }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text = (text + chunk).slice(0, 2_000_000)))
      response.on('end', () => resolve({ status: response.statusCode!, body: text, type: response.headers['content-type'] ?? '' }))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

async function rssMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
}
