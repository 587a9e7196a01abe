/** Tests fork compiled code (the local Supabase, the API, the worker), so `dist/` must not be older than its source. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Type errors are told and stop nothing: `tsc` writes its output all the same, and `npm test` has refused them before. */
export async function buildIfStale(): Promise<void> {
  const script = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))
  await promisify(execFile)(process.execPath, [script, '--if-stale']).catch((error: { stdout?: string }) => console.warn(error.stdout))
}
