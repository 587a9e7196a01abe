/** Waiting for something to be so, outside of a test runner. */
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
