/** What a job has produced, and how a browser may show it. */
import { isUtf8 } from 'node:buffer'
import { extname } from 'node:path'
import type { Job } from '../core/job.js'

export type Produced =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'mail' }

/** Undefined when it is none of these: its result names no file and it is no mail. */
export function producedBy({ type, result, payload }: Pick<Job, 'type' | 'result' | 'payload'>): Produced | undefined {
  if (typeof result !== 'object' || result === null) return undefined
  const { path, message_id } = result as Record<string, unknown>
  if (typeof path === 'string') return { kind: 'file', path }
  return MAIL_TYPES.has(type) && typeof message_id === 'string' && typeof payload === 'object' && payload !== null ? { kind: 'mail' } : undefined
}

const MAIL_TYPES: ReadonlySet<string> = new Set(['email_notification', 'send_email'])

export interface Shown {
  readonly type: string
  /** In the page; else it is a download. */
  readonly inline: boolean
  readonly csp: string
}

const IN_OUR_FRAME = "frame-ancestors 'self'"
/** Runs nothing, loads nothing, and is of no origin. */
export const SANDBOX_CSP = `sandbox;default-src 'none';style-src 'unsafe-inline';img-src data:;form-action 'none';base-uri 'none';${IN_OUR_FRAME}`
/** In a sandbox browsers show no PDF; their viewer does not run it as a page of this origin. */
const PDF_CSP = `default-src 'none';object-src 'self';style-src 'unsafe-inline';form-action 'none';base-uri 'none';${IN_OUR_FRAME}`

const IMAGES: ReadonlyArray<readonly [type: string, is: (head: Buffer) => boolean]> = [
  ['image/png', (head) => head.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex'))],
  ['image/jpeg', (head) => head.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex'))],
  ['image/gif', (head) => /^GIF8[79]a/.test(head.toString('latin1'))],
  ['image/webp', (head) => /^RIFF[^]{4}WEBP/.test(head.toString('latin1'))],
  ['image/avif', (head) => /^[^]{4}ftypavi[fs]/.test(head.toString('latin1'))]
]
const TEXTS: ReadonlySet<string> = new Set(['.txt', '.md', '.csv', '.log', '.json', '.ndjson', '.yaml', '.yml'])

/** By its first bytes, not by its name; a text by its name, if it is one. What could run in a page is none of them. */
export function howToShow(name: string, bytes: Buffer): Shown {
  const head = bytes.subarray(0, 32)
  const image = IMAGES.find(([, is]) => is(head))
  if (image) return { type: image[0], inline: true, csp: SANDBOX_CSP }
  if (head.toString('latin1').startsWith('%PDF-')) return { type: 'application/pdf', inline: true, csp: PDF_CSP }
  if (TEXTS.has(extname(name).toLowerCase()) && isUtf8(bytes) && !bytes.includes(0)) return { type: 'text/plain; charset=utf-8', inline: true, csp: SANDBOX_CSP }
  return { type: 'application/octet-stream', inline: false, csp: SANDBOX_CSP }
}

/** RFC 6266: a name of ASCII for all, and the whole of it for those who know how. */
export function disposition(inline: boolean, name: string): string {
  const plain = name.replaceAll(/[^\w.() -]/g, '_')
  const whole = encodeURIComponent(name).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  return `${inline ? 'inline' : 'attachment'}; filename="${plain}"${plain === name ? '' : `; filename*=UTF-8''${whole}`}`
}
