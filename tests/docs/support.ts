/** Reads the documents as tests need them: tables, and places in the repository. */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** @param path - From the root of the repository. */
export const readText = (path: string): Promise<string> => readFile(ROOT + path, 'utf8')

/** Every page that people read. */
export async function pages(): Promise<string[]> {
  const docs = (await readdir(`${ROOT}docs`)).filter((name) => name.endsWith('.md')).sort()
  return ['README.md', 'CHANGELOG.md', ...docs.map((name) => `docs/${name}`)]
}

/**
 * Cells of the table whose header begins with these words.
 * @returns A record for each row, by the words of the header.
 */
export function table(page: string, ...header: readonly string[]): Array<Record<string, string>> {
  const lines = page.split('\n')
  const cells = (line: string) => line.split('|').slice(1, -1).map((cell) => cell.trim())
  const at = lines.findIndex((line) => line.startsWith('|') && header.every((word, i) => cells(line)[i] === word))
  if (at < 0) throw new Error(`there is no table with the header ${header.join(' | ')}`)
  const names = cells(lines[at]!)
  const end = lines.findIndex((line, i) => i > at && !line.startsWith('|'))
  return lines.slice(at + 2, end < 0 ? undefined : end).map((line) => Object.fromEntries(cells(line).map((cell, i) => [names[i]!, cell])))
}

/** A word without its backticks. */
export const bare = (cell: string | undefined): string => (cell ?? '').replaceAll('`', '')
