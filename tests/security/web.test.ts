import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, inject } from 'vitest'
import { type Api, startApi } from '../api/support.js'
import { test as base } from '../support/fixtures.js'
import { newWebBuild } from '../support/web-build.js'

const SECRET = 'nobody may read this'

const test = base.extend<{ folder: string; api: Api }>({
  folder: async ({}, use) => {
    const folder = await newWebBuild()
    await writeFile(join(dirname(folder), 'secret.txt'), SECRET)
    await writeFile(join(folder, '.env'), SECRET)
    await writeFile(join(folder, 'assets', 'index.js.map'), SECRET)
    await symlink(join(dirname(folder), 'secret.txt'), join(folder, 'link.txt'))
    await mkdir(join(dirname(folder), 'elsewhere'), { recursive: true })
    await writeFile(join(dirname(folder), 'elsewhere', 'inside.txt'), SECRET)
    await symlink(join(dirname(folder), 'elsewhere'), join(folder, 'elsewhere'))
    await use(folder)
  },
  api: async ({ fileDatabase, prefix, folder }, use) => {
    const api = await startApi({ databaseUrl: fileDatabase.url, redisUrl: inject('redisUrl'), prefix, webFolder: folder })
    await use(api)
    await api.close()
  }
})

test.for([
  '/../secret.txt', '/assets/../../secret.txt', '/assets/..%2f..%2fsecret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/%2e%2e%2fsecret.txt', '/..\\secret.txt', '/..%5csecret.txt', '/assets/....//secret.txt',
  '//secret.txt', '/./secret.txt', '/secret.txt%00.js', '/link.txt', '/elsewhere/inside.txt', '/.env', '/assets/index.js.map', '/assets', '/assets/', '/index.html/../../secret.txt'
])('nothing but the files of the dashboard is read: %s', async (url, { api }) => {
  const answer = await api.app.inject({ url })
  expect(answer.body).not.toContain(SECRET)
  expect(answer.statusCode).toBeGreaterThanOrEqual(400)
})

test('what the dashboard shows comes from this origin, runs nothing inline, and stands in no frame of another page', async ({ api }) => {
  const { headers } = await api.app.inject({ url: '/', headers: { accept: 'text/html' } })
  const policy = new Map(String(headers['content-security-policy']).split(';').map((rule) => [rule.split(' ')[0]!, rule.split(' ').slice(1)]))
  expect(policy.get('default-src')).toEqual(["'none'"])
  expect(policy.get('frame-ancestors')).toEqual(["'none'"])
  const sources = new Set([...policy].filter(([name]) => name.endsWith('-src') && name !== 'img-src').flatMap(([, sources]) => sources))
  expect([...sources].sort()).toEqual(["'none'", "'self'"])
  expect(policy.get('img-src')).toEqual(["'self'", 'data:', 'blob:'])
  for (const name of ['base-uri', 'form-action']) expect(policy.get(name)).toEqual(["'self'"])
})
