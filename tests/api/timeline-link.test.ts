/** Orders of events that a real Redis shows only by chance: this one answers when the test says. */
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Reachable, TimelineLink } from '../../api/timeline-link.js'
import type { Entry } from '../../core/store/index.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

class Scene {
  readonly probes: Array<{ answer: () => void; fail: () => void }> = []
  readonly added: Entry[] = []
  refuses = true
  readonly link: TimelineLink

  constructor() {
    const timeline: Reachable = {
      probe: () => new Promise<void>((resolve, reject) => this.probes.push({ answer: resolve, fail: () => reject(new Error('no')) })),
      add: async (entries) => {
        if (this.refuses) throw new Error('no')
        this.added.push(...entries)
      },
      replace: async () => {},
      remove: async () => {},
      announceCancel: async () => {},
      sayResumed: async () => {}
    }
    this.link = new TimelineLink(timeline, pino({ level: 'silent' }))
  }

  /** Jobs that were stored in one turn of the event loop. */
  async add(from: number, to: number): Promise<void> {
    for (let i = from; i < to; i++) this.link.add([{ id: String(i), queue: 'default', priority: 0, run_at: '2030-01-01T00:00:00Z' }])
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('a check of readiness and its own probe are one, and lead to one more', async () => {
  const scene = new Scene()
  const { link, probes } = scene
  await scene.add(0, 1)
  expect(link.up).toBe(false)
  vi.advanceTimersByTime(1_000)
  const asked = link.probe().catch(() => 'failed')
  expect(probes).toHaveLength(1)
  probes[0]!.fail()
  expect(await asked).toBe('failed')
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(1_000)
  expect(probes).toHaveLength(2)
})

test('one chain of probes is left, whoever asks and fails', async () => {
  const scene = new Scene()
  await scene.add(0, 1)
  for (let i = 0; i < 5; i++) {
    const asked = scene.link.probe().catch(() => {})
    scene.probes.at(-1)!.fail()
    await asked
  }
  expect(vi.getTimerCount()).toBe(1)
})

test('keeps the newest 10,000 that could not be added, and adds them when Redis is back', async () => {
  const scene = new Scene()
  await scene.add(0, 6_000)
  await scene.add(6_000, 12_000) // stored while up, told when down
  const asked = scene.link.probe()
  scene.refuses = false
  scene.probes[0]!.answer()
  await asked
  await scene.link.close()
  expect(scene.added.map(({ id }) => Number(id))).toEqual(Array.from({ length: 10_000 }, (_, i) => 2_000 + i))
})

test('keeps what is refused again', async () => {
  const scene = new Scene()
  await scene.add(0, 3)
  for (const refuses of [true, false]) {
    scene.refuses = refuses
    const asked = scene.link.probe()
    scene.probes.at(-1)!.answer()
    await asked
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(scene.added.map(({ id }) => id)).toEqual(['0', '1', '2'])
})
