/** The states of a job and the moves between them, with the way that this one went lit and its times. */
import type { Job } from '../actions.js'
import { nowMs } from '../live/now.js'
import { timeMode } from '../preferences.js'
import type { Status } from '../pure/filter.js'
import { STATE_WORDS } from '../pure/states.js'
import { clock } from '../pure/times.js'

interface Box {
  readonly status: Status
  readonly x: number
  readonly y: number
}
const WIDTH = 128
const HEIGHT = 44
const BOXES: readonly Box[] = [
  { status: 'pending', x: 8, y: 64 },
  { status: 'in_progress', x: 216, y: 64 },
  { status: 'completed', x: 424, y: 8 },
  { status: 'failed', x: 424, y: 64 },
  { status: 'cancelled', x: 424, y: 120 }
]
type Move = readonly [from: Status, to: Status, path: string]
const MOVES: readonly Move[] = [
  ['pending', 'in_progress', 'M136 86H210'],
  ['in_progress', 'pending', 'M280 64C280 20 72 20 72 60'],
  ['in_progress', 'completed', 'M344 80C384 80 384 30 418 30'],
  ['in_progress', 'failed', 'M344 86H418'],
  ['in_progress', 'cancelled', 'M344 92C384 92 384 142 418 142'],
  ['pending', 'cancelled', 'M72 108C72 152 300 146 418 146']
]

/** Which moves it has made, as far as its row tells: the newest way through, and whether there was one before. */
function litMoves(job: Job): Set<string> {
  const lit = new Set<string>()
  const hasStarted = job.started_at !== null && (job.status !== 'pending' || job.attempt > 0)
  if (hasStarted) lit.add('pending in_progress')
  if ((hasStarted && job.status === 'pending') || job.attempt > 1) lit.add('in_progress pending')
  if (job.status === 'completed' || job.status === 'failed') lit.add(`in_progress ${job.status}`)
  if (job.status === 'cancelled') lit.add(hasStarted && job.attempt > 0 ? 'in_progress cancelled' : 'pending cancelled')
  return lit
}

export function StateDiagram({ job }: { readonly job: Job }) {
  const lit = litMoves(job)
  const at: Readonly<Partial<Record<Status, string | null>>> = { pending: job.created_at, in_progress: job.started_at, [job.status]: job.status === 'pending' ? job.run_at : job.status === 'in_progress' ? job.started_at : job.finished_at }
  const zone = timeMode.value === 'utc' ? 'utc' : 'local'
  const visited = new Set<string>(['pending', job.status, ...[...lit].flatMap((move) => move.split(' '))])
  const words = BOXES.filter(({ status }) => visited.has(status)).map(({ status }) => `${STATE_WORDS[status]}${at[status] ? ` ${at[status]}` : ''}`).join(', ')
  return (
    <div class="diagram" tabIndex={0} role="group" aria-label="Its way">
      <svg viewBox="0 0 560 172" role="img" aria-label={`The way of this job: ${words}. It is ${STATE_WORDS[job.status].toLowerCase()}.`}>
        <defs>
          {['off', 'on'].map((kind) => (
            <marker key={kind} id={`arrow-${kind}`} class={`arrow is-${kind}`} viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" /></marker>
          ))}
        </defs>
        {MOVES.map(([from, to, path]) => {
          const isLit = lit.has(`${from} ${to}`)
          return <path key={`${from} ${to}`} class={`move${isLit ? ' is-lit' : ''}`} d={path} marker-end={`url(#arrow-${isLit ? 'on' : 'off'})`} />
        })}
        <text class="move-word" x="176" y="22" text-anchor="middle">{job.attempt > 1 ? `tried again, attempt ${job.attempt}` : 'tried again'}</text>
        {BOXES.map(({ status, x, y }) => {
          const isHere = job.status === status
          const time = visited.has(status) ? at[status] : null
          return (
            <g key={status} class={`state is-${status}${isHere ? ' is-here' : visited.has(status) ? ' is-visited' : ''}`}>
              <rect x={x} y={y} width={WIDTH} height={HEIGHT} rx="7" />
              <text class="state-word" x={x + WIDTH / 2} y={y + (time ? 19 : 27)} text-anchor="middle">{STATE_WORDS[status]}</text>
              {time && <text class="state-time" x={x + WIDTH / 2} y={y + 35} text-anchor="middle">{clock(Date.parse(time), nowMs(), zone)}</text>}
            </g>
          )
        })}
      </svg>
    </div>
  )
}
