/** JSON as text: what is stored is shown as it is, and nothing in it is ever HTML. */
import { Copy } from './copy.js'

/** Longer text is cut until somebody asks for all of it: a browser lays out a megabyte for seconds. */
const SHOWN_CHARACTERS = 20_000

export function Json({ value, label }: { readonly value: unknown; readonly label: string }) {
  const text = JSON.stringify(value, null, 2) ?? 'null'
  const isCut = text.length > SHOWN_CHARACTERS
  return (
    <div class="json">
      <pre tabIndex={0} role="region" aria-label={label}>{isCut ? `${text.slice(0, SHOWN_CHARACTERS)}\n…` : text}</pre>
      <div class="json-tools">
        {isCut && <span class="small muted">{text.length} characters; copy takes all</span>}
        <Copy text={text} label={`Copy ${label.toLowerCase()}`} />
      </div>
    </div>
  )
}
