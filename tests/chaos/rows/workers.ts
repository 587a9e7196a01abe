/** Workers die, freeze, and come back to a world that has gone on. */
import type { Line } from '../history.js'
import type { Row } from '../row.js'
import { SHORT, type Stage } from '../stage.js'
import { sleep, until } from '../wait.js'

/** What a process has started and not ended. */
async function open(stage: Stage, pid: number): Promise<Line[]> {
  const ofProcess = (await stage.journal()).filter((line) => line.pid === pid)
  const ended = new Set(ofProcess.filter((line) => line.what === 'end').map(({ id, fence }) => `${id} ${fence}`))
  return ofProcess.filter(({ what, id, fence }) => what === 'start' && !ended.has(`${id} ${fence}`))
}

export const workerKilled: Row = {
  name: 'worker-killed',
  promise: 'Workers are killed in their handlers again and again: each job that they ran runs once more, and the attempt is counted',
  transports: ['direct', 'rest'],
  stage: { declares: true },
  jobs: { short: 100, full: 10_000 },
  async run({ stage, nemesis, short, load, expect }) {
    const spreadMs = short ? 3_000 : 75_000 // 50 s of work for two workers with ten slots
    const decide = nemesis.for('kill')
    const kills = async () => {
      for (const waitMs of decide.waits(short ? 3 : 20, spreadMs)) {
        await sleep(waitMs)
        const victim = decide.pick(stage.workers).kept
        if (!victim.current) continue
        const { pid } = victim.current
        await until(async () => (await open(stage, pid)).length > 0, 3_000)
        process.kill(pid, 'SIGKILL')
        await stage.during('worker', async () => void (await victim.after(pid)))
      }
    }
    await Promise.all([load(spreadMs, { payload: { ms: short ? 300 : 100 }, max_retries: 30 }), kills()])
    return (_verdict, { rows }) => {
      const rescued = rows.flatMap(({ attempts }) => attempts).filter(({ outcome }) => outcome === 'rescued').length
      expect('something was rescued', rescued > 0, rescued)
      expect('every job is completed', rows.every(({ status }) => status === 'completed'))
    }
  }
}

export const workerFrozen: Row = {
  name: 'worker-frozen',
  promise: 'A worker is frozen past its lease while another runs its jobs, then goes on: every one of its results is refused',
  transports: ['direct', 'rest'],
  stage: { env: { WORKER_CONCURRENCY: '100' } },
  jobs: { short: 60, full: 2_000 },
  async run({ stage, nemesis, jobs, short, expect }) {
    const decide = nemesis.for('freeze')
    const rounds = short ? 1 : Math.ceil(jobs / 100)
    // Does not hear that it has lost its job, and hands in its result.
    const careless = { guarded: false, deaf: true }
    for (let round = 0; round < rounds; round++) {
      const seen = (await stage.starts()).length
      const batch = Math.round(jobs / rounds)
      const atMs = Date.now() + 2_500 // all at once, when the last one is stored
      const told = await stage.client.createAll(Array.from({ length: batch }, () => ({ atMs, max_retries: 30, payload: { ms: decide.between(900, 1_400), ...(decide.chance(0.8) && careless) } })))
      const ids = new Set(told.map(({ id }) => id))
      await until(async () => (await stage.starts()).length >= seen + batch, 10_000)
      const pids = stage.workers.flatMap(({ kept }) => kept.current?.pid ?? [])
      const held = await Promise.all(pids.map(async (pid) => ({ pid, count: (await open(stage, pid)).length })))
      const [busiest] = held.toSorted((a, b) => b.count - a.count)
      const victim = busiest!.pid
      await stage.during('freeze', async () => {
        process.kill(victim, 'SIGSTOP')
        const frozen = (await open(stage, victim)).length
        // While the other runs them, and in each second round when it has finished them.
        const isRunAgain = (end: 'start' | 'end') => async () => (await stage.journal()).filter((line) => line.what === end && line.pid !== victim && line.fence > 1 && ids.has(line.id)).length >= frozen
        await until(isRunAgain(round % 2 === 0 ? 'start' : 'end'), SHORT.LEASE_MS + 8_000)
        process.kill(victim, 'SIGCONT')
      })
    }
    await stage.settled(20_000)
    return (_verdict, { rows }) => {
      const refused = stage.lines.filter((line) => line.includes('result refused')).length
      const least = short ? 15 : jobs / 2
      expect(`at least ${least} stale results came and were refused`, refused >= least, refused)
      expect('every job is completed', rows.every(({ status }) => status === 'completed'))
    }
  }
}

