/**
 * The built dashboard, as it lies in dist/web: its page and its files, by their addresses.
 *
 * The addresses are names that were found in the folder, so none can lead out of it, and a link in it is no file of it.
 * A library for static files would look up a path for each request, and load for half as long as the API does: here are
 * ten files that never change.
 */
import { createHash } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

export interface WebFile {
  readonly type: string
  readonly bytes: Buffer
  /** The same, compressed; undefined where that saves nothing. */
  readonly gzipped: Buffer | undefined
  readonly etag: string
  /** Its name has a digest of it: it can be kept for ever. */
  readonly isHashed: boolean
}

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2'
}
/** What is packed already. */
const PACKED = new Set(['.png', '.webp', '.woff2'])
/** Vite puts what it names by a digest here. */
const HASHED = /^\/assets\/.*-[\w-]{8}\.\w+$/
const PAGE = 'index.html'

export class WebBuild {
  readonly #folder: string
  #page: { readonly text: string; readonly changedAtMs: number } | undefined
  #paths = new Map<string, string>()
  readonly #files = new Map<string, Promise<WebFile>>()

  /** @param folder - Need not exist: then nothing is built. */
  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * The page; undefined when it was not built. A build that ends while the API runs is served from then on.
   * @param base - What the addresses in it are relative to: an attribute's text.
   */
  async page(base: string): Promise<string | undefined> {
    await this.#look()
    return this.#page?.text.replace(/<base\b[^>]*>/i, '').replace(/<head\b[^>]*>/i, (head) => `${head}<base href="${base}">`)
  }

  /** @param path - As in an address, such as `/assets/index-3f2a9c01.js`; undefined when no file has it. */
  async file(path: string): Promise<WebFile | undefined> {
    if (this.#page === undefined) await this.#look()
    const name = this.#paths.get(path)
    if (name === undefined) return undefined
    const known = this.#files.get(path)
    if (known) return known
    const read = readWebFile(path, join(this.#folder, name))
    this.#files.set(path, read)
    return read.catch(() => {
      this.#files.delete(path) // a build has just replaced it
      return undefined
    })
  }

  async #look(): Promise<void> {
    const path = join(this.#folder, PAGE)
    const changedAtMs = await stat(path).then(({ mtimeMs }) => mtimeMs, () => undefined)
    if (changedAtMs === this.#page?.changedAtMs) return
    const text = changedAtMs === undefined ? undefined : await readFile(path, 'utf8').catch(() => undefined)
    const found = text === undefined ? [] : await readdir(this.#folder, { recursive: true, withFileTypes: true }).catch((): Dirent[] => [])
    const names = found.filter((entry) => entry.isFile() && extname(entry.name) in TYPES).map(({ parentPath, name }) => relative(this.#folder, join(parentPath, name)))
    this.#files.clear()
    this.#paths = new Map(names.map((name) => [`/${name.split(sep).join('/')}`, name]))
    this.#page = text === undefined ? undefined : { text, changedAtMs: changedAtMs! }
  }
}

async function readWebFile(path: string, file: string): Promise<WebFile> {
  const bytes = await readFile(file)
  const extension = extname(path)
  const gzipped = PACKED.has(extension) ? undefined : await promisify(gzip)(bytes, { level: 9 })
  return {
    type: TYPES[extension]!,
    bytes,
    gzipped: gzipped && gzipped.length < bytes.length ? gzipped : undefined,
    etag: etagOf(bytes),
    isHashed: HASHED.test(path)
  }
}

export const etagOf = (content: string | Buffer): string => `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`
