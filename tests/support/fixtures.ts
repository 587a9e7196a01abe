/**
 * `test` with real stores. Each test owns what it gets: a prefix in Redis, a database cloned from the migrated template.
 * `database` and `sql` belong to one test (about 50 ms); `fileDatabase` and `fileSql` to one file, for tests that only add.
 */
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import postgres, { type Sql } from 'postgres'
import { inject, test as base } from 'vitest'
import { cloneDatabase, type TestDatabase } from './databases.js'

interface Fixtures {
  /** Start of every Redis key of this test; no other test has it. */
  prefix: string
  /** Connected; the keys under `prefix` are deleted afterwards. */
  redis: Redis
  database: TestDatabase
  /** Superuser on `database`. */
  sql: Sql
  fileDatabase: TestDatabase
  /** Superuser on `fileDatabase`. */
  fileSql: Sql
}

export const test = base.extend<Fixtures>({
  prefix: async ({}, use) => use(`test:${randomUUID()}`),
  redis: async ({ prefix }, use) => {
    const redis = new Redis(inject('redisUrl'))
    await use(redis)
    await deleteKeys(redis, prefix)
    await redis.quit()
  },
  database: async ({}, use) => withDatabase(use),
  sql: async ({ database }, use) => withClient(database, use),
  fileDatabase: [async ({}, use) => withDatabase(use), { scope: 'file' }],
  fileSql: [async ({ fileDatabase }, use) => withClient(fileDatabase, use), { scope: 'file' }]
})

async function withDatabase(use: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await cloneDatabase(inject('postgresUrl'))
  await use(database)
  await database.drop()
}

async function withClient(database: TestDatabase, use: (sql: Sql) => Promise<void>): Promise<void> {
  const sql = postgres(database.url, { max: 5, onnotice: () => {} })
  await use(sql)
  await sql.end({ timeout: 1 })
}

async function deleteKeys(redis: Redis, prefix: string): Promise<void> {
  for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 }) as AsyncIterable<string[]>) {
    if (keys.length > 0) await redis.unlink(...keys)
  }
}
