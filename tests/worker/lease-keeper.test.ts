/** What keeps a lease while the main loop is blocked, and when it gives the process up. */
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { DulyError } from '../../core/errors.js'
import type { Beat } from '../../core/store/index.js'
import { LeaseKeeper } from '../../worker/lease-keeper.js'
import { monotonicMs, Ownership, sentNow } from '../../worker/ownership.js'
import { Vitals } from '../../worker/vitals.js'

const WORKER = { id: 'w1', host: 'here', pid: 1, concurrency: 1, types: [], queues: [], lease_ms: 1_000 }
const BEAT: Beat = { now_ms: 0, held: [], cancelled: [], queues: [] }
/** Looks in which a loop has to stand still before it counts as blocked, and one more. */
const BLOCKED = 5

/** A keeper of a registered worker whose beats are due at once. */
async function keep(options: { leaseMs?: number; abandonMs?: number; watch?: boolean } = {}) {
  const ownership = new Ownership()
  const vitals = new Vitals()
  const store = { registerWorker: vi.fn(async () => ({ now_ms: 0 })), beat: vi.fn(async () => BEAT), endWorker: vi.fn(async () => {}) }
  const kill = vi.fn()
  const keeper = new LeaseKeeper({ store, ownership, vitals, log: pino({ level: 'silent' }), leaseMs: 0, abandonMs: 0, watch: true, kill, ...options })
  vitals.loopTurns()
  await keeper.registerWorker(WORKER)
  const look = async (times: number) => {
    for (let i = 0; i < times; i++) await keeper.tick()
  }
  return { keeper, ownership, vitals, store, kill, look }
}
const inMs = (ms: number) => monotonicMs() + ms

test('a loop that turns is left to beat by itself', async () => {
  const { vitals, store, look } = await keep()
  for (let i = 0; i < 20; i++) {
    vitals.loopTurns()
    await look(1)
  }
  expect(store.beat).not.toHaveBeenCalled()
})

test('in the place of a blocked loop it beats, and notes when it did', async () => {
  const { ownership, store, kill, look } = await keep({ abandonMs: 60_000 })
  expect(ownership.silentMs).toBe(Infinity)
  await look(BLOCKED)
  expect(store.beat).toHaveBeenCalledWith('w1')
  expect(ownership.silentMs).toBeLessThan(10_000)
  expect(kill).not.toHaveBeenCalled()
})

test('a beat that is not due yet is not sent', async () => {
  const { store, look } = await keep({ leaseMs: 60_000, abandonMs: 60_000 })
  await look(2 * BLOCKED)
  expect(store.beat).not.toHaveBeenCalled()
})

test('a beat that failed is followed by the next at once, whatever the interval', async () => {
  const { keeper, store, look } = await keep({ leaseMs: 50, abandonMs: 60_000 })
  store.beat.mockRejectedValueOnce(new DulyError('store_unavailable'))
  await vi.waitFor(async () => {
    await keeper.tick()
    expect(store.beat).toHaveBeenCalledTimes(1)
  })
  await look(1)
  expect(store.beat).toHaveBeenCalledTimes(2)
  await look(1)
  expect(store.beat).toHaveBeenCalledTimes(2) // that one was answered
})

test('a worker that the store has declared dead owns nothing, and nobody beats for it', async () => {
  const { ownership, store, look } = await keep({ abandonMs: 60_000 })
  ownership.heard(sentNow())
  store.beat.mockRejectedValue(new DulyError('worker_dead'))
  await look(3 * BLOCKED)
  expect(store.beat).toHaveBeenCalledTimes(1)
  expect(ownership.silentMs).toBe(Infinity)
})

test('a worker that has ended is not kept alive', async () => {
  const { keeper, store, kill, look } = await keep()
  await keeper.endWorker('w1', 'stopped')
  await look(3 * BLOCKED)
  expect(store.beat).not.toHaveBeenCalled()
  expect(kill).not.toHaveBeenCalled()
})

test('a process is ended, and its worker before, when the loop is blocked past the last deadline', async () => {
  const { vitals, store, kill, look } = await keep()
  vitals.deadlines = { firstMs: inMs(-2_000), lastMs: inMs(60_000) }
  await look(2 * BLOCKED)
  expect(kill).not.toHaveBeenCalled()
  vitals.deadlines = { firstMs: inMs(-2_000), lastMs: inMs(-1_000) }
  await look(1)
  expect(store.endWorker).toHaveBeenCalledWith('w1', 'declared_dead')
  expect(kill).toHaveBeenCalledOnce()
  expect(store.endWorker.mock.invocationCallOrder[0]).toBeLessThan(kill.mock.invocationCallOrder[0]!)
})

test('an attempt past its deadline has its seconds to stop before the process is ended', async () => {
  const { vitals, kill, look } = await keep({ abandonMs: 60_000 })
  vitals.deadlines = { firstMs: inMs(-1_000), lastMs: inMs(-1_000) }
  await look(2 * BLOCKED)
  expect(kill).not.toHaveBeenCalled()
})

test('a process is ended although the store does not answer', async () => {
  const { vitals, store, kill, look } = await keep()
  store.endWorker.mockReturnValue(new Promise(() => {}))
  vitals.deadlines = { firstMs: inMs(-2_000), lastMs: inMs(-1_000) }
  void look(BLOCKED)
  await vi.waitFor(() => expect(kill).toHaveBeenCalled(), { timeout: 10_000 })
})

test('a process that somebody debugs is kept', async () => {
  const { vitals, kill, look } = await keep({ watch: false })
  vitals.deadlines = { firstMs: inMs(-2_000), lastMs: inMs(-1_000) }
  await look(2 * BLOCKED)
  expect(kill).not.toHaveBeenCalled()
})

test('a loop with nothing to run may be blocked for minutes', async () => {
  const { kill, look } = await keep()
  await look(2 * BLOCKED)
  expect(kill).not.toHaveBeenCalled()
})
