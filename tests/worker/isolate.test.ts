/** Jobs in processes of their own: what a handler does to its process costs only its own job. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, inject, test as plain, vi } from 'vitest'
import type { ClaimedJob } from '../../core/job.js'
import { openStore, type Finish, type NewJob, type Store } from '../../core/store/index.js'
import { compiled } from '../../scripts/lib/compiled.js'
import { type Ended, Executor } from '../../worker/executor.js'
import { Isolation, type IsolationOptions, rescuedProcesses } from '../../worker/isolate/isolation.js'
import { type SentAt, sentNow } from '../../worker/ownership.js'
import { loadRegistry } from '../../worker/handlers/index.js'
import { jobOf } from '../handlers/support.js'
import { newJob } from '../store/support.js'
import { test as stores } from '../support/fixtures.js'
import { type Forked, forkService } from '../support/forked.js'
import { isRunning, parentOf, waitForEnd } from '../support/processes.js'

/** `act` runs in a process of its own; `act here` would in the worker. What it does is the payload's. */
const HANDLERS = `
import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
const held = []
const untilStopped = (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)))
const acts = {
  return: async ({ payload }) => payload.value,
  pid: async () => process.pid,
  job: async ({ job }) => ({ id: job.id, attempt: job.attempt, tags: job.tags }),
  snooze: async ({ snooze }) => snooze(5_000),
  retry_after: async ({ retryAfter }) => retryAfter(60_000, 'rate limited'),
  give_up: async ({ giveUp }) => giveUp('no such customer'),
  nonsense: async ({ snooze }) => snooze(NaN),
  circle: async () => { const circle = { nul: 'a\\u0000b' }; circle.self = circle; return circle },
  throw: async () => { throw new TypeError('no such host') },
  throw_text: async () => { throw 'just text' },
  throw_late: () => new Promise(() => setTimeout(() => { throw new RangeError('nobody caught this') }, 1)),
  exit: async () => process.exit(7),
  block: async () => { while (true); },
  start_and_block: async ({ payload }) => { writeFileSync(payload.path, String(spawn('sleep', ['300'], { stdio: 'ignore' }).pid)); while (true); },
  start_and_exit: async ({ payload }) => { writeFileSync(payload.path, String(spawn('sleep', ['300'], { stdio: 'ignore' }).pid)); process.exit(7) },
  never: () => new Promise(() => setInterval(() => {}, 1_000)),
  block_then_assert: async ({ payload, assertOwned }) => { const until = Date.now() + payload.ms; while (Date.now() < until); assertOwned(); return 'owned' },
  grow: async () => { while (true) held.push(Buffer.alloc(8 * 1024 * 1024, 1)) },
  leak: async ({ payload }) => { held.push(Buffer.alloc(payload.mb * 1024 * 1024, 1)); return process.pid },
  wait: async ({ signal, job }) => { const { name, reason, message } = await untilStopped(signal); return { name, reason, message } },
  rejects: async ({ signal }) => { throw await untilStopped(signal) },
  libraries: async () => Object.keys(createRequire(import.meta.url).cache).filter((path) => !path.includes('/vitest/')),
  assert: async ({ assertOwned }) => { assertOwned(); return 'owned' },
  assert_stopped: async ({ signal, assertOwned }) => { await untilStopped(signal); assertOwned() },
  until_file: async ({ payload: { path }, log }) => {
    while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 10))
    log.info({ path }, 'saw the file')
    return 'seen'
  }
}
const run = (context) => {
  if (context.payload.say_in) writeFileSync(context.payload.say_in, String(process.pid))
  if (context.payload.say) console.log('act ' + context.payload.say + ' in ' + process.pid)
  return acts[context.payload.do](context)
}
export default [
  { type: 'act', payload: {}, isolate: true, run },
  { type: 'act_here', payload: {}, run }
]
`

async function handlersDir(): Promise<string> {
  const dir = await mkdtemp(join(inject('tempDir'), 'isolated-'))
  await writeFile(join(dir, 'act.mjs'), HANDLERS)
  return dir
}

