import { pino } from 'pino'
import { describe, expect, test as plain, vi } from 'vitest'
import { DulyError } from '../../core/errors.js'
import { bucketOf, percentileMs } from '../../core/histogram.js'
import type { ClaimedJob } from '../../core/job.js'
import type { StatsRow } from '../../core/store/index.js'
import type { StopReason } from '../../worker/executor.js'
import { Recorder } from '../../worker/recorder.js'
import { test } from './support.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const T0 = Date.UTC(2026, 0, 1, 12, 30)

const job = (fields: Partial<ClaimedJob> = {}): ClaimedJob => {
  const at = new Date(T0 - 1_000).toISOString()
  return { id: 'x', queue: 'default', type: 'log', payload: {}, priority: 0, scheduled_at: at, run_at: at, attempt: 1, fence: 1, max_retries: 3, backoff: null, timeout_ms: null, created_at: at, started_at: at, ...fields } as ClaimedJob
}

/** A recorder whose clock and store belong to the test. */
class Scene {
  nowMs = T0
  workerId = 'first-life'
  away = false
  refuses = false
  readonly calls: Array<{ workerId: string; rows: readonly StatsRow[] }> = []
  readonly recorder: Recorder

  constructor(maxKeys?: number) {
    this.recorder = new Recorder({
      store: {
        flushStats: async (workerId, rows) => {
          if (this.away) throw new DulyError('store_unavailable')
          this.calls.push({ workerId, rows })
          if (this.refuses) throw new DulyError('not_storable')
        }
      },
      workerId: () => this.workerId,
      nowMs: () => this.nowMs,
      log: pino({ level: 'silent' }),
      ...(maxKeys !== undefined && { maxKeys })
    })
  }

  ended(fields: Partial<ClaimedJob> = {}, outcome: Parameters<Recorder['ended']>[1] = 'completed', ranMs = 0, stopped?: StopReason): void {
    this.recorder.ended(job(fields), outcome, { startedAtMs: performance.now() - ranMs, stopped })
  }

  /** What one flush sends, without the times. */
  async sent(): Promise<string[]> {
    const before = this.calls.length
    await this.recorder.tick()
    return this.calls.slice(before).flatMap(({ rows }) => rows.map((row) => `${row.resolution} ${new Date(row.period_start_ms).toISOString().slice(11, 16)} ${row.queue} ${row.type} ${row.outcome} ${row.count}`)).toSorted()
  }
}

const times = (row: StatsRow | undefined, measure: keyof StatsRow['times']) => {
  const { sum_ms, buckets } = row!.times[measure]
  return { sum_ms, p50: percentileMs(buckets.slice(1, -1).split(',').map(Number), 0.5)! }
}

