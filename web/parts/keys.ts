/** Keys: one letter does one thing, unless somebody is typing or a dialog is open. `g` and a letter goes to a page. */
import { useEffect } from 'preact/hooks'

type Keys = Readonly<Record<string, () => void>>

const stack: Keys[] = []
let isAfterG = false

/** Of the part of the page that is shown; the newest part is asked first. `g j` is written as one name. */
export function useKeys(keys: Keys): void {
  useEffect(() => {
    stack.unshift(keys)
    return () => void stack.splice(stack.indexOf(keys), 1)
  })
}

const isTyping = (target: EventTarget | null) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) && !(target instanceof HTMLInputElement && target.type === 'checkbox')

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return
  if (document.querySelector('dialog[open], [popover]:popover-open')) return
  if (event.key === 'Enter' && event.target instanceof Element && event.target.closest('a, button, summary')) return
  const name = isAfterG ? `g ${event.key}` : event.key
  isAfterG = !isAfterG && event.key === 'g'
  if (isAfterG) setTimeout(() => (isAfterG = false), 1_500)
  const action = stack.find((keys) => name in keys)?.[name]
  if (!action) return
  event.preventDefault()
  action()
})
