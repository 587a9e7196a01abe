/**
 * What Postgres and JSON can carry. Payloads that cannot be stored are refused with every fault at once;
 * results and errors of handlers are made storable, because refusing them would lose work that was done.
 *
 * `jsonb` takes neither U+0000 nor half of a surrogate pair, and what is nested deeper than {@link LIMITS.depth} can be
 * stored but not sent back: it would break every list that it is on.
 */
import type { Fault } from './errors.js'
import { LIMITS } from './limits.js'

/** NUL, or half of a surrogate pair: under the `u` flag a whole pair is one character and does not match. */
const UNSTORABLE = /[\0\p{Surrogate}]/u
const UNSTORABLE_ALL = /[\0\p{Surrogate}]/gu

/** Enough to see what is wrong; a body of a megabyte can hold a million faults. */
const MAX_FAULTS = 100

/** A container that is being walked through. */
interface Frame {
  readonly container: unknown[] | Record<string, unknown>
  /** Of an object. */
  readonly keys: readonly string[] | undefined
  /** Which of its members is looked at. */
  at: number
}

/**
 * Every reason why the database could not store a value that came as JSON; [] when there is none.
 *
 * Iterative: a payload that is 100,000 levels deep costs one fault, not the stack.
 *
 * @param pointer - Where the value hangs in the request, such as `/payload`.
 * @returns At most 100 faults.
 */
export function storableFaults(value: unknown, pointer = ''): Fault[] {
  const faults: Fault[] = []
  const frames: Frame[] = [] // from the whole to where it is, so that nothing is copied: a list may have millions of items
  const fault = (detail: string) => faults.push({ pointer: pointer + pointerOf(frames), detail })
  const visit = (here: unknown) => {
    if (typeof here === 'string') {
      if (UNSTORABLE.test(here)) fault(`${whyUnstorable(here)}, which the database cannot store: remove it`)
    } else if (typeof here === 'number') {
      if (!Number.isFinite(here)) fault('must be a finite number: this one is too large for JSON to carry')
    } else if (typeof here === 'object' && here !== null) {
      if (frames.length === LIMITS.depth) fault(`is nested deeper than ${LIMITS.depth} levels: flatten it, or store it elsewhere and send a reference`)
      else if (Array.isArray(here)) frames.push({ container: here as unknown[], keys: undefined, at: -1 })
      else frames.push({ container: here as Record<string, unknown>, keys: Object.keys(here), at: -1 })
    }
  }

  visit(value)
  for (let top = frames.at(-1); top && faults.length < MAX_FAULTS; top = frames.at(-1)) {
    const { container, keys } = top
    const at = ++top.at
    if (at >= (keys ?? (container as unknown[])).length) {
      frames.pop()
      continue
    }
    if (!keys) {
      visit((container as unknown[])[at])
      continue
    }
    const key = keys[at]!
    if (UNSTORABLE.test(key)) fault(`has a name that ${whyUnstorable(key)}, which the database cannot store: rename it`)
    visit((container as Record<string, unknown>)[key])
  }
  return faults
}

const whyUnstorable = (text: string) => (text.includes('\0') ? 'contains a NUL character' : 'contains half of a surrogate pair')

/** The key of a member as a JSON pointer writes it. */
export const pointerKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

const pointerOf = (frames: readonly Frame[]) => frames.map(({ keys, at }) => `/${pointerKey(scrub(keys ? keys[at]! : String(at)))}`).join('')

const scrub = (text: string): string => (UNSTORABLE.test(text) ? text.replace(UNSTORABLE_ALL, '\ufffd') : text)

/**
 * JSON text of a result or an error that the database takes, whatever a handler returned. Never throws.
 *
 * As `JSON.stringify`, but NUL and lone surrogates become U+FFFD, a BigInt its digits, a circular reference
 * `"[circular]"`, a getter or `toJSON` that throws `"[unreadable]"`, and what is nested too deep `"[too deep]"`. Text
 * that is longer than the limit is replaced by `{truncated: true, bytes, preview}`, where `bytes` is its length.
 *
 * @param limitBytes - Most bytes of UTF-8, at least 100.
 */
