/** Waiting for something to be so, outside of a test runner, and doing some things at a time. */
import { setTimeout as sleep } from 'node:timers/promises'

export { sleep }

/**
 * Asks until the answer is yes.
 *
 * @returns Whether it was, within the time.
 */
export async function until(isSo: () => boolean | Promise<boolean>, timeoutMs: number, intervalMs = 50): Promise<boolean> {
  for (const deadlineMs = performance.now() + timeoutMs; ; await sleep(intervalMs)) {
    if (await isSo()) return true
    if (performance.now() >= deadlineMs) return false
  }
}

/** Does something with each of them, some at a time, in their order. */
export async function inLanes<T>(all: readonly T[], work: (one: T) => Promise<void>, lanes = 8): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < all.length) await work(all[next++]!)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
