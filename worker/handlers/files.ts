/**
 * Files of jobs: the only way from a path in a payload to the disk.
 *
 * Everything stays inside FILES_ROOT, whatever the path says and whatever is swapped while we look (see `folder.ts`);
 * only regular files are read or replaced, and never more of them than a limit. A new file appears whole or not at all.
 */
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, link, mkdir, open, rename, unlink } from 'node:fs/promises'
import { namesIn, pathProblem } from '../../core/file-path.js'
import { Folder } from './folder.js'
import { Refusal } from './refusal.js'

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = constants
/** Opening a named pipe would wait for its other end, without end. */
const SAFELY = O_NOFOLLOW | O_NONBLOCK

export type WriteMode = 'create' | 'overwrite'

export interface WriteOptions {
  readonly mode: WriteMode
  /** Called before the file appears; what it throws leaves no trace. */
  readonly beforeCommit?: () => void
}

export class Files {
  readonly #root: string

  /** @param root - FILES_ROOT, absolute; made on first use. */
  constructor(root: string) {
    this.#root = root
  }

  /** @throws {Refusal} When it lies outside, is no regular file, or is larger than `maxBytes`. */
  async read(path: string, maxBytes: number): Promise<Buffer> {
    return this.#inFolderOf(path, { make: false }, async (folder, name) => {
      const file = await open(folder.at(name), O_RDONLY | SAFELY)
      try {
        await folder.verify()
        const { size } = await regular(file, path)
        if (size > maxBytes) throw tooLarge(path, size, maxBytes)
        return await readUpTo(file, path, maxBytes)
      } finally {
        await file.close()
      }
    })
  }

  /**
   * Writes a file whole: to a temporary name beside it, to the disk, then renamed. Missing folders are made.
   *
   * @returns False when `create` found the file with exactly these bytes: an earlier attempt wrote it.
   * @throws {Refusal} When `create` finds another file there, or the path leads outside or to something else.
   */
  async write(path: string, data: Uint8Array, { mode, beforeCommit }: WriteOptions): Promise<boolean> {
    return this.#inFolderOf(path, { make: true }, async (folder, name) => {
      await refuseIrregular(folder, name, path)
      const temporary = `.duly-${randomUUID()}.tmp`
      const file = await open(folder.at(temporary), O_WRONLY | O_CREAT | O_EXCL | SAFELY)
      try {
        await file.writeFile(data)
        await file.sync()
        await folder.verify()
        beforeCommit?.()
        if (mode === 'create') return await this.#putNew(folder, temporary, name, path, data)
        await rename(folder.at(temporary), folder.at(name))
        await folder.sync()
        return true
      } finally {
        await file.close()
        await unlink(folder.at(temporary)).catch(() => undefined) // renamed already, or left over after a failure
      }
    })
  }

  /**
   * Adds to the end of a file, which is made where it is missing. Not safe to run twice.
   *
   * @returns Its size afterwards.
   * @throws {Refusal} When it would grow beyond `maxBytes`, lies outside or is no regular file.
   */
  async append(path: string, data: Uint8Array, { maxBytes, beforeCommit }: { maxBytes: number; beforeCommit?: () => void }): Promise<number> {
    return this.#inFolderOf(path, { make: true }, async (folder, name) => {
      await refuseIrregular(folder, name, path)
      const file = await open(folder.at(name), O_WRONLY | O_APPEND | O_CREAT | SAFELY)
      try {
        await folder.verify()
        const { size } = await regular(file, path)
        if (size + data.length > maxBytes) throw tooLarge(path, size + data.length, maxBytes)
        beforeCommit?.()
        await file.appendFile(data)
        await file.sync()
        await folder.sync()
        return (await file.stat()).size
      } finally {
        await file.close()
      }
    })
  }

  /** Makes a folder and those above it. @returns False when it was there. */
  async makeFolder(path: string): Promise<boolean> {
    return guarded(path, async () => {
      let made = false
      const folder = await this.#walk(namesIn(path), { make: true, onMade: () => { made = true } })
      await folder.close()
      return made
    })
  }

  /** `link` is the only way to give a file a name that must not be taken: `rename` replaces without a word. */
  async #putNew(folder: Folder, temporary: string, name: string, path: string, data: Uint8Array): Promise<boolean> {
    try {
      await link(folder.at(temporary), folder.at(name))
      await folder.sync()
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const there = await this.read(path, data.length).catch(() => undefined)
      if (there?.equals(data)) return false
      throw new Refusal(`"${path}" exists already, with other content: choose another path, or the mode "overwrite"`)
    }
  }

  async #inFolderOf<T>(path: string, options: { make: boolean }, work: (folder: Folder, name: string) => Promise<T>): Promise<T> {
    return guarded(path, async () => {
      if (path.endsWith('/')) throw new Refusal(`"${path}" names a folder, not a file: leave out the slash at its end`)
      const names = namesIn(path)
      const folder = await this.#walk(names.slice(0, -1), options)
      try {
        return await work(folder, names.at(-1) ?? '')
      } finally {
        await folder.close()
      }
    })
  }

  /** Opens one folder after the other; makes what is missing when asked to. */
  async #walk(names: readonly string[], { make, onMade }: { make: boolean; onMade?: () => void }): Promise<Folder> {
    let folder = await Folder.open(this.#root)
    for (const name of names) {
      const outer = folder
      try {
        if (make) await mkdir(outer.at(name)).then(async () => { onMade?.(); await outer.sync() }, ignoreExisting)
        folder = await outer.enter(name)
      } finally {
        await outer.close()
      }
    }
    return folder
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

/** Checks the path as text, and words the errors of the file system: Node's own name the absolute path. */
async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  const problem = pathProblem(path)
  if (problem) throw new Refusal(`the path "${path}" ${problem}`)
  try {
    return await work()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (error instanceof Refusal || code === undefined || !/^E[A-Z0-9]+$/.test(code)) throw error
    if (code === 'ELOOP') throw new Refusal(`"${path}" leads through a symbolic link: only real folders and files inside FILES_ROOT are used`)
    if (code === 'ENOTDIR') throw new Refusal(`"${path}" leads through something that is not a real folder`)
    if (code === 'ENXIO' || code === 'EISDIR') throw irregular(path)
    if (code === 'ENOENT') throw new Error(`"${path}" does not exist in FILES_ROOT`, { cause: error })
    throw new Error(`"${path}" cannot be used: the file system answers ${code}`, { cause: error })
  }
}

const irregular = (path: string) => new Refusal(`"${path}" is not a regular file`)

const tooLarge = (path: string, bytes: number, maxBytes: number) =>
  new Refusal(`"${path}" has ${bytes.toLocaleString('en')} bytes; at most ${maxBytes.toLocaleString('en')} are taken here`)

async function refuseIrregular(folder: Folder, name: string, path: string): Promise<void> {
  const there = await folder.look(name)
  if (there?.isSymbolicLink()) throw Object.assign(new Error('a link'), { code: 'ELOOP' })
  if (there && !there.isFile()) throw irregular(path)
}

async function regular(file: FileHandle, path: string) {
  const stats = await file.stat()
  if (!stats.isFile()) throw irregular(path)
  return stats
}

/** Reads to the end, but no more than the limit: the file may grow while it is read. */
async function readUpTo(file: FileHandle, path: string, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let total = 0
  for (;;) {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.allocUnsafe(Math.min(1 << 20, maxBytes + 1 - total)) })
    if (bytesRead === 0) return Buffer.concat(chunks, total)
    total += bytesRead
    if (total > maxBytes) throw tooLarge(path, total, maxBytes)
    chunks.push(buffer.subarray(0, bytesRead))
  }
}
