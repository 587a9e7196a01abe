/** What api and worker need to know of handlers. Heavy libraries load when a job needs them, not here. */
import type { HandlerDeps } from './handler.js'
import { loadBuiltIn, loadOwn } from './load.js'
import { Registry, unknownType } from './registry.js'

export * from './handler.js'
export { Registry, unknownType }

/**
 * The built-in handlers and those in HANDLERS_DIR.
 *
 * @throws {Error} Listing every module that cannot be used, and why.
 */
export async function loadRegistry(deps: HandlerDeps, handlersDir?: string): Promise<Registry> {
  const builtIn = await loadBuiltIn(deps)
  if (handlersDir === undefined) return new Registry(builtIn.handlers, builtIn)
  const own = await loadOwn(handlersDir)
  return new Registry([...builtIn.handlers, ...own.handlers], { sources: new Map([...builtIn.sources, ...own.sources]), problems: own.problems })
}
