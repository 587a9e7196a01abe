/** What the rows of a run share: a folder, a durable Postgres with a migrated database to clone, and whoever cleans up after a crash. */
import { chmod, mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { migrate } from '../../scripts/lib/migrations.js'
import { cloneDatabase, databaseUrl, TEMPLATE, type TestDatabase } from '../support/databases.js'
import { type PostgresServer, startPostgres } from '../support/postgres-server.js'
import { type Reaper, startReaper } from './reaper.js'

export interface Ground {
  readonly postgres: PostgresServer
  readonly reaper: Reaper
  /** Migrated, empty, and with a trigger that writes down every move of a job. */
  newDatabase(): Promise<TestDatabase>
  /** A new folder, which goes with the run. */
  newFolder(): Promise<string>
  close(): Promise<void>
}

/** As a superuser's, whoever moves the job. */
const MOVES = `
  create table public.chaos_moves (
    place bigint generated always as identity primary key,
    id uuid not null, "from" text, "to" text not null,
    fence_before integer not null, fence integer not null, attempt_before integer not null, attempt integer not null
  );
  create function public.chaos_note_insert() returns trigger language plpgsql security definer set search_path = '' as $$ begin
    insert into public.chaos_moves (id, "from", "to", fence_before, fence, attempt_before, attempt)
    select n.id, null, n.status, n.fence, n.fence, n.attempt, n.attempt from new_rows n;
    return null;
  end $$;
  create function public.chaos_note_update() returns trigger language plpgsql security definer set search_path = '' as $$ begin
    insert into public.chaos_moves (id, "from", "to", fence_before, fence, attempt_before, attempt)
    select n.id, o.status, n.status, o.fence, n.fence, o.attempt, n.attempt
      from new_rows n join old_rows o using (id)
     where n.status <> o.status or n.fence <> o.fence;
    return null;
  end $$;
  create trigger chaos_note_insert after insert on duly.jobs referencing new table as new_rows for each statement execute function public.chaos_note_insert();
  create trigger chaos_note_update after update on duly.jobs referencing old table as old_rows new table as new_rows for each statement execute function public.chaos_note_update();`

export async function openGround(): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'duly-chaos-'))
  await chmod(folder, 0o711) // Postgres may run as another user
  const reaper = startReaper(folder)
  let server: PostgresServer | undefined
  try {
    const newFolder = () => mkdtemp(join(folder, 'row-'))
    await mkdir(join(folder, 'postgres'))
    server = await startPostgres({ durable: true, folder: join(folder, 'postgres') })
    await makeTemplate(server.url)
    const running = server
    return {
      postgres: running,
      reaper,
      newFolder,
      newDatabase: () => cloneDatabase(running.url),
      async close() {
        await running.stop()
        await reaper.reap()
      }
    }
  } catch (error) {
    await server?.stop()
    await reaper.reap()
    throw error
  }
}

async function makeTemplate(serverUrl: string): Promise<void> {
  const run = async (url: string, statements: string) => {
    const sql = postgres(url, { max: 1, onnotice: () => {} })
    await sql.unsafe(statements).finally(() => sql.end())
  }
  await run(serverUrl, `create database ${TEMPLATE}`)
  const url = databaseUrl(serverUrl, TEMPLATE)
  await migrate(url)
  await run(url, MOVES)
}
