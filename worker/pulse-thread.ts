/** The thread behind `worker/pulse.ts`: a store client of its own, and a loop that no handler can block. */
import { parentPort, workerData } from 'node:worker_threads'
import { createLog } from '../core/log.js'
import { openStore } from '../core/store/index.js'
import { LeaseKeeper } from './lease-keeper.js'
import { type Answer, type Ask, CLOSE, failureOf, type PulseData } from './pulse.js'
import { Ownership } from './ownership.js'
import { Vitals } from './vitals.js'

const port = parentPort!
const { config, ownership, vitals, abandonMs, watch } = workerData as PulseData

const store = openStore({ ...config, STORE_TIMEOUT_MS: Math.floor(Math.min(config.STORE_TIMEOUT_MS, config.LEASE_MS / 5)) }, { maxConnections: 1 }) // a beat that hangs must not cost the lease
const keeper = new LeaseKeeper({
  store,
  ownership: new Ownership(ownership),
  vitals: new Vitals(vitals),
  log: createLog('worker', config.LOG_LEVEL),
  leaseMs: config.LEASE_MS,
  abandonMs,
  watch,
  kill: () => process.kill(process.pid, 'SIGKILL') // an exit would only end this thread
})
const looking = setInterval(() => void keeper.tick(), keeper.intervalMs)

port.on('message', (message: Ask | typeof CLOSE) => {
  if (message === CLOSE) {
    clearInterval(looking)
    port.close()
    void store.close()
  } else void answer(message)
})

async function answer({ ask, method, args }: Ask): Promise<void> {
  let reply: Answer
  try {
    reply = { ask, value: await (keeper[method] as (...args: readonly unknown[]) => Promise<unknown>)(...args) }
  } catch (error) {
    reply = { ask, failure: failureOf(error) }
  }
  port.postMessage(reply)
}
