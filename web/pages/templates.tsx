/** Jobs that are written once and used often. */
import { useState } from 'preact/hooks'
import type { components } from '../../client/index.js'
import { type Ask, send, type Trouble } from '../api.js'
import { never, refreshAll, useResource } from '../live/resource.js'
import { CopyCurl } from '../parts/copy.js'
import { Dialog, openDialog } from '../parts/dialog.js'
import { Icon } from '../parts/icons.js'
import { Menu } from '../parts/menu.js'
import { Moment } from '../parts/moment.js'
import { Panel } from '../parts/panel.js'
import { say, troubleOf } from '../parts/toast.js'
import { Top } from '../parts/top.js'
import { TroubleBox } from '../parts/trouble.js'
import { WhenField, whenOf, type WhenValue } from '../parts/when.js'
import { Link } from '../router.js'
import { canAdmin, canWrite } from '../session.js'

type Schemas = components['schemas']
type Template = Schemas['Template']

const EXAMPLE = { type: 'log', payload: { hello: '{{ name }}' } }

export function Templates() {
  const templates = useResource('templates', (api) => api.GET('/templates'), { everyMs: 15_000, liveEveryMs: 30_000, changedBy: never })
  return (
    <>
      <Top title="Templates">
        {canAdmin.value && <button type="button" class="primary" onClick={() => openDialog((close) => <EditDialog onClose={close} />)}><Icon name="plus" />New template</button>}
      </Top>
      <Panel title="Templates" of={templates}>
        {({ data }) => data.length === 0 ? <p class="empty">There are no templates. One is a job whose payload may hold Liquid, such as <code>{'{{ name }}'}</code>.</p> : (
          <div class="table-box">
            <table class="tall">
              <caption class="visually-hidden">Templates by name</caption>
              <thead><tr><th>Name</th><th>Type</th><th class="wide-only">Variables</th><th class="wide-only">Changed</th><th><span class="visually-hidden">What can be done</span></th></tr></thead>
              <tbody>
                {data.map((template) => (
                  <tr key={template.id}>
                    <td><strong>{template.name}</strong><div class="small muted clamp">{template.description}</div></td>
                    <td>{template.body.type}</td>
                    <td class="wide-only">{template.variables.length === 0 ? <span class="muted">none</span> : template.variables.map((name) => <code key={name} class="tag">{name}</code>)}</td>
                    <td class="wide-only"><Moment at={template.updated_at} /></td>
                    <td class="actions"><TemplateActions template={template} /></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Panel>
    </>
  )
}

function TemplateActions({ template }: { readonly template: Template }) {
  return (
    <>
      {canWrite.value && <button type="button" onClick={() => openDialog((close) => <UseDialog template={template} onClose={close} />)}>Use<span class="visually-hidden"> {template.name}</span></button>}
      {canAdmin.value && <Menu label={`Change ${template.name}`} items={[
        { word: 'Edit', onClick: () => openDialog((close) => <EditDialog template={template} onClose={close} />) },
        { word: 'Delete', isDangerous: true, onClick: () => openDialog((close) => <DeleteDialog template={template} onClose={close} />) }
      ]} />}
    </>
  )
}

/** @returns What went wrong, and how to try. */
function useSubmit(onDone: () => void): [trouble: Trouble | null, submit: (work: () => Promise<void>) => void] {
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const submit = (work: () => Promise<void>) => {
    setTrouble(null)
    work().then(
      () => {
        onDone()
        refreshAll()
      },
      (error: unknown) => setTrouble(error instanceof SyntaxError ? { status: 0, title: 'The text is no JSON', detail: error.message } : troubleOf(error))
    )
  }
  return [trouble, submit]
}

function EditDialog({ template, onClose }: { readonly template?: Template; readonly onClose: () => void }) {
  const [name, setName] = useState(template?.name ?? '')
  const [description, setDescription] = useState(template?.description ?? '')
  const [text, setText] = useState(JSON.stringify(template?.body ?? EXAMPLE, null, 2))
  const [trouble, submit] = useSubmit(onClose)
  const ask: Ask<Template> = async (api) => {
    const body = { name, description, body: JSON.parse(text) as Schemas['TemplateBody'] }
    return template ? api.PUT('/templates/{id}', { params: { path: { id: template.id } }, body }) : api.POST('/templates', { body })
  }
  return (
    <Dialog title={template ? `Edit ${template.name}` : 'New template'} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); submit(async () => { await send(ask); say('Template kept') }) }}>
        <div class="dialog-body">
          <div class="fields">
            <label class="field"><span>Name</span><input required maxLength={100} value={name} onInput={({ currentTarget }) => setName(currentTarget.value)} /></label>
            <label class="field"><span>Description</span><input maxLength={1000} value={description} onInput={({ currentTarget }) => setDescription(currentTarget.value)} /></label>
            <label class="field wide"><span>Job (JSON), without its times</span><textarea class="code" rows={12} spellcheck={false} value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} /></label>
          </div>
          {trouble && <TroubleBox trouble={trouble} />}
        </div>
        <div class="dialog-foot"><CopyCurl ask={ask} word="Copy as curl" /><span class="grow" /><button type="button" onClick={onClose}>Close</button><button type="submit" class="primary">Save</button></div>
      </form>
    </Dialog>
  )
}

function UseDialog({ template, onClose }: { readonly template: Template; readonly onClose: () => void }) {
  const [values, setValues] = useState<Readonly<Record<string, string>>>({})
  const [when, setWhen] = useState<WhenValue>({ kind: 'now', delay: '10m', at: '' })
  const [trouble, submit] = useSubmit(onClose)
  const ask: Ask<Schemas['Job']> = (api) => api.POST('/templates/{id}/use', { params: { path: { id: template.id } }, body: { variables: nested(values), ...whenOf(when) } })
  return (
    <Dialog title={`Use ${template.name}`} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); submit(async () => { const job = await send(ask); say(<>Created <Link to={`/jobs/${job.id}`}>{job.type}</Link></>) }) }}>
        <div class="dialog-body">
          {template.description && <p>{template.description}</p>}
          <div class="fields">
            {template.variables.map((name) => (
              <label key={name} class="field"><span>{name}</span><input value={values[name] ?? ''} onInput={({ currentTarget }) => setValues({ ...values, [name]: currentTarget.value })} /></label>
            ))}
          </div>
          <WhenField value={when} onChange={setWhen} />
          {trouble && <TroubleBox trouble={trouble} />}
        </div>
        <div class="dialog-foot"><CopyCurl ask={ask} word="Copy as curl" /><span class="grow" /><button type="button" onClick={onClose}>Close</button><button type="submit" class="primary">Create job</button></div>
      </form>
    </Dialog>
  )
}

