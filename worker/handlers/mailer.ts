/** Where mail goes: a mail server, or a folder of `.eml` files. */
import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodemailerError, SendMailOptions } from 'nodemailer'
import type { HandlerDeps } from './handler.js'
import { Refusal } from './refusal.js'

export interface Mailer {
  /**
   * @param id - Of the job; names the file.
   * @returns What became of it, for the result of the job.
   * @throws {Refusal} When the server refuses for good; anything else may work later.
   */
  send(id: string, mail: SendMailOptions): Promise<Record<string, unknown>>
  close(): void
}

/** No content is ever read from a path or a URL: attachments come as bytes. */
const SAFELY = { disableFileAccess: true, disableUrlAccess: true } as const

export async function openMailer({ smtpUrl, outboxDir }: HandlerDeps['mail']): Promise<Mailer> {
  const { createTransport } = await import('nodemailer')
  return smtpUrl ? smtpMailer(createTransport, smtpUrl) : fileMailer(createTransport, outboxDir)
}

type CreateTransport = typeof import('nodemailer').createTransport

function smtpMailer(createTransport: CreateTransport, smtpUrl: string): Mailer {
  const transport = createTransport({
    pool: true,
    url: smtpUrl,
    connectionTimeout: 15_000,
    greetingTimeout: 15_000,
    socketTimeout: 60_000,
    // A connection that breaks while it delivers is not tried again in here: the mail may be out already, and the
    // next attempt of the job first asks whether the job is still ours.
    maxRequeues: 0
  })
  return {
    async send(_id, mail) {
      try {
        const { accepted, rejected, response } = await transport.sendMail({ ...mail, ...SAFELY })
        return { accepted, rejected, response }
      } catch (error) {
        throw refusedForGood(error as NodemailerError) ?? error
      }
    },
    close: () => transport.close()
  }
}

/** A 5xx about this mail or its recipients; one about our login is the operator's to mend, and then a later attempt works. */
function refusedForGood(error: NodemailerError): Refusal | undefined {
  const { permanent, code, responseCode, response, rejectedErrors } = error
  if (!permanent || code === 'EAUTH' || responseCode === 530) return undefined
  const answers = rejectedErrors?.map(({ recipient, response }) => `${recipient}: ${response}`) ?? [String(response)]
  return new Refusal(`the mail server refused the mail for good: ${answers.join('; ')}`, { cause: error })
}

function fileMailer(createTransport: CreateTransport, outboxDir: string): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
  return {
    async send(id, mail) {
      const { message } = await transport.sendMail({ ...mail, ...SAFELY })
      const file = `${id}.eml`
      await mkdir(outboxDir, { recursive: true })
      const temporary = join(outboxDir, `.${file}.${randomUUID()}.tmp`)
      try {
        await writeFile(temporary, message as Buffer, { flush: true })
        await rename(temporary, join(outboxDir, file))
      } finally {
        await rm(temporary, { force: true })
      }
      return { file }
    },
    close: () => transport.close()
  }
}
