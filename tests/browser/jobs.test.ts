/** What people do with jobs, as they do it. */
import { describe, expect, inject } from 'vitest'
import type { Job } from '../../client/index.js'
import { CHROMIUM } from './chromium.js'
import { eventually, rowsOf, startService, test } from './support.js'

const UI = { timeout: 15_000 }

describe.skipIf(!CHROMIUM)('the list of jobs', { timeout: 120_000 }, () => {
  test('shows a job that is created by hand, and how it runs, without being asked again', async ({ open, service }) => {
    const page = await open('/jobs')
    await page.getByRole('button', { name: 'New job' }).click()
    await page.getByLabel('Type').fill('step')
    await page.getByLabel('Payload (JSON)').fill('{"ms": 1500}')
    await page.getByLabel('Tags, with commas').fill('by-hand')
    await page.getByRole('button', { name: 'Create job' }).click()
    await page.getByRole('status').getByRole('link', { name: 'step' }).click()
    await page.locator('h1 .status.is-in_progress').waitFor(UI)
    await page.locator('h1 .status.is-completed').waitFor(UI)
    expect(await page.locator('pre[aria-label=Result]').innerText()).toContain('"took": 1500')
    expect((await service.get<{ data: Job[] }>('/jobs?tag=by-hand')).data).toHaveLength(1)
  })

  test('says every fault of a job as the API wrote it, and keeps what was typed', async ({ open }) => {
    const page = await open('/jobs')
    await page.getByRole('button', { name: 'New job' }).click()
    await page.getByLabel('Type').fill('step')
    await page.getByLabel('Payload (JSON)').fill('{"ms": "long", "other": 1}')
    await page.getByLabel('Queue').fill('not a queue')
    await page.getByRole('button', { name: 'Create job' }).click()
    const alert = page.locator('dialog').getByRole('alert')
    await eventually(() => alert.innerText()).toMatch(/\/queue/)
    expect(await alert.innerText()).toMatch(/422 \w+ · request \S{36}/)
    await page.getByLabel('Queue').fill('default')
    await page.getByRole('button', { name: 'Create job' }).click()
    await eventually(() => alert.innerText()).toMatch(/\/payload\/other[\s\S]*\/payload\/ms/)
    expect(await page.getByLabel('Payload (JSON)').inputValue()).toContain('"long"')
  })

  test('has one filter: words in the box are the address, the chips and what the API is asked', async ({ open, service }) => {
    const [wanted] = await service.create({ type: 'step', payload: { fail: 'the printer is on fire' }, max_retries: 0, tags: ['filter'] }, { type: 'step', tags: ['filter'] })
    await service.until(wanted!.id, 'failed')
    const page = await open('/jobs')
    await rowsOf(page).first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('status:failed tag:filter "on fire"')
    await page.keyboard.press('Enter')
    await page.waitForURL(/status=failed&tag=filter&search=on\+fire$/)
    await eventually(() => rowsOf(page).count()).toBe(1)
    expect(await rowsOf(page).innerText()).toContain('the printer is on fire')
    await page.getByRole('button', { name: 'Without search on fire' }).click()
    await page.getByRole('button', { name: 'Without status failed' }).click()
    await page.waitForURL(/\?tag=filter$/)
    await eventually(() => rowsOf(page).count()).toBe(2)
    await page.goBack()
    await eventually(() => page.getByLabel('Filter jobs').inputValue()).toBe('status:failed tag:filter')
  })

  test('moves nothing: new jobs wait behind a button, and what is chosen stays chosen', async ({ open, service }) => {
    const jobs = await service.create({ type: 'step', payload: { ms: 300 }, delay: '3s', tags: ['still'] }, { type: 'step', delay: '1d', tags: ['still'] })
    const page = await open('/jobs?tag=still')
    await eventually(() => rowsOf(page).count()).toBe(2)
    const ids = () => rowsOf(page).evaluateAll((rows) => rows.map((row) => row.id))
    const before = await ids()
    await page.getByRole('checkbox', { name: /^Choose step/ }).first().check()
    await service.create(...[1, 2, 3].map(() => ({ type: 'step', delay: '1d', tags: ['still'] })))
    await page.getByRole('button', { name: '3 new jobs · show' }).waitFor(UI)
    await page.locator(`#job-${jobs[0]!.id} .status.is-completed`).waitFor(UI) // it changed where it stood
    expect(await ids()).toEqual(before)
    expect(await page.locator('.bulk').innerText()).toContain('1 job chosen')
    await page.getByRole('button', { name: '3 new jobs · show' }).click()
    await eventually(() => rowsOf(page).count()).toBe(5)
    expect(await page.locator('.bulk').innerText()).toContain('1 job chosen')
  })

  test('lives: a job that comes waits behind "1 new job", and then changes before your eyes', async ({ open, service }) => {
    const page = await open('/jobs?tag=lives')
    await page.getByText('No job fits this filter.').waitFor()
    await service.create({ type: 'step', delay: '1d', tags: ['lives'] }) // the first row is shown at once: there is nothing that it could move
    await eventually(() => rowsOf(page).count()).toBe(1)
    await page.evaluate('window.sameDocument = true')
    await page.locator('.top .fresh.is-live').waitFor()
    const [job] = await service.create({ type: 'step', payload: { ms: 2_500 }, delay: '2s', tags: ['lives'] })
    await page.getByRole('button', { name: '1 new job · show' }).click()
    const status = page.locator(`#job-${job!.id} .status`)
    await status.getByText('Pending').waitFor()
    await status.getByText('In progress').waitFor()
    await status.getByText('Completed').waitFor()
    expect(await page.evaluate('window.sameDocument')).toBe(true)
  })

  test('chooses all of a list by another time, too: exactly those, and no more', async ({ open, service }) => {
    const jobs = await service.create(...Array.from({ length: 130 }, () => ({ type: 'step', delay: '1h', tags: ['soon'] })), ...Array.from({ length: 20 }, () => ({ type: 'step', delay: '1d', tags: ['soon'] })))
    const page = await open('/jobs?tag=soon&status=pending&sort=scheduled&order=asc&to=%2B2h')
    await eventually(() => rowsOf(page).count()).toBe(50)
    await page.getByRole('button', { name: 'Choose all of the filter' }).click()
    await eventually(() => page.locator('.bulk').innerText()).toContain('All 130 that the filter means')
    await page.locator('.bulk').getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Cancel 130 jobs' }).click()
    await eventually(() => page.locator('.promise').innerText()).toContain('130 jobs of 130 jobs were cancelled')
    for (const { id } of jobs.slice(-2)) expect((await service.get<Job>(`/jobs/${id}`)).status).toBe('pending')
    expect((await service.get<{ count: number }>('/jobs?tag=soon&status=pending&count=exact&limit=1')).count).toBe(20)
  })

  test('goes to its search box from any page, and back in one step', async ({ open }) => {
    const page = await open('/')
    await page.locator('.tiles').waitFor()
    await page.keyboard.press('/')
    await page.waitForURL(/\/jobs$/)
    await eventually(() => page.evaluate('document.activeElement.ariaLabel')).toBe('Filter jobs')
    await page.keyboard.type('status:failed')
    await page.keyboard.press('Enter')
    await page.waitForURL(/status=failed$/)
    await page.goBack()
    await page.waitForURL(/\/jobs$/)
  })

  test('retries all that a filter means, exactly as many as it promised', async ({ open, service }) => {
    const jobs = await service.create(...Array.from({ length: 120 }, (_, i) => ({ type: 'step', payload: { fail: `no answer from ${i}` }, max_retries: 0, tags: ['many'], queue: 'many' })))
    await Promise.all(jobs.slice(-3).map(({ id }) => service.until(id, 'failed')))
    await eventually(async () => (await service.get<{ count: number }>('/jobs?tag=many&status=failed&count=exact&limit=1')).count).toBe(120)
    await service.post('/queues/many/pause')
    const page = await open('/jobs?status=failed&tag=many')
    await eventually(() => rowsOf(page).count()).toBe(50)
    await page.getByRole('button', { name: 'Choose all of the filter' }).click()
    await eventually(() => page.locator('.bulk').innerText()).toContain('All 120 that the filter means')
    expect(await page.locator('.bulk').innerText()).not.toContain('Cancel') // nothing that has failed can be
    await page.locator('.bulk').getByRole('button', { name: 'Retry' }).click()
    await eventually(() => page.locator('.promise').innerText()).toBe('120 jobs of 120 jobs would be retried.')
    await page.getByRole('button', { name: 'Retry 120 jobs' }).click()
    await eventually(() => page.locator('.promise').innerText()).toContain('were retried, as was said before')
    await page.getByRole('button', { name: 'Close' }).last().click()
    await eventually(() => rowsOf(page).first().innerText()).toMatch(/Pending|Late/)
    expect((await service.get<{ count: number }>('/jobs?tag=many&status=pending&count=exact&limit=1')).count).toBe(120)
  })

  test('says so, and does nothing, when the filter means other jobs by now', async ({ open, service }) => {
    await service.create(...Array.from({ length: 10 }, () => ({ type: 'step', delay: '1d', tags: ['moving'] })))
    const page = await open('/jobs?tag=moving')
    await page.getByRole('button', { name: 'Choose all of the filter' }).click()
    await page.locator('.bulk').getByRole('button', { name: 'Cancel' }).click()
    await page.locator('.promise').waitFor()
    await service.create(...Array.from({ length: 10 }, () => ({ type: 'step', delay: '1d', tags: ['moving'] })))
    await page.getByRole('button', { name: 'Cancel 10 jobs' }).click()
    await eventually(() => page.locator('dialog').getByRole('alert').innerText()).toContain('count_moved')
    await page.getByRole('button', { name: 'Count again' }).click()
    await eventually(() => page.locator('.promise').innerText()).toContain('20 jobs of 20 jobs')
    expect((await service.get<{ data: Job[] }>('/jobs?tag=moving&status=cancelled')).data).toEqual([])
  })

  test('can be stopped while it does something with many', async ({ open, service }) => {
    await service.create(...Array.from({ length: 5 }, () => ({ type: 'step', delay: '1d', tags: ['stopped'] })))
    const page = await open('/jobs?tag=stopped')
    await page.route('**/jobs/bulk/cancel', async (route) => (route.request().postData()?.includes('dry_run') ? route.continue() : undefined)) // never answered
    await page.getByRole('button', { name: 'Choose all of the filter' }).click()
    await page.locator('.bulk').getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Cancel 5 jobs' }).click()
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await page.getByText('Stopped: the batch under way is finished').waitFor()
    await page.getByRole('button', { name: 'Count again' }).click()
    await eventually(() => page.locator('.promise').innerText()).toContain('5 jobs of 5 jobs')
  })

  test('goes on where the API has not done all of a filter at once', async ({ open, service }) => {
    await service.create({ type: 'step', delay: '1d', tags: ['steps'] })
    const page = await open('/jobs?tag=steps')
    const asked: unknown[] = []
    await page.route('**/jobs/bulk/cancel', async (route) => {
      const { cursor = null, dry_run = false, limit = null } = route.request().postDataJSON() as { cursor?: string; dry_run?: boolean; limit?: number }
      asked.push([dry_run, cursor, limit])
      const matched = cursor === null ? 100_000 : 23_456
      await route.fulfill({ json: { dry_run, matched, changed: matched, results: [], next_cursor: cursor === null ? 'there' : null } })
    })
    await page.getByRole('button', { name: 'Choose all of the filter' }).click()
    await page.locator('.bulk').getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Cancel 123,456 jobs' }).click()
    await eventually(() => page.locator('.promise').innerText()).toBe('123,456 jobs of 123,456 jobs were cancelled, as was said before.')
    expect(asked).toEqual([[true, null, null], [true, 'there', null], [false, null, 2_000], [false, 'there', 2_000]])
  })

  test('goes through pages by cursor', async ({ open, service }) => {
    await service.create(...Array.from({ length: 60 }, () => ({ type: 'step', delay: '1d', tags: ['pages'] })))
    const page = await open('/jobs?tag=pages')
    await page.getByRole('link', { name: 'Next page' }).click()
    await page.waitForURL(/cursor=/)
    await eventually(() => rowsOf(page).count()).toBe(10)
    await page.getByRole('link', { name: 'First page' }).click()
    await eventually(() => rowsOf(page).count()).toBe(50)
  })

  test('obeys the keyboard alone: find, go to, choose, open, retry, reschedule, cancel', async ({ open, service }) => {
    const [failed, waiting] = await service.create({ type: 'step', payload: { fail: 'once' }, max_retries: 0, tags: ['keys'] }, { type: 'step', delay: '1d', tags: ['keys'] })
    await service.until(failed!.id, 'failed')
    const page = await open('/')
    await page.locator('.tiles').waitFor()
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key)
    }
    await press('g', 'j')
    await page.waitForURL(/\/jobs$/)
    await rowsOf(page).first().waitFor()
    await press('/')
    await page.keyboard.type('tag:keys')
    await press('Enter')
    await eventually(() => rowsOf(page).count()).toBe(2)
    await press('j', 'x')
    expect(await page.locator('.bulk').innerText()).toContain('1 job chosen')
    await press('Escape', 'e') // the newest row is the one that waits
    await page.getByLabel('In how long').fill('2h')
    await press('Enter')
    await eventually(async () => Date.parse((await service.get<Job>(`/jobs/${waiting!.id}`)).run_at) - Date.now()).toBeLessThan(7_300_000)
    await page.locator('dialog').waitFor({ state: 'detached' })
    await press('c')
    await page.getByRole('button', { name: 'Leave it' }).waitFor()
    await press('Enter')
    await service.until(waiting!.id, 'cancelled')
    await page.locator('dialog').waitFor({ state: 'detached' })
    await press('j', 'r')
    await eventually(async () => (await service.get<Job>(`/jobs/${failed!.id}`)).fence).toBeGreaterThan(1)
    await press('Enter')
    await page.waitForURL(new RegExp(`/jobs/${failed!.id}$`))
    await press('?')
    await page.getByRole('heading', { name: 'Keys and settings' }).waitFor()
    await press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
  })
})

