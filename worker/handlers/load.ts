/** Finds handlers: the modules of a folder whose default export is one. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Handler, HandlerDeps } from './handler.js'

/** Where a handler came from. */
export interface Source {
  /** Its module's URL, by which another process finds it. */
  readonly module: string
  /** For messages. */
  readonly name: string
  /** It ships with Duly, so its tests are ours. */
  readonly builtIn: boolean
}

export interface Found {
  readonly handlers: Handler[]
  readonly sources: Map<unknown, Source>
  /** Modules that do not load, and why. */
  readonly problems: string[]
}

type Own = Handler | readonly Handler[]
type Default = Own | ((deps: HandlerDeps) => Handler)

/**
 * The handlers that ship with Duly: the modules beside this one that have a default export, a handler or a function
 * that makes one. A new file is enough; what they share has none.
 */
export async function loadBuiltIn(deps: HandlerDeps): Promise<Found> {
  const found = nothing()
  const names = (await readdir(import.meta.dirname)).filter((name) => /(?<!\.d)\.[jt]s$/.test(name)).toSorted()
  for (const name of names) {
    const module = new URL(name, import.meta.url).href
    take(found, { module, name: 'built in', builtIn: true }, await loadModule(module, deps))
  }
  return found
}

/** The handlers of one module, made anew: nothing else is loaded for them. */
export async function loadModule(module: string, deps: HandlerDeps): Promise<Handler[]> {
  const { default: exported = [] } = (await import(module)) as { default?: Default }
  return [typeof exported === 'function' ? exported(deps) : exported].flat()
}

/** The user's own: every `.js` and `.mjs` directly in a folder, in the order of their names; folders inside are for what they share. */
export async function loadOwn(dir: string): Promise<Found> {
  const found = nothing()
  let names: string[]
  try {
    names = (await readdir(dir)).filter((name) => /\.m?js$/.test(name)).toSorted()
  } catch (error) {
    found.problems.push(`HANDLERS_DIR cannot be read: ${(error as Error).message}`)
    return found
  }
  for (const name of names) {
    try {
      const module = pathToFileURL(join(dir, name)).href
      const { default: exported } = (await import(module)) as { default?: Own }
      if (exported === undefined) found.problems.push(`${name}: has no default export: export default { type, payload, run }`)
      else take(found, { module, name, builtIn: false }, [exported].flat())
    } catch (error) {
      found.problems.push(`${name}: cannot be loaded: ${(error as Error).message}${hint(name, error)}`)
    }
  }
  return found
}

const nothing = (): Found => ({ handlers: [], sources: new Map(), problems: [] })

function take(found: Found, source: Source, handlers: readonly Handler[]): void {
  for (const handler of handlers) {
    found.handlers.push(handler)
    found.sources.set(handler, source)
  }
}

const hint = (name: string, error: unknown) =>
  name.endsWith('.js') && error instanceof SyntaxError ? ' (a module with import and export is named .mjs, or lies beside a package.json with "type": "module")' : ''
