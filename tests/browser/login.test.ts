/** Who may see and do what: a key, exchanged for a cookie, and its scope. */
import { describe, expect, inject } from 'vitest'
import { SECRETS } from '../api/keys.js'
import { CHROMIUM } from './chromium.js'
import { eventually, rowsOf, startService, test as base } from './support.js'

const API_KEYS = Object.entries(SECRETS).map(([scope, secret]) => `${scope}:${scope}:${secret}`).join(',')

const test = base.extend({
  service: [
    async ({ fileDatabase }: { fileDatabase: { url: string; name: string } }, use: (service: Awaited<ReturnType<typeof startService>>) => Promise<void>) => {
      const service = await startService({ DATABASE_URL: fileDatabase.url, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: `test:${fileDatabase.name}`, API_KEYS }, { key: SECRETS.admin })
      await service.create({ type: 'step', delay: '1d' })
      await use(service)
      await service.stop()
    },
    { scope: 'file' }
  ]
})

describe.skipIf(!CHROMIUM)('an API that asks for keys', { timeout: 120_000 }, () => {
  test('asks for one, refuses a wrong one in its own words, and lets a right one in, until it is logged out', async ({ open }) => {
    const page = await open('/jobs')
    const dialog = page.locator('dialog')
    await dialog.getByLabel('API key').fill('not-a-key-that-there-is')
    await dialog.getByRole('button', { name: 'Log in' }).click()
    await eventually(() => dialog.getByRole('alert').innerText()).toContain('unauthenticated')
    await dialog.getByLabel('API key').fill(SECRETS.admin)
    await dialog.getByRole('button', { name: 'Log in' }).click()
    await rowsOf(page).first().waitFor()
    expect(await page.evaluate('document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)')).not.toContain(SECRETS.admin)
    expect(await page.evaluate('document.cookie')).toBe('')
    await page.reload()
    await rowsOf(page).first().waitFor()
    await page.getByRole('button', { name: 'Log out' }).click()
    await dialog.getByLabel('API key').waitFor()
  })

  test.for([
    ['read', false, false],
    ['write', true, false],
    ['admin', true, true]
  ] as const)('offers a key of the scope %s what it may do', async ([scope, mayWrite, mayDelete], { open }) => {
    const page = await open('/jobs')
    await page.getByLabel('API key').fill(SECRETS[scope])
    await page.locator('dialog').getByRole('button', { name: 'Log in' }).click()
    await rowsOf(page).first().waitFor()
    expect(await page.getByRole('button', { name: 'New job' }).count()).toBe(mayWrite ? 1 : 0)
    expect(await page.getByText('open: no keys').count()).toBe(0)
    await page.getByRole('button', { name: /^Act on/ }).click()
    const offered = await page.getByRole('menuitem').allInnerTexts()
    expect(offered.includes('Cancel')).toBe(mayWrite)
    await page.goto(page.url().replace('/jobs', '/queues'))
    await page.locator('.queue').waitFor()
    expect(await page.getByRole('button', { name: /^Pause/ }).count()).toBe(mayDelete ? 1 : 0)
  })
})
