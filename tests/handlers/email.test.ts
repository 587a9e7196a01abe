import { createServer } from 'node:net'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { uuidv7 } from 'uuidv7'
import { describe, expect, onTestFinished } from 'vitest'
import { test } from './support.js'

interface Delivery {
  readonly to: string[]
  readonly mail: Email
}

/** A real mail server in this process. @returns Its URL, what it took, and how many connections it saw. */
async function mailServer(options: SMTPServerOptions = {}) {
  const deliveries: Delivery[] = []
  const seen = { connections: 0 }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onConnect(_session, done) {
      seen.connections++
      done()
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const taken = async () => {
          const mail = await PostalMime.parse(Buffer.concat(chunks))
          deliveries.push({ to: session.envelope.rcptTo.map(({ address }) => address), mail })
        }
        taken().then(() => done(), done)
      })
    },
    ...options
  })
  server.on('error', () => undefined) // clients that hang up
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  onTestFinished(() => new Promise<void>((resolve) => { server.close(resolve) }))
  const { port } = server.server.address() as { port: number }
  return { smtpUrl: `smtp://127.0.0.1:${port}`, deliveries, seen }
}

const refusing = (responseCode: number, which: (address: string) => boolean = () => true): SMTPServerOptions => ({
  onRcptTo({ address }, _session, done) {
    done(which(address) ? Object.assign(new Error(`no ${address} here`), { responseCode }) : null)
  }
})

const HELLO = { to: 'ann@example.com', subject: 'Hello!', message: 'This is a test job.' }

