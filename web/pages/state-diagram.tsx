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
type Move = readonly [from: Status, to: Status, path: string]

interface Layout {
  readonly name: string
  readonly viewBox: string
  /** Of a box. */
  readonly width: number
  readonly boxes: readonly Box[]
  readonly moves: readonly Move[]
  /** The middle of the words at the way back. */
  readonly back: { readonly x: number; readonly y: number }
}

const HEIGHT = 44

const WIDE: Layout = {
  name: 'wide',
  viewBox: '0 0 560 172',
  width: 128,
  boxes: [
    { status: 'pending', x: 8, y: 64 },
    { status: 'in_progress', x: 216, y: 64 },
    { status: 'completed', x: 424, y: 8 },
    { status: 'failed', x: 424, y: 64 },
    { status: 'cancelled', x: 424, y: 120 }
  ],
  moves: [
    ['pending', 'in_progress', 'M136 86H210'],
    ['in_progress', 'pending', 'M280 64C280 20 72 20 72 60'],
    ['in_progress', 'completed', 'M344 80C384 80 384 30 418 30'],
    ['in_progress', 'failed', 'M344 86H418'],
    ['in_progress', 'cancelled', 'M344 92C384 92 384 142 418 142'],
    ['pending', 'cancelled', 'M72 108C72 152 300 146 418 146']
  ],
  back: { x: 176, y: 22 }
}

/** For a phone: the ends stand below, so that none is beside the screen. */
const NARROW: Layout = {
  name: 'narrow',
  viewBox: '0 0 340 178',
  width: 106,
  boxes: [
    { status: 'pending', x: 4, y: 36 },
    { status: 'in_progress', x: 230, y: 36 },
    { status: 'completed', x: 230, y: 130 },
    { status: 'failed', x: 117, y: 130 },
    { status: 'cancelled', x: 4, y: 130 }
  ],
  moves: [
    ['pending', 'in_progress', 'M110 58H224'],
    ['in_progress', 'pending', 'M283 36C283 -6 57 -6 57 32'],
    ['in_progress', 'completed', 'M300 80V124'],
    ['in_progress', 'failed', 'M270 80C270 104 170 96 170 124'],
    ['in_progress', 'cancelled', 'M244 80C244 102 84 90 84 124'],
    ['pending', 'cancelled', 'M40 80V124']
  ],
  back: { x: 170, y: 26 }
}

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

/** Drawn in both shapes; the style sheet shows the one that fits. */
export function StateDiagram({ job }: { readonly job: Job }) {
  return <><Drawing job={job} layout={WIDE} /><Drawing job={job} layout={NARROW} /></>
}

function Drawing({ job, layout: { name, viewBox, width, boxes, moves, back } }: { readonly job: Job; readonly layout: Layout }) {
  const lit = litMoves(job)
  const at: Readonly<Partial<Record<Status, string | null>>> = { pending: job.created_at, in_progress: job.started_at, [job.status]: job.status === 'pending' ? job.run_at : job.status === 'in_progress' ? job.started_at : job.finished_at }
  const zone = timeMode.value === 'utc' ? 'utc' : 'local'
  const visited = new Set<string>(['pending', job.status, ...[...lit].flatMap((move) => move.split(' '))])
  const words = boxes.filter(({ status }) => visited.has(status)).map(({ status }) => `${STATE_WORDS[status]}${at[status] ? ` ${at[status]}` : ''}`).join(', ')
  return (
    <div class={`diagram is-${name}`}>
      <svg viewBox={viewBox} role="img" aria-label={`The way of this job: ${words}. It is ${STATE_WORDS[job.status].toLowerCase()}.`}>
        <defs>
          {['off', 'on'].map((kind) => (
            <marker key={kind} id={`arrow-${name}-${kind}`} class={`arrow is-${kind}`} viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" /></marker>
          ))}
        </defs>
        {moves.map(([from, to, path]) => {
          const isLit = lit.has(`${from} ${to}`)
          return <path key={`${from} ${to}`} class={`move${isLit ? ' is-lit' : ''}`} d={path} marker-end={`url(#arrow-${name}-${isLit ? 'on' : 'off'})`} />
        })}
        <text class={`move-word${lit.has('in_progress pending') ? ' is-lit' : ''}`} x={back.x} y={back.y} text-anchor="middle">{job.attempt > 1 ? `tried again, attempt ${job.attempt}` : 'tried again'}</text>
        {boxes.map(({ status, x, y }) => {
          const isHere = job.status === status
          const time = visited.has(status) ? at[status] : null
          return (
            <g key={status} class={`state is-${status}${isHere ? ' is-here' : visited.has(status) ? ' is-visited' : ''}`}>
              <rect x={x} y={y} width={width} height={HEIGHT} rx="7" />
              <text class="state-word" x={x + width / 2} y={y + (time ? 19 : 27)} text-anchor="middle">{STATE_WORDS[status]}</text>
              {time && <text class="state-time" x={x + width / 2} y={y + 35} text-anchor="middle">{clock(Date.parse(time), nowMs(), zone)}</text>}
            </g>
          )
        })}
      </svg>
    </div>
  )
}