describe.skipIf(!CHROMIUM)('a job', { timeout: 120_000 }, () => {
  test('that failed is found, mended and run again in four clicks', async ({ open, service }) => {
    const [job] = await service.create({ type: 'step', payload: { ms: 1, fail: 'the address is wrong' }, max_retries: 0 })
    await service.until(job!.id, 'failed')
    const page = await open('/')
    await page.evaluate(`window.clicks = 0; addEventListener('click', () => window.clicks++, true)`) // gone if the page were loaded again
    await page.getByRole('link', { name: /^Failed in 24 h/ }).click()
    await rowsOf(page).filter({ hasText: 'the address is wrong' }).getByRole('link').click()
    expect(await page.getByRole('region', { name: 'Why it failed' }).innerText()).toContain('the address is wrong')
    await page.getByRole('button', { name: 'Edit and run again' }).click()
    await eventually(() => page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA') // what is to be mended needs no click
    await page.getByLabel('Payload (JSON)').fill('{"ms": 1}')
    await page.getByRole('button', { name: 'Run again', exact: true }).click()
    await page.locator('h1 .status.is-completed').waitFor(UI)
    expect(page.url()).not.toContain(job!.id)
    expect(await page.evaluate('window.clicks')).toBe(4)
  })

  test('says why it is not running, and follows what happens to it', async ({ open, service }) => {
    const [job] = await service.create({ type: 'step', delay: '1d' })
    const page = await open(`/jobs/${job!.id}`)
    await eventually(() => page.locator('.reasons').innerText()).toContain('scheduled')
    expect(await page.locator('.headline').innerText()).toMatch(/^starts in (23 h|1 d)/)
    await page.getByRole('button', { name: 'Run now', exact: true }).click()
    await page.locator('h1 .status.is-completed').waitFor(UI)
  })

  test('that does not exist is said to be not there', async ({ open }) => {
    const page = await open('/jobs/01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71')
    await eventually(() => page.getByRole('alert').innerText()).toContain('job_not_found')
  })

  test('copies each request as a line that a shell can run', async ({ open, service, browser }) => {
    void browser
    const [job] = await service.create({ type: 'step', payload: { fail: `it's broken` }, max_retries: 0 })
    await service.until(job!.id, 'failed')
    const page = await open(`/jobs/${job!.id}`, { permissions: ['clipboard-read', 'clipboard-write'] })
    await page.getByRole('button', { name: 'curl: retry' }).click()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`curl -s -X POST '${service.url}/jobs/${job!.id}/retry'`)
  })
})

