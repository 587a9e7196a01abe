/** A button with a list of what can be done. The browser closes it; it is placed beside its button when it opens. */
import type { ComponentChildren } from 'preact'
import { useId, useRef } from 'preact/hooks'
import { Icon } from './icons.js'

export interface MenuItem {
  readonly word: ComponentChildren
  readonly onClick: () => void
  readonly isDangerous?: boolean
}

export function Menu({ label, items }: { readonly label: string; readonly items: readonly MenuItem[] }) {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const place = () => {
    const { right, bottom, top } = button.current!.getBoundingClientRect()
    const { style, offsetWidth, offsetHeight } = list.current!
    style.left = `${Math.max(8, Math.min(innerWidth - offsetWidth - 8, right - offsetWidth))}px`
    style.top = `${bottom + offsetHeight + 8 > innerHeight ? Math.max(8, top - offsetHeight - 2) : bottom + 2}px`
  }
  return (
    <>
      <button ref={button} type="button" class="plain" aria-label={label} aria-haspopup="menu" popovertarget={id}>
        <Icon name="more" />
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        class="menu"
        role="menu"
        aria-label={label}
        onToggle={() => {
          if (!list.current!.matches(':popover-open')) return
          place()
          list.current!.querySelector('button')?.focus()
        }}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
          event.preventDefault()
          const all = [...list.current!.querySelectorAll('button')]
          const at = all.indexOf(document.activeElement as HTMLButtonElement)
          all[(at + (event.key === 'ArrowDown' ? 1 : all.length - 1)) % all.length]?.focus()
        }}
      >
        {items.map(({ word, onClick, isDangerous }, i) => (
          <button
            key={i}
            type="button"
            role="menuitem"
            class={isDangerous ? 'is-dangerous' : ''}
            onClick={() => {
              list.current?.hidePopover()
              onClick()
            }}
          >
            {word}
          </button>
        ))}
      </div>
    </>
  )
}
