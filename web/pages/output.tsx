/** What a job has made: a picture, a PDF, a text or a mail. Nothing of it runs as a part of this page. */
import { useEffect, useState } from 'preact/hooks'
import type { components } from '../../client/index.js'
import type { Ask, Trouble } from '../api.js'
import { send } from '../api.js'
import type { Job } from '../actions.js'
import { hrefTo } from '../base.js'
import { CopyCurl } from '../parts/copy.js'
import { Icon } from '../parts/icons.js'
import { Panel } from '../parts/panel.js'
import { troubleOf } from '../parts/toast.js'
import { isMissing, TroubleBox } from '../parts/trouble.js'
import { bytes } from '../pure/numbers.js'

type Mail = components['schemas']['Mail']

interface Found {
  readonly type: string
  readonly length: number | null
  readonly text?: string
  readonly mail?: Mail
}

/** Only these are read here; of everything else the header says enough. */
const MOST_TEXT_CHARACTERS = 20_000

/** The header is read, and of a text or a mail the rest as well. */
const outputOf = (id: string): Ask<ReadableStream<Uint8Array> | null> => (api) => api.GET('/jobs/{id}/output', { params: { path: { id } }, parseAs: 'stream' })

async function look(id: string): Promise<Found> {
  const ask = outputOf(id)
  let header = new Headers()
  const body = await send<ReadableStream<Uint8Array> | null>(async (api) => {
    const answer = await ask(api)
    header = answer.response.headers
    return answer
  })
  const type = (header.get('content-type') ?? '').split(';')[0]!
  const length = header.has('content-length') ? Number(header.get('content-length')) : null
  if (type === 'application/json') return { type, length, mail: (await new Response(body).json()) as Mail }
  if (type === 'text/plain') return { type, length, text: (await new Response(body).text()).slice(0, MOST_TEXT_CHARACTERS) }
  await body?.cancel()
  return { type, length }
}

/** Whether its result names something: the reason why there is nothing is not worth a request for each job. */
const mayHaveOutput = ({ status, result }: Job) => status === 'completed' && typeof result === 'object' && result !== null && ['path', 'file', 'message_id'].some((name) => name in result)

export function Output({ job }: { readonly job: Job }) {
  const [found, setFound] = useState<Found | null>(null)
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const isThere = mayHaveOutput(job)
  useEffect(() => {
    if (isThere) look(job.id).then(setFound, (error: unknown) => setTrouble(troubleOf(error)))
  }, [job.id, isThere, job.fence])
  if (!isThere || (trouble && isMissing(trouble))) return null
  const src = hrefTo(`/jobs/${job.id}/output`)
  return (
    <Panel title="What it made" tools={<><CopyCurl ask={outputOf(job.id)} />{found && !found.mail && <a class="button" href={`${src}?download=true`} download><Icon name="download" />{found.length === null ? 'Download' : bytes(found.length)}</a>}</>}>
      {trouble && (trouble.status === 404 ? <p class="note muted">{trouble.detail ?? trouble.title}</p> : <TroubleBox trouble={trouble} />)}
      {!trouble && !found && <p class="note muted">Looking …</p>}
      {found && <Preview found={found} src={src} />}
    </Panel>
  )
}

function Preview({ found: { type, text, mail }, src }: { readonly found: Found; readonly src: string }) {
  if (mail) return <MailPreview mail={mail} src={src} />
  if (text !== undefined) return <div class="json"><pre tabIndex={0} role="region" aria-label="The text">{text}</pre></div>
  if (type.startsWith('image/')) return <div class="panel-body"><img class="made" src={src} alt="The picture that the job made" /></div>
  if (type === 'application/pdf') return <iframe class="made-pdf" src={src} title="The PDF that the job made" />
  return <p class="note muted">A file of the type {type}, which is not shown here.</p>
}

/** The HTML of a mail comes from anybody: it is shown in a frame without scripts, forms or an origin. */
function MailPreview({ mail: { from, to, cc, subject, text, has_html, attachments, kept }, src }: { readonly mail: Mail; readonly src: string }) {
  return (
    <div class="panel-body stack">
      <dl class="fact-list">
        <div><dt>From</dt><dd>{from}</dd></div>
        <div><dt>To</dt><dd>{to.join(', ')}</dd></div>
        {cc.length > 0 && <div><dt>Cc</dt><dd>{cc.join(', ')}</dd></div>}
        <div><dt>Subject</dt><dd><strong>{subject}</strong></dd></div>
        {attachments.length > 0 && <div><dt>Attached</dt><dd>{attachments.map(({ filename }) => filename).join(', ')}</dd></div>}
      </dl>
      {has_html && <iframe class="made-mail" sandbox="" src={`${src}?part=html`} title="The mail as HTML" />}
      {text && <pre>{text}</pre>}
      {kept && <p class="small"><a href={`${src}?part=source`} download>The mail as a file</a> <span class="muted">It was kept, and not sent: there is no SMTP_URL.</span></p>}
    </div>
  )
}
