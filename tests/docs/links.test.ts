/** The pages mention nothing that does not exist: files, headings, commands, variables. */
import { access, readdir } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { Env } from '../../core/config.js'
import { pages, readText, ROOT } from './support.js'

const exists = (path: string) => access(join(ROOT, path)).then(() => true, () => false)

/** As GitHub makes them of headings. */
const anchors = (page: string) =>
  [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-'))

/** Words in backticks, in prose, and lines of a tree or of a shell are left to those who read. */
const quoted = (page: string) => [...page.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '')

/** Folders at the top of the repository: a word that begins with one of them and a slash is meant as a path. */
const folders = (await readdir(ROOT, { withFileTypes: true })).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name)
const FILE_AT_THE_TOP = /^(?:[\w-]+\.(?:md|json|js|ts)|\.env\.example|LICENSE)$/

/** Where a path of a page leads: compiled files to their source; null for what is no path of the repository. */
function target(word: string): string | null {
  if (FILE_AT_THE_TOP.test(word)) return word
  if (!/^[\w.*/-]+$/.test(word) || !folders.some((folder) => word.startsWith(`${folder}/`))) return null
  return word.startsWith('dist/') ? word.slice('dist/'.length).replace(/\.js$/, '.ts') : word
}

async function leads(path: string): Promise<boolean> {
  if (!path.includes('*')) return exists(path)
  const pattern = new RegExp(`^${path.split('/').at(-1)!.replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
  const names = await readdir(join(ROOT, dirname(path))).catch(() => [])
  return names.some((name) => pattern.test(name))
}

/** Not of this repository: written by npm start, by handlers, by the reader. */
const ELSEWHERE = ['endpoints.json', 'greet.mjs', 'handlers/greet.mjs']
/** Written in capitals, and no variables of ours. */
const OTHER_CAPITALS = /^(?:PREPARED|MOVES|JOB_STATUSES|ERRORS|FUNCTIONS|OUTCOMES|KEYS|LIMITS|ARGV|LETTER|LEGAL|GET|PUT|POST|HEAD|OPTIONS|ZADD|LT|TIME|SIGTERM|SIGKILL|SIGINT|FLUSHALL|SUP|NUL|PATH|NODE_ENV|MAIL|LISTEN)$/

describe.each(await pages())('%s', async (path) => {
  const page = await readText(path)

  test('links to what is there', async () => {
    const links = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '').filter((link) => !/^https?:/.test(link))
    const dead: string[] = []
    for (const link of links) {
      const [file = '', anchor] = link.split('#')
      const to = file === '' ? path : normalize(join(dirname(path), file))
      if (!(await exists(to)) || (anchor !== undefined && !anchors(await readText(to)).includes(anchor))) dead.push(link)
    }
    expect(dead).toEqual([])
  })

  test('names only files that there are', async () => {
    const paths = quoted(page).filter((word) => !ELSEWHERE.includes(word)).flatMap((word) => target(word) ?? [])
    const found = await Promise.all(paths.map(leads))
    expect(paths.filter((_, i) => !found[i])).toEqual([])
  })

  test('names only commands that there are', () => {
    const commands = [...page.matchAll(/\bnpm run ([\w:-]+)/g)].map((match) => match[1] ?? '')
    expect(commands.filter((command) => !(command in packageJson.scripts))).toEqual([])
  })

  test('names only variables that there are', () => {
    const names = quoted(page).flatMap((word) => /^([A-Z][A-Z_]+)(?:=.*)?$/.exec(word)?.[1] ?? [])
    expect(names.filter((name) => !(name in Env.properties) && !OTHER_CAPITALS.test(name))).toEqual([])
  })
})
