import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { describe, expect, test, vi } from 'vitest'
import type { ClaimedJob } from '../../core/job.js'
import type { Finish } from '../../core/store/index.js'
import { Executor, Stopped } from '../../worker/executor.js'
import { type Handler, Registry } from '../../worker/handlers/index.js'

let serial = 0
const job = (fields: Partial<ClaimedJob> = {}): ClaimedJob => ({
  id: `job-${++serial}`,
  queue: 'default',
  type: 'test',
  payload: {},
  priority: 0,
  scheduled_at: '2026-01-01T00:00:00.000Z',
  run_at: '2026-01-01T00:00:00.000Z',
  attempt: 1,
  fence: 1,
  max_retries: 3,
  backoff: { type: 'fixed', delay_ms: 1_000, max_ms: 1_000 },
  timeout_ms: null,
  tags: [],
  metadata: {},
  created_at: '2026-01-01T00:00:00.000Z',
  started_at: '2026-01-01T00:00:00.000Z',
  ...fields
})

function executorOf(run: Handler['run'], options: { concurrency?: number; handler?: Partial<Handler>; abandonMs?: number; assertOwned?: () => void } = {}) {
  const finishes: Finish[] = []
  const handedBack: ClaimedJob[] = []
  const onRoom = vi.fn()
  const executor = new Executor({
    claimMs: () => 0,
    registry: new Registry([{ type: 'test', payload: {}, run, ...options.handler }]),
    concurrency: options.concurrency ?? 10,
    log: pino({ level: 'silent' }),
    settle: (finish) => finishes.push(finish),
    handBack: (jobs) => handedBack.push(...jobs),
    onRoom,
    onDeadlines: () => {},
    assertOwned: options.assertOwned ?? (() => {}),
    ...(options.abandonMs !== undefined && { abandonMs: options.abandonMs })
  })
  return { executor, finishes, handedBack, onRoom }
}

/** The end of one attempt. */
async function outcomeOf(run: Handler['run'], fields: Partial<ClaimedJob> = {}, options: Parameters<typeof executorOf>[1] = {}) {
  const { executor, finishes } = executorOf(run, options)
  executor.accept([job(fields)])
  await vi.waitFor(() => expect(finishes).toHaveLength(1))
  const { error, result, ...finish } = finishes[0]!
  return { ...finish, ...(error && { error: JSON.parse(error) as { name: string; message: string; stack?: string } }), ...(result && { result: JSON.parse(result) as unknown }) }
}

const never = () => new Promise<never>(() => {})
const untilStopped = ({ signal }: { signal: AbortSignal }) => new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

