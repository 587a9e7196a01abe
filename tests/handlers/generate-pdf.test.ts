import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import sharp from 'sharp'
import { extractText, getDocumentProxy, getMeta } from 'unpdf'
import { describe, expect } from 'vitest'
import { type Bench, jobOf, test } from './support.js'

/** Opens a PDF that was written, as a reader does. @returns The text of each page, on one line. */
async function pagesOf(bench: Bench, path: string): Promise<string[]> {
  const document = await getDocumentProxy(new Uint8Array(await readFile(bench.file(path))))
  return (await extractText(document, { mergePages: false })).text.map((text) => text.replace(/\s+/g, ' '))
}

const LANGUAGES = {
  latin: 'Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. Żółć, Łódź, ğüşöç, ffi flow.',
  greek: 'Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. Ελλάδα',
  cyrillic: 'Съешь ещё этих мягких французских булок, да выпей чаю. Київ'
}

describe('generate_pdf', () => {
  test('writes text that can be read and extracted in Latin, Greek and Cyrillic', async ({ bench }) => {
    const result = await bench.run('generate_pdf', { title: 'Отчёт – Έκθεση – Bericht', content: Object.values(LANGUAGES).join('\n\n'), output: 'reports/a.pdf' })
    const data = await readFile(bench.file('reports/a.pdf'))
    expect(result).toEqual({ path: 'reports/a.pdf', pages: 1, bytes: data.length })
    expect(data.subarray(0, 5).toString()).toBe('%PDF-')
    const [text] = await pagesOf(bench, 'reports/a.pdf')
    for (const part of ['Отчёт – Έκθεση – Bericht', ...Object.values(LANGUAGES), '1 / 1']) expect(text).toContain(part)
    const { info } = await getMeta(new Uint8Array(data))
    expect(info).toMatchObject({ Title: 'Отчёт – Έκθεση – Bericht', Creator: 'Duly' })
    expect(await readdir(bench.file('reports'))).toEqual(['a.pdf'])
  })

  test('lays out headings, paragraphs, lists, tables, pictures and page breaks', async ({ bench }) => {
    await mkdir(bench.filesRoot)
    await writeFile(bench.file('chart.png'), await sharp({ create: { width: 300, height: 200, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0.5 } } }).png().toBuffer())
    await writeFile(bench.file('photo.jpg'), await sharp({ create: { width: 4_000, height: 3_000, channels: 3, background: 'green' } }).jpeg().toBuffer())
    const blocks = [
      { type: 'heading', text: 'Überschrift' },
      { type: 'paragraph', text: 'First line\nsecond line', align: 'justify' },
      { type: 'heading', text: 'Kleiner', level: 3 },
      { type: 'list', items: ['apples', 'πορτοκάλια'] },
      { type: 'list', items: ['one', 'two'], ordered: true },
      { type: 'table', columns: ['Fruit', 'Price'], rows: [['Birne', 1.5], ['яблоко', 20]] },
      { type: 'page_break' },
      { type: 'image', path: '/chart.png', width: 50, caption: 'A chart' },
      { type: 'image', path: 'photo.jpg' }
    ]
    const result = await bench.run('generate_pdf', { title: 'All', blocks, output: 'all.pdf' })
    expect(result).toMatchObject({ pages: 2 })
    const [first, second] = await pagesOf(bench, 'all.pdf')
    for (const part of ['Überschrift', 'First line', 'second line', 'Kleiner', '• apples', '• πορτοκάλια', '1. one', '2. two', 'Fruit Price', 'Birne 1.5', 'яблоко 20', '1 / 2']) expect(first).toContain(part)
    for (const part of ['A chart', '2 / 2']) expect(second).toContain(part)
    const source = await readFile(bench.file('all.pdf'), 'latin1')
    expect(source.match(/\/Subtype \/Image/g)).toHaveLength(2)
    expect(source.match(/(?<=\/Width )\d+/g)).toEqual(['300', '2000']) // no more pixels than paper shows
  })

  test('the title and headings are larger than the text, and larger the higher they stand', async ({ bench }) => {
    const blocks = [{ type: 'heading', text: 'Äß1' }, { type: 'heading', text: 'Öß2', level: 2 }, { type: 'heading', text: 'Üß3', level: 3 }, { type: 'paragraph', text: 'text' }]
    await bench.run('generate_pdf', { title: 'Заголовок', blocks, output: 'h.pdf' })
    const document = await getDocumentProxy(new Uint8Array(await readFile(bench.file('h.pdf'))))
    const { items } = await (await document.getPage(1)).getTextContent()
    const heights = ['Заголовок', 'Äß1', 'Öß2', 'Üß3', 'text'].map((text) => items.flatMap((item) => ('str' in item && item.str === text ? [item.height] : []))[0])
    expect(heights).toEqual([22, 18, 14.5, 12, 11])
  })

  test('a table that does not fit goes on over the page, under its header', async ({ bench }) => {
    const rows = Array.from({ length: 200 }, (_, i) => [`row-${i + 1}`, i])
    const { pages } = (await bench.run('generate_pdf', { title: 'T', blocks: [{ type: 'table', columns: ['Name', 'Value'], rows }], output: 't.pdf' })) as { pages: number }
    const texts = await pagesOf(bench, 't.pdf')
    expect(pages).toBe(texts.length)
    expect(pages).toBeGreaterThan(3)
    for (const [i, text] of texts.entries()) {
      expect(text).toContain('Name Value')
      expect(text).toContain(`${i + 1} / ${pages}`)
    }
    expect(texts.join(' ').match(/row-\d+/g)).toEqual(rows.map(([name]) => name))
  })

  test('a cell higher than a page is cut between words, and nothing of it is lost', async ({ bench }) => {
    const words = Array.from({ length: 3_000 }, (_, i) => `w${i}`)
    await bench.run('generate_pdf', { title: 'T', blocks: [{ type: 'table', columns: ['A', 'B'], rows: [['before', 'x'], [words.join(' '), 'short'], ['after', 'y']] }], output: 't.pdf' })
    const texts = await pagesOf(bench, 't.pdf')
    expect(texts.length).toBeGreaterThan(2)
    expect(texts.every((text) => text.includes('A B'))).toBe(true)
    expect(texts.join(' ').match(/w\d+/g)).toEqual(words)
    expect(texts.at(-1)).toContain('after y')
  })

  test('long lists and texts run over the pages, each numbered', async ({ bench }) => {
    const items = Array.from({ length: 150 }, (_, i) => `item-${i + 1} ${'lorem ipsum '.repeat(20)}`)
    const { pages } = (await bench.run('generate_pdf', { title: 'L', blocks: [{ type: 'list', items, ordered: true }], output: 'l.pdf' })) as { pages: number }
    const texts = await pagesOf(bench, 'l.pdf')
    expect(texts).toHaveLength(pages)
    expect(texts.join(' ').match(/item-\d+/g)).toHaveLength(150)
    texts.forEach((text, i) => expect(text).toContain(`${i + 1} / ${pages}`))
  })

  test.for([['A4', 'portrait', 595, 842], ['A4', 'landscape', 842, 595], ['LETTER', 'portrait', 612, 792], ['A5', 'portrait', 420, 595], ['A3', 'portrait', 842, 1191], ['LEGAL', 'landscape', 1008, 612]] as const)(
    'writes %s, %s',
    async ([page_size, orientation, width, height], { bench }) => {
      await bench.run('generate_pdf', { title: 'S', content: 'x', page_size, orientation, output: 's.pdf' })
      const document = await getDocumentProxy(new Uint8Array(await readFile(bench.file('s.pdf'))))
      const [, , w, h] = (await document.getPage(1)).view
      expect([Math.round(w ?? 0), Math.round(h ?? 0)]).toEqual([width, height])
    }
  )

  test('the same job writes the same bytes again', async ({ bench }) => {
    const job = jobOf()
    const once = async (fence: number) => {
      await bench.run('generate_pdf', { title: 'Same', content: LANGUAGES.greek, output: 's.pdf' }, { job: { ...job, fence } })
      return readFile(bench.file('s.pdf'))
    }
    expect((await once(1)).equals(await once(2))).toBe(true)
  })

  test('characters that the font lacks are named in the result', async ({ bench }) => {
    const result = await bench.run('generate_pdf', { title: 'Odd', content: '漢字\tand\0\u0007 ordinary text, e\u0301'.replace('\0', ''), output: 'o.pdf' })
    expect(result).toMatchObject({ missing_characters: ['漢', '字'] })
    expect((await pagesOf(bench, 'o.pdf'))[0]).toContain('ordinary text, é')
  })

  test('a long document leaves the rest of the process its turn', async ({ bench }) => {
    let longestMs = 0
    let lastAtMs = performance.now()
    const timer = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - lastAtMs)
      lastAtMs = performance.now()
    }, 1)
    const startedAtMs = performance.now()
    await bench.run('generate_pdf', { title: 'Long', content: 'Lorem ipsum dolor sit amet.\n\n'.repeat(8_000), output: 'l.pdf' })
    clearInterval(timer)
    expect(longestMs).toBeLessThan((performance.now() - startedAtMs) / 2)
  })

  test('stops with the reason of the signal in the middle of a table', async ({ bench }) => {
    const timeout = new AbortController()
    const rows = Array.from({ length: 10_000 }, (_, i) => [`row ${i}`])
    setImmediate(() => setImmediate(() => timeout.abort(new Error('timed out'))))
    await expect(bench.run('generate_pdf', { title: 'T', blocks: [{ type: 'table', columns: ['A'], rows }], output: 't.pdf' }, { signal: timeout.signal })).rejects.toThrow('timed out')
  })

  test('more pages than are allowed are refused, and nothing is written', async ({ bench }) => {
    const blocks = Array.from({ length: 1_500 }, () => ({ type: 'page_break' }))
    expect(await bench.run('generate_pdf', { title: 'T', blocks, output: 't.pdf' })).toMatchObject({ verdict: 'give_up', reason: expect.stringContaining('more than 1000 pages') })
    expect(await readdir(bench.dir)).toEqual(expect.not.arrayContaining(['files']))
  })

  test('pictures come from inside FILES_ROOT only, as jpeg or png', async ({ bench }) => {
    await mkdir(bench.filesRoot)
    await writeFile(bench.file('a.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
    await writeFile(bench.file('a.webp'), await sharp({ create: { width: 3, height: 3, channels: 3, background: 'red' } }).webp().toBuffer())
    const image = (path: string) => bench.run('generate_pdf', { title: 'T', blocks: [{ type: 'image', path }], output: 't.pdf' })
    expect(await image('a.svg')).toMatchObject({ verdict: 'give_up', reason: expect.stringContaining('jpeg, png are taken') })
    expect(await image('a.webp')).toMatchObject({ verdict: 'give_up', reason: '"a.webp" is a webp picture; jpeg, png are taken' })
    expect(await image('http://example.com/a.png').catch((error: Error) => error.message)).toBe('"http://example.com/a.png" does not exist in FILES_ROOT')
    await expect(image('../../etc/passwd')).rejects.toThrow('"pointer":"/blocks/0/path"')
  })

  test.for<[object, string, string]>([
    [{}, '', 'needs either content (plain text) or blocks, and not both'],
    [{ content: 'a', blocks: [{ type: 'page_break' }] }, '', 'not both'],
    [{ blocks: [{ type: 'heading' }] }, '/blocks/0/text', 'is missing: Its text'],
    [{ blocks: [{ type: 'page_break' }, { type: 'paragraf', text: 'x' }] }, '/blocks/1/type', 'did you mean "paragraph"?'],
    [{ blocks: [{ type: 'table', columns: ['A'], rows: [['a'], ['a', 'b']] }] }, '/blocks/0/rows/1', 'has 2 cells, but the table has 1 columns'],
    [{ blocks: [{ type: 'table', columns: ['A'], rows: [[true]] }] }, '/blocks/0/rows/0/0', 'must be a string or a number, not true'],
    [{ blocks: Array.from({ length: 201 }, () => ({ type: 'image', path: 'a.png' })) }, '/blocks', 'has 201 images; at most 200'],
    [{ content: 'x', page_size: 'A44' }, '/page_size', 'did you mean "A4"?']
  ])('%j is refused at %j', async ([change, pointer, detail], { bench }) => {
    const registry = await bench.registry()
    expect(registry.validate('generate_pdf', { title: 'T', output: 'a.pdf', ...change })).toEqual([{ pointer, detail: expect.stringContaining(detail) }])
  })
})
