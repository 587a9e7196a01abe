/** The Lua scripts, for the `scripts` option of every client: unlike `defineCommand`, a `duplicate()` keeps them. */
import { readFileSync } from 'node:fs'
import type { Result } from 'ioredis'

const NAMES = ['take', 'add', 'remove', 'replace', 'open_window', 'move_edge'] as const

/** Each is given all keys of one queue (`keysOf().all`), used or not: one rule instead of six. */
const NUMBER_OF_KEYS = 11

export const scripts = Object.fromEntries(
  NAMES.map((name) => [name, { lua: readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8'), numberOfKeys: NUMBER_OF_KEYS }])
)

declare module 'ioredis' {
  interface RedisCommander<Context> {
    take(...keysThenLimitOffset: (string | number)[]): Result<[waitMs: string, ...jobs: string[]], Context>
    add(...keysThenEntries: (string | number)[]): Result<number, Context>
    remove(...keysThenIds: string[]): Result<number, Context>
    replace(...keysThenEntry: (string | number)[]): Result<1, Context>
    open_window(...keysThenGeneration: string[]): Result<[generation: string, edgeMs: string, server: string, isRebuilt: 0 | 1], Context>
    move_edge(...keysThenEdge: (string | number)[]): Result<0 | 1, Context>
  }
}