describe.skipIf(!CHROMIUM)('the overview', { timeout: 120_000 }, () => {
  test('counts what it leads to: late jobs, also of paused queues, and jobs that are failed now', async ({ database, prefix, open }) => {
    const service = await startService({ DATABASE_URL: database.url, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: prefix })
    const failing = { type: 'step', payload: { fail: 'no' }, max_retries: 0 }
    const jobs = await service.create(...[1, 2, 3].map(() => failing), { type: 'step', queue: 'held', delay: '1d' })
    await Promise.all(jobs.slice(0, 3).map(({ id }) => service.until(id, 'failed')))
    await service.post('/queues/held/pause')
    await service.create(...[1, 2, 3, 4].map(() => ({ type: 'step', queue: 'held' })))
    await service.post(`/queues/default/pause`)
    await service.post(`/jobs/${jobs[0]!.id}/retry`) // failed within the day, and is not any more
    const page = await open('/', { at: service.url })
    for (const [word, wanted] of [['Late now', 5], ['Failed in 24 h', 2]] as const) {
      const tile = page.getByRole('link', { name: new RegExp(`^${word}`) })
      await eventually(() => tile.locator('.tile-value').innerText()).toBe(String(wanted))
      await tile.click()
      await eventually(() => rowsOf(page).count()).toBe(wanted)
      await page.goBack()
    }
    await service.stop()
  })
})

