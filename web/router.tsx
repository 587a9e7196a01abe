/** Addresses of the page. What is in the address can be sent to somebody else; everything else is forgotten. */
import { computed, signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { hrefTo, PREFIX } from './base.js'

interface Place {
  /** Without the prefix: `/jobs/123`. */
  readonly path: string
  readonly search: string
}

/** `/jobs/` is typed by people, and means `/jobs`. */
const here = (): Place => ({ path: location.pathname.slice(PREFIX.length).replace(/(?<=.)\/$/, '') || '/', search: location.search })

export const place = signal(here())
export const path = computed(() => place.value.path)
export const params = computed(() => new URLSearchParams(place.value.search))

window.addEventListener('popstate', () => {
  place.value = here()
})

/** To go where one is already adds no step to the way back. @param to - A path of the page: `/jobs?status=failed`. */
export function go(to: string, { replace = false }: { replace?: boolean } = {}): void {
  const before = path.value
  const href = hrefTo(to)
  history[replace || new URL(href).href === location.href ? 'replaceState' : 'pushState'](null, '', href)
  place.value = here()
  if (path.value !== before) window.scrollTo(0, 0)
}

interface LinkProps {
  readonly to: string
  readonly children: ComponentChildren
  readonly class?: string
  readonly title?: string
  readonly 'aria-current'?: 'page' | 'true' | undefined
}

/** A real link, so that it opens in a new tab as every other does; a plain click stays on the page. */
export function Link({ to, ...rest }: LinkProps) {
  return (
    <a
      {...rest}
      href={hrefTo(to)}
      onClick={(event) => {
        if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
        event.preventDefault()
        go(to)
      }}
    />
  )
}
