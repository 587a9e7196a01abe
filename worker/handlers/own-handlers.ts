/** Handlers of the user's own: the modules in HANDLERS_DIR. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Handler } from './handler.js'

export interface OwnHandlers {
  readonly handlers: Handler[]
  /** File of each. */
  readonly files: Map<unknown, string>
  /** Modules that do not load, and why. */
  readonly problems: string[]
}

/** Imports every `.js` and `.mjs` directly in a folder, in the order of their names; folders inside are for what they share. */
export async function loadOwnHandlers(dir: string): Promise<OwnHandlers> {
  const found: OwnHandlers = { handlers: [], files: new Map(), problems: [] }
  let names: string[]
  try {
    names = (await readdir(dir)).filter((name) => /\.m?js$/.test(name)).sort()
  } catch (error) {
    found.problems.push(`HANDLERS_DIR cannot be read: ${(error as Error).message}`)
    return found
  }
  for (const name of names) {
    try {
      const module = (await import(pathToFileURL(join(dir, name)).href)) as { default?: Handler | Handler[] }
      if (module.default === undefined) found.problems.push(`${name}: has no default export: export default { type, payload, run }`)
      for (const handler of module.default === undefined ? [] : [module.default].flat()) {
        found.handlers.push(handler)
        found.files.set(handler, name)
      }
    } catch (error) {
      found.problems.push(`${name}: cannot be loaded: ${(error as Error).message}${hint(name, error)}`)
    }
  }
  return found
}

const hint = (name: string, error: unknown) =>
  name.endsWith('.js') && error instanceof SyntaxError ? ' (a module with import and export is named .mjs, or lies beside a package.json with "type": "module")' : ''