describe('a recorder', () => {
  plain('sends what it has counted, once in the minute and once in the hour, and absolute', async () => {
    const scene = new Scene()
    scene.ended()
    scene.ended()
    scene.ended({ type: 'mail' }, 'failed')
    expect(await scene.sent()).toEqual(['hour 12:00 default log completed 2', 'hour 12:00 default mail failed 1', 'minute 12:30 default log completed 2', 'minute 12:30 default mail failed 1'])
    scene.ended()
    expect(await scene.sent()).toEqual(['hour 12:00 default log completed 3', 'minute 12:30 default log completed 3'])
    scene.nowMs += MINUTE
    scene.ended()
    expect(await scene.sent()).toEqual(['hour 12:00 default log completed 4', 'minute 12:31 default log completed 1'])
  })

  plain('makes no call when nothing has changed', async () => {
    const scene = new Scene()
    expect(await scene.recorder.tick()).toBe(0)
    scene.ended()
    expect(await scene.recorder.tick()).toBe(2)
    scene.nowMs += 2 * HOUR
    expect(await scene.recorder.tick()).toBe(0)
    expect(scene.calls).toHaveLength(1)
  })

  plain('measures the wait since the time that was asked for, the lateness since the time it was due, and the run', async () => {
    const scene = new Scene()
    const iso = (ms: number) => new Date(ms).toISOString()
    scene.ended({ created_at: iso(T0 - 90_000), scheduled_at: iso(T0 - 60_000), run_at: iso(T0 - 2_500) }, 'completed', 500)
    await scene.recorder.tick()
    const [row] = scene.calls[0]!.rows
    const near = (found: { sum_ms: number; p50: number }, ms: number) => {
      expect(Math.abs(found.sum_ms - ms)).toBeLessThan(50) // what this test itself takes
      expect(Math.abs(found.p50 / ms - 1)).toBeLessThan(0.2)
    }
    near(times(row, 'run'), 500)
    near(times(row, 'lateness'), 2_000)
    near(times(row, 'wait'), 59_500)
  })

  plain('counts the wait of a job with a past time from its creation, and what is early by a wavering clock as on time', async () => {
    const scene = new Scene()
    const created = new Date(T0 - 3_000).toISOString()
    scene.ended({ created_at: created, scheduled_at: new Date(T0 - 8 * HOUR).toISOString(), run_at: created })
    scene.ended({ type: 'early', created_at: created, scheduled_at: created, run_at: new Date(T0 + 4).toISOString() })
    await scene.recorder.tick()
    const rows = scene.calls[0]!.rows
    expect(times(rows.find((row) => row.type === 'log'), 'wait').sum_ms).toBeLessThanOrEqual(3_000)
    expect(rows.find((row) => row.type === 'early')!.times.lateness).toEqual({ sum_ms: 0, buckets: `{1}` })
    expect(bucketOf(0)).toBe(0)
  })

  plain('counts a retry without attempts left as failed, and no hand-back', async () => {
    const scene = new Scene()
    scene.ended({ attempt: 4 }, 'retry')
    scene.ended({ attempt: 3 }, 'retry')
    scene.ended({}, 'handed_back')
    scene.ended({}, 'snoozed')
    scene.recorder.rescued([{ queue: 'mail', type: 'lost' }])
    const sent = (await scene.sent()).filter((row) => row.startsWith('minute'))
    expect(sent).toEqual(['minute 12:30 default log failed 1', 'minute 12:30 default log retry 1', 'minute 12:30 default log snoozed 1', 'minute 12:30 mail lost rescued 1'])
    expect(scene.calls[0]!.rows.find((row) => row.outcome === 'rescued')!.times.run).toEqual({ sum_ms: 0, buckets: '{}' })
  })

  plain('counts as cancelled what the store cancels: whatever was told to stop for that, and neither completed nor failed for good', async () => {
    const scene = new Scene()
    for (const outcome of ['completed', 'failed', 'retry', 'snoozed', 'handed_back'] as const) scene.ended({ attempt: 9 }, outcome, 0, 'cancelled')
    expect((await scene.sent()).filter((row) => row.startsWith('minute'))).toEqual(['minute 12:30 default log cancelled 3', 'minute 12:30 default log completed 1', 'minute 12:30 default log failed 1'])
  })

  plain('sends everything again after a failure, and what came meanwhile', async () => {
    const scene = new Scene()
    scene.away = true
    scene.ended()
    await expect(scene.recorder.tick()).rejects.toMatchObject({ code: 'store_unavailable' })
    scene.nowMs += MINUTE
    scene.ended()
    scene.away = false
    expect(await scene.sent()).toEqual(['hour 12:00 default log completed 2', 'minute 12:30 default log completed 1', 'minute 12:31 default log completed 1'])
    expect(await scene.sent()).toEqual([])
  })

  plain('keeps the newest hour of minutes while the store is away', async () => {
    const scene = new Scene()
    scene.away = true
    for (let minute = 0; minute < 200; minute++) {
      scene.ended()
      scene.nowMs += MINUTE
    }
    scene.away = false
    const sent = await scene.sent()
    expect(sent.filter((row) => row.startsWith('minute'))).toHaveLength(61) // and the one that was under way
    expect(sent).toContain('minute 15:49 default log completed 1')
    expect(sent).not.toContain('minute 12:30 default log completed 1')
  })

  plain('leaves out what cannot be stored: nothing waits behind it', async () => {
    const scene = new Scene()
    scene.refuses = true
    scene.ended()
    expect(await scene.recorder.tick()).toBe(2)
    expect(await scene.recorder.tick()).toBe(0)
  })

  plain('keeps its name under another id of the worker: one writer for each row', async () => {
    const scene = new Scene()
    scene.ended()
    await scene.recorder.tick()
    scene.workerId = 'second-life'
    scene.ended()
    await scene.recorder.tick()
    expect(scene.calls.map((call) => call.workerId)).toEqual(['first-life', 'first-life'])
  })

  plain('counts what is beyond the number of names together, in as many rows as there are outcomes', async () => {
    const scene = new Scene(10)
    for (let i = 0; i < 500; i++) {
      scene.ended({ queue: `q${i}` })
      scene.ended({ queue: `q${i}` }, 'retry')
    }
    const minutes = (await scene.sent()).filter((row) => row.startsWith('minute'))
    expect(minutes).toHaveLength(12)
    expect(minutes).toContain('minute 12:30 (other) (other) completed 495')
    expect(minutes).toContain('minute 12:30 (other) (other) retry 495')
  })

  plain('sends many rows in several calls', async () => {
    const scene = new Scene()
    for (let i = 0; i < 700; i++) scene.ended({ queue: `q${i}` })
    expect(await scene.recorder.tick()).toBe(1_400)
    expect(scene.calls.map((call) => call.rows.length)).toEqual([500, 500, 400])
    expect(new Set(scene.calls.flatMap((call) => call.rows.map((row) => `${row.resolution} ${row.queue}`))).size).toBe(1_400)
  })

  plain('follows a clock that was set back, and not one that wavers', async () => {
    const scene = new Scene()
    scene.ended()
    scene.nowMs = T0 - 20
    scene.ended()
    expect(await scene.sent()).toEqual(['hour 12:00 default log completed 2', 'minute 12:30 default log completed 2'])
    scene.nowMs = T0 - 3 * HOUR
    scene.ended()
    expect(await scene.sent()).toEqual(['hour 09:00 default log completed 1', 'minute 09:30 default log completed 1'])
  })

  plain('sends when it is told to look, and what is left when it stops', async () => {
    const scene = new Scene()
    scene.recorder.start()
    scene.ended()
    scene.recorder.look()
    await vi.waitFor(() => expect(scene.calls).toHaveLength(1))
    scene.ended()
    await scene.recorder.stop()
    expect(scene.calls.at(-1)!.rows).toMatchObject([{ count: 2 }, { count: 2 }])
  })

  plain('survives a store that fails, whoever tells it to look', async () => {
    const scene = new Scene()
    scene.away = true
    scene.recorder.start()
    scene.ended()
    scene.recorder.look()
    await scene.recorder.stop()
    expect(scene.calls).toEqual([])
  })
})

