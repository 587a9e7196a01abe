/** How a service starts: not before the store has the schema that its code needs. */
import { setTimeout as sleep } from 'node:timers/promises'
import { DulyError, isDulyError } from '../errors.js'
import type { Logger } from '../log.js'
import { checkSchema } from './index.js'
import type { Store } from './store.js'

/** PostgREST reads a new schema within seconds, and a gateway has its keys when it has started. */
const PATIENCE_MS = 15_000

const PAUSE_MS = { first: 100, longest: 1_000 }

/**
 * Waits for the store as long as it takes, and for `patienceMs` for one that answers and refuses. Of each it warns once.
 *
 * @param options.signal - Ends the wait, without a word.
 * @param options.away - What it means that the store does not answer, for the log.
 * @throws {DulyError} `schema_outdated` or `store_refused`, when a person has to change something: at once when the
 * database itself says that its schema is older.
 */
export async function waitForSchema(store: Store, options: { readonly log: Logger; readonly away: string; readonly signal?: AbortSignal; readonly patienceMs?: number }): Promise<void> {
  const { log, away, signal, patienceMs = PATIENCE_MS } = options
  const warned = new Set<string>()
  let refusedSinceMs: number | undefined
  for (let pauseMs = PAUSE_MS.first; !signal?.aborted; pauseMs = Math.min(2 * pauseMs, PAUSE_MS.longest)) {
    try {
      await checkSchema(store)
      if (warned.size > 0) log.info('the store answers')
      return
    } catch (error) {
      if (signal?.aborted) return
      const refused = isDulyError(error, 'schema_outdated', 'store_refused')
      if (refused) {
        refusedSinceMs ??= performance.now()
        if (isVerdict(error) || performance.now() - refusedSinceMs >= patienceMs) throw error
      } else refusedSinceMs = undefined
      const words = refused ? `the store refuses; it may be starting, or reading its schema again: trying for ${patienceMs / 1_000} s` : away
      if (!warned.has(words)) log.warn({ reason: error instanceof Error ? error.message : String(error) }, words)
      warned.add(words)
    }
    await sleep(pauseMs, undefined, { ...(signal && { signal }) }).catch(() => {})
  }
}

/** The database told its version, so nothing in between is to blame. */
function isVerdict(error: DulyError): boolean {
  return error.code === 'schema_outdated' && error.cause === undefined
}
