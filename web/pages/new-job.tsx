/** The form of a new job, empty or filled with one that is to run again with changes. */
import { useState } from 'preact/hooks'
import { createJob, type NewJob } from '../actions.js'
import { send, type Trouble } from '../api.js'
import { refreshAll } from '../live/resource.js'
import { useStats, useWorkers } from '../live/readings.js'
import { CopyCurl } from '../parts/copy.js'
import { Dialog, openDialog } from '../parts/dialog.js'
import { say, troubleOf } from '../parts/toast.js'
import { TroubleBox } from '../parts/trouble.js'
import { WhenField, whenOf, type WhenValue } from '../parts/when.js'
import { EXAMPLE_PAYLOADS } from '../pure/samples.js'
import { go, Link } from '../router.js'

export function openNewJob(initial?: Partial<NewJob>, title?: string): void {
  openDialog((close) => <NewJobDialog initial={initial} title={title} onClose={close} />)
}

interface NewJobProps {
  readonly initial?: Partial<NewJob> | undefined
  readonly title?: string | undefined
  readonly onClose: () => void
}

const pretty = (value: unknown) => JSON.stringify(value, null, 2)

function NewJobDialog({ initial = {}, title = 'New job', onClose }: NewJobProps) {
  const workers = useWorkers()
  const stats = useStats('1h')
  const [type, setType] = useState(initial.type ?? 'log')
  const [payload, setPayload] = useState(pretty(initial.payload ?? EXAMPLE_PAYLOADS[type] ?? {}))
  const [isTouched, setTouched] = useState(initial.payload !== undefined)
  const [queue, setQueue] = useState(initial.queue ?? 'default')
  const [priority, setPriority] = useState(String(initial.priority ?? 0))
  const [retries, setRetries] = useState(String(initial.max_retries ?? 3))
  const [tags, setTags] = useState((initial.tags ?? []).join(', '))
  const [when, setWhen] = useState<WhenValue>({ kind: 'now', delay: '10m', at: '' })
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const [isSending, setSending] = useState(false)

  const types = [...new Set([...(workers.data.value?.data ?? []).flatMap((worker) => worker.types), ...Object.keys(EXAMPLE_PAYLOADS), ...(stats.data.value?.counts.by_type ?? []).map((one) => one.type)])].sort()
  const queues = (stats.data.value?.counts.by_queue ?? []).map((one) => one.queue)

  const chooseType = (chosen: string) => {
    setType(chosen)
    if (!isTouched && chosen in EXAMPLE_PAYLOADS) setPayload(pretty(EXAMPLE_PAYLOADS[chosen]))
  }
  /** @throws {SyntaxError} When the payload is no JSON. */
  const body = (): NewJob => ({
    type,
    payload: JSON.parse(payload === '' ? '{}' : payload) as unknown,
    ...(queue !== 'default' && { queue }),
    ...(Number(priority) !== 0 && { priority: Number(priority) }),
    ...(Number(retries) !== 3 && { max_retries: Number(retries) }),
    ...(tags.trim() !== '' && { tags: tags.split(',').map((tag) => tag.trim()).filter((tag) => tag !== '') }),
    ...(initial.backoff && { backoff: initial.backoff }),
    ...(initial.timeout_ms != null && { timeout_ms: initial.timeout_ms }),
    ...(initial.metadata && Object.keys(initial.metadata).length > 0 && { metadata: initial.metadata }),
    ...whenOf(when)
  })
  const submit = async () => {
    setSending(true)
    setTrouble(null)
    try {
      const job = await send(createJob(body()))
      say(<>Created <Link to={`/jobs/${job.id}`}>{job.type}</Link></>)
      onClose()
      refreshAll()
      if (initial.payload !== undefined) go(`/jobs/${job.id}`)
    } catch (error) {
      setTrouble(error instanceof SyntaxError ? { status: 0, title: 'The payload is no JSON', detail: error.message } : troubleOf(error))
    }
    setSending(false)
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void submit() }}>
        <div class="dialog-body">
          <div class="fields">
            <label class="field">
              <span>Type</span>
              <input list="job-types" required value={type} onInput={({ currentTarget }) => chooseType(currentTarget.value)} />
              <datalist id="job-types">{types.map((one) => <option key={one} value={one} />)}</datalist>
            </label>
            <label class="field">
              <span>Queue</span>
              <input list="job-queues" required value={queue} onInput={({ currentTarget }) => setQueue(currentTarget.value)} />
              <datalist id="job-queues">{queues.map((one) => <option key={one} value={one} />)}</datalist>
            </label>
            <label class="field wide">
              <span>Payload (JSON)</span>
              <textarea class="code" rows={9} autofocus={initial.payload !== undefined} spellcheck={false} value={payload} onInput={({ currentTarget }) => { setPayload(currentTarget.value); setTouched(true) }} />
            </label>
          </div>
          <WhenField value={when} onChange={setWhen} />
          <div class="fields">
            <label class="field"><span>Priority, 9 runs first</span><input type="number" min="0" max="9" value={priority} onInput={({ currentTarget }) => setPriority(currentTarget.value)} /></label>
            <label class="field"><span>Retries</span><input type="number" min="0" max="100" value={retries} onInput={({ currentTarget }) => setRetries(currentTarget.value)} /></label>
            <label class="field"><span>Tags, with commas</span><input value={tags} onInput={({ currentTarget }) => setTags(currentTarget.value)} /></label>
          </div>
          {trouble && <TroubleBox trouble={trouble} />}
        </div>
        <div class="dialog-foot">
          <CopyCurl ask={async (api) => createJob(body())(api)} word="Copy as curl" />
          <span class="grow" />
          <button type="button" onClick={onClose}>Close</button>
          <button type="submit" class="primary" disabled={isSending}>{initial.payload === undefined ? 'Create job' : 'Run again'}</button>
        </div>
      </form>
    </Dialog>
  )
}
