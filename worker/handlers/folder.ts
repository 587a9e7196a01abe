/**
 * An open folder, and the way from it to what is inside without following a symbolic link.
 *
 * A path that was checked as text can mean something else a moment later: any folder in it may be swapped for a link.
 * So the walk holds each folder open and names the next step relative to it. Linux offers that as
 * `/proc/self/fd/<n>/<name>`, and nothing that is swapped can lead it astray. Elsewhere Node has no such way: there the
 * path is used, and `verify` compares the open folder with what the path leads to, which leaves a gap of microseconds.
 */
import { constants, existsSync, type Stats } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants
const HAS_DESCRIPTOR_PATHS = process.platform === 'linux' && existsSync('/proc/self/fd')

export class Folder {
  readonly #handle: FileHandle
  readonly #path: string

  private constructor(handle: FileHandle, path: string) {
    this.#handle = handle
    this.#path = path
  }

  /** Opens a folder of the operator's, whose path may hold links; makes it where it is missing. */
  static async open(path: string): Promise<Folder> {
    await mkdir(path, { recursive: true })
    const real = await realpath(path)
    return new Folder(await open(real, O_RDONLY | O_DIRECTORY), real)
  }

  /** A path of something directly inside, for one call right away. */
  at(name: string): string {
    return HAS_DESCRIPTOR_PATHS ? `/proc/self/fd/${this.#handle.fd}/${name}` : join(this.#path, name)
  }

  /** Opens a folder inside. @throws ENOENT, ENOTDIR, or ELOOP for a symbolic link (ENOTDIR on some systems). */
  async enter(name: string): Promise<Folder> {
    const inner = new Folder(await open(this.at(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW), join(this.#path, name))
    try {
      await inner.verify()
      return inner
    } catch (error) {
      await inner.close()
      throw error
    }
  }

  /** What lies inside under a name, itself and not what it links to; undefined when there is nothing. */
  async look(name: string): Promise<Stats | undefined> {
    try {
      return await lstat(this.at(name))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  /** Where paths must be used: that the path still leads to the open folder. @throws ELOOP when it does not. */
  async verify(): Promise<void> {
    if (HAS_DESCRIPTOR_PATHS) return
    const [held, found] = await Promise.all([this.#handle.stat(), stat(this.#path)])
    const isSame = held.ino === found.ino && held.dev === found.dev && (await realpath(this.#path)) === this.#path
    if (!isSame) throw Object.assign(new Error('the folder was swapped'), { code: 'ELOOP' })
  }

  /** Makes new names in it survive a power cut. */
  async sync(): Promise<void> {
    await this.#handle.sync()
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }
}