export function toStorableJson(value: unknown, limitBytes: number): string {
  let text: string | undefined
  try {
    text = JSON.stringify(value) ?? 'null'
  } catch {
    // circular, a BigInt, something that throws, or too deep for the stack: below
  }
  // A backslash in front of a harmless "u0000" is taken for an escape too; that only costs the slow way.
  if (text === undefined || /\\u0000|\\ud[89a-f]/.test(text) || isTooDeep(text)) text = JSON.stringify(cleaned(value, limitBytes))

  // No UTF-16 unit takes more than three bytes, so most texts need not be counted.
  const bytes = text.length * 3 <= limitBytes ? 0 : Buffer.byteLength(text)
  if (bytes <= limitBytes) return text
  // As part of another text each unit takes at most three bytes: two where it is escaped again.
  const preview = scrub(text.slice(0, Math.max(0, Math.min(1_000, Math.floor((limitBytes - 64) / 3)))))
  return JSON.stringify({ truncated: true, bytes, preview })
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Whether JSON text is nested deeper than is stored. */
function isTooDeep(text: string): boolean {
  if (text.length <= 2 * LIMITS.depth) return false // each level takes two brackets
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === QUOTE) {
      do { // to the quote that ends the string: one after an even number of backslashes
        i = text.indexOf('"', i + 1)
      } while (isEscaped(text, i))
    } else if (char === 0x5b || char === 0x7b) {
      if (++depth > LIMITS.depth) return true
    } else if (char === 0x5d || char === 0x7d) depth--
  }
  return false
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++
  return backslashes % 2 === 1
}

/**
 * A copy that `JSON.stringify` takes and the database too.
 *
 * @param budget - Values to copy. Each takes a byte of JSON at least, so what comes after as many as the limit has bytes
 * is never stored; without an end a graph whose nodes share children would be copied for ever.
 */
function cleaned(value: unknown, budget: number): unknown {
  const above = new Set<object>()
  let left = budget

  const clean = (given: unknown, key: string): unknown => {
    if (left-- <= 0) return null
    let here = given
    if (((typeof here === 'object' && here !== null) || typeof here === 'bigint') && typeof (here as { toJSON?: unknown }).toJSON === 'function') {
      here = (here as unknown as { toJSON(key: string): unknown }).toJSON(key)
    }
    if (here instanceof String || here instanceof Number || here instanceof Boolean) here = here.valueOf()
    if (typeof here === 'string') return scrub(here)
    if (typeof here === 'bigint') return here.toString()
    if (typeof here !== 'object' || here === null) return here
    if (above.has(here)) return '[circular]'
    if (above.size === LIMITS.depth) return '[too deep]'

    above.add(here)
    try {
      return Array.isArray(here) ? cleanArray(here) : cleanObject(here)
    } finally {
      above.delete(here)
    }
  }
  const attempt = (read: () => unknown, key: string): unknown => {
    try {
      return clean(read(), key)
    } catch {
      return '[unreadable]'
    }
  }
  const cleanArray = (array: readonly unknown[]) => {
    const copy: unknown[] = []
    for (let i = 0; i < array.length && left > 0; i++) copy.push(attempt(() => array[i], String(i)))
    return copy
  }
  const cleanObject = (object: object) => {
    const copy = Object.create(null) as Record<string, unknown> // here "__proto__" is a name like any other
    for (const key of Object.keys(object)) {
      if (left <= 0) break
      const child = attempt(() => (object as Record<string, unknown>)[key], key)
      if (child !== undefined && typeof child !== 'function' && typeof child !== 'symbol') copy[scrub(key)] = child
    }
    return copy
  }

  const copy = attempt(() => value, '')
  return copy === undefined || typeof copy === 'function' || typeof copy === 'symbol' ? null : copy
}