interface Bench {
  readonly executor: Executor
  readonly isolation: Isolation
  readonly finishes: Finish[]
  readonly ended: Ended[]
  /** HANDLERS_DIR. */
  readonly dir: string
  /** The end of one attempt. */
  readonly outcomeOf: (payload: object, fields?: Partial<ClaimedJob>) => Promise<{ outcome: string; result?: unknown; error?: { name: string; message: string; stack?: string }; delay_ms?: number }>
}

interface BenchOptions extends Partial<Pick<IsolationOptions, 'processes' | 'memoryMb' | 'idleMs' | 'startMs'>> {
  /** The last that was heard of the worker; now unless a test says otherwise. */
  readonly beat?: SentAt
  readonly leaseMs?: number
  readonly abandonMs?: number
  readonly concurrency?: number
}

/** An executor and its processes, without stores. */
async function openBench({ leaseMs = 60_000, abandonMs, concurrency = 100, beat = sentNow(), ...options }: BenchOptions = {}): Promise<Bench> {
  const dir = await handlersDir()
  const handlers = { filesRoot: dir, mail: { smtpUrl: undefined, from: 'a@b.c', outboxDir: dir } }
  const log = pino({ level: 'silent' })
  const settings = { handlers, logLevel: 'silent', leaseMs }
  const isolation = new Isolation({ processes: { isolated: 2, rescued: 10 }, memoryMb: 512, module: compiled('worker/isolate/child'), settings, log, ...options })
  isolation.beat(beat)
  const finishes: Finish[] = []
  const ended: Ended[] = []
  const executor = new Executor({
    claimMs: () => 0,
    registry: await loadRegistry(handlers, dir),
    concurrency,
    log,
    isolation,
    settle(finish, _, attempt) {
      finishes.push(finish)
      ended.push({ ...attempt })
    },
    handBack: () => {},
    onRoom: () => {},
    onDeadlines: () => {},
    assertOwned: () => {},
    ...(abandonMs !== undefined && { abandonMs })
  })
  const outcomeOf: Bench['outcomeOf'] = async (payload, fields = {}) => {
    const job = act(payload, fields)
    executor.accept([job])
    const { outcome, delay_ms, result, error } = await found(() => finishes.find(({ id }) => id === job.id))
    return { outcome, ...(delay_ms !== undefined && { delay_ms }), ...(result && { result: JSON.parse(result) as unknown }), ...(error && { error: JSON.parse(error) as { name: string; message: string } }) }
  }
  return { executor, isolation, finishes, ended, dir, outcomeOf }
}

const test = plain.extend<{ usual: Bench; bench: (options?: BenchOptions) => Promise<Bench> }>({
  /** For all tests of this file that ask for nothing particular: a process takes a while to start. */
  usual: [
    async ({}, use) => {
      const bench = await openBench()
      await use(bench)
      await bench.isolation.stop()
    },
    { scope: 'file' }
  ],
  /** One of the test's own. */
  bench: async ({}, use) => {
    const opened: Isolation[] = []
    await use(async (options) => {
      const bench = await openBench(options)
      opened.push(bench.isolation)
      return bench
    })
    await Promise.all(opened.map((isolation) => isolation.stop()))
  }
})

/** What a search finds in the end. */
const found = <T>(search: () => T | undefined): Promise<T> =>
  vi.waitFor(
    () => {
      const hit = search()
      if (hit === undefined) throw new Error('not there yet')
      return hit
    },
    { timeout: 20_000, interval: 10 }
  )

/** Replaces the module of the handlers while something is tried. */
async function breaking<T>(dir: string, text: string, trial: () => Promise<T>): Promise<T> {
  await writeFile(join(dir, 'act.mjs'), text)
  try {
    return await trial()
  } finally {
    await writeFile(join(dir, 'act.mjs'), HANDLERS)
  }
}

const act = (payload: object, fields: Partial<ClaimedJob> = {}): ClaimedJob => jobOf({ type: 'act', payload, backoff: { type: 'fixed', delay_ms: 1_000, max_ms: 1_000 }, ...fields })