describe.skipIf(!CHROMIUM)('failures', { timeout: 120_000 }, () => {
  test('are one row for one error, whatever numbers are in it, and are retried together', async ({ open, service }) => {
    const jobs = await service.create(...[4711, 4712, 4713].map((customer) => ({ type: 'step', payload: { fail: `customer ${customer} has no address` }, max_retries: 0, queue: 'groups' })))
    await Promise.all(jobs.map(({ id }) => service.until(id, 'failed')))
    await service.post('/queues/groups/pause')
    const page = await open('/failures')
    const row = page.locator('table.failures tbody tr', { hasText: 'has no address' })
    await row.waitFor()
    expect(await row.locator('td.number').allInnerTexts()).toEqual(['3', '3', '3', '3'])
    await row.locator('td.number a').first().click() // a number leads to what it counts
    await page.waitForURL(/error_group=.*from=-1h.*sort=finished/)
    await eventually(() => rowsOf(page).count()).toBe(3)
    await page.goBack()
    await row.getByRole('link', { name: 'step' }).click()
    await page.waitForURL(/error_group=/)
    await eventually(() => rowsOf(page).count()).toBe(3)
    await page.goBack()
    await row.getByRole('button', { name: 'Retry' }).click()
    await page.getByRole('button', { name: 'Retry 3 jobs' }).click()
    await eventually(() => page.locator('.promise').innerText()).toContain('3 jobs of 3 jobs were retried')
    for (const { id } of jobs) await service.until(id, 'pending')
  })
})
