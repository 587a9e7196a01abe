/** How times, colours and rows are shown; who is logged in. */
import { Choice } from '../parts/choice.js'
import { openDialog } from '../parts/dialog.js'
import { Icon } from '../parts/icons.js'
import { complain } from '../parts/toast.js'
import { density, DENSITIES, theme, THEMES, timeMode } from '../preferences.js'
import { TIME_MODES } from '../pure/times.js'
import { askForKey, logOut, session } from '../session.js'
import { hrefTo } from '../base.js'
import { Help } from './help.js'

const TIME_WORDS = { local: 'Local', utc: 'UTC', relative: 'Ago' } as const
const THEME_WORDS = { system: ['half', 'Colours of the system'], light: ['sun', 'Light'], dark: ['moon', 'Dark'] } as const
const DENSITY_WORDS = { normal: 'Normal rows', compact: 'Compact' } as const

export function Settings({ isInDialog = false }: { readonly isInDialog?: boolean }) {
  return (
    <>
      <Choice label="Times" options={TIME_MODES.map((mode) => [mode, TIME_WORDS[mode]])} value={timeMode.value} onChange={(mode) => { timeMode.value = mode }} />
      <Choice label="Colours" options={THEMES.map((one) => [one, <Icon name={THEME_WORDS[one][0]} />, THEME_WORDS[one][1]])} value={theme.value} onChange={(one) => { theme.value = one }} />
      <Choice label="Height of rows" options={DENSITIES.map((one) => [one, DENSITY_WORDS[one]])} value={density.value} onChange={(one) => { density.value = one }} />
      <span class="row small">
        {!isInDialog && <button type="button" class="quiet" onClick={() => openDialog((close) => <Help onClose={close} />)}>Keys (?)</button>}
        <a class="muted" href={hrefTo('/docs')}>API</a>
        {session.value?.authenticated && <button type="button" class="quiet" title={`Logged in as ${session.value.name ?? ''}: ${session.value.scopes.join(', ')}`} onClick={() => void logOut().catch(complain)}>Log out</button>}
        {session.value && !session.value.open && !session.value.authenticated && <button type="button" class="quiet" onClick={askForKey}>Log in</button>}
      </span>
    </>
  )
}
