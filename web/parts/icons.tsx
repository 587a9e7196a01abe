/** Drawn with the colour of the text around them, and nothing to read: a word stands beside each, or its button has one. */
const PATHS = {
  overview: 'M2 9h5V2H2zm7 5h5V7H9zM2 14h5v-3H2zm7-9h5V2H9z',
  jobs: 'M2 3.5h12M2 8h12M2 12.5h12',
  failures: 'M8 1.8 14.6 13.5H1.4zM8 6v3.6m0 1.8v.2',
  templates: 'M3.5 1.5h6l3 3v10h-9zm6 0v3h3M6 8h4.5M6 11h4.5',
  queues: 'M2 2.5h12v3H2zm0 4.5h12v3H2zm0 4.5h12v2H2z',
  workers: 'M4 4h8v8H4zM6.5 1v3m3-3v3m-3 8v3m3-3v3M1 6.5h3m-3 3h3m8-3h3m-3 3h3',
  system: 'M1 8.5h3l2-6 3.5 11 2-5H15',
  more: 'M3 8h.01M8 8h.01M13 8h.01',
  close: 'm4 4 8 8m0-8-8 8',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9m3.4 7.9L14 14',
  plus: 'M8 2.5v11M2.5 8h11',
  copy: 'M5.5 5.5h8v8h-8zm-3 5v-8h8',
  refresh: 'M13.5 8A5.5 5.5 0 1 1 12 4.2M13.5 1.5v3.3h-3.3',
  download: 'M8 2v8m-3.2-3L8 10.2 11.2 7M2.5 13.5h11',
  help: 'M5.6 5.8a2.4 2.4 0 1 1 3.4 2.1c-.7.4-1 .8-1 1.6m0 2.1v.2',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1.5m0 11V15M1 8h1.5m11 0H15M3 3l1 1m8 8 1 1m0-10-1 1m-8 8-1 1',
  moon: 'M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1',
  half: 'M8 2a6 6 0 1 0 0 12zm0 0a6 6 0 0 1 0 12',
  clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2m0 2.8V8l2.2 1.6'
} as const
export type IconName = keyof typeof PATHS

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width={name === 'more' ? 2.4 : 1.4} stroke-linecap="round" stroke-linejoin="round">
      <path d={PATHS[name]} />
    </svg>
  )
}
