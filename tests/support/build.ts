/** Tests fork compiled code (the local Supabase, the API, the worker), so `dist/` must not be older than its source. */
import { execFile } from 'node:child_process'
import { readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SOURCES = ['api', 'core', 'scripts', 'supabase', 'worker']
const STAMP = `${ROOT}dist/.built-for-tests`

/** Type errors are told and stop nothing: `tsc` writes its output all the same, and `npm test` has refused them before. */
export async function buildIfStale(): Promise<void> {
  const startedAt = new Date()
  const builtAtMs = await changedAtMs(STAMP)
  const files = (await Promise.all(SOURCES.map((folder) => readdir(`${ROOT}${folder}`, { recursive: true, withFileTypes: true })))).flat()
  const changes = await Promise.all(files.map((file) => changedAtMs(`${file.parentPath}/${file.name}`)))
  if (Math.max(...changes) < builtAtMs) return
  const run = (...args: string[]) => promisify(execFile)(process.execPath, args, { cwd: ROOT })
  await run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json').catch((error: { stdout?: string }) => console.warn(error.stdout))
  await run('scripts/copy-assets.mjs')
  await writeFile(STAMP, '')
  await utimes(STAMP, startedAt, startedAt) // what changes during the build counts as newer
}

const changedAtMs = (path: string) => stat(path).then(({ mtimeMs }) => mtimeMs, () => 0)
