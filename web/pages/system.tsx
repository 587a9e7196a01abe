/** The two stores, whether they agree, and how this service is set. */
import { useState } from 'preact/hooks'
import type { components } from '../../client/index.js'
import type { Ask, Trouble } from '../api.js'
import { send } from '../api.js'
import { type SystemInfo, useHealth, useSystem, useWorkers } from '../live/readings.js'
import { refreshAll } from '../live/resource.js'
import { CopyCurl } from '../parts/copy.js'
import { Json } from '../parts/json.js'
import { Length, Moment } from '../parts/moment.js'
import { Panel } from '../parts/panel.js'
import { Shape } from '../parts/status.js'
import { troubleOf } from '../parts/toast.js'
import { Top } from '../parts/top.js'
import { TroubleBox } from '../parts/trouble.js'
import { count, counted } from '../pure/numbers.js'
import { duration } from '../pure/times.js'
import { canAdmin } from '../session.js'

export function System() {
  const health = useHealth()
  const workers = useWorkers()
  const system = useSystem()
  const alive = (workers.data.value?.data ?? []).filter(({ status }) => status === 'alive')
  const sum = (name: 'missing' | 'ghost' | 'late' | 'put_back' | 'rebuilt' | 'audited') => alive.reduce((total, { swept }) => total + swept[name], 0)
  return (
    <>
      <Top title="System" />
      <div class="stack">
        <div class="three">
          <Panel title="Stores" of={health}>
            {({ checks: { store, redis } }) => (
              <ul class="stores">
                <Store name="Postgres" says="decides: every job is a row here" {...store} />
                <Store name="Redis" says="hints: which job is due next" {...redis} />
              </ul>
            )}
          </Panel>
          {system.data.value?.agreement && (
            <Panel title="Do they agree?" of={system}>
              {({ agreement }) => agreement && <Agreement {...agreement} />}
            </Panel>
          )}
          <Panel title="Mended by sweeps" of={workers}>
            {() => (
              <dl class="fact-list panel-body">
                <div><dt>Jobs compared</dt><dd>{count(sum('audited'))}</dd></div>
                <div><dt>Redis had lost</dt><dd>{count(sum('missing'))}</dd></div>
                <div><dt>Redis had too many</dt><dd>{count(sum('ghost'))}</dd></div>
                <div><dt>Redis had too late</dt><dd>{count(sum('late'))}</dd></div>
                <div><dt>Late jobs put back</dt><dd>{count(sum('put_back'))}</dd></div>
                <div><dt>Timelines rebuilt</dt><dd>{count(sum('rebuilt'))}</dd></div>
              </dl>
            )}
          </Panel>
        </div>
        {canAdmin.value && <Sync />}
        <Panel title="This server" of={system}>{({ configuration: _configuration, agreement: _agreement, ...info }) => <Facts info={info} />}</Panel>
        {system.data.value?.configuration && <Panel title="Configuration" of={system}>{({ configuration }) => configuration && <Configuration settings={configuration} />}</Panel>}
      </div>
    </>
  )
}

interface StoreProps {
  readonly name: string
  readonly says: string
  readonly status: 'ok' | 'down'
  readonly latency_ms: number
  readonly detail?: string
}

const Store = ({ name, says, status, latency_ms, detail }: StoreProps) => (
  <li class="row">
    <strong>{name}</strong>
    <span class={`status is-${status === 'ok' ? 'completed' : 'failed'}`}><Shape state={status === 'ok' ? 'completed' : 'failed'} />{status === 'ok' ? 'Answers' : 'Down'}</span>
    <span class="muted small">{status === 'ok' ? <>in <Length ms={latency_ms} />; {says}</> : detail}</span>
  </li>
)

function Agreement({ missing, ghost, late, compared, complete, lost_queues }: NonNullable<SystemInfo['agreement']>) {
  const isAgreed = missing + ghost + late + Number(lost_queues) === 0
  return (
    <div class="panel-body stack">
      <p class={`status is-${isAgreed ? 'completed' : 'late'}`}><Shape state={isAgreed ? 'completed' : 'late'} />{isAgreed ? 'Redis and Postgres agree' : 'Redis differs from Postgres; the workers mend it'}</p>
      <dl class="fact-list">
        <div><dt>Missing in Redis</dt><dd>{count(missing)}</dd></div>
        <div><dt>Too many in Redis</dt><dd>{count(ghost)}</dd></div>
        <div><dt>Too late in Redis</dt><dd>{count(late)}</dd></div>
        <div><dt>Jobs compared</dt><dd>{count(compared)}{complete ? '' : ', not all yet'}</dd></div>
      </dl>
    </div>
  )
}

