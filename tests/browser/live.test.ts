/** What the page says while things break and come back. */
import { join } from 'node:path'
import { describe, expect, inject } from 'vitest'
import type { JobWithAttempts } from '../../client/index.js'
import { freePort } from '../../scripts/lib/free-port.js'
import { findRedis, startRedis } from '../../scripts/lib/redis.js'
import { CHROMIUM } from './chromium.js'
import { eventually, rowsOf, startService, test } from './support.js'

describe.skipIf(!CHROMIUM)('while it is looked at', { timeout: 180_000 }, () => {
  test('an empty service welcomes with a line that works and a button that creates jobs of every type', async ({ database, prefix, open }) => {
    const service = await startService({ DATABASE_URL: database.url, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: prefix })
    const page = await open('/', { at: service.url })
    await eventually(() => page.getByRole('region', { name: 'A request that creates a job' }).innerText()).toMatch(/^curl -s 'http/)
    await page.getByRole('button', { name: 'Create sample jobs' }).click()
    await page.waitForURL(/\/jobs$/)
    await eventually(() => rowsOf(page).count(), { timeout: 15_000 }).toBeGreaterThanOrEqual(9)
    const { data } = await service.get<{ data: Array<{ type: string }> }>('/jobs?limit=100')
    expect(new Set(data.map(({ type }) => type))).toEqual(new Set(['log', 'email_notification', 'send_email', 'write_file', 'create_folder', 'generate_pdf', 'resize_image']))
    await eventually(() => rowsOf(page).filter({ hasText: 'Completed' }).count(), { timeout: 60_000 }).toBe(8)

    const openOne = async (type: string) => {
      const { data: [made] } = await service.get<{ data: Array<{ id: string }> }>(`/jobs?type=${type}&status=completed&limit=1`)
      await page.goto(`${service.url}/jobs/${made!.id}`)
      return page.getByRole('region', { name: 'What it made' })
    }
    const picture = (await openOne('resize_image')).locator('img')
    await eventually(() => picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)).toBe(320)
    await (await openOne('generate_pdf')).locator('iframe[title="The PDF that the job made"]').waitFor()
    const mail = await openOne('send_email')
    await mail.getByText('Your report').waitFor()
    await mail.frameLocator('iframe[sandbox=""]').getByText('Here it is.').waitFor()
    expect((await (await openOne('write_file')).innerText()).length).toBeGreaterThan(0)
    await service.stop()
  })

  test('a Redis that stops is said within five seconds, and browsing and creating still work until it is back', async ({ database, open }) => {
    const server = (await findRedis(process.env.PATH ?? ''))!
    const port = await freePort()
    const dir = join(inject('tempDir'), `redis-${port}`)
    let redis = await startRedis({ server, dir, port })
    const service = await startService({ DATABASE_URL: database.url, REDIS_URL: redis.url })
    await service.create({ type: 'step', delay: '1d' })
    const page = await open('/jobs', { at: service.url })
    await rowsOf(page).first().waitFor()
    await redis.stop()
    const stoppedAtMs = Date.now()
    await page.getByText('Redis is down.').waitFor({ timeout: 10_000 })
    console.info(`Redis is said to be down after ${Date.now() - stoppedAtMs} ms`)
    expect(Date.now() - stoppedAtMs).toBeLessThan(5_000 + 1_000) // and a second for the test's own asking
    await page.getByRole('button', { name: 'New job' }).click()
    await page.getByLabel('Type').fill('step')
    await page.getByLabel('Payload (JSON)').fill('{}')
    await page.getByRole('button', { name: 'Create job' }).click()
    await page.getByRole('status').getByRole('link', { name: 'step' }).click()
    await page.locator('h1 .status.is-completed').waitFor({ timeout: 20_000 })
    await service.create(...Array.from({ length: 20 }, () => ({ type: 'step', delay: '10m' }))) // that Redis does not know of
    redis = await startRedis({ server, dir, port })
    const startedAtMs = Date.now()
    await page.getByText('Redis is down.').waitFor({ state: 'detached', timeout: 15_000 })
    await page.getByRole('link', { name: 'System' }).click()
    const agreement = page.getByRole('region', { name: 'Do they agree?' })
    await agreement.getByText('Redis and Postgres agree').waitFor({ timeout: 60_000 })
    console.info(`Redis and Postgres are said to agree ${Date.now() - startedAtMs} ms after Redis is back`)
    expect((await agreement.locator('dd').allInnerTexts()).slice(0, 3)).toEqual(['0', '0', '0'])
    await eventually(async () => (await service.get<{ agreement: { compared: number } }>('/system')).agreement.compared, { timeout: 30_000 }).toBeGreaterThanOrEqual(20)
    await service.stop()
    await redis.stop()
  })

  test('a worker that is killed turns red within three beats, and its job says that the worker was lost', async ({ database, prefix, open }) => {
    const leaseMs = 5_000
    const service = await startService({ DATABASE_URL: database.url, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: prefix, LEASE_MS: String(leaseMs) }, { withWorker: false })
    const worker = await service.startWorker()
    const [job] = await service.create({ type: 'step', payload: { ms: 120_000 } })
    await service.until(job!.id, 'in_progress')
    await service.startWorker()
    const page = await open('/workers', { at: service.url })
    await eventually(() => page.locator('tr.beat-green').count()).toBe(2)
    await worker.kill()
    const killedAtMs = Date.now()
    await page.locator('tr.beat-red').waitFor({ timeout: 20_000 })
    console.info(`a killed worker is red after ${Date.now() - killedAtMs} ms, of which three beats are ${(leaseMs / 5) * 3} ms`)
    expect(Date.now() - killedAtMs).toBeLessThan((leaseMs / 5) * 3 + 3_000) // three beats, the age of the reading, and a tick
    await page.goto(`${service.url}/jobs/${job!.id}`)
    await page.getByText('worker was lost').waitFor({ timeout: 60_000 })
    await service.until(job!.id, 'in_progress')
    await eventually(() => page.locator('.fact-list div', { hasText: 'Attempts' }).innerText()).toContain('2 of')
    expect(await service.get<JobWithAttempts>(`/jobs/${job!.id}`)).toMatchObject({ attempt: 2, attempts: [{ outcome: 'rescued' }] })
    await service.stop()
  })

  test('an API that goes away leaves what was read, and says how old it is', async ({ database, prefix, open }) => {
    const service = await startService({ DATABASE_URL: database.url, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: prefix }, { withWorker: false })
    await service.create({ type: 'step', delay: '1d' })
    const page = await open('/queues', { at: service.url })
    await page.locator('.queue').waitFor()
    await service.stop()
    await page.getByText('The API cannot be reached').first().waitFor({ timeout: 15_000 })
    await page.locator('.panel .fresh.is-stale', { hasText: 'ago' }).first().waitFor({ timeout: 15_000 })
    expect(await page.locator('.queue').count()).toBe(1)
    expect(await page.getByText('The API cannot be reached').count()).toBe(1) // once, above what was read
  })
})
