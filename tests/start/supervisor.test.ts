import { describe, expect, test, vi } from 'vitest'
import { deferred } from '../support/deferred.js'
import { PACE, type Running, Supervisor, type SupervisorOptions, waitMs } from '../../scripts/lib/supervisor.js'

interface Thing extends Running {
  readonly number: number
  die(): void
}

/** Starts things that run until they are stopped or die. */
function things() {
  const started: Thing[] = []
  const start = async () => {
    const { promise, resolve } = deferred<string>()
    const thing: Thing = { number: started.length + 1, ended: promise, die: () => resolve('died'), stop: async () => resolve('stopped') }
    started.push(thing)
    return thing
  }
  return { started, start }
}

const supervise = (options: SupervisorOptions<Thing>) => new Supervisor<Thing>({ pace: { firstMs: 1, longestMs: 2, healthyMs: 60_000 }, ...options })

describe('a supervisor', () => {
  test('starts again what has died, and says so', async () => {
    const { start } = things()
    const onEnded = vi.fn()
    const supervisor = supervise({ start, onEnded })
    const first = await supervisor.start()
    first.die()
    await vi.waitFor(() => expect(supervisor.current?.number).toBe(2))
    expect(onEnded).toHaveBeenCalledExactlyOnceWith(first, 'died')
    await supervisor.stop()
  })

  test('tries again until a start succeeds', async () => {
    const { started, start } = things()
    const onFailed = vi.fn()
    let refusals = 3
    const supervisor = supervise({ onFailed, start: () => (started.length === 1 && refusals-- > 0 ? Promise.reject(new Error('not yet')) : start()) })
    ;(await supervisor.start()).die()
    await vi.waitFor(() => expect(supervisor.current?.number).toBe(2))
    expect(onFailed).toHaveBeenCalledTimes(3)
    await supervisor.stop()
  })

  test('does not start again what never ran', async () => {
    const start = vi.fn(() => Promise.reject(new Error('cannot')))
    const supervisor = supervise({ start })
    await expect(supervisor.start()).rejects.toThrow('cannot')
    await supervisor.stop()
    expect(start).toHaveBeenCalledTimes(1)
  })

  test('replaces without a word', async () => {
    const { start } = things()
    const onEnded = vi.fn()
    const supervisor = supervise({ start, onEnded, pace: { firstMs: 60_000, longestMs: 60_000, healthyMs: 0 } })
    await supervisor.start()
    await supervisor.replace()
    await vi.waitFor(() => expect(supervisor.current?.number).toBe(2))
    expect(onEnded).not.toHaveBeenCalled()
    await supervisor.stop()
  })

  test('stops what is still starting', async () => {
    const { started, start } = things()
    const go = deferred<void>()
    const supervisor = supervise({ start: () => go.promise.then(start) })
    const starting = supervisor.start()
    const stopping = supervisor.stop()
    go.resolve()
    await Promise.all([starting, stopping])
    await expect(started[0]?.ended).resolves.toBe('stopped')
  })

  test('starts nothing any more once it is told to stop', async () => {
    const { started, start } = things()
    const supervisor = supervise({ start, pace: { firstMs: 60_000, longestMs: 60_000, healthyMs: 60_000 } })
    ;(await supervisor.start()).die()
    await vi.waitFor(() => expect(supervisor.current?.number).toBe(2))
    supervisor.current?.die()
    await vi.waitFor(() => expect(supervisor.current).toBeUndefined())
    await supervisor.stop()
    expect(started).toHaveLength(2)
  })

  test('starts at once at first, then waits 0.2 s, then longer, and never longer than 5 s', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 60].map((failures) => waitMs(PACE, failures))).toEqual([0, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
  })
})
