/**
 * Sessions of the dashboard: a key is exchanged once for a cookie, so that no script of the page ever holds it.
 *
 * A session is kept nowhere. It says whose it is and until when, and is signed, so every API process with the same keys
 * and the same store knows it, also after a restart. It ends with its time, and at once when its key is removed, replaced
 * or given another scope. The digest of a key is not enough to sign one: it may lie where the key must not.
 */
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { fastifyCookie } from '@fastify/cookie'
import type { ApiKey } from '../core/api-keys.js'
import type { Config } from '../core/config.js'

export const SESSION_COOKIE = 'duly_session'
/** A working day. A page that is looked at renews it. */
export const SESSION_MS = 12 * 3_600_000
/** Sessions that were ended before their time and are remembered here. */
const MAX_ENDED = 10_000

export interface Session {
  readonly key: ApiKey
  readonly id: string
  /** ms since epoch, by the clock of this machine, as of the machines that it is sent to. */
  readonly expiresAtMs: number
}

const FORM = /^v1\.(\d{1,15})\.([\w-]{22})\.([\w-]{43})\.([A-Za-z0-9_.-]{1,100})$/

export class Sessions {
  readonly #keys: ReadonlyMap<string, ApiKey>
  readonly #secret: Buffer
  readonly #ended = new Set<string>()

  /** @param secret - The same in every process that is to know the same sessions. */
  constructor(keys: readonly ApiKey[], secret: Buffer = randomBytes(32)) {
    this.#keys = new Map(keys.map((key) => [key.name, key]))
    this.#secret = secret
  }

  /** @returns The session as it travels. */
  begin(key: ApiKey, nowMs = Date.now()): string {
    return this.#write(key, randomBytes(16).toString('base64url'), nowMs)
  }

  /** The same one with a later end: whoever logs out ends the copies with an earlier one, too. */
  renew({ key, id }: Session, nowMs = Date.now()): string {
    return this.#write(key, id, nowMs)
  }

  #write(key: ApiKey, id: string, nowMs: number): string {
    const expiresAtS = Math.ceil((nowMs + SESSION_MS) / 1_000)
    return `v1.${expiresAtS}.${id}.${this.#sign(key, id, expiresAtS).toString('base64url')}.${key.name}`
  }

  /** @returns Undefined when it is none of ours, or over. */
  read(text: string, nowMs = Date.now()): Session | undefined {
    const [, expires, id, signature, name] = FORM.exec(text) ?? []
    const key = this.#keys.get(name ?? '')
    if (!key || id === undefined || signature === undefined) return undefined
    const given = Buffer.from(signature, 'base64url')
    const wanted = this.#sign(key, id, Number(expires))
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined
    const expiresAtMs = Number(expires) * 1_000
    return expiresAtMs > nowMs && !this.#ended.has(id) ? { key, id, expiresAtMs } : undefined
  }

  /** Nobody can go on with it here; another process would take a copy of it until its time is over. */
  end({ id }: Session): void {
    this.#ended.add(id)
    for (const oldest of this.#ended) {
      if (this.#ended.size <= MAX_ENDED) break
      this.#ended.delete(oldest)
    }
  }

  #sign({ name, scope, digest }: ApiKey, id: string, expiresAtS: number): Buffer {
    const secret = createHmac('sha256', this.#secret).update(digest).digest()
    return createHmac('sha256', secret).update(`${name}\n${scope}\n${id}\n${expiresAtS}`).digest()
  }
}

/** For all processes that reach the store with the same credentials: whoever has these needs no session. */
export function sessionSecret({ DATABASE_URL, SUPABASE_KEY }: Pick<Config, 'DATABASE_URL' | 'SUPABASE_KEY'>): Buffer {
  return Buffer.from(hkdfSync('sha256', DATABASE_URL ?? SUPABASE_KEY ?? '', 'duly', 'sessions of the dashboard', 32))
}

/** The session that a request carries, as it is. */
export function sessionText(cookies: string | undefined): string | undefined {
  return cookies?.includes(SESSION_COOKIE) ? fastifyCookie.parse(cookies)[SESSION_COOKIE] : undefined
}

/** @param text - Undefined takes it away again. @param options.path - The top of the dashboard, as browsers see it. */
export function sessionCookie(text: string | undefined, { path, secure }: { path: string; secure: boolean }): string {
  return fastifyCookie.serialize(SESSION_COOKIE, text ?? '', { path, secure, httpOnly: true, sameSite: 'strict', maxAge: text === undefined ? 0 : SESSION_MS / 1_000 })
}