describe('a mail sent to a server', () => {
  test('arrives with its text in any language, its HTML, its recipients and its attachments', async ({ bench }) => {
    const { smtpUrl, deliveries } = await mailServer()
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256))
    await mkdir(bench.filesRoot)
    await writeFile(bench.file('Übersicht.bin'), bytes)
    const registry = await bench.registry({ smtpUrl })
    const result = await bench.run('send_email', {
      to: ['Ann Lee <ann@example.com>', '"Doe, John" <john@example.com>'],
      cc: 'carl@example.com',
      bcc: ['secret@example.com'],
      subject: 'Grüße an 😀 – Привет, κόσμε',
      message: 'Zeile 1\nΖωή',
      html: '<p>Ζωή</p>',
      attachments: [{ path: '/Übersicht.bin' }, { path: 'Übersicht.bin', filename: 'copy.dat' }]
    }, { registry })

    expect(result).toMatchObject({ accepted: ['ann@example.com', 'john@example.com', 'carl@example.com', 'secret@example.com'], rejected: [] })
    const [{ to, mail } = {} as Delivery] = deliveries
    expect(to).toEqual(['ann@example.com', 'john@example.com', 'carl@example.com', 'secret@example.com'])
    expect(mail).toMatchObject({
      subject: 'Grüße an 😀 – Привет, κόσμε',
      from: { name: 'Duly', address: 'duly@example.com' },
      to: [{ name: 'Ann Lee', address: 'ann@example.com' }, { name: 'Doe, John', address: 'john@example.com' }],
      cc: [{ address: 'carl@example.com' }],
      text: expect.stringContaining('Zeile 1\nΖωή'),
      html: expect.stringContaining('<p>Ζωή</p>')
    })
    expect(mail.bcc).toBeUndefined()
    expect(mail.attachments.map(({ filename, content }) => [filename, bytes.equals(Buffer.from(content as ArrayBuffer))])).toEqual([['Übersicht.bin', true], ['copy.dat', true]])
  })

  test('carries the same Message-ID when it is sent again, and another for another job', async ({ bench }) => {
    const { smtpUrl, deliveries } = await mailServer()
    const registry = await bench.registry({ smtpUrl })
    const job = { id: uuidv7() }
    const first = await bench.run('email_notification', HELLO, { registry, job })
    await bench.run('email_notification', HELLO, { registry, job: { ...job, attempt: 2, fence: 2 } })
    await bench.run('email_notification', HELLO, { registry })
    const ids = deliveries.map(({ mail }) => mail.messageId)
    expect(ids[0]).toBe(`<${job.id}@example.com>`)
    expect(first).toMatchObject({ message_id: ids[0] })
    expect(ids[1]).toBe(ids[0])
    expect(ids[2]).not.toBe(ids[0])
  })

  test('shares connections with others', async ({ bench }) => {
    const { smtpUrl, deliveries, seen } = await mailServer()
    const registry = await bench.registry({ smtpUrl })
    for (let i = 0; i < 20; i++) await bench.run('email_notification', HELLO, { registry })
    expect(deliveries).toHaveLength(20)
    expect(seen.connections).toBe(1)
  })

  test('that is refused for good (550) is not tried again, and the answer of the server is told', async ({ bench }) => {
    const { smtpUrl } = await mailServer(refusing(550))
    const registry = await bench.registry({ smtpUrl })
    expect(await bench.run('send_email', HELLO, { registry })).toEqual({
      verdict: 'give_up',
      reason: expect.stringMatching(/refused the mail for good: ann@example\.com: 550 .*no ann@example\.com here/)
    })
  })

  test('that is refused for now (451) is tried again', async ({ bench }) => {
    const { smtpUrl } = await mailServer(refusing(451))
    const registry = await bench.registry({ smtpUrl })
    await expect(bench.run('send_email', HELLO, { registry })).rejects.toThrow('451')
  })

  test('of whose recipients one is refused for now, all the others for good, is tried again', async ({ bench }) => {
    const { smtpUrl } = await mailServer({
      onRcptTo: ({ address }, _session, done) => done(Object.assign(new Error('no'), { responseCode: address.startsWith('ann') ? 451 : 550 }))
    })
    const registry = await bench.registry({ smtpUrl })
    await expect(bench.run('send_email', { ...HELLO, cc: 'bob@example.com' }, { registry })).rejects.toThrow('rejected')
  })

  test('of whose recipients some are refused reaches the others, and the result names both', async ({ bench }) => {
    const { smtpUrl, deliveries } = await mailServer(refusing(550, (address) => address.startsWith('bob')))
    const registry = await bench.registry({ smtpUrl })
    expect(await bench.run('send_email', { ...HELLO, cc: 'bob@example.com' }, { registry })).toMatchObject({ accepted: ['ann@example.com'], rejected: ['bob@example.com'] })
    expect(deliveries.map(({ to }) => to)).toEqual([['ann@example.com']])
  })

  test('whose content is refused for good (554 after the data) is not tried again', async ({ bench }) => {
    const { smtpUrl } = await mailServer({
      onData(stream, _session, done) {
        stream.resume().on('end', () => done(Object.assign(new Error('spam'), { responseCode: 554 })))
      }
    })
    const registry = await bench.registry({ smtpUrl })
    expect(await bench.run('send_email', HELLO, { registry })).toMatchObject({ verdict: 'give_up', reason: expect.stringContaining('554 spam') })
  })

  test('is tried again when the login is refused: the operator can mend that', async ({ bench }) => {
    const { smtpUrl } = await mailServer({ authOptional: false, onAuth: (_auth, _session, done) => done(Object.assign(new Error('bad login'), { responseCode: 535 })) })
    const registry = await bench.registry({ smtpUrl: smtpUrl.replace('//', '//user:wrong@') })
    await expect(bench.run('send_email', HELLO, { registry })).rejects.toThrow('535')
  })

  test('is tried again when nobody listens, and when the server hangs up in the middle', async ({ bench }) => {
    const silent = createServer((socket) => { socket.end() })
    await new Promise<void>((resolve) => { silent.listen(0, '127.0.0.1', resolve) })
    const { port } = silent.address() as { port: number }
    const registry = await bench.registry({ smtpUrl: `smtp://127.0.0.1:${port}` })
    await expect(bench.run('send_email', HELLO, { registry })).rejects.toThrow()
    await new Promise((resolve) => { silent.close(resolve) })
    await expect(bench.run('send_email', HELLO, { registry })).rejects.toThrow('ECONNREFUSED')
  })

  test('stops with the reason of the signal when the server takes too long', async ({ bench }) => {
    const timeout = new AbortController()
    const { smtpUrl, deliveries } = await mailServer({ onMailFrom: () => timeout.abort(new Error('the attempt timed out')) })
    const registry = await bench.registry({ smtpUrl })
    await expect(bench.run('send_email', HELLO, { registry, signal: timeout.signal })).rejects.toThrow('the attempt timed out')
    expect(deliveries).toEqual([])
  })

  test('is not sent by a worker that lost the job', async ({ bench }) => {
    const { smtpUrl, seen } = await mailServer()
    const registry = await bench.registry({ smtpUrl })
    await expect(bench.run('send_email', HELLO, { registry, assertOwned: () => { throw new Error('lost') } })).rejects.toThrow('lost')
    expect(seen.connections).toBe(0)
  })
})

