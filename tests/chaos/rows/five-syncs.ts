import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { compiled } from '../../../scripts/lib/compiled.js'
import type { Row } from '../row.js'
import type { Stage } from '../stage.js'
import { sleep, until } from '../wait.js'

/** Due long after the row is over, so that nobody takes them. */
const FAR_MS = 1_800_000

export const fiveSyncs: Row = {
  name: 'five-syncs',
  promise: 'Five syncs run at once under load, one is killed: the timeline is what one clean run makes, and no job suffers',
  transports: ['direct'],
  jobs: { short: 60, full: 10_000 },
  async run({ stage, jobs, short, load, expect }) {
    const far = short ? 3_000 : 200_000
    await insertFar(stage, far)
    const syncs = async () => {
      await stage.during('syncs', async () => {
        await stage.redisClient.flushall()
        const all = Array.from({ length: 5 }, () => startSync(stage, []))
        const [victim] = all
        await sleep(short ? 600 : 1_500)
        victim!.child.kill('SIGKILL')
        const codes = await Promise.all(all.map(({ exit }) => exit))
        expect('the others are done', codes.slice(1).every(({ code }) => code === 0), codes)
      })
    }
    await Promise.all([load(3_000), syncs()])
    await until(async () => (await stage.starts()).length >= jobs, 10_000) // what is due would be extra or missing at any moment
    const { code, output } = await startSync(stage, ['--verify', '--json']).exit
    expect('the timeline agrees with the database', code === 0, { code, output: output.slice(0, 300) })
    await stage.sql`delete from duly.jobs where queue = 'far'`
  }
}

async function insertFar({ sql }: Stage, count: number): Promise<void> {
  await sql`insert into duly.queues (name) values ('far')`
  await sql`
    insert into duly.jobs (id, scheduled_at, run_at, queue, type, payload)
    select gen_random_uuid(), t, t, 'far', 'chaos', json_build_object('key', 'far-' || n)
      from generate_series(1, ${count}::int) n, lateral (select now() + ${FAR_MS} * interval '1 ms') at(t)`
}

function startSync(stage: Stage, args: readonly string[]): { child: ChildProcess; exit: Promise<{ code: number | null; output: string }> } {
  const child = fork(compiled('scripts/sync'), args, { env: stage.env, execArgv: [], cwd: stage.folder, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  stage.reaper.add(child.pid!)
  let output = ''
  let said = ''
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const exit = Promise.all([once(child, 'exit'), once(child.stdout!, 'close'), once(child.stderr!, 'close')]).then(([[code]]) => {
    stage.reaper.remove(child.pid!)
    return { code: code as number | null, output: output || said.slice(-300) }
  })
  return { child, exit }
}
