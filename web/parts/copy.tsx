/** Things to take away: ids, payloads, and the request that does what a button does. */
import { useState } from 'preact/hooks'
import { type Ask, curlOf } from '../api.js'
import { complain } from './toast.js'
import { Icon } from './icons.js'

/** The clipboard is there only over https or on this machine; a selection that can be copied is the way without it. */
async function write(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  ;(document.querySelector('dialog[open]') ?? document.body).append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

interface CopyProps {
  readonly text: string | (() => Promise<string>)
  readonly label: string
  /** Shown beside the icon. */
  readonly word?: string
}

export function Copy({ text, label, word }: CopyProps) {
  const [isDone, setDone] = useState(false)
  const copy = async () => {
    try {
      await write(typeof text === 'string' ? text : await text())
      setDone(true)
      setTimeout(() => setDone(false), 1_500)
    } catch (error) {
      complain(error)
    }
  }
  return (
    <button type="button" class={word ? 'quiet' : 'plain'} aria-label={word ? undefined : label} title={label} onClick={() => void copy()}>
      {isDone ? <span class="done">Copied</span> : word ? word : <Icon name="copy" />}
    </button>
  )
}

/** Copies the request that the thing beside it makes. */
export function CopyCurl({ ask, word = 'curl' }: { readonly ask: Ask<unknown>; readonly word?: string }) {
  return <Copy text={() => curlOf(ask)} label="Copy as curl" word={word} />
}
