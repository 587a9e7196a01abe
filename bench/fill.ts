/** Scheduled jobs of Duly in numbers that no client would want to send. */
import type { Sql } from 'postgres'

/** Jobs that one statement makes. */
const STEP = 250_000

/** @param options.perSecond - As many are due in each second. @param options.fromSeconds - The first one is due then, from now. */
export async function fill(sql: Sql, { count, fromSeconds, perSecond }: { readonly count: number; readonly fromSeconds: number; readonly perSecond: number }): Promise<void> {
  await sql`insert into duly.queues (name) values ('default') on conflict do nothing`
  for (let from = 0; from < count; from += STEP) {
    // Ids as of UUIDv7, ten to a millisecond, with random digits behind the time as those that callers make.
    await sql`
      insert into duly.jobs (id, type, scheduled_at, run_at)
      select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - 1000000000 + (${from}::bigint + n) / 10), 12, '0') || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid, 'bench', at, at
        from (select n, duly.ceil_ms(now() + (${fromSeconds}::float8 + (${from}::bigint + n) / ${perSecond}::float8) * interval '1 s') as at
                from generate_series(1, ${Math.min(STEP, count - from)}::integer) n) made`
  }
  await sql`vacuum analyze duly.jobs`
}
