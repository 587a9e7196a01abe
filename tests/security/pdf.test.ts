/** A PDF is made of the texts and pictures of a payload, and of nothing that these name. How it looks is in tests/handlers/generate-pdf.test.ts. */
import { once } from 'node:events'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import sharp from 'sharp'
import { getDocumentProxy, getMeta } from 'unpdf'
import { describe, expect, onTestFinished } from 'vitest'
import { type Bench, test } from '../handlers/support.js'

/** A text that asks for a file and for an address in every language that a maker of PDFs might understand. */
const hostile = (file: string, url: string): string =>
  [
    `${url}a`, `file://${file}`, file, `<img src="${url}b">`, `<link rel="stylesheet" href="${url}c">`, `<iframe src="file://${file}"></iframe>`, `<svg><image href="${url}d"/></svg>`, `![](${url}e)`, `@import url(${url}f);`,
    `\\input{${file}}`, `{{ include "${file}" }}`, `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file://${file}">]><a>&b;</a>`,
    `) Tj ET endstream endobj 99 0 obj << /Type /Annot /Subtype /Link /A << /S /URI /URI (${url}g) >> >> endobj`, '<< /S /JavaScript /JS (app.alert(1)) >>', `(${file}) (r) file run`
  ].join('\n')

interface Scene {
  readonly url: string
  readonly file: string
  readonly asked: () => number
}

async function scene(bench: Bench): Promise<Scene> {
  let connections = 0
  const server = createServer((socket) => { connections++; socket.destroy() })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => new Promise<void>((resolve) => { server.close(() => resolve()) }))
  await mkdir(bench.filesRoot)
  const file = join(bench.dir, 'secret')
  await writeFile(file, 'TOP-SECRET')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, file, asked: () => connections }
}

const opened = async (bench: Bench) => getDocumentProxy(new Uint8Array(await readFile(bench.file('out.pdf'))))

async function textOf(bench: Bench): Promise<string> {
  const document = await opened(bench)
  const pages = await Promise.all(Array.from({ length: document.numPages }, async (_, i) => (await document.getPage(i + 1)).getTextContent()))
  return pages.flatMap(({ items }) => items.map((item) => ('str' in item ? item.str : ''))).join(' ')
}

describe('texts that name files and addresses', () => {
  const blocksOf = (text: string) => [
    { type: 'heading', text: text.slice(0, 1_000) }, { type: 'paragraph', text }, { type: 'list', items: [text] }, { type: 'table', columns: [text.slice(0, 200)], rows: [[text]] }
  ]

  test('are written as they are: no file is read, no address is asked', async ({ bench }) => {
    const { url, file, asked } = await scene(bench)
    const text = hostile(file, url)
    for (const payload of [{ content: text }, { blocks: blocksOf(text) }]) {
      await bench.run('generate_pdf', { title: text.slice(0, 500), ...payload, output: 'out.pdf' })
      const written = await textOf(bench)
      expect(written).not.toContain('TOP-SECRET')
      expect(written.replaceAll(/\s/g, '')).toContain(`<imgsrc="${url}b">`)
    }
    expect(asked()).toBe(0)
  })

  test('become no links, scripts, actions, forms or attached files', async ({ bench }) => {
    const { url, file } = await scene(bench)
    const text = hostile(file, url)
    await bench.run('generate_pdf', { title: text.slice(0, 500), blocks: blocksOf(text), output: 'out.pdf' })
    const document = await opened(bench)
    const annotations = await Promise.all(Array.from({ length: document.numPages }, async (_, i) => (await document.getPage(i + 1)).getAnnotations()))
    expect(annotations.flat()).toEqual([])
    expect([await document.getJSActions(), await document.getOpenAction(), await document.getAttachments(), await document.getOutline(), await document.getFieldObjects()].filter(Boolean)).toEqual([])
    const { info } = await getMeta(document) as { info: { Title?: string } }
    expect(info.Title?.replaceAll(/\s+/g, ' ')).toBe(text.slice(0, 500).replaceAll(/\s+/g, ' '))
  })
})

describe('a picture', () => {
  const image = (bench: Bench, path: string) => bench.run('generate_pdf', { title: 'T', blocks: [{ type: 'image', path }], output: 'out.pdf' })

  test('is never an address: that is a path in FILES_ROOT, where nothing is', async ({ bench }) => {
    const { url, file, asked } = await scene(bench)
    for (const path of [`${url}a.png`, `file://${file}`, file, '//127.0.0.1/a.png', 'data:image/png;base64,iVBORw0KGgo=']) await expect(image(bench, path)).rejects.toThrow('does not exist in FILES_ROOT')
    expect(asked()).toBe(0)
  })

  test('that is a link to a file outside is refused', async ({ bench }) => {
    const { file } = await scene(bench)
    await symlink(file, bench.file('a.png'))
    expect(await image(bench, 'a.png')).toEqual({ verdict: 'give_up', reason: expect.stringContaining('symbolic link') })
  })

  test('is drawn anew: nothing else that its file holds is in the document', async ({ bench }) => {
    await scene(bench)
    const data = await sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } }).withExif({ IFD0: { Copyright: 'HIDDEN-IN-EXIF' } }).jpeg().toBuffer()
    expect(data.toString('latin1')).toContain('HIDDEN-IN-EXIF')
    await writeFile(bench.file('a.jpg'), Buffer.concat([data, Buffer.from('HIDDEN-AT-THE-END')]))
    await image(bench, 'a.jpg')
    expect((await readFile(bench.file('out.pdf'))).toString('latin1')).not.toContain('HIDDEN')
  })
})

test.for([
  ['a heading', 'heading', 'font'], ['a heading', 'heading', 'link'], ['a paragraph', 'paragraph', 'font'], ['a paragraph', 'paragraph', 'link'], ['a paragraph', 'paragraph', 'src'], ['an image', 'image', 'link'], ['an image', 'image', 'url'], ['an image', 'image', 'href']
] as const)('%s takes no field that could name more than its path: %s.%s', async ([, type, name], { bench }) => {
  const registry = await bench.registry()
  const block = { type, ...(type === 'image' ? { path: 'a.png' } : { text: 'x' }), [name]: '/etc/passwd' }
  expect(registry.validate('generate_pdf', { title: 'T', blocks: [block], output: 'a.pdf' })).toContainEqual({ pointer: `/blocks/0/${name}`, detail: expect.stringContaining('not known here') })
})

test.for(['font', 'fonts', 'attachments', 'userPassword', 'info', 'template', 'html', 'url'])('a document takes no %s', async (name, { bench }) => {
  const registry = await bench.registry()
  expect(registry.validate('generate_pdf', { title: 'T', content: 'x', output: 'a.pdf', [name]: '/etc/passwd' })).toContainEqual({ pointer: `/${name}`, detail: expect.stringContaining('not known here') })
})
