/** Finds handlers: the modules of a folder whose default export is one. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Handler, HandlerDeps } from './handler.js'

export interface Found {
  readonly handlers: Handler[]
  /** File of each. */
  readonly files: Map<unknown, string>
  /** Modules that do not load, and why. */
  readonly problems: string[]
}

type Default = Handler | readonly Handler[] | ((deps: HandlerDeps) => Handler)

/**
 * The handlers that ship with Duly: the modules beside this one that have a default export, a handler or a function
 * that makes one. A new file is enough; what they share has none.
 */
export async function loadBuiltIn(deps: HandlerDeps): Promise<Found> {
  const found: Found = { handlers: [], files: new Map(), problems: [] }
  const names = (await readdir(import.meta.dirname)).filter((name) => /(?<!\.d)\.[jt]s$/.test(name)).toSorted()
  for (const name of names) {
    const { default: exported } = (await import(new URL(name, import.meta.url).href)) as { default?: Default }
    if (exported !== undefined) take(found, name, typeof exported === 'function' ? exported(deps) : exported)
  }
  return found
}

/** The user's own: every `.js` and `.mjs` directly in a folder, in the order of their names; folders inside are for what they share. */
export async function loadOwn(dir: string): Promise<Found> {
  const found: Found = { handlers: [], files: new Map(), problems: [] }
  let names: string[]
  try {
    names = (await readdir(dir)).filter((name) => /\.m?js$/.test(name)).toSorted()
  } catch (error) {
    found.problems.push(`HANDLERS_DIR cannot be read: ${(error as Error).message}`)
    return found
  }
  for (const name of names) {
    try {
      const { default: exported } = (await import(pathToFileURL(join(dir, name)).href)) as { default?: Handler | readonly Handler[] }
      if (exported === undefined) found.problems.push(`${name}: has no default export: export default { type, payload, run }`)
      else take(found, name, exported)
    } catch (error) {
      found.problems.push(`${name}: cannot be loaded: ${(error as Error).message}${hint(name, error)}`)
    }
  }
  return found
}

function take(found: Found, name: string, exported: Handler | readonly Handler[]): void {
  for (const handler of Array.isArray(exported) ? (exported as readonly Handler[]) : [exported as Handler]) {
    found.handlers.push(handler)
    found.files.set(handler, name)
  }
}

const hint = (name: string, error: unknown) =>
  name.endsWith('.js') && error instanceof SyntaxError ? ' (a module with import and export is named .mjs, or lies beside a package.json with "type": "module")' : ''
