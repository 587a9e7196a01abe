/** A Redis of a row's own, which may be killed, frozen, and started again at the same address. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LocalRedis, provideRedis, startRedis } from '../../scripts/lib/redis.js'
import { writeShifted } from './faketime.js'
import type { Reaper } from './reaper.js'

export class RowRedis {
  readonly #dir: string
  readonly #reaper: Reaper
  #server: LocalRedis | undefined
  #pid = 0
  url = ''

  constructor(dir: string, reaper: Reaper) {
    this.#dir = dir
    this.#reaper = reaper
  }

  /**
   * With what a SAVE has left, if there was one.
   *
   * @param clockShiftMs - How far its wall clock is ahead.
   */
  async start(clockShiftMs = 0): Promise<void> {
    const port = this.url === '' ? {} : { port: Number(new URL(this.url).port) }
    const server = await provideRedis({ path: process.env.PATH ?? '' })
    const shifted = join(this.#dir, 'shifted-redis.sh')
    if (clockShiftMs !== 0) {
      await mkdir(this.#dir, { recursive: true })
      await writeShifted(server, shifted, clockShiftMs)
    }
    this.#server = await startRedis({ server: clockShiftMs === 0 ? server : shifted, dir: this.#dir, ...port })
    this.#pid = (JSON.parse(await readFile(join(this.#dir, 'redis.json'), 'utf8')) as { pid: number }).pid
    this.#reaper.add(this.#pid) // a frozen one would not hear that its parent is gone
    this.url = this.#server.url
  }

  async kill(): Promise<void> {
    process.kill(this.#pid, 'SIGKILL')
    await this.#server?.ended
    this.#reaper.remove(this.#pid)
  }

  freeze(): void {
    process.kill(this.#pid, 'SIGSTOP')
  }

  thaw(): void {
    process.kill(this.#pid, 'SIGCONT')
  }

  /** Ends it for good, if it runs. */
  async stop(): Promise<void> {
    try {
      this.thaw()
    } catch {
      return // it was killed
    }
    await this.#server?.stop()
    this.#reaper.remove(this.#pid)
  }
}
