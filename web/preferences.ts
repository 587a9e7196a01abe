/** What somebody likes, kept in this browser. */
import { effect, signal, type Signal } from '@preact/signals'
import { TIME_MODES, type TimeMode } from './pure/times.js'

/** Storage may be forbidden: then it lasts as long as the page. */
function kept<T extends string>(name: string, allowed: readonly T[]): Signal<T> {
  const key = `duly.${name}`
  let stored: string | null = null
  try {
    stored = localStorage.getItem(key)
  } catch {
    // as if there were none
  }
  const value = signal(allowed.find((one) => one === stored) ?? allowed[0]!)
  effect(() => {
    try {
      localStorage.setItem(key, value.value)
    } catch {
      // lasts as long as the page
    }
  })
  return value
}

export const THEMES = ['system', 'light', 'dark'] as const
export const theme = kept('theme', THEMES)
export const timeMode: Signal<TimeMode> = kept('times', TIME_MODES)
export const DENSITIES = ['normal', 'compact'] as const
export const density = kept('density', DENSITIES)

/** What the browser shows now, whatever it was chosen by. Charts are painted in its colours. */
export const isDark = signal(false)
const systemIsDark = matchMedia('(prefers-color-scheme: dark)')

function apply(): void {
  const { dataset } = document.documentElement
  if (theme.value === 'system') delete dataset.theme
  else dataset.theme = theme.value
  isDark.value = theme.value === 'system' ? systemIsDark.matches : theme.value === 'dark'
}
effect(apply)
effect(() => {
  document.documentElement.dataset.density = density.value
})
systemIsDark.addEventListener('change', apply)

export function nextOf<T>(all: readonly T[], value: T): T {
  return all[(all.indexOf(value) + 1) % all.length]!
}