describe('an isolated attempt', () => {
  test('ends as it would in the worker: with a result, a verdict, or what it threw', async ({ usual: { outcomeOf } }) => {
    expect(await outcomeOf({ do: 'return', value: { a: [1, null, 'Zoë 🙂'] } })).toEqual({ outcome: 'completed', result: { a: [1, null, 'Zoë 🙂'] } })
    expect(await outcomeOf({ do: 'return' })).toEqual({ outcome: 'completed', result: null })
    expect(await outcomeOf({ do: 'circle' })).toMatchObject({ outcome: 'completed', result: { nul: 'a\uFFFDb' } })
    expect(await outcomeOf({ do: 'job' }, { id: 'j', attempt: 3, tags: ['x'] })).toEqual({ outcome: 'completed', result: { id: 'j', attempt: 3, tags: ['x'] } })
    expect(await outcomeOf({ do: 'snooze' })).toEqual({ outcome: 'snoozed', delay_ms: 5_000 })
    expect(await outcomeOf({ do: 'retry_after' })).toMatchObject({ outcome: 'retry', delay_ms: 60_000, error: { name: 'RetryAfter', message: 'rate limited' } })
    expect(await outcomeOf({ do: 'give_up' })).toMatchObject({ outcome: 'failed', error: { name: 'GaveUp', message: 'no such customer' } })
    expect(await outcomeOf({ do: 'nonsense' })).toMatchObject({ outcome: 'retry', error: { name: 'RangeError' } })
    const thrown = await outcomeOf({ do: 'throw' })
    expect(thrown).toMatchObject({ outcome: 'retry', error: { name: 'TypeError', message: 'no such host', stack: expect.stringContaining('act.mjs') as string } })
    expect(thrown.delay_ms).toBeGreaterThanOrEqual(900)
    expect(thrown.delay_ms).toBeLessThanOrEqual(1_100)
    expect(await outcomeOf({ do: 'throw_text' })).toMatchObject({ outcome: 'retry', error: { name: 'Error', message: 'just text' } })
  })

  test('runs in another process, which the next one uses as well', async ({ bench }) => {
    const { outcomeOf, isolation } = await bench()
    const { result: first } = await outcomeOf({ do: 'pid' })
    expect(first).not.toBe(process.pid)
    expect((await outcomeOf({ do: 'pid' })).result).toBe(first)
    expect(isolation.pids).toEqual([first])
  })

  test('of a type that is not isolated runs in the worker, unless an earlier attempt lost its worker', async ({ usual: { outcomeOf } }) => {
    expect((await outcomeOf({ do: 'pid' }, { type: 'act_here' })).result).toBe(process.pid)
    expect((await outcomeOf({ do: 'pid' }, { type: 'act_here', isolate: null })).result).toBe(process.pid)
    expect((await outcomeOf({ do: 'pid' }, { type: 'act_here', isolate: true })).result).not.toBe(process.pid)
  })

  test('whose process ends in the middle of it is tried again after its backoff, and says how it ended', async ({ usual: { outcomeOf } }) => {
    const exited = await outcomeOf({ do: 'exit' })
    expect(exited).toEqual({ outcome: 'retry', delay_ms: expect.any(Number) as number, error: { name: 'ProcessDied', message: 'the process of this attempt ended: exit code 7' } })
    expect(exited.delay_ms).toBeGreaterThanOrEqual(900)

    const { result: pid } = await outcomeOf({ do: 'pid' })
    const blocked = outcomeOf({ do: 'block' })
    expect((await outcomeOf({ do: 'pid' })).result).not.toBe(pid) // another has been started meanwhile: the first is taken
    process.kill(pid as number, 'SIGKILL')
    expect(await blocked).toMatchObject({ outcome: 'retry', error: { message: 'the process of this attempt ended: signal SIGKILL' } })
    expect(await outcomeOf({ do: 'return', value: 1 })).toMatchObject({ outcome: 'completed' })
  })

  test('with an error that nobody catches fails with that error', async ({ usual: { outcomeOf } }) => {
    expect(await outcomeOf({ do: 'throw_late' })).toMatchObject({ outcome: 'retry', error: { name: 'RangeError', message: 'nobody caught this', stack: expect.stringContaining('act.mjs') as string } })
    expect(await outcomeOf({ do: 'return', value: 1 })).toMatchObject({ outcome: 'completed' })
  })

  test('that takes more memory than its cap is killed for it', async ({ bench }) => {
    const { outcomeOf, isolation } = await bench({ memoryMb: 200 })
    expect(await outcomeOf({ do: 'grow' })).toMatchObject({ outcome: 'retry', error: { name: 'ProcessDied', message: 'it was over its memory cap of 200 MB' } })
    await vi.waitFor(() => expect(isolation.pids).toEqual([]))
  })

  test('that leaves much memory behind has no successor in its process', async ({ bench }) => {
    const { outcomeOf } = await bench({ memoryMb: 400 })
    const { result: first } = await outcomeOf({ do: 'leak', mb: 200 })
    expect((await outcomeOf({ do: 'pid' })).result).not.toBe(first)
    await waitForEnd([first as number])
  })
})

