/** What api and worker need to know of handlers. Heavy libraries load when a job needs them, not here. */
import { createFolder } from './create-folder.js'
import { email } from './email.js'
import { generatePdf } from './generate-pdf.js'
import type { Handler, HandlerDeps } from './handler.js'
import { log } from './log.js'
import { loadOwnHandlers } from './own-handlers.js'
import { Registry } from './registry.js'
import { resizeImage } from './resize-image.js'
import { writeFile } from './write-file.js'

export * from './handler.js'
export { Registry }

/** A handler that ships with Duly is a file in this folder and a name in this list. */
const BUILT_IN: ReadonlyArray<(deps: HandlerDeps) => Handler> = [createFolder, email, generatePdf, log, resizeImage, writeFile]

/**
 * The built-in handlers and those in HANDLERS_DIR.
 *
 * @throws {Error} Listing every module that cannot be used, and why.
 */
export async function loadRegistry(deps: HandlerDeps, handlersDir?: string): Promise<Registry> {
  const builtIn = BUILT_IN.map((build) => build(deps))
  const own = handlersDir === undefined ? undefined : await loadOwnHandlers(handlersDir)
  return new Registry([...builtIn, ...own?.handlers ?? []], own)
}
