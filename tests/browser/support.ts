/** A browser in front of the real thing: the API and a worker as processes, their own database, and Redis. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect, inject } from 'vitest'
import type { Job, NewJob } from '../../client/index.js'
import { test as base } from '../support/fixtures.js'
import { type Forked, forkService } from '../support/forked.js'
import { launch } from './chromium.js'

/** Takes as long as its payload says, and fails with the words that it says. */
const HANDLER = `
export default {
  type: 'step',
  payload: { type: 'object', properties: { ms: { type: 'integer' }, fail: { type: 'string' } }, additionalProperties: false },
  async run({ payload: { ms = 0, fail }, signal }) {
    await new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms)
      signal.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason) })
    })
    if (fail) throw new Error(fail)
    return { took: ms }
  }
}
`

export interface Service {
  readonly url: string
  post(path: string, body?: unknown): Promise<Response>
  get<T>(path: string): Promise<T>
  create(...jobs: NewJob[]): Promise<Job[]>
  /** Waits until a job has this status. */
  until(id: string, status: Job['status']): Promise<void>
  startWorker(): Promise<Forked>
  stop(): Promise<void>
}

/** @param env - On top of what API and worker need. @param withWorker - False: nothing runs. */
export async function startService(env: Record<string, string>, { withWorker = true, key = '' } = {}): Promise<Service> {
  const own = await mkdtemp(join(inject('tempDir'), 'step-'))
  await writeFile(join(own, 'step.mjs'), HANDLER)
  const all = { PORT: '0', DATA_DIR: own, FILES_ROOT: join(own, 'files'), HANDLERS_DIR: own, LOG_LEVEL: 'warn', ...env }
  const started: Forked[] = []
  const fork = async (module: string) => {
    const forked = forkService(module, all)
    started.push(forked)
    return { forked, ready: await forked.ready }
  }
  const startWorker = async () => (await fork('worker/main')).forked
  const { ready } = await fork('api/main')
  if (withWorker) await startWorker()
  const url = ready.url!
  const headers = { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) }
  const get = async <T>(path: string) => (await (await fetch(url + path, { headers })).json()) as T
  const post = (path: string, body: unknown = {}) => fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  return {
    url,
    get,
    post,
    startWorker,
    async create(...jobs) {
      const answer = await post('/jobs/bulk', { jobs })
      expect(answer.status).toBe(201)
      return ((await answer.json()) as { data: Job[] }).data
    },
    until: (id, status) => eventually(async () => (await get<Job>(`/jobs/${id}`)).status, { timeout: 20_000, interval: 50 }).toBe(status),
    stop: async () => void (await Promise.all(started.map((each) => each.kill())))
  }
}

interface Fixtures {
  browser: Browser
  service: Service
  /** Opens a page that may ask nobody but its own origin, and must not complain. */
  open: (path: string, options?: BrowserContextOptions & { at?: string; mayComplain?: RegExp }) => Promise<Page>
}

export const test = base.extend<Fixtures>({
  browser: [
    async ({}, use) => {
      const browser = await launch()
      await use(browser)
      await browser.close()
    },
    { scope: 'file' }
  ],
  service: [
    async ({ fileDatabase }, use) => {
      const service = await startService({ DATABASE_URL: fileDatabase.url, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: `test:${fileDatabase.name}`, LEASE_MS: '3000' })
      await use(service)
      await service.stop()
    },
    { scope: 'file' }
  ],
  open: async ({ browser, service }, use) => {
    const complaints: string[] = []
    const contexts: Array<{ close(): Promise<void> }> = []
    await use(async (path, { at = service.url, mayComplain = /^$/, ...options } = {}) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options })
      contexts.push(context)
      const page = await context.newPage()
      page.setDefaultTimeout(10_000)
      const complain = (text: string) => {
        // Chromium's own words for an answer that is an error; which of them are right, the tests say.
        if (!text.startsWith('Failed to load resource') && !mayComplain.test(text)) complaints.push(text)
      }
      page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complain(message.text()))
      page.on('pageerror', (error) => complain(error.message))
      page.on('request', (request) => {
        const { origin, protocol } = new URL(request.url())
        // By other protocols the browser asks itself: its viewer of PDFs is made of pages.
        if (/^(http|ws)/.test(protocol) && origin !== new URL(at).origin) complaints.push(`asked ${request.url()}`)
      })
      await page.goto(at + path)
      return page
    })
    for (const context of contexts) await context.close()
    expect(complaints).toEqual([])
  }
})

/** What will be so, on a machine that has other things to do as well. */
export function eventually<T>(read: () => T | Promise<T>, options: { timeout?: number; interval?: number } = {}) {
  return expect.poll(read, { timeout: 15_000, interval: 50, ...options })
}

/** Rows of the list: the words of each, its cells apart. */
export const rowsOf = (page: Page) => page.locator('table.jobs tbody tr')
