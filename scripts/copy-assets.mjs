// What tsc leaves to do: copies Lua and SQL next to the compiled modules, so that a module finds its files beside
// itself both in the source tree and in dist/, and removes compiled modules whose source is gone (a handler that was
// deleted would still be found).
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'

const isAsset = (path) => !path.endsWith('.ts')
cpSync('core/timeline', 'dist/core/timeline', { recursive: true, filter: isAsset })
rmSync('dist/supabase/migrations', { recursive: true, force: true })
cpSync('supabase/migrations', 'dist/supabase/migrations', { recursive: true })

for (const { name, parentPath } of readdirSync('dist', { recursive: true, withFileTypes: true })) {
  const compiled = /^(.*)\.js(\.map)?$/.exec(join(relative('dist', parentPath), name))
  if (compiled && !existsSync(`${compiled[1]}.ts`)) rmSync(join(parentPath, name))
}
