/**
 * Broken products: each is one change of the schema or of the environment, and a row that has to fail with it. A row
 * that lets its mutant pass proves nothing.
 */
import type { Sql } from 'postgres'
import type { Kind } from './checker.js'
import type { Row } from './row.js'
import { apiKilled } from './rows/api-killed.js'
import { postgresKilled } from './rows/postgres.js'
import { staleHints } from './rows/stale-hints.js'
import { workerFrozen, workerKilled } from './rows/workers.js'

export interface Mutant {
  /** What is gone. */
  readonly name: string
  readonly row: Row
  /** What the checker finds, at least; nothing where only the row's own promise is broken. */
  readonly finds: readonly Kind[]
  readonly env?: Readonly<Record<string, string>>
  /** A text in the body of a function becomes another; it must be there exactly once. */
  readonly change?: { readonly schema: 'duly' | 'public'; readonly function: string; readonly from: string; readonly to: string }
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'a finish that does not compare the fence',
    row: workerFrozen,
    finds: ['stale'],
    change: { schema: 'duly', function: 'finish', from: 'and j.fence = i.fence -- the guard: only', to: '-- the guard: only' }
  },
  {
    name: 'a claim that does not look at the status',
    row: staleHints,
    finds: ['illegal'],
    change: { schema: 'duly', function: 'claim', from: "and j.status = (select 'pending'::duly.job_status) -- the guard", to: '-- the guard' }
  },
  {
    name: 'a claim that does not look at the time',
    row: staleHints,
    finds: ['early'],
    change: { schema: 'duly', function: 'claim', from: 'and j.run_at <= now()\n       and j.type', to: 'and j.type' }
  },
  {
    name: 'no sweep',
    row: apiKilled,
    finds: [],
    env: { SWEEP_INTERVAL_MS: '600000' }
  },
  {
    name: 'a rescue that finds nobody',
    row: workerKilled,
    finds: ['lost'],
    change: { schema: 'public', function: 'duly_rescue_jobs', from: 'and w.ended_at is not null\n     limit p_limit', to: 'and false\n     limit p_limit' }
  },
  {
    name: 'a rescue that leaves no trace of the attempt',
    row: workerKilled,
    finds: ['duplicate', 'illegal'],
    change: { schema: 'public', function: 'duly_rescue_jobs', from: 'from rescued r\n  )\n  select', to: 'from rescued r where false\n  )\n  select' }
  },
  {
    name: 'a rescue that judges right after an outage',
    row: postgresKilled,
    finds: [],
    change: { schema: 'public', function: 'duly_rescue_jobs', from: "and w.contact_since <= now() - w.lease_ms * interval '1 ms'", to: '' }
  }
]

/** @throws {Error} When the text is not there exactly once: then this is a mutant of another product. */
export async function mutate(sql: Sql, { schema, function: name, from, to }: NonNullable<Mutant['change']>): Promise<void> {
  const found = await sql<Array<{ definition: string }>>`
    select pg_get_functiondef(p.oid) as definition from pg_proc p where p.pronamespace = ${schema}::regnamespace and p.proname = ${name}`
  const [before, ...others] = found.map(({ definition }) => definition)
  if (before === undefined || others.length > 0) throw new Error(`there are ${found.length} functions ${schema}.${name}`)
  const parts = before.split(from)
  if (parts.length !== 2) throw new Error(`${schema}.${name} has ${parts.length - 1} times: ${from}`)
  await sql.unsafe(parts.join(to))
}
