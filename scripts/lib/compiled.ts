import { fileURLToPath } from 'node:url'

/**
 * Path of a compiled module, for `fork`: Node runs no TypeScript.
 *
 * @param module - From the root of the repository, without extension: `worker/main`.
 */
export function compiled(module: string): string {
  const root = new URL('../..', import.meta.url) // of the source tree under vitest, else dist/
  return fileURLToPath(new URL(`${import.meta.url.endsWith('.ts') ? 'dist/' : ''}${module}.js`, root))
}