describe('a mail without a server', () => {
  test('is kept as a file that mail programs open; a second attempt replaces it', async ({ bench }) => {
    const registry = await bench.registry()
    const job = { id: uuidv7() }
    const payload = { ...HELLO, bcc: 'secret@example.com', subject: 'Grüße 😀' }
    const result = await bench.run('email_notification', payload, { registry, job })
    await bench.run('email_notification', payload, { registry, job: { ...job, attempt: 2 } })
    expect(result).toEqual({ message_id: `<${job.id}@example.com>`, file: `${job.id}.eml` })
    expect(await readdir(join(bench.dir, 'outbox'))).toEqual([`${job.id}.eml`])
    const mail = await PostalMime.parse(await readFile(join(bench.dir, 'outbox', `${job.id}.eml`)))
    expect(mail).toMatchObject({ subject: 'Grüße 😀', messageId: `<${job.id}@example.com>`, to: [{ address: 'ann@example.com' }], bcc: [{ address: 'secret@example.com' }], text: 'This is a test job.\n' })
  })

  test('needs no FILES_ROOT, and attaches only what lies in it', async ({ bench }) => {
    await writeFile(join(bench.dir, 'secret'), 'secret')
    await bench.run('email_notification', HELLO)
    expect(await readdir(bench.dir)).toEqual(expect.not.arrayContaining(['files']))
    await expect(bench.run('email_notification', { ...HELLO, attachments: [{ path: 'missing' }] })).rejects.toThrow('"missing" does not exist in FILES_ROOT')
    await expect(bench.run('email_notification', { ...HELLO, attachments: [{ path: '../secret' }] })).rejects.toThrow('must not contain')
  })

  test('with attachments of more than 20 MiB together is given up', async ({ bench }) => {
    await mkdir(bench.filesRoot)
    await writeFile(bench.file('large'), Buffer.alloc(11 * 1024 * 1024))
    const attachments = [{ path: 'large' }, { path: 'large', filename: 'again' }]
    expect(await bench.run('send_email', { ...HELLO, attachments })).toMatchObject({ verdict: 'give_up', reason: expect.stringContaining('20,971,520 bytes together') })
  })
})

describe('the payload of a mail', () => {
  test.for<[string, object, string, string]>([
    ['a line end in the subject', { subject: 'a\r\nBcc: x@example.com' }, '/subject', 'one line'],
    ['a line end in an address', { to: 'ann@example.com\r\nBcc: x@example.com' }, '/to', 'one address'],
    ['a line end in a name', { to: 'Ann\r\nBcc: x <ann@example.com>' }, '/to', 'one address'],
    ['a line end at the end', { to: 'ann@example.com\n' }, '/to', 'one address'],
    ['a line end in the name of an attachment', { attachments: [{ path: 'a', filename: 'a\nb' }] }, '/attachments/0/filename', 'one line'],
    ['no address', { to: 'ann' }, '/to', 'one address'],
    ['two addresses in one text', { to: 'ann@example.com, bob@example.com' }, '/to', 'as an array'],
    ['an address inside an array', { cc: ['ann@example.com', 'bob'] }, '/cc/1', 'one address'],
    ['nobody', { to: [] }, '/to', 'must not be empty'],
    ['nothing to say', { message: undefined }, '', 'needs a message, html or both'],
    ['a field of the server', { from: 'boss@example.com' }, '/from', 'is not known here'],
    ['headers', { headers: { 'x-a': 'b' } }, '/headers', 'is not known here'],
    ['a URL to attach', { attachments: [{ href: 'http://example.com' }] }, '/attachments/0/href', 'is not known here'],
    ['more than 50 recipients', { to: Array.from({ length: 30 }, (_, i) => `a${i}@example.com`), bcc: Array.from({ length: 21 }, (_, i) => `b${i}@example.com`) }, '', 'has 51 recipients']
  ])('with %s is refused', async ([, change, pointer, detail], { bench }) => {
    const registry = await bench.registry()
    const payload: unknown = JSON.parse(JSON.stringify({ ...HELLO, ...change }))
    expect(registry.validate('send_email', payload)).toContainEqual({ pointer, detail: expect.stringContaining(detail) })
  })

  test('may name 50 recipients', async ({ bench }) => {
    const registry = await bench.registry()
    const many = (n: number) => Array.from({ length: n }, (_, i) => `Name ${i} <a${i}@example.com>`)
    expect(registry.validate('send_email', { ...HELLO, to: many(20), cc: many(20), bcc: many(10) })).toEqual([])
  })
})
