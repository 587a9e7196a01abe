import type { Exit } from '../process.js'
import type { Row } from '../row.js'
import { SHORT } from '../stage.js'
import { sleep, until } from '../wait.js'

/** What a stop may take besides the grace; without a database twice as much, since the last calls wait for their deadlines. */
const MARGIN_MS = 2_000

export const sigterm: Row = {
  name: 'sigterm',
  promise: 'Workers are told to stop while they run jobs, twice, at their start, without a database: exit 0 within the grace, and what is handed back starts again within 2 s',
  transports: ['direct', 'rest'],
  jobs: { short: 60, full: 10_000 },
  async run({ stage, short, patience, load, expect }) {
    const [worker, other] = stage.workers
    const tookMs: Record<string, number> = {}
    const exits: Record<string, Exit> = {}
    const timed = async (what: string, stop: () => Promise<Exit>) => {
      const startedAtMs = performance.now()
      exits[what] = await stop()
      tookMs[what] = performance.now() - startedAtMs
    }
    const endless = await stage.client.createAll(Array.from({ length: 4 }, () => ({ payload: { ms: short ? 6_000 : 30_000 } }))) // still at work when the first worker is told
    await until(async () => (await stage.starts()).length >= endless.length, 8_000)
    const loaded = load(short ? 3_000 : 45_000, { payload: { ms: short ? 100 : 50 } })

    for (const { kept } of [worker!, other!]) {
      const { pid, exit, signal } = kept.current!
      await timed(`running ${pid}`, async () => {
        signal('SIGTERM')
        await sleep(50)
        signal('SIGTERM') // within a second: one request
        return exit
      })
      await kept.after(pid)
    }
    await timed('at its start', async () => {
      const started = worker!.spawn()
      await sleep(short ? 150 : 400)
      started.signal('SIGTERM')
      return started.exit
    })
    const { pid, exit, signal } = worker!.kept.current!
    await timed('without a database', async () => {
      worker!.store.mode = 'swallow'
      signal('SIGTERM')
      const end = await exit
      worker!.store.mode = 'pass'
      return end
    })
    await worker!.kept.after(pid)
    await loaded
    return (_verdict, { journal, rows }) => {
      for (const [what, { code, signal: by }] of Object.entries(exits)) {
        // Node has not come to listen for it yet, so the signal does what it does by default.
        expect(`exit 0 (${what})`, code === 0 || (what === 'at its start' && by === 'SIGTERM'), { code, by })
        expect(`within the grace (${what})`, tookMs[what]! <= SHORT.SHUTDOWN_GRACE_MS + (what === 'without a database' ? 2 : 1) * MARGIN_MS * patience, tookMs[what])
      }
      // What was stopped without a database was not handed back: it is rescued when the lease is over.
      const rescued = new Set(rows.flatMap(({ id, attempts }) => attempts.filter(({ outcome }) => outcome === 'rescued').map(({ fence }) => `${id} ${fence}`)))
      const stopped = journal.filter((line) => line.what === 'end' && line.how === 'stopped' && !rescued.has(`${line.id} ${line.fence}`))
      const waits = stopped.map((end) => (journal.find((line) => line.what === 'start' && line.id === end.id && line.fence > end.fence)?.at_ms ?? Infinity) - end.at_ms)
      expect('jobs were handed back', stopped.length > 0)
      expect('a job that was handed back starts again within 2 s', waits.every((ms) => ms <= 2_000 * patience), waits)
    }
  }
}
