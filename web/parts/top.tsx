/** The first line of a page: its title, what can be done, and on a phone what the rail has elsewhere. */
import type { ComponentChildren } from 'preact'
import { stream } from '../live/events.js'
import { isVisible } from '../live/now.js'
import { session } from '../session.js'
import { openDialog } from './dialog.js'
import { Icon } from './icons.js'
import { Help } from '../pages/help.js'

export function Top({ title, children }: { readonly title: ComponentChildren; readonly children?: ComponentChildren }) {
  return (
    <header class="top">
      <div class="grow first-line">
        <h1>{title}</h1>
        <Connection />
        {session.value?.open && <span class="badge" title="Everybody on this machine may do everything. Set API_KEYS to ask for a key.">open: no keys</span>}
        <button type="button" class="plain phone-only" aria-label="Settings and help" onClick={() => openDialog((close) => <Help onClose={close} />)}>
          <Icon name="help" />
        </button>
      </div>
      {children}
    </header>
  )
}

const WORDS = {
  off: ['paused', 'Nothing is read while nobody looks'],
  connecting: ['connecting', 'Asking for a stream of events'],
  live: ['live', 'The API says what has changed'],
  polling: ['polling', 'The API gives no stream of events: it is asked every few seconds']
} as const

function Connection() {
  const [word, title] = WORDS[isVisible.value ? stream.value : 'off']
  return <span class={`fresh${stream.value === 'live' ? ' is-live' : ''}`} title={title}>{word}</span>
}
