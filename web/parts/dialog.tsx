/** Dialogs are the browser's own: it keeps the focus inside, closes on Escape and gives the focus back. */
import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { Icon } from './icons.js'

interface DialogProps {
  readonly title: ComponentChildren
  readonly onClose: () => void
  readonly children: ComponentChildren
  readonly class?: string
}

export function Dialog({ title, onClose, children, class: extra = '' }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const dialog = ref.current!
    dialog.showModal()
    // Not its button to close, which comes first: what somebody has come to do.
    const first = ['[autofocus]', '.dialog-body :is(input, textarea)', '.dialog-foot .primary:enabled'].map((selector) => dialog.querySelector<HTMLElement>(selector)).find((found) => found !== null)
    ;(first ?? dialog).focus()
    return () => dialog.close()
  }, [])
  return (
    <dialog ref={ref} class={extra} tabIndex={-1} aria-labelledby={id} onCancel={(event) => { event.preventDefault(); onClose() }}>
      <header class="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" class="plain" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </dialog>
  )
}

/** The one dialog that is open, whoever opened it. */
const opened = signal<ComponentChildren>(null)
export const openDialog = (make: (close: () => void) => ComponentChildren): void => {
  opened.value = make(closeDialog)
}
export const closeDialog = (): void => {
  opened.value = null
}
export const OpenedDialog = () => <>{opened.value}</>
