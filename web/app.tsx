/** The frame of every page: where to go, whether it works, and the keys. */
import { effect } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Alarms } from './parts/alarms.js'
import { OpenedDialog, openDialog } from './parts/dialog.js'
import { Icon, type IconName } from './parts/icons.js'
import { useKeys } from './parts/keys.js'
import { Toasts } from './parts/toast.js'
import { Failures } from './pages/failures.js'
import { Help } from './pages/help.js'
import { JobPage } from './pages/job.js'
import { JobsPage, searchJobs } from './pages/jobs.js'
import { Login } from './pages/login.js'
import { openNewJob } from './pages/new-job.js'
import { Overview } from './pages/overview.js'
import { Queues } from './pages/queues.js'
import { Settings } from './pages/settings.js'
import { System } from './pages/system.js'
import { Templates } from './pages/templates.js'
import { Workers } from './pages/workers.js'
import { nextOf, timeMode } from './preferences.js'
import { TIME_MODES } from './pure/times.js'
import { go, Link, path } from './router.js'
import { canWrite, isAskingForKey } from './session.js'

interface Page {
  readonly to: string
  readonly word: string
  readonly icon: IconName
  /** After `g`. */
  readonly key: string
  readonly Show: ComponentType
}

export const PAGES: readonly Page[] = [
  { to: '/', word: 'Overview', icon: 'overview', key: 'o', Show: Overview },
  { to: '/jobs', word: 'Jobs', icon: 'jobs', key: 'j', Show: JobsPage },
  { to: '/failures', word: 'Failures', icon: 'failures', key: 'f', Show: Failures },
  { to: '/templates', word: 'Templates', icon: 'templates', key: 't', Show: Templates },
  { to: '/queues', word: 'Queues', icon: 'queues', key: 'q', Show: Queues },
  { to: '/workers', word: 'Workers', icon: 'workers', key: 'w', Show: Workers },
  { to: '/system', word: 'System', icon: 'system', key: 's', Show: System }
]

const isWithin = (to: string, at: string) => at === to || (to !== '/' && at.startsWith(`${to}/`))

export function App() {
  const main = useRef<HTMLElement>(null)
  const at = path.value
  const jobId = /^\/jobs\/([^/]+)$/.exec(at)?.[1]
  const page = PAGES.find(({ to }) => to === at)

  useKeys({
    ...Object.fromEntries(PAGES.map(({ key, to }) => [`g ${key}`, () => go(to)])),
    '?': () => openDialog((close) => <Help onClose={close} />),
    '/': searchJobs,
    n: () => canWrite.value && openNewJob(),
    t: () => {
      timeMode.value = nextOf(TIME_MODES, timeMode.value)
    }
  })

  // Who uses a screen reader hears the new page; who uses the keyboard goes on from its top.
  useEffect(() => {
    let isFirst = true
    return effect(() => {
      void path.value
      if (!isFirst) main.current?.focus({ preventScroll: true })
      isFirst = false
    })
  }, [])
  useEffect(() => {
    document.title = `${jobId ? `Job ${jobId.slice(0, 8)}` : (page?.word ?? 'Not found')} · Duly`
  }, [at])

  return (
    <>
      <a class="skip" href={`${location.pathname}${location.search}#main`} onClick={(event) => { event.preventDefault(); main.current?.focus() }}>Skip to the content</a>
      <div class="rail">
        <Link to="/" class="brand"><img src="icon.svg" alt="" width="24" height="24" />Duly</Link>
        <nav aria-label="Pages">
          <ul>
            {PAGES.map(({ to, word, icon }) => (
              <li key={to}>
                <Link to={to} aria-current={isWithin(to, at) ? 'page' : undefined}><Icon name={icon} />{word}</Link>
              </li>
            ))}
          </ul>
        </nav>
        <div class="rail-foot"><Settings /></div>
      </div>
      <main id="main" ref={main} tabIndex={-1}>
        <Alarms />
        {jobId ? <JobPage key={jobId} id={jobId} /> : page ? <page.Show key={page.to} /> : <NotFound />}
      </main>
      <OpenedDialog />
      <Toasts />
      {isAskingForKey.value && <Login />}
    </>
  )
}

const NotFound = () => (
  <div class="empty">
    <h1>There is no such page</h1>
    <p><Link to="/">To the overview</Link></p>
  </div>
)
