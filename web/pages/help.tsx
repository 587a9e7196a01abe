/** The keys, and on a phone the settings. */
import { PAGES } from '../app.js'
import { Dialog } from '../parts/dialog.js'
import { Settings } from './settings.js'

const KEYS: ReadonlyArray<readonly [key: string, does: string]> = [
  ['/', 'Search jobs'],
  ['n', 'New job'],
  ['t', 'Times: local, UTC, ago'],
  ['j k', 'Next and previous row'],
  ['x', 'Choose the row'],
  ['Enter', 'Open the row'],
  ['r', 'Retry'],
  ['c', 'Cancel'],
  ['e', 'Reschedule'],
  ['Esc', 'Close'],
  ['?', 'This']
]

export function Help({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keys and settings" onClose={onClose}>
      <div class="dialog-body">
        <div class="row phone-only"><Settings isInDialog /></div>
        <dl class="keys">
          {[...KEYS, ...PAGES.map(({ key, word }) => [`g ${key}`, `To ${word}`] as const)].map(([key, does]) => (
            <div key={key}>
              <dt>{key.split(' ').map((one) => <kbd key={one}>{one}</kbd>)}</dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <p class="small muted">
          Words of the search box: <code>status:</code> <code>type:</code> <code>queue:</code> <code>tag:</code> <code>id:</code> <code>error:</code> <code>from:-24h</code> <code>to:now</code>; anything else is searched for in ids, types, tags, errors and payloads.
          Each request can be copied as curl; it reads the key from <code>$DULY_KEY</code>.
        </p>
      </div>
    </Dialog>
  )
}
