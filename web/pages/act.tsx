/**
 * Doing something with jobs. What can be done again or undone is done at once; a cancel, a delete, a new time and
 * everything that is done to many is asked about first, and says beforehand what it would do.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import { type ActionAnswer, actOn, actOnAll, actOnMany, type Job, type Selection, type When } from '../actions.js'
import { send, type Trouble } from '../api.js'
import { nowMs } from '../live/now.js'
import { refreshAll } from '../live/resource.js'
import { CopyCurl } from '../parts/copy.js'
import { Dialog, openDialog } from '../parts/dialog.js'
import { complain, say, troubleOf } from '../parts/toast.js'
import { TroubleBox } from '../parts/trouble.js'
import { WhenField, whenOf, type WhenValue } from '../parts/when.js'
import { formatWords } from '../pure/filter.js'
import { counted } from '../pure/numbers.js'
import { ACTION_WORDS, type JobAction } from '../pure/states.js'
import { forInput } from '../pure/times.js'
import { Link } from '../router.js'

const PAST: Readonly<Record<JobAction, string>> = { retry: 'retried', run_now: 'made due', reschedule: 'rescheduled', cancel: 'cancelled', duplicate: 'duplicated', delete: 'deleted' }
const isAsked = (action: JobAction) => action === 'cancel' || action === 'delete' || action === 'reschedule'
const isDangerous = (action: JobAction) => action === 'cancel' || action === 'delete'

/** @param afterwards - Reads again what shows the job. */
export function act(job: Job, action: JobAction, afterwards: () => void = refreshAll): void {
  if (isAsked(action)) openDialog((close) => <OneDialog job={job} action={action} onClose={close} afterwards={afterwards} />)
  else void doIt(job, action, {}).then(afterwards, complain)
}

async function doIt(job: Job, action: JobAction, when: When): Promise<void> {
  const answer = await send(actOn(job.id, action, when))
  const made = action === 'duplicate' ? (answer as Job) : null
  const told = action === 'cancel' && (answer as { outcome?: string }).outcome === 'cancel_requested'
  say(told ? <>{job.type} runs, and was told to stop</> : <><Link to={`/jobs/${(made ?? job).id}`}>{job.type}</Link> {PAST[action]}</>)
}

interface OneProps {
  readonly job: Job
  readonly action: JobAction
  readonly onClose: () => void
  readonly afterwards: () => void
}

function OneDialog({ job, action, onClose, afterwards }: OneProps) {
  const [when, setWhen] = useState<WhenValue>({ kind: 'delay', delay: '10m', at: forInput(Math.max(nowMs(), Date.parse(job.run_at))) })
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const sent = action === 'reschedule' ? whenOf(when) : {}
  const submit = async () => {
    try {
      await doIt(job, action, sent)
      onClose()
      afterwards()
    } catch (error) {
      setTrouble(troubleOf(error))
    }
  }
  return (
    <Dialog title={`${ACTION_WORDS[action]} this job?`} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void submit() }}>
        <div class="dialog-body">
          <p><strong>{job.type}</strong> <code>{job.id}</code></p>
          {action === 'delete' && <p>It goes with its attempts, for good.</p>}
          {action === 'cancel' && <p>{job.status === 'in_progress' ? 'It runs: its handler is told to stop. Should it finish first, it is completed.' : 'It will not start. It can be retried later.'}</p>}
          {action === 'reschedule' && <WhenField value={when} onChange={setWhen} isNowOffered={false} />}
          {trouble && <TroubleBox trouble={trouble} />}
        </div>
        <div class="dialog-foot">
          <CopyCurl ask={actOn(job.id, action, sent)} word="Copy as curl" />
          <span class="grow" />
          <button type="button" onClick={onClose}>Leave it</button>
          <button type="submit" class={`primary${isDangerous(action) ? ' danger' : ''}`}>{ACTION_WORDS[action]}</button>
        </div>
      </form>
    </Dialog>
  )
}

export function actMany(selection: Selection, action: JobAction, afterwards: () => void = refreshAll): void {
  openDialog((close) => <ManyDialog selection={selection} action={action} onClose={close} afterwards={afterwards} />)
}

type Phase = 'counting' | 'ready' | 'doing' | 'done' | 'stopped'

interface ManyProps {
  readonly selection: Selection
  readonly action: JobAction
  readonly onClose: () => void
  readonly afterwards: () => void
}

