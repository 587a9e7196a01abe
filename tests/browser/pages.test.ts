/** Every page: for those who see little, on a phone, in both themes, and under a prefix. */
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect } from 'vitest'
import { CHROMIUM } from './chromium.js'
import { eventually, rowsOf, test } from './support.js'

const PAGES = ['/', '/jobs', '/failures', '/templates', '/queues', '/workers', '/system'] as const
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

/** Where to keep pictures of what these tests open; none are taken without it. */
const PICTURES = process.env.DULY_SCREENSHOTS

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return
  await mkdir(PICTURES, { recursive: true })
  await page.screenshot({ path: join(PICTURES, `${name}.png`) })
}

interface Finding {
  readonly id: string
  readonly impact: string
  readonly nodes: ReadonlyArray<{ readonly html: string; readonly failureSummary: string }>
}

let axe = ''

/** @returns What is serious or worse, as axe finds it. */
async function findings(page: Page): Promise<string[]> {
  // Not by a script element: the page allows none but its own files.
  await page.evaluate(axe)
  const { violations } = await page.evaluate<{ violations: Finding[] }>('axe.run(document, { resultTypes: ["violations"] })')
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`))
}

/** Waits until each panel shows what it has read. */
async function settled(page: Page): Promise<void> {
  await page.locator('main h1').waitFor()
  await eventually(() => page.getByText('Reading …').count(), { timeout: 10_000 }).toBe(0)
}

describe.skipIf(!CHROMIUM)('each page', { timeout: 120_000 }, () => {
  let failedId = ''
  beforeAll(async () => {
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  })

  test('is filled', async ({ service }) => {
    await service.create(...Array.from({ length: 30 }, (_, i) => ({ type: 'step', payload: { ms: i * 3 }, queue: ['default', 'billing', 'media'][i % 3]!, tags: ['demo'] })))
    await service.create(...Array.from({ length: 12 }, (_, i) => ({ type: 'step', delay: `${i * 4 + 1}m`, queue: ['default', 'billing'][i % 2]! })))
    await service.create(...Array.from({ length: 4 }, (_, i) => ({ type: 'step', payload: { fail: `connect ECONNREFUSED 192.0.2.25:${587 + i}` }, max_retries: 4, queue: 'mail' })))
    const [failed] = await service.create({ type: 'step', payload: { fail: 'no such customer: 4711' }, max_retries: 0, queue: 'billing' })
    await service.until(failed!.id, 'failed')
    failedId = failed!.id
    await service.post('/templates', { name: 'Invoice', description: 'Sent at the end of a month', body: { type: 'step', payload: { fail: '{{ customer.name }}' } } })
    await service.post('/queues/media/pause')
  })

  for (const [theme, options] of [['light', {}], ['dark', {}], ['light', PHONE], ['dark', PHONE]] as const) {
    const name = `${theme}${options === PHONE ? ' on a phone' : ''}`
    test(`has no serious fault for those who see, hear or move less, and nothing beside the screen: ${name}`, async ({ open }) => {
      const page = await open('/', { colorScheme: theme, ...options })
      const found: string[] = []
      for (const path of [...PAGES, `/jobs/${failedId}`]) {
        await page.goto(new URL(path, page.url()).href)
        await settled(page)
        await picture(page, `${path.split('/')[1] || 'overview'}${path.split('/')[2] ? '-one' : ''}-${name.replaceAll(' ', '-')}`)
        found.push(...(await findings(page)).map((finding) => `${path} ${finding}`))
        const beside = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
        if (beside > 0) found.push(`${path} is ${beside} px too wide`)
      }
      expect(found).toEqual([])
    })
  }

  test('has dialogs without a serious fault', async ({ open }) => {
    const page = await open('/jobs')
    await rowsOf(page).first().waitFor()
    for (const key of ['?', 'n']) {
      await page.keyboard.press(key)
      await page.locator('dialog').waitFor()
      expect(await findings(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.locator('dialog').waitFor({ state: 'detached' })
    }
    await page.getByRole('button', { name: /^Act on/ }).first().click()
    await page.getByRole('menuitem', { name: 'Open' }).waitFor()
    expect(await findings(page)).toEqual([])
  })

  test('is dark or light as the system is, or as somebody says', async ({ open }) => {
    const page = await open('/', { colorScheme: 'dark' })
    const ground = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')
    expect(await ground()).toBe('rgb(15, 20, 27)')
    await page.getByRole('button', { name: 'Light', exact: true }).click()
    expect(await ground()).toBe('rgb(246, 247, 249)')
    await page.reload()
    expect(await ground()).toBe('rgb(246, 247, 249)')
  })

  test('says all times in one way: local, UTC or ago', async ({ open }) => {
    const page = await open(`/jobs/${failedId}`, { timezoneId: 'Asia/Tokyo' })
    const created = page.locator('.fact-list div', { hasText: 'Created' }).locator('time')
    await created.waitFor()
    const atMs = Date.parse((await created.getAttribute('datetime'))!)
    const inZone = (timeZone: string) => new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium' }).format(atMs)
    expect(await created.innerText()).toContain(inZone('Asia/Tokyo'))
    await page.keyboard.press('t')
    expect(await created.innerText()).toContain(inZone('UTC'))
    await page.keyboard.press('t')
    expect(await created.innerText()).toMatch(/ago$/)
  })

  test.for(['/duly', ''])('works behind a proxy that takes "%s" away, from any page that is opened first', async (prefix, { open, service }) => {
    const proxy = createServer((incoming, outgoing) => {
      if (!incoming.url!.startsWith(`${prefix}/`)) return void outgoing.writeHead(418).end() // outside
      const { hostname, port } = new URL(service.url)
      const passed = request({ hostname, port, path: incoming.url!.slice(prefix.length), method: incoming.method, headers: incoming.headers }, (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(outgoing)
      })
      passed.on('error', () => outgoing.destroy())
      outgoing.on('close', () => passed.destroy())
      incoming.pipe(passed)
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => proxy.once('listening', resolve))
    const at = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const page = await open(`${prefix}/jobs/${failedId}`, { at })
    await page.locator('h1 .status.is-failed').waitFor()
    await page.getByRole('link', { name: 'Queues' }).click()
    await page.locator('.queue').first().waitFor()
    expect(new URL(page.url()).pathname).toBe(`${prefix}/queues`)
    await page.reload()
    await page.locator('.queue').first().waitFor()
    await page.getByRole('link', { name: 'billing' }).click()
    await page.waitForURL(`${at}${prefix}/jobs?queue=billing`)
    await rowsOf(page).first().waitFor()
    await page.context().close()
    proxy.closeAllConnections()
    proxy.close()
  })
})
