/** Once for each run: one Redis, one Postgres with a migrated template database, and compiled code for what is forked. All of it ends with the run. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../scripts/lib/migrations.js'
import { provideRedis, startRedis } from '../../scripts/lib/redis.js'
import { buildIfStale } from './build.js'
import { databaseUrl, TEMPLATE } from './databases.js'
import { startPostgres } from './postgres-server.js'

declare module 'vitest' {
  export interface ProvidedContext {
    redisUrl: string
    /** Of the database `postgres`, as superuser. */
    postgresUrl: string
    /** For what tests write; goes with the run. */
    tempDir: string
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const tempDir = await mkdtemp(join(tmpdir(), 'duly-tests-'))
  const server = await provideRedis({ path: process.env.PATH ?? '' })
  const started = await Promise.allSettled([startRedis({ server, dir: join(tempDir, 'redis'), remove: tempDir }), startPostgresWithTemplate(), buildIfStale()])
  const stop = async () => {
    for (const part of started.slice(0, 2).reverse()) if (part.status === 'fulfilled') await (part.value as { stop(): Promise<void> }).stop()
  }
  const [redis, database] = started
  const failed = started.find((part) => part.status === 'rejected')
  if (failed || redis.status === 'rejected' || database.status === 'rejected') {
    await stop()
    throw failed?.reason
  }
  provide('redisUrl', redis.value.url)
  provide('postgresUrl', database.value.url)
  provide('tempDir', tempDir)
  return stop
}

async function startPostgresWithTemplate(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = await startPostgres()
  try {
    const sql = postgres(server.url, { max: 1, onnotice: () => {} })
    await sql.unsafe(`create database ${TEMPLATE}`)
    await sql.end()
    await migrate(databaseUrl(server.url, TEMPLATE))
    return server
  } catch (error) {
    await server.stop()
    throw error
  }
}
