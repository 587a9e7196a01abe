/** Lays text, tables and pictures out on the pages of a PDF. All lengths are points, 72 to the inch. */
import { createRequire } from 'node:module'
import { setImmediate } from 'node:timers/promises'
import { columnWidths, splitToFit } from './pdf-table.js'
import { Refusal } from './refusal.js'

export const PAGE_SIZES = ['A3', 'A4', 'A5', 'LETTER', 'LEGAL'] as const

export interface PdfOptions {
  readonly title: string
  readonly size: (typeof PAGE_SIZES)[number]
  readonly orientation: 'portrait' | 'landscape'
  /** Stands in the file instead of the time of writing, so that a second run writes the same bytes. */
  readonly createdAt: Date
  readonly signal: AbortSignal
}

export interface Picture {
  readonly data: Buffer
  /** Pixels. */
  readonly width: number
  readonly height: number
}

/** 2 cm on every side. */
const MARGIN = 57
const TEXT_SIZE = 11
const TABLE_SIZE = 9.5
const CELL_PADDING = 4
const HEADING_SIZES = [18, 14.5, 12]
const INK = '#1a1a1a'
const FAINT = '#767676'
/** All pages stay in memory until the last one is known. */
const MAX_PAGES = 1_000
/** Longest that layout holds up everything else in the process. */
const TURN_MS = 20

const require = createRequire(import.meta.url)
/** Latin, Greek, Cyrillic and more; of a font only the letters in use go into the file. */
const FONTS = {
  regular: require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
  bold: require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf')
}
type FontName = keyof typeof FONTS
/** pdfkit does not say which letters a font has; the font that it holds does. */
interface Letters {
  hasGlyphForCodePoint(codePoint: number): boolean
}

export class PdfDocument {
  readonly #doc: PDFKit.PDFDocument
  readonly #signal: AbortSignal
  readonly #chunks: Buffer[] = []
  readonly #letters: Letters
  readonly #known = new Set<string>()
  readonly #missing = new Set<string>()
  #turnStartedAtMs = performance.now()

