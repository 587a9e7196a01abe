/** What somebody sees who has just started Duly: a line that works, and jobs to look at. */
import { useState } from 'preact/hooks'
import { createJob } from '../actions.js'
import { curlOf, send, type Trouble } from '../api.js'
import { hrefTo } from '../base.js'
import { refreshAll } from '../live/resource.js'
import { useWorkers } from '../live/readings.js'
import { Copy } from '../parts/copy.js'
import { say, troubleOf } from '../parts/toast.js'
import { TroubleBox } from '../parts/trouble.js'
import { sampleJobs } from '../pure/samples.js'
import { go } from '../router.js'
import { canWrite } from '../session.js'
import { useEffect } from 'preact/hooks'
import { openNewJob } from './new-job.js'

const FIRST = createJob({ type: 'log', payload: { hello: 'world' } })

export function Welcome() {
  const workers = useWorkers()
  const [line, setLine] = useState('')
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const [isSending, setSending] = useState(false)
  useEffect(() => void curlOf(FIRST).then(setLine), [])

  const create = async () => {
    setSending(true)
    setTrouble(null)
    try {
      const types = (workers.data.value?.data ?? []).flatMap((worker) => worker.types)
      const { data } = await send((api) => api.POST('/jobs/bulk', { body: { jobs: sampleJobs(types) } }))
      say(`${data.length} sample jobs created`)
      go('/jobs')
      refreshAll()
    } catch (error) {
      setTrouble(troubleOf(error))
    }
    setSending(false)
  }
  return (
    <section class="panel welcome" aria-labelledby="welcome">
      <h2 id="welcome">Welcome to Duly</h2>
      <p>There are no jobs yet. Create the first one from a shell:</p>
      <div class="json"><pre tabIndex={0} role="region" aria-label="A request that creates a job">{line}</pre><div class="json-tools"><Copy text={line} label="Copy the line" /></div></div>
      {canWrite.value && (
        <div class="row">
          <button type="button" class="primary" disabled={isSending} onClick={() => void create()}>Create sample jobs</button>
          <button type="button" onClick={() => openNewJob()}>Write one by hand</button>
        </div>
      )}
      <p class="small muted">The samples are one job of every type. One of them fails on purpose and is tried again; another waits for ten minutes. They write to <code>samples/</code> in <code>FILES_ROOT</code>, and mails are kept as files unless <code>SMTP_URL</code> is set.</p>
      {trouble && <TroubleBox trouble={trouble} />}
      <p class="small"><a href={hrefTo('/docs')}>The API</a></p>
    </section>
  )
}