export const deafHandler: Row = {
  name: 'deaf-handler',
  promise: 'A handler never returns and does not listen to its signal: its slot is back within the timeout + 5 s',
  transports: ['direct'],
  stage: { workers: 1, env: { WORKER_CONCURRENCY: '2' } },
  jobs: { short: 20, full: 10_000 },
  async run({ stage, patience, load, expect }) {
    const timeoutMs = 500
    const createdAtMs = Date.now()
    await stage.client.createAll([1, 2].map(() => ({ timeout_ms: timeoutMs, max_retries: 0, priority: 9, payload: { endless: true } })))
    await until(async () => (await stage.starts()).length === 2, 5_000)
    const [first] = await stage.starts()
    await stage.during('deaf', async () => {
      await load(0)
      await until(async () => (await stage.starts()).length > 2, 15_000)
    })
    const third = (await stage.starts())[2]
    return (_verdict, { rows }) => {
      const waitedMs = (third?.at_ms ?? Infinity) - (first?.at_ms ?? createdAtMs)
      expect('the slot is back within the timeout + 5 s', waitedMs <= timeoutMs + 5_000 + 500 * patience, waitedMs)
      expect('the deaf ones have failed', rows.filter(({ status }) => status === 'failed').length === 2)
    }
  }
}

export const loopBlocked: Row = {
  name: 'loop-blocked',
  promise: 'Handlers block the event loop for twice the lease: their worker is not taken for dead, and nothing runs twice',
  transports: ['direct', 'rest'],
  jobs: { short: 20, full: 10_000 },
  async run({ stage, nemesis, short, load, expect }) {
    const decide = nemesis.for('block')
    const blocks = async () => {
      for (let i = 0; i < (short ? 1 : 5); i++) {
        await sleep(decide.between(200, 800))
        await stage.during('block', async () => {
          const { id } = await stage.client.create({ payload: { block_ms: 2 * SHORT.LEASE_MS, guarded: false } })
          await until(async () => (await stage.journal()).some((line) => line.what === 'end' && line.id === id), 15_000)
        })
      }
    }
    await Promise.all([load(short ? 3_000 : 30_000), blocks()])
    return ({ starts }, { rows }) => {
      expect('each job starts once', starts === rows.length, { starts, rows: rows.length })
      expect('nobody is rescued', rows.every(({ attempts }) => attempts.length === 0))
    }
  }
}

export const poison: Row = {
  name: 'poison',
  promise: 'A job that ends its process, among others: it fails after exactly its attempts, and no innocent job fails',
  transports: ['direct', 'rest'],
  stage: { declares: true },
  jobs: { short: 60, full: 10_000 },
  async run({ stage, short, load, expect }) {
    const maxRetries = 3
    const poisonous = async () => {
      await sleep(500)
      await stage.client.create({ max_retries: maxRetries, payload: { exit: true } })
    }
    // An innocent job may be hit once, when the poison is new; never again.
    await Promise.all([load(short ? 3_000 : 45_000, { payload: { ms: short ? 200 : 50 }, max_retries: 1 }), poisonous()])
    await stage.settled(40_000)
    return (_verdict, { rows }) => {
      const bad = rows.find(({ max_retries }) => max_retries === maxRetries)
      const innocent = rows.filter((row) => row !== bad && row.status !== 'completed').length
      expect('the poison has failed after exactly its attempts', bad?.status === 'failed' && bad.attempt === maxRetries + 1, bad)
      expect('no innocent job has failed', innocent === 0, innocent)
    }
  }
}