describe('an isolated attempt that is told to stop', () => {
  test('hears of it, and why', async ({ usual: { outcomeOf, executor, finishes } }) => {
    expect(await outcomeOf({ do: 'wait' }, { timeout_ms: 50 })).toMatchObject({ outcome: 'completed', result: { name: 'Stopped', reason: 'timeout', message: expect.stringContaining('50 ms') as string } })
    expect(await outcomeOf({ do: 'rejects' }, { timeout_ms: 50 })).toMatchObject({ outcome: 'retry', error: { name: 'Timeout' } })
    expect(await outcomeOf({ do: 'assert_stopped' }, { timeout_ms: 50 })).toMatchObject({ outcome: 'retry', error: { name: 'Timeout' } })
    const lost = act({ do: 'wait' })
    executor.accept([lost])
    executor.lose(({ id }) => id === lost.id, 'gone')
    await vi.waitFor(() => expect([...executor.held()]).toEqual([]))
    expect(finishes.map(({ id }) => id)).not.toContain(lost.id)
  })

  test('is killed when it does not listen: it has ended as if it had thrown, and its slot is free', async ({ bench }) => {
    const { outcomeOf, executor, isolation } = await bench({ abandonMs: 100, concurrency: 1 })
    for (const deaf of ['block', 'never']) {
      expect(await outcomeOf({ do: deaf }, { timeout_ms: 50 })).toMatchObject({ outcome: 'retry', error: { name: 'Timeout', message: expect.stringContaining('50 ms') as string } })
      expect(executor.running).toBe(0)
      expect(isolation.pids).toEqual([]) // it is gone before its job is given to others
    }
  })

  test('is killed at the end of a drain', async ({ bench }) => {
    const { executor, finishes, isolation, outcomeOf } = await bench()
    await outcomeOf({ do: 'pid' })
    const [blocked, polite] = [act({ do: 'block' }), act({ do: 'rejects' })]
    executor.accept([blocked, polite])
    executor.stopStarting()
    await vi.waitFor(() => expect(isolation.pids).toHaveLength(2))
    await executor.drain(500)
    expect(finishes.slice(1).map(({ id, outcome }) => ({ id, outcome })).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([{ id: blocked.id, outcome: 'handed_back' }, { id: polite.id, outcome: 'handed_back' }])
    await isolation.stop()
    expect(isolation.pids).toEqual([])
  })
})

test('what an isolated handler has started ends with its process', async ({ bench }) => {
  const { outcomeOf, dir } = await bench({ abandonMs: 100 })
  const path = join(dir, 'pid')
  for (const how of ['start_and_block', 'start_and_exit']) {
    expect(await outcomeOf({ do: how, path }, { timeout_ms: 500 })).toMatchObject({ outcome: 'retry' })
    await waitForEnd([Number(await readFile(path, 'utf8'))])
  }
})

describe('ownership in a process of its own', () => {
  test('is known from the beats of the worker, also by a handler that has blocked for longer than the lease', async ({ bench }) => {
    const { outcomeOf, isolation } = await bench({ leaseMs: 1_000 })
    const beating = setInterval(() => isolation.beat(sentNow()), 100)
    expect(await outcomeOf({ do: 'block_then_assert', ms: 1_500 })).toEqual({ outcome: 'completed', result: 'owned' })
    clearInterval(beating)
    expect(await outcomeOf({ do: 'block_then_assert', ms: 1_100 })).toMatchObject({ outcome: 'retry', error: { message: expect.stringContaining('ownership is uncertain') as string } })
  })

  test('is uncertain when the last beat was sent longer ago than the lease, by either clock', async ({ bench }) => {
    const leaseMs = 60_000
    const [fine, frozen, suspended] = await Promise.all([
      bench({ leaseMs }),
      bench({ leaseMs, beat: { ...sentNow(), monotonicMs: sentNow().monotonicMs - 2 * leaseMs } }),
      bench({ leaseMs, beat: { ...sentNow(), wallMs: sentNow().wallMs - 2 * leaseMs } })
    ])
    const [first, second, third] = await Promise.all([fine, frozen, suspended].map(({ outcomeOf }) => outcomeOf({ do: 'assert' })))
    expect(first).toEqual({ outcome: 'completed', result: 'owned' })
    const uncertain = { outcome: 'retry', error: { message: expect.stringMatching(/^ownership is uncertain: .* 1[2-9]\d{4} ms$/) as string } }
    expect([second, third]).toMatchObject([uncertain, uncertain])
  })
})

describe('processes', () => {
  test('are shared by poison and innocents of one type: the innocents are not touched', async ({ bench }) => {
    const { executor, finishes } = await bench({ abandonMs: 100 })
    const poison = [act({ do: 'exit' }), act({ do: 'block' }, { timeout_ms: 100 })]
    const innocents = Array.from({ length: 20 }, (_, value) => act({ do: 'return', value }))
    executor.accept([...innocents.slice(0, 5), ...poison, ...innocents.slice(5)])
    await vi.waitFor(() => expect(finishes).toHaveLength(22), { timeout: 15_000 })
    const outcomeById = new Map(finishes.map(({ id, outcome }) => [id, outcome]))
    expect(poison.map(({ id }) => outcomeById.get(id))).toEqual(['retry', 'retry'])
    expect(innocents.map(({ id }) => outcomeById.get(id))).toEqual(innocents.map(() => 'completed'))
  })

  test('let a job wait without spending its time', async ({ bench }) => {
    const { outcomeOf, ended } = await bench()
    const acceptedAtMs = performance.now()
    expect(await outcomeOf({ do: 'return', value: 1 }, { timeout_ms: 30 })).toMatchObject({ outcome: 'completed' }) // the process starts for longer than that
    expect(ended[0]!.startedAtMs - acceptedAtMs).toBeGreaterThan(30)
  })

  test('let a job that waits for one be told to stop', async ({ bench }) => {
    const { outcomeOf, executor, isolation } = await bench({ processes: { isolated: 1, rescued: 1 } })
    await outcomeOf({ do: 'pid' })
    executor.accept([act({ do: 'block' })])
    const waits = outcomeOf({ do: 'pid' }, { id: 'waits' })
    expect(isolation.pids).toHaveLength(1)
    executor.cancel(({ id }) => id === 'waits')
    expect(await waits).toMatchObject({ outcome: 'retry', error: { name: 'Cancelled' } }) // the store makes "cancelled" of it
    expect(executor.running).toBe(1)
  })

  test('end when they have had nothing to do for a while, and start again', async ({ bench }) => {
    const { outcomeOf, isolation } = await bench({ idleMs: 50 })
    const { result: first } = await outcomeOf({ do: 'pid' })
    await waitForEnd([first as number])
    await vi.waitFor(() => expect(isolation.pids).toEqual([]))
    expect((await outcomeOf({ do: 'pid' })).result).not.toBe(first)
  })

  test('that cannot load a handler cost an attempt, which says why, and the next one finds what was mended', async ({ bench }) => {
    const { outcomeOf, dir } = await bench()
    await breaking(dir, 'throw new Error("no database")', async () => {
      expect(await outcomeOf({ do: 'pid' })).toMatchObject({ outcome: 'retry', error: { name: 'ProcessDied', message: 'the process for this attempt could not be started: act.mjs: cannot be loaded: no database' } })
    })
    expect(await outcomeOf({ do: 'pid' })).toMatchObject({ outcome: 'completed' })
  })

  test('tell of a handler that is gone', async ({ bench }) => {
    const { outcomeOf, dir } = await bench()
    const gone = { outcome: 'retry', error: { name: 'Error', message: 'the handler of act is gone: has HANDLERS_DIR changed since the worker was started?' } }
    await breaking(dir, 'export default []', async () => expect(await outcomeOf({ do: 'pid' })).toMatchObject(gone))
    await rm(join(dir, 'act.mjs'))
    expect(await outcomeOf({ do: 'pid' }, { id: 'moved' })).toMatchObject(gone)
  })

  test('that end while they load a handler end the attempt after a few tries', async ({ bench }) => {
    const { outcomeOf, dir } = await bench()
    await breaking(dir, 'process.exit(3)', async () => {
      expect(await outcomeOf({ do: 'pid' })).toMatchObject({ outcome: 'retry', error: { name: 'ProcessDied', message: '3 processes have ended before they began this attempt: exit code 3' } })
    })
  })

  test('are killed when they never finish loading a handler', async ({ bench }) => {
    const { outcomeOf, dir } = await bench({ startMs: 3_000 })
    await breaking(dir, 'await new Promise(() => setInterval(() => {}, 1_000))', async () => {
      expect(await outcomeOf({ do: 'pid' })).toMatchObject({ outcome: 'retry', error: { name: 'ProcessDied', message: 'the process for this attempt could not be started: it was not ready within 3000 ms' } })
    })
  })

  test('that are not ready in time are given up', async ({ bench }) => {
    const { outcomeOf } = await bench({ startMs: 1 })
    expect(await outcomeOf({ do: 'pid' })).toMatchObject({ outcome: 'retry', error: { message: 'the process for this attempt could not be started: it was not ready within 1 ms' } })
  })

  test('let a job be cancelled while they load its handler', async ({ bench }) => {
    const { outcomeOf, executor, dir, ended } = await bench({ abandonMs: 100 })
    await breaking(dir, `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(join(dir, 'loads'))}, ''); await new Promise(() => setInterval(() => {}, 1_000))`, async () => {
      const loads = outcomeOf({ do: 'pid' }, { id: 'loads' })
      await vi.waitFor(() => readFile(join(dir, 'loads')), { timeout: 10_000 })
      executor.cancel(({ id }) => id === 'loads')
      expect(await loads).toMatchObject({ outcome: 'retry', error: { name: 'Cancelled' } })
      expect(ended).toMatchObject([{ stopped: 'cancelled' }])
    })
  })

  test('load the module of their job and no other, and close what it keeps', async ({ bench }) => {
    const { outcomeOf, isolation, dir } = await bench()
    const mark = (name: string) => `writeFileSync(${JSON.stringify(join(dir, name))}, '')`
    await writeFile(join(dir, 'other.mjs'), `import { writeFileSync } from 'node:fs'\n${mark('other')}\nexport default { type: 'other', payload: {}, run: async () => {} }`)
    await writeFile(join(dir, 'act.mjs'), `${HANDLERS.replace('isolate: true,', `isolate: true, close: () => ${mark('closed')},`)}\n${mark('loaded')}`)
    expect(await outcomeOf({ do: 'libraries' })).toEqual({ outcome: 'completed', result: [] })
    await isolation.stop()
    expect((await readdir(dir)).filter((name) => !name.endsWith('.mjs'))).toEqual(['closed', 'loaded'])
  })
})

describe('jobs that have lost a worker', () => {
  /** Until they are told to go. */
  const waiting = (dir: string, name: string, fields: Partial<ClaimedJob>) => act({ do: 'until_file', path: join(dir, 'go'), say_in: join(dir, name) }, { isolate: true, ...fields })
  /** Pids of the processes in which they have started. */
  const startedIn = async (dir: string, count: number) => {
    const names = await vi.waitFor(async () => {
      const names = (await readdir(dir)).filter((name) => name.startsWith('job-'))
      expect(names).toHaveLength(count)
      return names
    }, { timeout: 20_000, interval: 20 })
    return Promise.all(names.map(async (name) => Number(await readFile(join(dir, name), 'utf8'))))
  }

  test('run beside each other, each in a process of its own, and one that exits costs only itself', async ({ bench }) => {
    const { executor, finishes, outcomeOf, dir } = await bench()
    const jobs = Array.from({ length: 9 }, (_, i) => waiting(dir, `job-${i}`, { type: 'act_here' }))
    executor.accept(jobs)
    expect(await outcomeOf({ do: 'exit', say_in: join(dir, 'job-poison') }, { type: 'act_here', isolate: true })).toMatchObject({ outcome: 'retry', error: { name: 'ProcessDied' } })
    const pids = await startedIn(dir, 10)
    expect(new Set(pids).size).toBe(10)
    expect(pids).not.toContain(process.pid)
    expect(finishes).toHaveLength(1)
    await writeFile(join(dir, 'go'), '')
    await vi.waitFor(() => expect(finishes).toHaveLength(10), { timeout: 10_000 })
    expect(finishes.slice(1).map(({ outcome }) => outcome)).toEqual(jobs.map(() => 'completed'))
  })

  test('run in processes that were started before them, where they are expected', async ({ bench }) => {
    const { isolation, outcomeOf } = await bench({ processes: { isolated: 2, rescued: 2 } })
    isolation.expectRescued()
    const expected = isolation.pids
    expect(expected).toHaveLength(2)
    const { result } = await outcomeOf({ do: 'pid' }, { type: 'act_here', isolate: true })
    expect(expected).toContain(result)
    expect(isolation.pids).toEqual(expected)
  })

  test('of a type that is isolated keep to its processes, beside those of other types', async ({ bench }) => {
    const { executor, isolation, finishes, dir } = await bench()
    executor.accept(Array.from({ length: 4 }, (_, i) => waiting(dir, `isolated-${i}`, {})))
    executor.accept(Array.from({ length: 3 }, (_, i) => waiting(dir, `job-${i}`, { type: 'act_here' })))
    await startedIn(dir, 3)
    await vi.waitFor(async () => expect((await readdir(dir)).filter((name) => name.startsWith('isolated-'))).toHaveLength(2), { timeout: 10_000 })
    expect(isolation.pids).toHaveLength(5)
    await writeFile(join(dir, 'go'), '')
    await vi.waitFor(() => expect(finishes).toHaveLength(7), { timeout: 10_000 })
    const pids = await Promise.all([0, 1, 2, 3].map((i) => readFile(join(dir, `isolated-${i}`), 'utf8')))
    expect(new Set(pids).size).toBe(2)
  })

  test('hear of their worker, are killed when they do not listen, and end with it', async ({ bench }) => {
    const { isolation, outcomeOf, executor } = await bench({ leaseMs: 1_000, abandonMs: 100 })
    const beating = setInterval(() => isolation.beat(sentNow()), 100)
    const fields = { type: 'act_here', isolate: true }
    expect(await outcomeOf({ do: 'block_then_assert', ms: 1_500 }, fields)).toEqual({ outcome: 'completed', result: 'owned' })
    clearInterval(beating)
    expect(await outcomeOf({ do: 'block' }, { ...fields, timeout_ms: 50 })).toMatchObject({ outcome: 'retry', error: { name: 'Timeout' } })
    executor.accept([act({ do: 'block' }, fields)])
    await vi.waitFor(() => expect(isolation.pids).toHaveLength(1))
    await isolation.stop()
    expect(isolation.pids).toEqual([])
  })
})

test('rescued jobs get as many processes as their worker has slots, if half of the memory is enough for them', () => {
  const processes = (slots: number, availableMb: number) => rescuedProcesses({ slots, least: 2, availableMb })
  expect([processes(10, 8_000), processes(10, 2_000), processes(10, 1_999), processes(10, 100), processes(1, 8_000), processes(10_000, 8_000)]).toEqual([10, 10, 9, 2, 2, 40])
})

interface Scene {
  readonly store: Store
  readonly dir: string
  /** A worker process with the handlers above. */
  readonly work: (env?: Record<string, string>) => Promise<Forked>
  readonly schedule: (...jobs: Array<Partial<NewJob>>) => Promise<string[]>
}

const scene = stores.extend<{ scene: Scene }>({
  scene: async ({ database, redis, prefix }, use) => {
    void redis // deletes the keys of the prefix
    const dir = await handlersDir()
    const store = openStore({ DATABASE_URL: database.url, STORE_TIMEOUT_MS: 5_000 }, { maxConnections: 2 })
    const started: Forked[] = []
    await use({
      store,
      dir,
      async work(env = {}) {
        const forked = forkService('worker/main', {
          DATABASE_URL: database.url, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: prefix, DATA_DIR: dir, HANDLERS_DIR: dir, SWEEP_INTERVAL_MS: '100', ...env
        })
        started.push(forked)
        await forked.ready
        return forked
      },
      async schedule(...jobs) {
        const made = await store.createJobs(jobs.map((fields) => newJob({ type: 'act', backoff: { type: 'fixed', delay_ms: 100, max_ms: 100 }, ...fields })), { outbox: true })
        return made.map(({ id }) => id)
      }
    })
    await Promise.all(started.map((each) => each.kill()))
    await store.close()
  }
})

/** Pid of the process in which a handler has said this. */
const pidOf = (worker: Forked, said: string) => found(() => new RegExp(`act ${said} in (\\d+)`).exec(worker.output())?.[1]).then(Number)

describe('a worker', () => {
  scene('that dies of a job leaves it isolated: the job ends after exactly its attempts, and all that was lost with it is completed', async ({ scene: { store, work, schedule } }) => {
    const [poison, ...innocents] = await schedule(
      { type: 'act_here', payload: { do: 'exit' }, max_retries: 2 },
      ...Array.from({ length: 8 }, (_, value) => ({ type: 'act_here', payload: { do: 'return', value } }))
    )
    const first = await work()
    const { worker_id: lost } = await first.ready
    expect(await first.exitCode).toBe(7)
    await store.endWorker(lost!, 'declared_dead')
    const second = await work()
    await vi.waitFor(async () => expect((await store.getJob(poison!)).status).toBe('failed'), { timeout: 15_000, interval: 50 })
    const died = { error: { name: 'ProcessDied', message: 'the process of this attempt ended: exit code 7' } }
    expect(await store.getJob(poison!)).toMatchObject({ attempt: 3, attempts: [{ outcome: 'failed', ...died }, { outcome: 'retry', ...died }, { outcome: 'rescued' }] })
    for (const id of innocents) {
      const job = await vi.waitFor(async () => {
        const job = await store.getJob(id)
        expect(job.status).toBe('completed')
        return job
      }, { timeout: 10_000, interval: 50 })
      expect(job.attempt).toBeLessThanOrEqual(2)
    }
    expect(second.child.exitCode).toBeNull()
  })

  scene('that is killed takes its processes with it, also when a handler blocks', async ({ scene: { work, schedule } }) => {
    await schedule({ payload: { do: 'block', say: 'blocked' } }, { payload: { do: 'never', say: 'idle' } })
    const worker = await work()
    const pids = await Promise.all([pidOf(worker, 'blocked'), pidOf(worker, 'idle')])
    expect(await Promise.all(pids.map(parentOf))).toEqual([worker.child.pid, worker.child.pid])
    worker.child.kill('SIGKILL')
    await waitForEnd(pids, 3_000).finally(() => pids.filter(isRunning).forEach((pid) => process.kill(pid, 'SIGKILL')))
  })

  scene('that is told to stop ends within its grace, with a process whose handler does not listen', async ({ scene: { store, work, schedule } }) => {
    const [id] = await schedule({ payload: { do: 'block', say: 'blocked' } })
    const worker = await work({ SHUTDOWN_GRACE_MS: '500' })
    const pid = await pidOf(worker, 'blocked')
    worker.child.kill('SIGTERM')
    const toldAtMs = performance.now()
    expect(await worker.exitCode).toBe(0)
    expect(performance.now() - toldAtMs).toBeLessThan(5_000)
    expect(isRunning(pid)).toBe(false)
    expect(await store.getJob(id!)).toMatchObject({ status: 'pending', attempt: 0, attempts: [] })
  })

  scene('that is told to stop lets an isolated job finish, though its process is told as well', async ({ scene: { store, dir, work, schedule } }) => {
    const path = join(dir, 'go')
    const [id] = await schedule({ payload: { do: 'until_file', path, say: 'waiting' } })
    const worker = await work({ LOG_LEVEL: 'info' })
    const pid = await pidOf(worker, 'waiting')
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.kill(pid, signal)
    worker.child.kill('SIGTERM')
    await vi.waitFor(() => expect(worker.output()).toContain('worker is told to stop'))
    await writeFile(path, '')
    expect(await worker.exitCode).toBe(0)
    expect(isRunning(pid)).toBe(false)
    expect(await store.getJob(id!)).toMatchObject({ status: 'completed', attempt: 1, result: 'seen' })
    const line = worker.output().split('\n').find((line) => line.includes('"saw the file"'))
    expect(JSON.parse(line ?? 'null')).toMatchObject({ name: 'worker', pid, job_id: id, type: 'act', attempt: 1, path })
  })
})
