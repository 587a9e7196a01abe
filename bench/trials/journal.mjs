/** What handlers of a trial do: they say in a file when they start and end, and take as long as TRIAL_HOLD_MS. */
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** The true time, also in a process whose clock is shifted. */
const now = () => Math.round(globalThis[Symbol.for('chaos.now')]?.() ?? Date.now())

/** @param name - Of the job, as it was scheduled. @returns Who ran it, as the job's result. */
export async function witness(name) {
  const { TRIAL_JOURNAL, TRIAL_WHO, TRIAL_HOLD_MS } = process.env
  const say = (what) => appendFileSync(TRIAL_JOURNAL, `${what} ${name} ${TRIAL_WHO} ${now()}\n`)
  say('start')
  await sleep(Number(TRIAL_HOLD_MS))
  say('end')
  return TRIAL_WHO
}
