/** How a path in a payload may look. It always lies inside FILES_ROOT: a leading slash means its top. */
import { Type } from './schema.js'

/** Longest path, in characters, and longest name in it, in bytes (what Linux and macOS take). */
const MAX_PATH = 1_000
const MAX_NAME_BYTES = 255

/** What is wrong with the text of a path, or undefined. A path that passes may still lead nowhere, or through a link. */
export function pathProblem(path: string): string | undefined {
  if (path.length > MAX_PATH) return `must have at most ${MAX_PATH} characters`
  if (/[\p{Cc}\p{Surrogate}]/u.test(path)) return 'must not contain control characters'
  if (path.includes('\\')) return 'must not contain a backslash: folders are separated by "/"'
  if (/%(?:2e|2f|5c|00)/i.test(path)) return 'must not contain percent-encoded dots, slashes or NUL: paths are not decoded'
  const names = path.split('/')
  if (names.includes('..')) return 'must not contain "..": paths start at the top of FILES_ROOT and stay inside it'
  if (names.some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES)) return `must not contain a name longer than ${MAX_NAME_BYTES} bytes`
  if (namesIn(path).length === 0) return 'must name something inside FILES_ROOT, for example "reports/may.pdf"'
  return undefined
}

/** The folders and the last name of a path, in order; "." and doubled slashes say nothing. */
export const namesIn = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.')

/** A path in a payload's schema; the registry knows the format `file-path` and explains what is wrong. */
export const FilePath = (description: string) =>
  Type.String({ format: 'file-path', description: `${description}; inside FILES_ROOT` })