function ManyDialog({ selection, action, onClose, afterwards }: ManyProps) {
  const [when, setWhen] = useState<WhenValue>({ kind: 'delay', delay: '10m', at: '' })
  const [phase, setPhase] = useState<Phase>('counting')
  const [plan, setPlan] = useState<ActionAnswer | null>(null)
  const [done, setDone] = useState<ActionAnswer | null>(null)
  const [seen, setSeen] = useState(0)
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const abort = useRef<AbortController | null>(null)
  const sent = action === 'reschedule' ? whenOf(when) : {}

  const attempt = async (isDry: boolean) => {
    setTrouble(null)
    setSeen(0)
    setPhase(isDry ? 'counting' : 'doing')
    const controller = new AbortController()
    abort.current = controller
    try {
      // What is done is held against what was said here just now. Only to ask is never refused for having moved.
      const asked = 'ids' in selection ? selection : { filter: selection.filter, ...(!isDry && plan && { expected_count: plan.matched }) }
      const answer = await actOnAll(asked, action, sent, isDry, controller.signal, setSeen)
      if (isDry) setPlan(answer)
      else setDone(answer)
      setPhase(isDry ? 'ready' : 'done')
    } catch (error) {
      if (controller.signal.aborted) return setPhase('stopped')
      setTrouble(troubleOf(error))
      setPhase('ready')
    }
    if (!isDry) afterwards()
  }
  useEffect(() => {
    void attempt(true)
    return () => abort.current?.abort()
  }, [])

  const shown = done ?? plan
  return (
    <Dialog title={`${ACTION_WORDS[action]} many jobs`} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void attempt(false) }}>
        <div class="dialog-body">
          {'filter' in selection && <p class="small muted">Filter: <code>{formatWords(selection.filter) || 'all jobs'}</code></p>}
          {phase === 'counting' && <p>Asking what it would do …</p>}
          {phase === 'ready' && plan && <p class="promise"><strong>{counted(plan.changed, 'job')}</strong> of {counted(plan.matched, 'job')} would be {PAST[action]}.</p>}
          {phase === 'doing' && plan && <Progress seen={seen} total={plan.matched} />}
          {phase === 'done' && done && <p class="promise"><strong>{counted(done.changed, 'job')}</strong> of {counted(done.matched, 'job')} {done.changed === 1 ? 'was' : 'were'} {PAST[action]}{done.changed === plan?.changed ? ', as was said before' : ''}.</p>}
          {phase === 'stopped' && <p>Stopped: the batch under way is finished, the rest is left. It may be asked for again.</p>}
          {shown && <Refusals answer={shown} />}
          {action === 'reschedule' && phase === 'ready' && <WhenField value={when} onChange={setWhen} isNowOffered={false} />}
          {isDangerous(action) && phase === 'ready' && <p class="small muted">{action === 'delete' ? 'They go with their attempts, for good.' : 'Those that run are told to stop; cancelled jobs can be retried.'}</p>}
          {trouble && <TroubleBox trouble={trouble} />}
        </div>
        <div class="dialog-foot">
          <CopyCurl ask={actOnMany(selection, action, sent, false)} word="Copy as curl" />
          <span class="grow" />
          {(trouble?.code === 'count_moved' || phase === 'stopped') && <button type="button" onClick={() => void attempt(true)}>Count again</button>}
          {phase === 'doing' ? (
            <button type="button" class="danger" onClick={() => abort.current?.abort()}>Stop</button>
          ) : (
            <button type="button" onClick={onClose}>{phase === 'done' ? 'Close' : 'Leave them'}</button>
          )}
          {phase !== 'done' && phase !== 'doing' && phase !== 'stopped' && (
            <button type="submit" class={`primary${isDangerous(action) ? ' danger' : ''}`} disabled={phase !== 'ready' || !plan?.changed}>
              {ACTION_WORDS[action]} {plan ? counted(plan.changed, 'job') : ''}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  )
}

function Progress({ seen, total }: { readonly seen: number; readonly total: number }) {
  return (
    <>
      <p role="status">{seen > 0 ? `${counted(seen, 'job')} of ${counted(total, 'job')} done.` : 'Working.'} <span class="muted">Lists show each as it changes.</span></p>
      <progress aria-label="Done so far" {...(seen > 0 && { value: seen, max: total })} />
    </>
  )
}

/** Why some are left out: the same reason of many jobs once. */
function Refusals({ answer }: { readonly answer: ActionAnswer }) {
  const reasons = new Map<string, { count: number; detail: string }>()
  for (const { outcome, code = '', detail = '' } of answer.results) {
    if (outcome !== 'refused') continue
    const reason = reasons.get(code)
    if (reason) reason.count++
    else reasons.set(code, { count: 1, detail })
  }
  if (reasons.size === 0) return null
  return (
    <ul class="refusals">
      {[...reasons].map(([code, { count, detail }]) => (
        <li key={code}>{counted(count, 'job')} not: <code>{code}</code> <span class="muted">{count === 1 ? detail : `for example: ${detail}`}</span></li>
      ))}
    </ul>
  )
}
