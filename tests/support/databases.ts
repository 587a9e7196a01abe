import { randomUUID } from 'node:crypto'
import postgres from 'postgres'

/** Migrated once for each run; tests clone it. Nobody may be connected to it then. */
export const TEMPLATE = 'duly_template'

export interface TestDatabase {
  /** Connection string, as superuser. */
  readonly url: string
  readonly name: string
  /** Ends its connections and removes it. */
  drop(): Promise<void>
}

export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = name
  return url.href
}

/** @param template - `template0` for an empty one. */
export async function cloneDatabase(serverUrl: string, template: string = TEMPLATE): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await asAdmin(serverUrl, `create database ${name} template ${template}`)
  return { name, url: databaseUrl(serverUrl, name), drop: () => asAdmin(serverUrl, `drop database if exists ${name} with (force)`) }
}

async function asAdmin(serverUrl: string, statement: string): Promise<void> {
  const sql = postgres(serverUrl, { max: 1, onnotice: () => {} })
  try {
    await sql.unsafe(statement)
  } finally {
    await sql.end()
  }
}