  private constructor(doc: PDFKit.PDFDocument, signal: AbortSignal) {
    this.#doc = doc
    this.#signal = signal
    doc.on('data', (chunk: Buffer) => this.#chunks.push(chunk))
    doc.on('pageAdded', () => {
      if (doc.bufferedPageRange().count > MAX_PAGES) throw new Refusal(`the document would have more than ${MAX_PAGES} pages; split it`)
    })
    for (const [name, file] of Object.entries(FONTS)) doc.registerFont(name, file)
    this.#letters = (doc.font('regular') as unknown as { _font: { font: Letters } })._font.font
  }

  static async create({ title, size, orientation, createdAt, signal }: PdfOptions): Promise<PdfDocument> {
    const { default: PDFKitDocument } = await import('pdfkit')
    const info = { Title: title, Creator: 'Duly', Producer: 'Duly', CreationDate: createdAt }
    return new PdfDocument(new PDFKitDocument({ size, layout: orientation, margin: MARGIN, bufferPages: true, displayTitle: true, info }), signal)
  }

  title(text: string): void {
    this.#write(text, 'bold', 22)
    this.#doc.moveDown(0.8)
  }

  heading(text: string, level: number): void {
    const size = HEADING_SIZES[level - 1] ?? TEXT_SIZE
    this.#needRoom(4 * size) // a heading is not left alone at the foot of a page
    if (this.#doc.y > MARGIN) this.#doc.moveDown(0.4)
    this.#write(text, 'bold', size)
    this.#doc.moveDown(0.4)
  }

  paragraph(text: string, align: 'left' | 'center' | 'right' | 'justify' = 'left'): void {
    this.#write(text, 'regular', TEXT_SIZE, { align })
    this.#doc.moveDown(0.7)
  }

  async list(items: readonly string[], ordered: boolean): Promise<void> {
    const marker = (index: number) => (ordered ? `${index + 1}.` : '•')
    const indent = this.#use('regular', TEXT_SIZE).widthOfString(marker(items.length - 1)) + 8
    for (const [index, item] of items.entries()) {
      this.#needRoom(1.5 * TEXT_SIZE)
      const { y } = this.#doc
      this.#use('regular', TEXT_SIZE).text(marker(index), MARGIN, y, { lineBreak: false })
      this.#doc.text(this.#readable(item), MARGIN + indent, y, { width: this.#width - indent, lineGap: 2 })
      this.#doc.moveDown(0.2)
      await this.breathe()
    }
    this.#doc.moveDown(0.5)
  }

  /** Rows that do not fit go on over the page, under the header again; so does the rest of a row higher than a page. */
  async table(columns: readonly string[], rows: ReadonlyArray<ReadonlyArray<string | number>>): Promise<void> {
    const header = columns.map((text) => this.#readable(text))
    const body = rows.map((row) => columns.map((_, i) => this.#readable(String(row[i] ?? ''))))
    const isNumeric = columns.map((_, i) => rows.every((row) => row[i] === undefined || typeof row[i] === 'number'))
    const widths = columnWidths([header, ...body], this.#width, (text) => this.#use('bold', TABLE_SIZE).widthOfString(text) + 2 * CELL_PADDING)

    const heightOf = (cells: readonly string[], font: FontName) => {
      const doc = this.#use(font, TABLE_SIZE)
      return Math.max(...cells.map((text, i) => doc.heightOfString(text || ' ', { width: (widths[i] ?? 0) - 2 * CELL_PADDING }))) + 2 * CELL_PADDING
    }
    const draw = (cells: readonly string[], font: FontName) => {
      const height = heightOf(cells, font)
      const { y } = this.#doc
      if (font === 'bold') this.#doc.rect(MARGIN, y, this.#width, height).fill('#eeeeee')
      const doc = this.#use(font, TABLE_SIZE)
      let x = MARGIN
      cells.forEach((text, i) => {
        const width = widths[i] ?? 0
        if (text) doc.text(text, x + CELL_PADDING, y + CELL_PADDING, { width: width - 2 * CELL_PADDING, align: isNumeric[i] ? 'right' : 'left' })
        x += width
      })
      doc.moveTo(MARGIN, y + height).lineTo(MARGIN + this.#width, y + height).lineWidth(0.5).stroke('#bbbbbb')
      this.#at(y + height)
    }

    const headerHeight = heightOf(header, 'bold')
    if (headerHeight > this.#pageRoom / 3) throw new Refusal('the names of the columns of a table need more than a third of a page: shorten them, or use fewer columns')
    const fewLines = 3 * TABLE_SIZE + 2 * CELL_PADDING
    this.#needRoom(headerHeight + fewLines)
    draw(header, 'bold')
    const overThePage = () => {
      this.pageBreak()
      draw(header, 'bold')
    }
    for (const row of body) {
      let rest = row
      let isUnderHeader = false
      while (heightOf(rest, 'regular') > this.#room) {
        const fitsOnNext = heightOf(rest, 'regular') <= this.#pageRoom - headerHeight
        if (isUnderHeader || !(fitsOnNext || this.#room < fewLines)) {
          const room = this.#room - 2 * CELL_PADDING
          const doc = this.#use('regular', TABLE_SIZE)
          const parts = rest.map((text, i) => splitToFit(text, (part) => doc.heightOfString(part, { width: (widths[i] ?? 0) - 2 * CELL_PADDING }) <= room))
          draw(parts.map(([fits]) => fits), 'regular')
          rest = parts.map(([, over]) => over)
          await this.breathe()
        }
        overThePage()
        isUnderHeader = true
      }
      draw(rest, 'regular')
      await this.breathe()
    }
    this.#doc.moveDown(0.8)
  }

  /** @param share - Of the width of the text, up to 1; its own size at 96 pixels to the inch when left out. */
  image({ data, width, height }: Picture, share: number | undefined, caption: string | undefined): void {
    const captionRoom = caption ? 3 * TEXT_SIZE : 0
    const wanted = share === undefined ? Math.min(width * 0.75, this.#width) : share * this.#width
    const scale = Math.min(wanted / width, (this.#pageRoom - captionRoom) / height)
    this.#needRoom(height * scale + captionRoom)
    const { y } = this.#doc
    this.#doc.image(data, MARGIN, y, { width: width * scale, height: height * scale })
    this.#at(y + height * scale)
    this.#doc.moveDown(0.3)
    if (caption) this.#write(caption, 'regular', 9, { color: FAINT })
    this.#doc.moveDown(0.5)
  }

  pageBreak(): void {
    this.#doc.addPage()
    this.#at(MARGIN)
  }

  /** Lets the rest of the process have its turn, so that a long document stops neither timers nor heartbeats. @throws The reason of the signal. */
  async breathe(): Promise<void> {
    if (performance.now() - this.#turnStartedAtMs < TURN_MS) return
    await setImmediate()
    this.#signal.throwIfAborted()
    this.#turnStartedAtMs = performance.now()
  }

  /** Numbers the pages and ends the document. */
  async finish(): Promise<{ data: Buffer; pages: number; missing: string[] }> {
    const doc = this.#doc
    const { count } = doc.bufferedPageRange()
    for (let page = 0; page < count; page++) {
      doc.switchToPage(page)
      doc.page.margins.bottom = 0 // else text down there would start another page
      this.#use('regular', 9, FAINT).text(`${page + 1} / ${count}`, MARGIN, doc.page.height - MARGIN + 18, { width: this.#width, align: 'center', lineBreak: false })
      await this.breathe()
    }
    const ended = new Promise<void>((resolve, reject) => doc.once('end', resolve).once('error', reject))
    doc.end()
    await ended
    return { data: Buffer.concat(this.#chunks), pages: count, missing: [...this.#missing] }
  }

  get #width(): number {
    return this.#doc.page.width - 2 * MARGIN
  }

  /** Left on this page; a point less, so that rounding never makes pdfkit start another. */
  get #room(): number {
    return this.#doc.page.height - MARGIN - this.#doc.y - 1
  }

  get #pageRoom(): number {
    return this.#doc.page.height - 2 * MARGIN - 1
  }

  #needRoom(height: number): void {
    if (height > this.#room && this.#doc.y > MARGIN) this.pageBreak()
  }

  #at(y: number): void {
    this.#doc.x = MARGIN
    this.#doc.y = y
  }

  #use(font: FontName, size: number, color = INK): PDFKit.PDFDocument {
    return this.#doc.font(font).fontSize(size).fillColor(color)
  }

  #write(text: string, font: FontName, size: number, { align = 'left', color = INK }: { align?: 'left' | 'center' | 'right' | 'justify'; color?: string } = {}): void {
    this.#use(font, size, color).text(this.#readable(text), MARGIN, this.#doc.y, { width: this.#width, align, lineGap: 2 })
  }

  /** The text as it can be drawn: composed letters, plain line ends, no control characters. Notes letters that the font lacks. */
  #readable(text: string): string {
    const plain = text.normalize('NFC').replace(/\r\n?|[\u2028\u2029]/g, '\n').replaceAll('\t', '    ').replace(/[^\P{Cc}\n]/gu, '')
    for (const letter of new Set(plain)) {
      if (this.#known.has(letter)) continue
      this.#known.add(letter)
      const isDrawn = letter !== '\n' && !/\p{Default_Ignorable_Code_Point}/u.test(letter)
      if (isDrawn && !this.#letters.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0)) this.#missing.add(letter)
    }
    return plain
  }
}
