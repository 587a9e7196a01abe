// Compiles to dist/: `npm run build`; with --if-stale only when a source is newer than the last build, which is what
// `npm start` and the other commands ask for: the compiler takes four seconds to find that nothing has changed.
//
// Besides tsc, it copies Lua and SQL next to the compiled modules, so that a module finds its files beside itself both
// in the source tree and in dist/, and removes compiled modules whose source is gone (a handler that was deleted would
// still be found). The client is the one part that other programs import, so it gets its types as well. The page of the
// dashboard is made of web/ by Vite, in about a second, so nothing that is built is committed.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

process.chdir(join(import.meta.dirname, '..'))

const SOURCES = ['api', 'client', 'core', 'scripts', 'supabase', 'web', 'worker']
const SETTINGS = ['package.json', 'tsconfig.json', 'tsconfig.build.json']
const STAMP = 'dist/.built'

const entries = (folder) => readdirSync(folder, { recursive: true, withFileTypes: true })
const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
const isStale = () => {
  const paths = [...SETTINGS, ...SOURCES.flatMap((folder) => [folder, ...entries(folder).map(({ name, parentPath }) => join(parentPath, name))])]
  return Math.max(...paths.map(changedAt)) >= changedAt(STAMP) // folders, too: they tell of what was deleted
}

if (process.argv.includes('--if-stale') && !isStale()) process.exit(0)

const startedAt = new Date()
const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' })

const isAsset = (path) => !path.endsWith('.ts')
cpSync('core/timeline', 'dist/core/timeline', { recursive: true, filter: isAsset })
rmSync('dist/supabase/migrations', { recursive: true, force: true })
cpSync('supabase/migrations', 'dist/supabase/migrations', { recursive: true })
cpSync('client/schema.d.ts', 'dist/client/schema.d.ts')
const { default: ts } = await import('typescript')
writeFileSync('dist/client/index.d.ts', ts.transpileDeclaration(readFileSync('client/index.ts', 'utf8'), { fileName: 'index.ts' }).outputText)

for (const { name, parentPath } of entries('dist')) {
  if (/^web\b/.test(relative('dist', parentPath))) continue // Vite empties its folder by itself
  const compiled = /^(.*)\.js(\.map)?$/.exec(join(relative('dist', parentPath), name))
  if (compiled && !existsSync(`${compiled[1]}.ts`)) rmSync(join(parentPath, name))
}

process.env.NODE_ENV = 'production' // tests build, too, and what they test is what is served
const { build } = await import('vite')
await build({ configFile: 'web/vite.config.mjs', logLevel: 'error' })

if (status !== 0) process.exit(status ?? 1)
writeFileSync(STAMP, '')
utimesSync(STAMP, startedAt, startedAt) // what changes during the build counts as newer
