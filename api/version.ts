import { readFileSync } from 'node:fs'

/** Of package.json. */
export function version(): string {
  const path = import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json' // the source tree, or dist/
  return (JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string }).version
}
