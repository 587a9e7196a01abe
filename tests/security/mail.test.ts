/** What somebody who may create a job could make of a mail, on the wire: every command and every byte that a mail server is sent. */
import { once } from 'node:events'
import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import PostalMime from 'postal-mime'
import { describe, expect, onTestFinished } from 'vitest'
import { openMailer } from '../../worker/handlers/mailer.js'
import type { Registry } from '../../worker/handlers/index.js'
import { type Bench, test } from '../handlers/support.js'

interface Wire {
  readonly smtpUrl: string
  /** Whose mails go there. */
  readonly registry: Registry
  /** Commands, one line each, without those that open and end a session. */
  readonly commands: string[]
  /** What followed each DATA, up to its dot, as it was sent. */
  readonly messages: string[]
}

/** A mail server that believes everything and reads as the standard says: a mail ends with CR LF dot CR LF. */
async function mailWire(bench: Bench): Promise<Wire> {
  const commands: string[] = []
  const messages: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let text = ''
    let isData = false
    socket.write('220 here\r\n')
    socket.on('error', () => undefined).on('data', (chunk) => {
      text += chunk.toString('latin1')
      for (;;) {
        const end = text.indexOf(isData ? '\r\n.\r\n' : '\r\n')
        if (end < 0) return
        const part = text.slice(0, end)
        text = text.slice(end + (isData ? 5 : 2))
        if (isData) messages.push(part)
        else if (!/^(EHLO|RSET|QUIT|NOOP)\b/.test(part)) commands.push(part)
        socket.write(!isData && part === 'DATA' ? '354 go on\r\n' : '250 fine\r\n')
        isData = !isData && part === 'DATA'
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => new Promise<void>((resolve) => {
    for (const socket of sockets) socket.destroy()
    server.close(() => resolve())
  }))
  const smtpUrl = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { smtpUrl, registry: await bench.registry({ smtpUrl }), commands, messages }
}

const HELLO = { to: 'ann@example.com', subject: 'Hello', message: 'Text' }

/** Sends one mail. @returns What was sent for it, or the faults of its payload. */
async function sent(bench: Bench, { registry, commands, messages }: Wire, payload: object): Promise<{ refused: boolean; commands: string[]; message: string }> {
  commands.length = messages.length = 0
  const refused = registry.validate('send_email', payload).length > 0
  if (!refused) await bench.run('send_email', payload, { registry })
  expect(messages.length).toBe(refused ? 0 : 1)
  return { refused, commands: [...commands], message: messages[0] ?? '' }
}

const headOf = (message: string): string[] => message.slice(0, message.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')
const namesOf = (message: string): string[] => headOf(message).map((line) => line.slice(0, line.indexOf(':')).toLowerCase()).sort()

/** Every text of a payload that ends up in a header or in a command, with a value for it around some hostile text. */
const FIELDS: Record<string, (text: string) => object> = {
  subject: (text) => ({ subject: `a${text}b` }),
  'the name of to': (text) => ({ to: `Ann${text}Lee <ann@example.com>` }),
  'the address of to': (text) => ({ to: `ann${text}@example.com` }),
  'the domain of to': (text) => ({ to: `ann@example${text}.com` }),
  'the end of to': (text) => ({ to: `ann@example.com${text}` }),
  'one of several to': (text) => ({ to: ['ann@example.com', `bob${text}@example.com`] }),
  'the name of cc': (text) => ({ cc: `Bob${text}Lee <bob@example.com>` }),
  'the address of cc': (text) => ({ cc: `bob${text}@example.com` }),
  'the name of bcc': (text) => ({ bcc: `Bob${text}Lee <bob@example.com>` }),
  'the address of bcc': (text) => ({ bcc: `bob${text}@example.com` }),
  'the name of an attachment': (text) => ({ attachments: [{ path: 'a', filename: `a${text}b` }] }),
  'the path of an attachment': (text) => ({ attachments: [{ path: `a${text}b` }] })
}

describe('in every field that becomes a header', () => {
  test.for(Object.entries(FIELDS))('CR, LF and every other control character are refused: %s', async ([, change], { bench }) => {
    const registry = await bench.registry()
    const controls = [...Array.from({ length: 0x20 }, (_, i) => i), 0x7f].map((code) => String.fromCodePoint(code))
    const taken = [...controls, '\r\n', '\r\nBcc: eve@example.com', '\n\nbody', '\r\n.\r\n'].filter((text) => registry.validate('send_email', { ...HELLO, ...change(text) }).length === 0)
    expect(taken).toEqual([])
  })

  test.for(Object.entries(FIELDS))('no text starts a header, a part or a command of its own: %s', async ([, change], { bench }) => {
    const wire = await mailWire(bench)
    await mkdir(bench.filesRoot)
    const texts = ['\u0085', '\u2028', '\u2029', '%0d%0a', '=0D=0A', '=?utf-8?Q?=0D=0ABcc:_eve@example.com?=', '=?utf-8?B?DQpCY2M6IGV2ZUBleGFtcGxlLmNvbQ==?=', '"', '\\"', '";x="', ', eve@example.com', '; eve@example.com', '(eve@example.com)', '> <eve@example.com', 'group: eve@example.com;', "'", '*=utf-8\'\'', '嘊嘍Bcc: eve@example.com', ' SIZE=1', 'ß'.repeat(100)]
    for (const text of texts) {
      const payload = { ...HELLO, ...change(text) } as { to: unknown; cc?: string; bcc?: string; attachments?: Array<{ path: string }> }
      for (const { path } of payload.attachments ?? []) await writeFile(bench.file(path), 'x').catch(() => undefined) // a path that cannot be is refused
      const { refused, commands, message } = await sent(bench, wire, payload).catch((error: Error) => {
        expect(error.message).toMatch(/does not exist in FILES_ROOT|the file system answers/)
        return { refused: true, commands: [], message: '' }
      })
      if (refused) continue
      const copies = [payload.to, payload.cc ?? [], payload.bcc ?? []].flat().length
      expect(commands.map((line) => line.split(':')[0]), text).toEqual(['MAIL FROM', ...Array<string>(copies).fill('RCPT TO'), 'DATA'])
      expect(commands.filter((line) => /eve/.test(line)), text).toEqual([])
      const expected = ['content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to', ...(payload.cc ? ['cc'] : []), ...(payload.attachments ? [] : ['content-transfer-encoding'])]
      expect(namesOf(message), text).toEqual(expected.sort())
      const mail = await PostalMime.parse(Buffer.from(message, 'latin1'))
      expect(mail.to).toHaveLength([payload.to].flat().length)
      expect(mail.attachments).toHaveLength(payload.attachments?.length ?? 0)
    }
  })
})

test('whatever the texts are, a mail goes to those that it names, and its end is where it ends', { timeout: 120_000 }, async ({ bench }) => {
  const wire = await mailWire(bench)
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.constantFrom('\r', '\n', '\r\n', '.', 'a', ':', ' ', '\t', 'MAIL FROM:<eve@example.com>', '\u0085', '\u2028'), { maxLength: 20 }).map((parts) => parts.join('')))
  let mails = 0
  await fc.assert(
    fc.asyncProperty(text, text, text, async (subject, name, message) => {
      const { refused, commands, message: written } = await sent(bench, wire, { to: `${name} <ann@example.com>`, subject: `s${subject}`, message, html: message })
      if (refused) return
      mails++
      expect(commands).toEqual(['MAIL FROM:<duly@example.com>', 'RCPT TO:<ann@example.com>', 'DATA'])
      expect(namesOf(written)).toEqual(['content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to'])
      expect(written.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/) // some servers take a bare one for a line end, and a dot between two for the end of the mail
    }),
    { numRuns: 150 }
  )
  expect(mails).toBeGreaterThan(10)
})

test.for(['a\r\n.\r\nMAIL FROM:<eve@example.com>\r\n', 'a\n.\nb', 'a\n.\r\nb', 'a\r.\rb', 'a\r.\r\nb', 'a\r\n.\rb', '.', '..', '.\r\n'])('a text with the sign for the end of a mail is one mail, and arrives: %j', async (message, { bench }) => {
  const wire = await mailWire(bench)
  for (const payload of [{ message }, { html: message, message: undefined }]) {
    const { commands, message: written } = await sent(bench, wire, JSON.parse(JSON.stringify({ ...HELLO, ...payload })) as object)
    expect(commands).toHaveLength(3)
    expect(written.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    const mail = await PostalMime.parse(Buffer.from(written.replaceAll('\r\n..', '\r\n.'), 'latin1'))
    expect((mail.text ?? mail.html)!.trimEnd()).toBe(message.replaceAll(/\r\n?/g, '\n').trimEnd())
  }
})

describe('only to, cc, bcc, subject, text, html and attachments are taken', () => {
  const OTHERS = ['from', 'sender', 'replyTo', 'inReplyTo', 'references', 'envelope', 'headers', 'messageId', 'date', 'raw', 'text', 'alternatives', 'icalEvent', 'amp', 'watchHtml', 'list', 'dkim', 'priority', 'encoding', 'textEncoding', 'attachDataUrls', 'disableFileAccess', 'disableUrlAccess', 'normalizeHeaderKey', 'xMailer', 'auth', 'dsn']

  test.for(OTHERS)('not %s, in any form', async (name, { bench }) => {
    const registry = await bench.registry()
    for (const value of ['eve@example.com', true, { path: '/etc/passwd' }, [{ path: '/etc/passwd' }], null]) {
      expect(registry.validate('send_email', { ...HELLO, [name]: value })).toContainEqual({ pointer: `/${name}`, detail: expect.stringContaining('is not known here') })
    }
  })

  test.for(['to', 'cc', 'bcc', 'subject', 'message', 'html'])('and %s is text, no object that names a file or an address', async (name, { bench }) => {
    const registry = await bench.registry()
    for (const value of [{ path: '/etc/passwd' }, { href: 'http://127.0.0.1/' }, { name: 'a', address: 'ann@example.com' }, [{ path: '/etc/passwd' }], 1]) {
      expect(registry.validate('send_email', { ...HELLO, [name]: value })).not.toEqual([])
    }
  })

  test.for(['href', 'content', 'contentType', 'contentDisposition', 'headers', 'raw', 'cid', 'encoding', 'httpHeaders'])('an attachment has a path and a filename, no %s', async (name, { bench }) => {
    const registry = await bench.registry()
    expect(registry.validate('send_email', { ...HELLO, attachments: [{ path: 'a', [name]: 'x' }] })).toContainEqual({ pointer: `/attachments/0/${name}`, detail: expect.stringContaining('is not known here') })
  })
})

describe('the library that sends mail', () => {
  const CONTENT = (source: object): Record<string, object> => ({
    text: { text: source }, html: { html: source }, raw: { raw: source }, amp: { amp: source }, watchHtml: { watchHtml: source }, icalEvent: { icalEvent: source },
    alternatives: { alternatives: [source] }, attachments: { attachments: [source] }, 'the content of an attachment': { attachments: [{ content: source }] }, 'a raw attachment': { attachments: [{ raw: source }] }
  })
  const base = { from: 'duly@example.com', to: 'ann@example.com', subject: 's', text: 't' }

  test.for(['a server', 'a folder'])('reads no file and no address, whatever it is given, for %s', async (where, { bench }) => {
    let asked = 0
    const target = createServer((socket) => { asked++; socket.destroy() })
    target.listen(0, '127.0.0.1')
    await once(target, 'listening')
    onTestFinished(() => new Promise<void>((resolve) => { target.close(() => resolve()) }))
    const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/`
    const secret = join(bench.dir, 'secret')
    await writeFile(secret, 'secret')
    const wire = await mailWire(bench)
    const mailer = await openMailer({ smtpUrl: where === 'a server' ? wire.smtpUrl : undefined, from: base.from, outboxDir: join(bench.dir, 'outbox') })
    for (const source of [{ path: secret }, { path: `file://${secret}` }, { path: url }, { href: url }]) {
      for (const [field, content] of Object.entries(CONTENT(source))) {
        const allowed = { disableFileAccess: false, disableUrlAccess: false } // ours are stronger
        await expect(mailer.send('id', { ...base, ...content, ...allowed }), `${field} ${JSON.stringify(source)}`).rejects.toThrow(/access rejected/i)
      }
    }
    mailer.close()
    expect([asked, wire.messages]).toEqual([0, []])
  })
})

describe('what is too much', () => {
  const many = (count: number, name: string) => Array.from({ length: count }, (_, i) => `${name}${i}@example.com`)

  test.for([[51, 0, 0], [0, 51, 0], [1, 0, 50], [1, 50, 0], [17, 17, 17], [50, 50, 50]])('more than 50 recipients are refused: %i to, %i cc, %i bcc', async ([to, cc, bcc], { bench }) => {
    const registry = await bench.registry()
    const payload = { ...HELLO, to: to ? many(to, 'a') : HELLO.to, ...(cc && { cc: many(cc, 'b') }), ...(bcc && { bcc: many(bcc, 'c') }) }
    expect(registry.validate('send_email', payload)).not.toEqual([])
  })

  test('50 are taken, and each is one command', async ({ bench }) => {
    const { commands } = await sent(bench, await mailWire(bench), { ...HELLO, to: many(20, 'a'), cc: many(20, 'b'), bcc: many(10, 'c') })
    expect(commands.filter((line) => line.startsWith('RCPT TO:'))).toEqual([...many(20, 'a'), ...many(20, 'b'), ...many(10, 'c')].map((address) => `RCPT TO:<${address}>`))
  })

  test('more than 20 attachments are refused before the job is stored', async ({ bench }) => {
    const registry = await bench.registry()
    const attachments = (count: number) => Array.from({ length: count }, () => ({ path: 'a' }))
    expect(registry.validate('send_email', { ...HELLO, attachments: attachments(20) })).toEqual([])
    expect(registry.validate('send_email', { ...HELLO, attachments: attachments(21) })).toEqual([{ pointer: '/attachments', detail: expect.stringContaining('20') }])
  })

  test('an attachment of more than 20 MiB is given up before it is read', async ({ bench }) => {
    await mkdir(bench.filesRoot)
    await writeFile(bench.file('large'), '')
    await truncate(bench.file('large'), 2 ** 40) // takes no room on the disk; read, it would not fit into memory
    expect(await bench.run('send_email', { ...HELLO, attachments: [{ path: 'large' }] })).toEqual({ verdict: 'give_up', reason: expect.stringContaining('at most 20,971,520') })
  })
})

test('those in bcc are in no mail that is sent', async ({ bench }) => {
  const { commands, message } = await sent(bench, await mailWire(bench), { ...HELLO, bcc: 'Eve <eve@example.com>' })
  expect(commands).toContain('RCPT TO:<eve@example.com>')
  expect(message).not.toMatch(/eve/i)
})
