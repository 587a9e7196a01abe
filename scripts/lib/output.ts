/** Where everything that is printed goes: for people on a terminal, JSON lines otherwise. */
import { type Logger, pino } from 'pino'
import { prettyFactory } from 'pino-pretty'

export interface Output {
  readonly terminal: boolean
  readonly colour: boolean
  /** Of this process. */
  readonly log: Logger
  /** A line of a child's log. */
  readonly line: (line: string) => void
  /** At once, above the log; on a terminal only. */
  readonly print: (text: string) => void
  /** Until then the log is held back, so that it stands below what is printed first. May be called twice. */
  readonly release: () => void
}

export function openOutput(options: { readonly terminal: boolean; readonly colour: boolean; readonly level: string }): Output {
  const { terminal, colour, level } = options
  const pretty = prettyFactory({ colorize: colour, singleLine: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' })
  let held: string[] | null = []
  const line = (text: string) => {
    if (held) held.push(text)
    else process.stdout.write(terminal ? pretty(text) : `${text}\n`)
  }
  return {
    terminal,
    colour,
    line,
    log: pino({ name: 'start', level }, { write: (text: string) => line(text.trimEnd()) }),
    print: (text) => void (terminal && process.stdout.write(text)),
    release() {
      const lines = held ?? []
      held = null
      lines.forEach(line)
    }
  }
}
