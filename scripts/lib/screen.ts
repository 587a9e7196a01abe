/** The one screen that says what runs where, and how to try it. */
import { relative } from 'node:path'
import { styleText } from 'node:util'

export interface Facts {
  readonly seconds: number
  readonly apiUrl: string
  /** With what is worth saying about each. */
  readonly worker: string
  readonly redis: string
  readonly database: string
  readonly migrations: readonly string[]
  readonly filesRoot: string
  /** Null when mails are sent. */
  readonly outbox: string | null
  /** Whether callers need an API key. */
  readonly needsKey: boolean
  readonly colour: boolean
  readonly platform: NodeJS.Platform
}

export function renderScreen(facts: Facts): string {
  const strong = (text: string) => (facts.colour ? styleText('bold', text) : text)
  const faint = (text: string) => (facts.colour ? styleText('dim', text) : text)
  const rows: ReadonlyArray<[string, string]> = [
    ['API', strong(facts.apiUrl)],
    ['Worker', facts.worker],
    ['Database', facts.database],
    ['Migrations', facts.migrations.length > 0 ? `${facts.migrations.length} applied, up to ${facts.migrations.at(-1)}` : 'up to date'],
    ['Redis', facts.redis],
    ['Files', `${shortPath(facts.filesRoot)} ${faint('what handlers read and write (FILES_ROOT)')}`],
    ['Mail', facts.outbox ? `${shortPath(facts.outbox)} ${faint('each mail is kept here; SMTP_URL sends them')}` : 'sent through SMTP_URL']
  ]
  return [
    '',
    `  ${strong('Duly runs')} ${faint(`(started in ${facts.seconds.toFixed(1)} s)`)}`,
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(12)}${value}`),
    '',
    `  ${faint(`A mail two seconds from now, and what became of it${facts.needsKey ? '; KEY is an API key' : ''}:`)}`,
    '',
    ...examples(facts).map((line) => `  ${line}`),
    '',
    `  ${faint('Ctrl-C stops everything; the next start finds every job again.')}`,
    '',
    ''
  ].join('\n')
}

/** Lines that work as printed, in a POSIX shell of this platform. */
export function examples({ apiUrl, needsKey = false, platform }: Pick<Facts, 'apiUrl' | 'platform'> & Partial<Pick<Facts, 'needsKey'>>): string[] {
  // BSD's `date` takes seconds since the epoch otherwise than GNU's and busybox's; neither understands the other's "+2 seconds".
  const soon = `date -u ${platform === 'darwin' ? '-r ' : '-d @'}$(($(date +%s)+2)) +%FT%TZ`
  const key = needsKey ? ' -H "authorization: Bearer $KEY"' : ''
  return [
    `curl -s ${apiUrl}/jobs${key} -H 'content-type: application/json' -d '{`,
    `  "type": "email_notification",`,
    `  "payload": {"to": "test@example.com", "subject": "Hello!", "message": "This is a test job."},`,
    `  "scheduled_at": "'"$(${soon})"'" }'`,
    `curl -s '${apiUrl}/jobs?limit=1'${key}`
  ]
}

function shortPath(path: string): string {
  const short = relative(process.cwd(), path)
  return short.startsWith('..') ? path : short
}
