/** A client of the API that never gives up lightly, and that remembers exactly what it was told. */
import { randomUUID } from 'node:crypto'
import type { Told } from './history.js'
import { inLanes, sleep } from './wait.js'

export interface Wish {
  readonly key?: string
  /** Due in this time from now (ms); at once if not given. */
  readonly inMs?: number
  /** Instead: due then, ms since epoch. */
  readonly atMs?: number
  readonly priority?: number
  readonly max_retries?: number
  readonly timeout_ms?: number
  readonly backoff?: { readonly type: 'fixed'; readonly delay_ms: number }
  /** Sent once and without an Idempotency-Key: such creates may be stored in one group. Without an answer nobody knows what became of it. */
  readonly once?: boolean
  /** For the handler; see handlers/chaos.mjs. */
  readonly payload?: Readonly<Record<string, unknown>>
}

/** One try may take this long, and all of them together; between two is a pause. */
const TRY_MS = 5_000
const ALL_MS = 30_000
const PAUSE_MS = 100

/** What one try was answered with: `status` 0 without an answer. */
interface Tried {
  readonly status: number
  readonly ms: number
  readonly body: Record<string, unknown>
}

export class Client {
  readonly told: Told[] = []
  readonly #url: () => string

  /** @param url - Asked for each try. */
  constructor(url: () => string) {
    this.#url = url
  }

  /** Sent again under one Idempotency-Key until somebody says what became of it; or once, if so wished. */
  async create({ key = randomUUID(), inMs = 0, atMs = Date.now() + inMs, once = false, payload = {}, ...fields }: Wish): Promise<Told> {
    const body = { type: 'chaos', payload: { key, ...payload }, scheduled_at: new Date(atMs).toISOString(), ...fields }
    const { tries, last, end } = once ? await this.#once('POST', '/jobs', body) : await this.#insist('POST', '/jobs', body, { 'idempotency-key': key })
    const { id, scheduled_at } = last.body as { id?: string; scheduled_at?: string }
    return this.#keep({ what: 'create', key, end, id: end === 'done' ? id! : null, ...(scheduled_at && { scheduled_at }), tries })
  }

  /** Some at a time. */
  async createAll(wishes: readonly Wish[], atOnce = 8): Promise<Told[]> {
    const told: Told[] = []
    await inLanes(wishes, async (wish) => void told.push(await this.create(wish)), atOnce)
    return told
  }

  async cancel(id: string): Promise<Told> {
    const { tries, last, end } = await this.#insist('PUT', `/jobs/${id}/cancel`)
    const { outcome } = last.body as { outcome?: string }
    return this.#keep({ what: 'cancel', key: id, end, id, ...(end === 'done' && outcome !== undefined && { outcome }), tries })
  }

  /** A refusal after a try that nobody answered says nothing: that try may have moved the fence. */
  async retry(id: string, fence: number): Promise<Told> {
    const { tries, end } = await this.#insist('POST', `/jobs/${id}/retry`, { fence })
    return this.#keep({ what: 'retry', key: id, end: end === 'refused' && tries.length > 1 ? 'unknown' : end, id, fence, tries })
  }

  #keep(told: Omit<Told, 'at_ms'>): Told {
    const kept = { ...told, at_ms: Date.now() }
    this.told.push(kept)
    return kept
  }

  async #insist(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const tries: Array<{ status: number; ms: number }> = []
    for (const deadlineMs = performance.now() + ALL_MS; ; await sleep(PAUSE_MS)) {
      const last = await this.#try(method, path, body, headers)
      tries.push({ status: last.status, ms: last.ms })
      const end = endOf(last)
      if (end !== 'unknown' || performance.now() > deadlineMs) return { tries, last, end }
    }
  }

  async #once(method: string, path: string, body: unknown) {
    const last = await this.#try(method, path, body, {})
    return { tries: [{ status: last.status, ms: last.ms }], last, end: endOf(last) }
  }

  async #try(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Tried> {
    const sentAtMs = performance.now()
    const took = () => Math.round(performance.now() - sentAtMs)
    try {
      const response = await fetch(this.#url() + path, {
        method,
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TRY_MS)
      })
      return { status: response.status, body: (await response.json()) as Record<string, unknown>, ms: took() }
    } catch {
      return { status: 0, body: {}, ms: took() }
    }
  }
}

function endOf({ status }: Tried): Told['end'] {
  return status >= 200 && status < 300 ? 'done' : status >= 400 && status < 500 && status !== 429 ? 'refused' : 'unknown'
}

/** How long the tries of some wishes took (ms), at a share of them. */
export function percentile(told: readonly Told[], share: number): number {
  const all = told.flatMap(({ tries }) => tries.map(({ ms }) => ms)).toSorted((a, b) => a - b)
  return all[Math.min(all.length - 1, Math.floor(all.length * share))] ?? 0
}