/** `customer.name` is a name within `customer`. What is JSON but no text (a number, a list) is taken as such; empty is left out. */
function nested(values: Readonly<Record<string, string>>): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [path, text] of Object.entries(values)) {
    if (text === '') continue
    const names = path.split('.')
    const last = names.pop()!
    let at = result
    for (const name of names) at = (at[name] ??= {}) as Record<string, unknown>
    at[last] = valueOf(text)
  }
  return result
}

function valueOf(text: string): unknown {
  if (!/^[[{\d-]|^(true|false)$/.test(text)) return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function DeleteDialog({ template, onClose }: { readonly template: Template; readonly onClose: () => void }) {
  const [trouble, submit] = useSubmit(onClose)
  const ask: Ask<unknown> = (api) => api.DELETE('/templates/{id}', { params: { path: { id: template.id } } })
  return (
    <Dialog title={`Delete ${template.name}?`} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); submit(async () => { await send(ask); say('Template deleted') }) }}>
        <div class="dialog-body"><p>Jobs that were made of it stay.</p>{trouble && <TroubleBox trouble={trouble} />}</div>
        <div class="dialog-foot"><CopyCurl ask={ask} word="Copy as curl" /><span class="grow" /><button type="button" onClick={onClose}>Leave it</button><button type="submit" class="primary danger">Delete</button></div>
      </form>
    </Dialog>
  )
}
