/**
 * API keys as they are configured: `name:scope:secret`, where the secret is the key itself or `sha256=` and its digest.
 *
 * A plain SHA-256 is enough, and cheap enough for every request: keys are random, not words that people choose.
 */
import { hash } from 'node:crypto'
import { type Scope, SCOPES } from './scope.js'

export interface ApiKey {
  /** Who calls: what the log says. */
  readonly name: string
  readonly scope: Scope
  /** SHA-256 of the key; the key itself is kept nowhere. */
  readonly digest: Buffer
}

/** A shorter one could be guessed. */
const MIN_CHARACTERS = 16

const NAME = /^[A-Za-z0-9_.-]{1,100}$/
const SHA256 = /^sha256=/i
const DIGEST = /^[0-9a-f]{64}$/i
/** What a header can carry. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/

export const isKeyName = (text: string): boolean => NAME.test(text)

export const digestOf = (key: string): Buffer => hash('sha256', key, 'buffer')

/** The entry of `API_KEYS` for a key, without the key. */
export const entryOf = (name: string, scope: Scope, key: string): string => `${name}:${scope}:sha256=${digestOf(key).toString('hex')}`

/**
 * Reads entries that are separated by commas or whitespace.
 *
 * @returns The keys, and every fault of every entry. An entry is named by its number only: any part of it may be a
 * secret that stands in the wrong place.
 */
export function parseApiKeys(text: string): { keys: ApiKey[]; faults: string[] } {
  const keys: ApiKey[] = []
  const faults: string[] = []
  const nameAt = new Map<string, number>()
  const digestAt = new Map<string, number>()

  const entries = text.split(/[\s,]+/).filter(Boolean)
  if (entries.length === 0 && text.trim() !== '') faults.push('has separators only') // nobody who writes one means an open API
  entries.forEach((entry, i) => {
    const fault = (words: string) => faults.push(`entry ${i + 1} ${words}`)
    const [name = '', scope, ...rest] = entry.split(':')
    if (scope === undefined || rest.length === 0) return fault('is not name:scope:secret')

    const before = faults.length
    const secret = rest.join(':')
    if (!isKeyName(name)) fault('has a name that is not 1 to 100 letters, digits and "_.-"')
    if (!isScope(scope)) fault(`has a scope that is not ${SCOPES.join(', ')}`)
    const hashed = SHA256.test(secret)
    if (hashed && !DIGEST.test(secret.slice(7))) fault('has a sha256= that is not followed by 64 hexadecimal digits')
    if (!hashed && secret.length < MIN_CHARACTERS) fault(`has a secret of fewer than ${MIN_CHARACTERS} characters`)
    if (!hashed && !VISIBLE_ASCII.test(secret)) fault('has a secret that no header can carry: use visible ASCII characters')
    if (faults.length > before) return

    const digest = hashed ? Buffer.from(secret.slice(7), 'hex') : digestOf(secret)
    const same = { name: nameAt.get(name), digest: digestAt.get(digest.toString('hex')) }
    if (same.name !== undefined) fault(`has the name of entry ${same.name}`)
    if (same.digest !== undefined) fault(`has the key of entry ${same.digest}`)
    nameAt.set(name, same.name ?? i + 1)
    digestAt.set(digest.toString('hex'), same.digest ?? i + 1)
    keys.push({ name, scope: scope as Scope, digest })
  })
  return { keys, faults }
}

const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text)