const Configuration = ({ settings }: { readonly settings: NonNullable<SystemInfo['configuration']> }) => (
  <div class="table-box">
    <table>
      <caption class="visually-hidden">Settings, with secrets masked</caption>
      <thead><tr><th>Name</th><th>Value</th><th class="wide-only">From</th></tr></thead>
      <tbody>{settings.map(({ name, value, is_default }) => <tr key={name}><td class="mono">{name}</td><td class="mono setting"><Value of={value} /></td><td class="wide-only muted">{is_default ? 'default' : 'environment'}</td></tr>)}</tbody>
    </table>
  </div>
)

type Answer = Readonly<Record<string, unknown>>
const sync = (isDry: boolean): Ask<components['schemas']['SyncAnswer']> => (api) => api.POST('/sync', { body: { dry_run: isDry } })

/** Never without having seen first what it would do. */
function Sync() {
  const [found, setFound] = useState<{ readonly answer: components['schemas']['SyncAnswer']; readonly isDry: boolean } | null>(null)
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const [isBusy, setBusy] = useState(false)
  const run = async (isDry: boolean) => {
    setBusy(true)
    setTrouble(null)
    try {
      setFound({ answer: await send(sync(isDry)), isDry })
      if (!isDry) refreshAll()
    } catch (error) {
      setTrouble(troubleOf(error))
    }
    setBusy(false)
  }
  return (
    <Panel title="Sync" tools={<CopyCurl ask={sync(!found?.isDry)} word={found?.isDry ? 'curl: mend' : 'curl'} />}>
      <div class="panel-body stack">
        <p class="muted">Compares all of Redis with Postgres, and adds what Redis lacks. It is safe while jobs run.</p>
        <div class="row">
          <button type="button" disabled={isBusy} onClick={() => void run(true)}>Say what differs</button>
          <button type="button" class="primary" disabled={isBusy || !found?.isDry} onClick={() => void run(false)}>Mend it</button>
          {isBusy && <progress aria-label="Comparing" />}
        </div>
        {trouble && <TroubleBox trouble={trouble} />}
        {found && (
          <>
            <Found answer={found.answer} />
            <details><summary class="small muted">The whole answer</summary><Json value={found.answer} label={found.isDry ? 'What differs' : 'What was mended'} /></details>
          </>
        )}
      </div>
    </Panel>
  )
}

function Found({ answer }: { readonly answer: components['schemas']['SyncAnswer'] }) {
  const where = `in ${counted(answer.queues.length, 'queue')}, in ${duration(answer.duration_ms)}`
  if (!answer.dry_run) return <p class="status is-completed" role="status"><Shape state="completed" />{counted(answer.count, 'job')} of the near future {answer.count === 1 ? 'is' : 'are'} in Redis, {where}</p>
  if (answer.agree) return <p class="status is-completed" role="status"><Shape state="completed" />Nothing differs {where}</p>
  const sum = (name: 'missing' | 'ghost' | 'late') => answer.queues.reduce((total, queue) => total + queue[name], 0)
  return <p class="status is-late" role="status"><Shape state="late" />Redis lacks {counted(sum('missing'), 'job')}, has {count(sum('ghost'))} too many and {count(sum('late'))} too late {where}</p>
}

/** Whatever the server tells of itself, part by part. */
function Facts({ info }: { readonly info: Answer }) {
  const isPart = (value: unknown): value is Answer => typeof value === 'object' && value !== null && !Array.isArray(value)
  const plain = Object.entries(info).filter(([, value]) => !isPart(value))
  const parts = Object.entries(info).filter((entry): entry is [string, Answer] => isPart(entry[1]))
  return (
    <div class="panel-body stack">
      {[...(plain.length > 0 ? [['', Object.fromEntries(plain)] as const] : []), ...parts].map(([name, part]) => (
        <div key={name}>
          {name && <h3>{wordOf(name)}</h3>}
          <dl class="fact-list">{Object.entries(part).map(([field, value]) => <div key={field}><dt>{wordOf(field)}</dt><dd class="mono"><Value of={value} /></dd></div>)}</dl>
        </div>
      ))}
    </div>
  )
}

const ISO = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

function Value({ of }: { readonly of: unknown }) {
  if (of === null) return <span class="muted">none</span>
  if (typeof of === 'string') return ISO.test(of) ? <Moment at={of} /> : <>{of}</>
  if (typeof of !== 'object' || Array.isArray(of)) return <>{JSON.stringify(of)}</>
  return <>{Object.entries(of).map(([name, value], i) => <span key={name}>{i > 0 && ', '}{wordOf(name)} <Value of={value} /></span>)}</>
}

const wordOf = (name: string) => (/^[A-Z_]+$/.test(name) ? name : name.replaceAll('_', ' '))
