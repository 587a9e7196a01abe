import type { Fault } from '../../core/errors.js'
import { FilePath, namesIn } from '../../core/file-path.js'
import { Type } from '../../core/schema.js'
import { Files } from './files.js'
import { defineHandler, type HandlerDeps } from './handler.js'
import { type Mailer, openMailer } from './mailer.js'
import { givingUpOnRefusal, Refusal } from './refusal.js'

const MAX_RECIPIENTS = 50
/** Of all attachments together: in base64 they take a third more, and most servers take 25 to 35 MB. */
const MAX_ATTACHED_BYTES = 20 * 1024 * 1024

/** CR and LF would start another header field. */
const ONE_LINE = { pattern: '^[^\\u0000-\\u001f\\u007f]*$', 'x-fault': { pattern: 'must be one line without control characters' } }

/** No control characters either: the library takes them out, and what is left is the address of somebody else. */
const ATOM = '[^\\s\\u0000-\\u001f\\u007f-\\u009f<>@,;:"()\\[\\]\\\\]+'
const ADDRESS = `${ATOM}@${ATOM}`
const Mailbox = Type.String({
  maxLength: 500,
  pattern: `^(?:${ADDRESS}|[^<>\\u0000-\\u001f\\u007f]*<${ADDRESS}>)$`,
  'x-fault': { pattern: 'must be one address such as "ann@example.com" or "Ann Lee <ann@example.com>"; give several as an array' },
  description: 'ann@example.com, or Ann Lee <ann@example.com>'
})
const Mailboxes = (description: string) =>
  Type.Union([Mailbox, Type.Array(Mailbox, { minItems: 1, maxItems: MAX_RECIPIENTS })], { description: `${description}: one address or an array` })

const Payload = Type.Object(
  {
    to: Mailboxes('Who gets it'),
    cc: Type.Optional(Mailboxes('Who gets a copy')),
    bcc: Type.Optional(Mailboxes('Who gets a copy that the others do not see')),
    subject: Type.String({ maxLength: 500, ...ONE_LINE, description: 'One line' }),
    message: Type.Optional(Type.String({ description: 'The text' })),
    html: Type.Optional(Type.String({ description: 'The same as HTML; with a message too, the reader chooses' })),
    attachments: Type.Optional(
      Type.Array(
        Type.Object(
          {
            path: FilePath('The file to attach'),
            filename: Type.Optional(Type.String({ minLength: 1, maxLength: 200, ...ONE_LINE, description: 'Its name in the mail; that of the file when left out' }))
          },
          { additionalProperties: false }
        ),
        { maxItems: 20, description: 'Files, 20 MiB together' }
      )
    )
  },
  {
    additionalProperties: false,
    anyOf: [{ required: ['message'] }, { required: ['html'] }],
    'x-fault': { anyOf: 'needs a message, html or both: what the mail says' }
  }
)

/**
 * Sends a mail. A mail cannot be taken back, so a worker that dies after sending and before saying so leads to a second
 * one; it carries the same Message-ID, made from the job's id, by which mail systems recognise it. Kept as a file, the
 * second replaces the first.
 */
export default ({ filesRoot, mail }: HandlerDeps) => {
  const files = new Files(filesRoot)
  let mailer: Promise<Mailer> | undefined
  return defineHandler({
    type: ['email_notification', 'send_email'],
    description: 'Sends a mail',
    timeout_ms: 120_000,
    payload: Payload,
    check({ to, cc = [], bcc = [] }): Fault[] {
      const recipients = [to, cc, bcc].flat().length
      return recipients > MAX_RECIPIENTS ? [{ pointer: '', detail: `has ${recipients} recipients in to, cc and bcc; at most ${MAX_RECIPIENTS} are taken` }] : []
    },
    run: ({ job, payload, signal, log, assertOwned }) =>
      givingUpOnRefusal(async () => {
        const messageId = `<${job.id}@${addressOf(mail.from).split('@')[1] ?? 'localhost'}>`
        const attachments = await attachmentsOf(files, payload.attachments ?? [])
        const open = await (mailer ??= openMailer(mail))

        signal.throwIfAborted()
        assertOwned()
        const sent = await open
          .send(job.id, {
            messageId,
            from: mail.from,
            to: mailboxes(payload.to),
            cc: mailboxes(payload.cc),
            bcc: mailboxes(payload.bcc),
            subject: payload.subject,
            text: payload.message,
            html: payload.html,
            attachments,
            signal
          })
          .catch((error: unknown) => {
            signal.throwIfAborted() // its reason says more than "aborted"
            throw error
          })
        if (Array.isArray(sent.rejected) && sent.rejected.length > 0) log.warn({ rejected: sent.rejected.length }, 'the mail server refused some recipients')
        return { message_id: messageId, ...sent }
      }),
    async close() {
      const open = await mailer
      mailer = undefined
      open?.close()
    }
  })
}

/** As objects: a text with a comma in a name would be read as two addresses. */
function mailboxes(given: string | string[] = []): Array<{ name: string; address: string }> {
  return [given].flat().map((mailbox) => {
    const address = addressOf(mailbox)
    const name = mailbox.endsWith('>') ? mailbox.slice(0, -address.length - 2).trim() : ''
    return { name: name.replace(/^"(.*)"$/, '$1'), address }
  })
}

const addressOf = (mailbox: string) => /<([^<>]*)>$/.exec(mailbox)?.[1] ?? mailbox

async function attachmentsOf(files: Files, given: ReadonlyArray<{ path: string; filename?: string }>) {
  const attachments = []
  let left = MAX_ATTACHED_BYTES
  for (const { path, filename } of given) {
    const content = await files.read(path, MAX_ATTACHED_BYTES)
    left -= content.length
    if (left < 0) throw new Refusal(`the attachments have more than ${MAX_ATTACHED_BYTES.toLocaleString('en')} bytes together; send a link instead`)
    attachments.push({ filename: filename ?? namesIn(path).at(-1), content })
  }
  return attachments
}
