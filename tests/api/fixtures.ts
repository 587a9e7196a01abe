/** `test` with an API on the file's database; each test has a Redis prefix of its own. */
import { inject } from 'vitest'
import { test as base } from '../support/fixtures.js'
import { type Api, startApi } from './support.js'

export const test = base.extend<{ api: Api }>({
  api: async ({ fileDatabase, prefix }, use) => {
    const api = await startApi({ databaseUrl: fileDatabase.url, redisUrl: inject('redisUrl'), prefix })
    await use(api)
    await api.close()
  }
})
