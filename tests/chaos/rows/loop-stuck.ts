import type { Row, Run } from '../row.js'
import { SHORT, type Stage } from '../stage.js'
import { sleep, until } from '../wait.js'

/** Of all jobs: a worker waits for the deadline of everything that it runs. */
const TIMEOUT_MS = 1_500
/** How long an attempt that is told to stop keeps its slot, and the last call of a worker that gives itself up. */
const ABANDON_MS = 5_000
const LAST_CALL_MS = 1_000
/** What is due a moment earlier: fewer than both workers have slots for, more than one of them has. So something runs beside it. */
const COMPANIONS = 2 * SHORT.WORKER_CONCURRENCY - 4
const MAX_RETRIES = 1

/** One worker that was stuck. Times are of the wall clock. */
interface Stuck {
  readonly pid: number
  readonly blocked_at_ms: number
  readonly ended_at_ms: number
  readonly signal: NodeJS.Signals | null
}

export const loopStuck: Row = {
  name: 'loop-stuck',
  promise: 'A handler blocks the event loop and never comes back: its worker ends by itself, what it ran runs elsewhere within seconds, and only the blocker fails',
  transports: ['direct', 'rest'],
  stage: { env: { LEASE_MS: '30000' } }, // what comes back within seconds does not come back because it ran out
  jobs: { short: 60, full: 10_000 },
  async run(run) {
    const { stage, nemesis, short, patience, load, expect } = run
    const decide = nemesis.for('stuck')
    const all: Stuck[] = []
    const blocks = async () => {
      for (let i = 0; i < (short ? 1 : 4); i++) {
        await sleep(decide.between(200, 1_000))
        const id = await block(run)
        await stage.during('stuck', async () => void all.push(await endOf(stage, id)))
        await until(async () => (await stage.store.getJob(id)).status === 'failed', 20_000)
      }
    }
    await Promise.all([load(short ? 8_000 : 60_000, { timeout_ms: TIMEOUT_MS, payload: { ms: 50 } }), blocks()])
    return (_verdict, { journal, rows }) => {
      const allowedMs = TIMEOUT_MS + ABANDON_MS + LAST_CALL_MS + 500 * patience
      for (const { pid, signal, blocked_at_ms, ended_at_ms } of all) {
        expect('the worker kills itself', signal === 'SIGKILL', signal)
        expect(`it does so within ${allowedMs} ms`, ended_at_ms - blocked_at_ms <= allowedMs, ended_at_ms - blocked_at_ms)
        const ended = new Set(journal.filter((line) => line.what === 'end' && line.pid === pid).map(({ id }) => id))
        const open = journal.filter((line) => line.what === 'start' && line.pid === pid && !ended.has(line.id))
        const waits = open.map((start) => (journal.find((line) => line.what === 'start' && line.id === start.id && line.fence > start.fence)?.at_ms ?? Infinity) - ended_at_ms)
        expect('something ran beside it', open.length > 1, open.length)
        expect('what it ran starts again within 5 s', waits.every((ms) => ms <= 5_000 * patience), waits)
      }
      const failed = rows.filter(({ status }) => status === 'failed')
      expect('the blockers have failed after exactly their attempts', failed.length === all.length && failed.every(({ attempt }) => attempt === MAX_RETRIES + 1), failed)
      expect('every other job is completed', rows.length - failed.length === rows.filter(({ status }) => status === 'completed').length)
    }
  }
}

/** @returns The job that blocks for good, once it has been started among others. */
async function block({ stage }: Run): Promise<string> {
  const atMs = Date.now() + 1_000 // at once, when all are stored
  const companions = Array.from({ length: COMPANIONS }, () => ({ atMs, priority: 9, timeout_ms: TIMEOUT_MS, payload: { ms: 1_200 } }))
  const blocker = { atMs: atMs + 150, priority: 9, timeout_ms: TIMEOUT_MS, max_retries: MAX_RETRIES, backoff: { type: 'fixed', delay_ms: 100 }, payload: { block_ms: 600_000, stubborn: true } } as const
  const [, { id }] = await Promise.all([stage.client.createAll(companions), stage.client.create(blocker)])
  await until(async () => (await stage.starts()).some((line) => line.id === id), 10_000)
  return id!
}

/** Waits for the end of the worker that runs this job. */
async function endOf(stage: Stage, id: string): Promise<Stuck> {
  const { pid, at_ms } = (await stage.starts()).find((line) => line.id === id)!
  const worker = stage.workers.map(({ kept }) => kept.current).find((current) => current?.pid === pid)
  const exit = await worker?.exit
  return { pid, blocked_at_ms: at_ms, ended_at_ms: Date.now(), signal: exit?.signal ?? null }
}
