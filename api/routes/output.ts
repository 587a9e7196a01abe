/** GET /jobs/:id/output: what a job has produced, in a form that a browser can show without running it. */
import { join } from 'node:path'
import { finished } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import Type, { type Static } from 'typebox'
import type { Config } from '../../core/config.js'
import { DulyError } from '../../core/errors.js'
import { namesIn } from '../../core/file-path.js'
import type { Job } from '../../core/job.js'
import { Files } from '../../worker/handlers/files.js'
import { output as examples } from '../examples/output.js'
import { JobId } from '../job-filter.js'
import { harmlessMail } from '../mail-html.js'
import { disposition, howToShow, producedBy, SANDBOX_CSP } from '../output.js'
import { problems } from '../problem.js'

export interface OutputOptions {
  /** Undefined: there are no files. */
  readonly config: Pick<Config, 'FILES_ROOT' | 'DATA_DIR' | 'MAIL_FROM'> | undefined
}

const MAX_BYTES = 32 * 1024 * 1024
/** Files that are in memory at once, until whoever asked has them: many slow readers of large ones must not take all of it. */
const MAX_HELD = 8

const Nullable = <T extends Type.TSchema>(schema: T, description: string) => Type.Union([schema, Type.Null()], { description })
const Mailboxes = (description: string) => Type.Array(Type.String(), { description })

const Mail = Type.Object({
  message_id: Type.String(),
  from: Type.String({ description: 'Sender' }),
  to: Mailboxes('Who got it'),
  cc: Mailboxes('Who got a copy'),
  bcc: Mailboxes('Who got a copy that the others did not see'),
  subject: Type.String(),
  text: Nullable(Type.String(), 'The text, if it has one'),
  has_html: Type.Boolean({ description: 'It has HTML: `?part=html`, for a sandboxed frame' }),
  attachments: Type.Array(Type.Object({ path: Type.String({ description: 'In FILES_ROOT' }), filename: Type.String() })),
  kept: Type.Boolean({ description: 'It was kept as a file and not sent: `?part=source` is the whole of it' })
}, { title: 'Mail', description: 'A mail, by the job that sent it' })
type Mail = Static<typeof Mail>

const Query = Type.Object({
  part: Type.Optional(Type.Enum(['html', 'source'], { description: 'of a mail: its HTML, without all that could run or load; or the mail as it was kept' })),
  download: Type.Optional(Type.Boolean({ default: false, description: 'to be saved, not shown' }))
}, { additionalProperties: false })

const FILE_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'application/pdf', 'text/plain', 'text/html', 'message/rfc822', 'application/octet-stream']

const outputs: FastifyPluginAsyncTypebox<OutputOptions> = async (app, { config }) => {
  const files = config && new Files(config.FILES_ROOT)
  const outbox = config && new Files(join(config.DATA_DIR, 'outbox'))

  let held = 0
  function hold(reply: FastifyReply): void {
    if (held >= MAX_HELD) throw new DulyError('overloaded', { detail: `At most ${MAX_HELD} files are sent at once.`, retryAfter: 1 })
    held++
    finished(reply.raw, () => held--)
  }

  app.get('/jobs/:id/output', {
    config: { scope: 'read' },
    schema: {
      operationId: 'get_output', tags: ['Jobs'], summary: "Read a job's output",
      description: 'The picture, PDF, text or other file that a completed job has written, as it is now; a mail as JSON. Types are told by content: pictures, PDFs and texts can be shown, everything else is a download. Nothing in it can run.',
      params: JobId, querystring: Query,
      response: {
        200: { description: 'What it has produced', content: { 'application/json': { schema: Mail }, ...Object.fromEntries(FILE_TYPES.map((type) => [type, { schema: Type.String() }])) } },
        ...problems('job_not_found', 'output_not_found')
      },
      examples: { ...examples.get_output, ...Object.fromEntries(FILE_TYPES.map((type) => [`200 ${type}`, examples.content])) }
    }
  }, async (request, reply) => {
    const { params: { id }, query: { part, download = false } } = request
    const job = await app.store.getJob(id)
    if (job.status !== 'completed') throw notThere(`The job is ${job.status}: it has produced nothing yet.`)
    const produced = producedBy(job)
    if (produced?.kind === 'mail') return answerMail(reply, job, part)
    if (part !== undefined) throw notThere('Only a mail has parts.')
    if (!produced) throw notThere(`The result of this job names no file: its type, ${job.type}, produces none.`)
    hold(reply)
    const bytes = await reading(files, produced.path)
    const name = namesIn(produced.path).at(-1) ?? 'output'
    const shown = howToShow(name, bytes)
    return send(reply, { ...shown, inline: shown.inline && !download, name, bytes })
  })

  async function answerMail(reply: FastifyReply, job: Job, part: 'html' | 'source' | undefined) {
    const payload = job.payload as Record<string, unknown>
    if (part === 'source') {
      hold(reply)
      const name = `${job.id}.eml`
      const bytes = await reading(outbox, name)
      return send(reply, { type: 'message/rfc822', inline: false, csp: SANDBOX_CSP, name, bytes })
    }
    if (part === 'html') {
      if (typeof payload.html !== 'string') throw notThere('This mail has no HTML.')
      return send(reply, { type: 'text/html; charset=utf-8', inline: true, csp: SANDBOX_CSP, name: 'mail.html', bytes: Buffer.from(harmlessMail(payload.html)) })
    }
    return reply.send(mailOf(job, config?.MAIL_FROM ?? ''))
  }
}

export default outputs

const notThere = (detail: string, cause?: unknown) => new DulyError('output_not_found', { detail, cause })

/** Messages of Files name a path as its job does, and never where it lies. */
async function reading(files: Files | undefined, path: string): Promise<Buffer> {
  if (!files) throw notThere('This API has no files.')
  try {
    return await files.read(path, MAX_BYTES)
  } catch (error) {
    throw notThere(`It cannot be read on this machine: ${error instanceof Error ? error.message : String(error)}.`, error)
  }
}

interface Answer {
  readonly type: string
  readonly inline: boolean
  readonly csp: string
  readonly name: string
  readonly bytes: Buffer
}

function send(reply: FastifyReply, { type, inline, csp, name, bytes }: Answer) {
  reply.type(type).headers({ 'content-security-policy': csp, 'x-frame-options': 'SAMEORIGIN', 'content-disposition': disposition(inline, name) })
  return reply.send(bytes)
}

function mailOf({ payload, result }: Job, from: string): Mail {
  const given = payload as Record<string, unknown>
  const { message_id, file } = result as Record<string, unknown>
  const list = (value: unknown): string[] => [value].flat().filter((item) => typeof item === 'string')
  const attachments = Array.isArray(given.attachments) ? (given.attachments as unknown[]) : []
  return {
    message_id: String(message_id),
    from,
    to: list(given.to),
    cc: list(given.cc),
    bcc: list(given.bcc),
    subject: typeof given.subject === 'string' ? given.subject : '',
    text: typeof given.message === 'string' ? given.message : null,
    has_html: typeof given.html === 'string',
    attachments: attachments.flatMap((attachment) => {
      const { path, filename } = (attachment ?? {}) as Record<string, unknown>
      return typeof path === 'string' ? [{ path, filename: typeof filename === 'string' ? filename : (namesIn(path).at(-1) ?? path) }] : []
    }),
    kept: typeof file === 'string'
  }
}