describe('an attempt', () => {
  test('that returns is completed with what it returned', async () => {
    expect(await outcomeOf(async ({ payload }) => ({ echo: payload }), { id: 'a', payload: { n: 1 } })).toEqual({ id: 'a', fence: 1, outcome: 'completed', result: { echo: { n: 1 } } })
    expect(await outcomeOf(async () => undefined)).toMatchObject({ outcome: 'completed', result: null })
  })

  test('whose result is no JSON is completed all the same, with what can be stored of it', async () => {
    const circle: { self?: unknown; nul: string } = { nul: 'a\u0000b' }
    circle.self = circle
    expect(await outcomeOf(async () => circle)).toMatchObject({ outcome: 'completed', result: { nul: 'a\uFFFDb' } })
  })

  test('that throws is tried again after the backoff of its job', async () => {
    const finish = await outcomeOf(async () => {
      throw new TypeError('no such host')
    })
    expect(finish).toMatchObject({ outcome: 'retry', error: { name: 'TypeError', message: 'no such host', stack: expect.stringContaining('executor.test') as string } })
    expect(finish.delay_ms).toBeGreaterThanOrEqual(900)
    expect(finish.delay_ms).toBeLessThanOrEqual(1_100)
  })

  test('that throws something else than an error is tried again, too', async () => {
    for (const thrown of ['just text', undefined, { message: 'looks like one' }, null, 7, Object.create(null), { message: Object.create(null) as string }]) {
      expect(await outcomeOf(() => Promise.reject(thrown as Error))).toMatchObject({ outcome: 'retry' })
    }
    expect(
      await outcomeOf(() => {
        throw new Error('before the first await')
      })
    ).toMatchObject({ outcome: 'retry', error: { message: 'before the first await' } })
  })

  test('may say: not yet, again after, or never', async () => {
    expect(await outcomeOf(async ({ snooze }) => snooze(5_000))).toMatchObject({ outcome: 'snoozed', delay_ms: 5_000 })
    expect(await outcomeOf(async ({ retryAfter }) => retryAfter(60_000, 'rate limited'))).toMatchObject({ outcome: 'retry', delay_ms: 60_000, error: { message: 'rate limited' } })
    expect(await outcomeOf(async ({ giveUp }) => giveUp('no such customer'))).toMatchObject({ outcome: 'failed', error: { message: 'no such customer' } })
    expect(await outcomeOf(async ({ snooze }) => snooze(Number.NaN))).toMatchObject({ outcome: 'retry', error: { name: 'RangeError' } })
  })

  test('with a payload that does not fit its type fails without running, and lists every fault', async () => {
    const run = vi.fn(async () => 1)
    const payload = { type: 'object', required: ['to'], properties: { n: { type: 'integer' } } }
    const finish = await outcomeOf(run, { payload: { n: 'x' } }, { handler: { payload } })
    expect(run).not.toHaveBeenCalled()
    expect(finish).toMatchObject({ outcome: 'failed', error: { name: 'InvalidPayload', message: expect.stringMatching(/to.*n|n.*to/) as string } })
  })

  test('is told to stop at its timeout: the job\'s before the handler\'s', async () => {
    const finish = await outcomeOf(untilStopped, { timeout_ms: 20 }, { handler: { timeout_ms: 60_000 } })
    expect(finish).toMatchObject({ outcome: 'retry', error: { name: 'Timeout', message: expect.stringContaining('20 ms') as string } })
    expect(await outcomeOf(untilStopped, {}, { handler: { timeout_ms: 20 } })).toMatchObject({ outcome: 'retry', error: { name: 'Timeout' } })
  })

  test('that ignores its signal loses its slot, and what it says later is ignored', async () => {
    let late: (() => void) | undefined
    const { executor, finishes } = executorOf(() => new Promise((resolve) => (late = () => resolve('too late'))), { concurrency: 1, abandonMs: 30 })
    executor.accept([job({ timeout_ms: 10 })])
    await vi.waitFor(() => expect(finishes).toMatchObject([{ outcome: 'retry' }]))
    expect(executor.running).toBe(0)
    late!()
    await sleep(1) // lets the promise settle: nothing may come of it
    expect(finishes).toHaveLength(1)
  })

  test('that finishes after it was told to stop is completed: what is done is done', async () => {
    const finish = await outcomeOf(({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('in the end'))), { timeout_ms: 10 })
    expect(finish).toMatchObject({ outcome: 'completed', result: 'in the end' })
  })

  test('of a job that the store gave to another is told to stop, and says nothing', async () => {
    let reason: unknown
    const { executor, finishes, onRoom } = executorOf(async ({ signal }) => {
      await untilStopped({ signal }).catch((stopped: unknown) => (reason = stopped))
      return 'finished anyway'
    })
    const theirs = job()
    executor.accept([theirs])
    executor.lose(({ id, fence }) => id === theirs.id && fence === 1, 'gone')
    await vi.waitFor(() => expect([...executor.held()]).toEqual([]))
    expect(onRoom).toHaveBeenCalled()
    expect(reason).toBeInstanceOf(Stopped)
    expect((reason as Stopped).reason).toBe('lost')
    expect(finishes).toEqual([])
  })

  test('cannot pass assertOwned once it was told to stop, or when ownership is uncertain', async () => {
    const afterAbort = await outcomeOf(async ({ signal, assertOwned }) => {
      await untilStopped({ signal }).catch(() => {})
      assertOwned()
    }, { timeout_ms: 10 })
    expect(afterAbort).toMatchObject({ outcome: 'retry', error: { name: 'Timeout' } })
    const uncertain = await outcomeOf(async ({ assertOwned }) => assertOwned(), {}, {
      assertOwned: () => {
        throw new Error('ownership is uncertain')
      }
    })
    expect(uncertain).toMatchObject({ outcome: 'retry', error: { message: 'ownership is uncertain' } })
  })
})

describe('slots', () => {
  test('bound what runs at once; the rest starts as they become free', async () => {
    const gates: Array<() => void> = []
    const { executor, finishes } = executorOf(() => new Promise<void>((resolve) => gates.push(resolve)), { concurrency: 2 })
    expect(executor.room).toBe(2)
    executor.accept([job(), job(), job()])
    expect(executor.running).toBe(2)
    expect(executor.room).toBeLessThanOrEqual(-1)
    expect([...executor.held()]).toHaveLength(3)
    gates[0]!()
    await vi.waitFor(() => expect(gates).toHaveLength(3))
    gates[1]!()
    gates[2]!()
    await vi.waitFor(() => expect(finishes).toHaveLength(3))
  })
})

describe('a job that was claimed ahead', () => {
  test('is handed back when slow ones keep the slots', async () => {
    const { executor, handedBack, finishes } = executorOf(() => never(), { concurrency: 1 })
    const [slow, ahead, behind] = [job(), job(), job()]
    executor.accept([slow, ahead])
    executor.accept([behind])
    await vi.waitFor(() => expect(handedBack).toEqual([ahead, behind]))
    expect([...executor.held()]).toEqual([slow])
    expect(finishes).toEqual([])
  })
})

describe('a drain', () => {
  test('lets running jobs finish, and returns what never started', async () => {
    let open: (() => void) | undefined
    const { executor, finishes } = executorOf(() => new Promise<void>((resolve) => (open = resolve)), { concurrency: 1 })
    const [first, second] = [job(), job()]
    executor.accept([first, second])
    expect(executor.stopStarting()).toEqual([second])
    const drained = executor.drain(60_000)
    open!()
    await drained
    expect(finishes).toMatchObject([{ id: first.id, outcome: 'completed' }])
    expect(executor.room).toBe(0)
  })

  test('hands back what does not finish within the grace: politely told, or abandoned', async () => {
    const { executor, finishes } = executorOf(({ job: { id }, signal }) => (id === 'polite' ? untilStopped({ signal }) : never()))
    executor.accept([job({ id: 'polite' }), job({ id: 'deaf' })])
    executor.stopStarting()
    await executor.drain(10)
    expect(finishes.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { id: 'deaf', fence: 1, outcome: 'handed_back' },
      { id: 'polite', fence: 1, outcome: 'handed_back' }
    ])
  })
})
