// Copies what tsc leaves behind (Lua, SQL) next to the compiled modules, so that a module
// finds its files beside itself both in the source tree and in dist/.
import { cpSync } from 'node:fs'

const isAsset = (path) => !path.endsWith('.ts')
cpSync('core/timeline', 'dist/core/timeline', { recursive: true, filter: isAsset })
cpSync('supabase/migrations', 'dist/supabase/migrations', { recursive: true })
