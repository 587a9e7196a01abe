/** The Postman collection as it is committed, run by newman against the API and a worker. */
import { createRequire } from 'node:module'
import { expect, inject } from 'vitest'
import { ROOT } from '../docs/support.js'
import { test as base } from '../support/fixtures.js'
import { type Forked, forkService } from '../support/forked.js'

interface Summary {
  readonly run: {
    readonly stats: { readonly requests: { readonly total: number }; readonly assertions: { readonly total: number } }
    readonly failures: ReadonlyArray<{ readonly source?: { readonly name: string }; readonly error: { readonly test?: string; readonly message: string } }>
    readonly executions: ReadonlyArray<{ readonly item: { readonly name: string } }>
  }
}
type Newman = { run(options: object, done: (error: Error | null, summary: Summary) => void): void }

const newman = createRequire(import.meta.url)('newman') as Newman // it brings no types
const read = createRequire(import.meta.url) as (path: string) => { item: Array<{ name: string; item: Array<{ name: string; event?: unknown[] }> }> }
const collection = read(`${ROOT}postman/duly.postman_collection.json`)

const test = base.extend<{ url: string }>({
  url: async ({ fileDatabase, prefix }, use) => {
    const env = { DATABASE_URL: fileDatabase.url, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: prefix, DATA_DIR: inject('tempDir') }
    const services: Forked[] = [forkService('api/main', { ...env, PORT: '0' }), forkService('worker/main', env)]
    const [api] = await Promise.all(services.map(({ ready }) => ready))
    await use(api!.url!)
    await Promise.all(services.map((service) => service.kill()))
  }
})

const run = (baseUrl: string) =>
  new Promise<Summary>((resolve, reject) => {
    newman.run({ collection, envVar: [{ key: 'base_url', value: baseUrl }], timeout: 60_000, timeoutRequest: 10_000, timeoutScript: 10_000 }, (error, summary) => (error ? reject(error) : resolve(summary)))
  })

test('every request of the collection holds what it promises', { timeout: 90_000 }, async ({ url }) => {
  const { run: { failures, executions, stats } } = await run(url)
  expect(failures.map(({ source, error }) => `${source?.name}: ${error.test ?? ''} ${error.message}`)).toEqual([])

  const requests = collection.item.flatMap(({ item }) => item)
  expect(new Set(executions.map(({ item }) => item.name))).toEqual(new Set(requests.map(({ name }) => name)))
  expect(stats.assertions.total).toBeGreaterThanOrEqual(2 * requests.length)
})

test('every request asserts something, and the life of a job comes first', () => {
  expect(collection.item.flatMap(({ item }) => item).filter(({ event = [] }) => event.length === 0)).toEqual([])
  expect(collection.item[0]?.name).toBe('Life of a job')
})
