/** What was just done, said once and then gone. What went wrong stays until it is closed. */
import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { Refused, type Trouble } from '../api.js'
import { Icon } from './icons.js'
import { TroubleText } from './trouble.js'

interface Toast {
  readonly id: number
  readonly text?: ComponentChildren
  readonly trouble?: Trouble
}

const toasts = signal<readonly Toast[]>([])
let lastId = 0

const SHOWN_MS = 5_000

function add(toast: Omit<Toast, 'id'>): number {
  const id = ++lastId
  toasts.value = [...toasts.value.slice(-3), { ...toast, id }]
  return id
}
const remove = (id: number) => {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}

export function say(text: ComponentChildren): void {
  const id = add({ text })
  setTimeout(() => remove(id), SHOWN_MS)
}

export function troubleOf(error: unknown): Trouble {
  return error instanceof Refused ? error.trouble : { status: 0, title: 'Something unexpected went wrong on this page', detail: String(error) }
}

export const complain = (error: unknown): void => void add({ trouble: troubleOf(error) })

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, trouble }) => (
        <div class={`toast${trouble ? ' is-trouble' : ''}`} key={id}>
          <div class="grow">{trouble ? <TroubleText trouble={trouble} /> : text}</div>
          <button type="button" class="plain" aria-label="Close this message" onClick={() => remove(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  )
}