const WAIT = { timeout: 15_000, interval: 20 }

describe('a worker', () => {
  test('has counted what it ran, after a beat and at its end', async ({ scene, sql }) => {
    const worker = await scene.work(
      [
        { type: 'test', run: async () => 'done' },
        { type: 'broken', run: () => Promise.reject(new Error('no')) }
      ],
      { config: { LEASE_MS: 1_000 } }
    )
    await scene.schedule({}, {}, { type: 'broken', max_retries: 0 })
    await vi.waitFor(async () => expect((await sql<[{ count: number }]>`select coalesce(sum(count), 0)::int as count from duly.job_stats where resolution = 'minute'`)[0].count).toBe(3), WAIT)
    await scene.schedule({ queue: 'last' })
    await vi.waitFor(async () => expect((await scene.store.countAllJobs()).by_status.completed).toBe(3), WAIT)
    await worker.stop()
    const rows = await sql`select queue, type, outcome, sum(count)::int as count, bool_and(lateness_ms >= 0 and wait_ms >= lateness_ms and run_ms > 0) as timed from duly.job_stats where resolution = 'hour' group by 1, 2, 3 order by 1, 2`
    expect(rows).toMatchObject([
      { queue: 'default', type: 'broken', outcome: 'failed', count: 1, timed: true },
      { queue: 'default', type: 'test', outcome: 'completed', count: 2, timed: true },
      { queue: 'last', type: 'test', outcome: 'completed', count: 1, timed: true }
    ])
  })

  test('counts the jobs that it rescued from another', async ({ scene, sql }) => {
    const dead = '01934b7e-5c4d-7f3a-9b1e-2d6f8a0c4e71'
    await scene.store.registerWorker({ id: dead, host: 'here', pid: 1, concurrency: 1, types: ['test'], queues: [], lease_ms: 1_000 })
    const [job] = await scene.schedule({})
    await vi.waitFor(async () => expect((await scene.store.claimJobs(dead, [job!.id])).jobs).toHaveLength(1), WAIT)
    await scene.store.endWorker(dead, 'declared_dead')
    await scene.work([{ type: 'test', run: async () => 'done' }], { config: { LEASE_MS: 1_000 } })
    await vi.waitFor(async () => expect(await sql`select outcome, count from duly.job_stats where resolution = 'minute' order by 1`).toMatchObject([{ outcome: 'completed', count: 1 }, { outcome: 'rescued', count: 1 }]), WAIT)
  })

  test('looks at a queue that is resumed at once, not at the next beat', async ({ scene }) => {
    const [first] = await scene.schedule({})
    const { generation } = await scene.timeline.openWindow('default')
    await scene.timeline.moveEdge('default', generation, Date.now() + HOUR) // or the store would be asked twice a second
    await scene.work([{ type: 'test', run: async () => 'done' }], { config: { LEASE_MS: 600_000, SWEEP_INTERVAL_MS: 600_000 } })
    await vi.waitFor(async () => expect((await scene.job(first!.id)).status).toBe('completed'), WAIT)
    await scene.store.pauseQueue('default')
    const [job] = await scene.schedule({})
    await vi.waitFor(async () => expect((await scene.timeline.list('default', 0, 0, 10))[0]?.run_at_ms).toBeGreaterThan(Date.parse(job!.run_at)), WAIT) // refused, and put back for later
    await scene.store.resumeQueue('default')
    await scene.timeline.sayResumed('default')
    await vi.waitFor(async () => expect((await scene.job(job!.id)).status).toBe('completed'), WAIT)
  })
})
