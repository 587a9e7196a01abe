import type { Static, TProperties } from 'typebox'
import type { Fault } from '../../core/errors.js'
import { FilePath } from '../../core/file-path.js'
import { Type } from '../../core/schema.js'
import { Files } from './files.js'
import { defineHandler, type HandlerDeps } from './handler.js'
import { openImage, unreadable } from './image.js'
import { PAGE_SIZES, PdfDocument, type Picture } from './pdf-document.js'
import { givingUpOnRefusal } from './refusal.js'

const MAX_IMAGES = 200
const MAX_IMAGE_BYTES = 20 * 1024 * 1024
/** Wide enough for 300 dots to the inch on A4. */
const MAX_IMAGE_PIXELS_WIDE = 2_000

const block = <P extends TProperties>(properties: P, description: string) => Type.Object(properties, { additionalProperties: false, description })
const Cell = Type.Union([Type.String(), Type.Number()])

const Block = Type.Union([
  block({
    type: Type.Literal('heading'),
    text: Type.String({ maxLength: 1_000, description: 'Its text' }),
    level: Type.Optional(Type.Integer({ minimum: 1, maximum: 3, default: 1, description: '1 is the largest' }))
  }, 'A heading'),
  block({
    type: Type.Literal('paragraph'),
    text: Type.String({ description: 'Its text; line ends are kept' }),
    align: Type.Optional(Type.Enum(['left', 'center', 'right', 'justify'], { default: 'left', description: 'Where its lines start' }))
  }, 'A paragraph'),
  block({
    type: Type.Literal('list'),
    items: Type.Array(Type.String(), { minItems: 1, maxItems: 5_000, description: 'One text for each item' }),
    ordered: Type.Optional(Type.Boolean({ default: false, description: 'Numbers instead of dots' }))
  }, 'A list'),
  block({
    type: Type.Literal('table'),
    columns: Type.Array(Type.String({ maxLength: 200 }), { minItems: 1, maxItems: 20, description: 'The header, repeated on each page' }),
    rows: Type.Array(Type.Array(Cell, { maxItems: 20 }), { maxItems: 10_000, description: 'Texts or numbers, one for each column' })
  }, 'A table'),
  block({
    type: Type.Literal('image'),
    path: FilePath('A jpeg or png'),
    width: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Percent of the width of the text; its own size when left out' })),
    caption: Type.Optional(Type.String({ maxLength: 1_000, description: 'A line under it' }))
  }, 'A picture'),
  block({ type: Type.Literal('page_break') }, 'What follows starts on a new page')
])
type Block = Static<typeof Block>

const Payload = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 500, description: 'Stands at the top of the first page and in the window' }),
    content: Type.Optional(Type.String({ description: 'Plain text; an empty line starts a paragraph' })),
    blocks: Type.Optional(Type.Array(Block, { minItems: 1, maxItems: 5_000, description: 'Headings, paragraphs, lists, tables, images and page breaks, instead of content' })),
    page_size: Type.Optional(Type.Enum([...PAGE_SIZES], { default: 'A4', description: 'A3, A4, A5, LETTER or LEGAL' })),
    orientation: Type.Optional(Type.Enum(['portrait', 'landscape'], { default: 'portrait', description: 'Upright or lying' })),
    output: FilePath('The PDF to write; one that is there is replaced')
  },
  {
    additionalProperties: false,
    oneOf: [{ required: ['content'] }, { required: ['blocks'] }],
    'x-fault': { oneOf: 'needs either content (plain text) or blocks, and not both' }
  }
)

/** Writes a PDF. Safe to run twice: the same job writes the same bytes, in place of the first, whole or not at all. */
export default ({ filesRoot }: HandlerDeps) => {
  const files = new Files(filesRoot)
  return defineHandler({
    type: 'generate_pdf',
    description: 'Writes a PDF from plain text, or from headings, paragraphs, lists, tables and pictures',
    timeout_ms: 300_000,
    isolate: true, // drawing a thousand pages takes seconds, and pictures of them come from anywhere
    payload: Payload,
    check({ blocks = [] }) {
      const images = blocks.filter((block) => block.type === 'image').length
      const tooMany = images > MAX_IMAGES ? [{ pointer: '/blocks', detail: `has ${images} images; at most ${MAX_IMAGES} are taken` }] : []
      return [...tooMany, ...blocks.flatMap(tableFaults)]
    },
    run: ({ job, payload, signal, log, assertOwned }) =>
      givingUpOnRefusal(async () => {
        const { title, content = '', page_size: size = 'A4', orientation = 'portrait', output } = payload
        const blocks = payload.blocks ?? paragraphsOf(content)
        const document = await PdfDocument.create({ title, size, orientation, createdAt: new Date(job.created_at), signal })
        document.title(title)
        for (const block of blocks) {
          signal.throwIfAborted()
          await add(document, block, files)
          await document.breathe()
        }
        const { data, pages, missing } = await document.finish()
        if (missing.length > 0) log.warn({ missing: missing.length }, 'the font lacks some characters of this document')

        signal.throwIfAborted()
        await files.write(output, data, { mode: 'overwrite', beforeCommit: assertOwned })
        return { path: output, pages, bytes: data.length, ...(missing.length > 0 && { missing_characters: missing.slice(0, 100) }) }
      })
  })
}

const paragraphsOf = (content: string): Block[] =>
  content.split(/(?:\r?\n[ \t]*){2,}/).filter((text) => text.trim() !== '').map((text) => ({ type: 'paragraph', text }))

function tableFaults(block: Block, index: number): Fault[] {
  if (block.type !== 'table') return []
  return block.rows.flatMap((row, i) =>
    row.length > block.columns.length ? [{ pointer: `/blocks/${index}/rows/${i}`, detail: `has ${row.length} cells, but the table has ${block.columns.length} columns` }] : []
  )
}

async function add(document: PdfDocument, block: Block, files: Files): Promise<void> {
  switch (block.type) {
    case 'heading': return document.heading(block.text, block.level ?? 1)
    case 'paragraph': return document.paragraph(block.text, block.align)
    case 'list': return document.list(block.items, block.ordered ?? false)
    case 'table': return document.table(block.columns, block.rows)
    case 'image': return document.image(await picture(files, block.path), block.width && block.width / 100, block.caption)
    case 'page_break': return document.pageBreak()
  }
}

/** Drawn anew by sharp: so pdfkit never sees a file that somebody crafted, nor one that takes it seconds to unpack. */
async function picture(files: Files, path: string): Promise<Picture> {
  const { image, format } = await openImage(await files.read(path, MAX_IMAGE_BYTES), path, ['jpeg', 'png'])
  const { data, info } = await image
    .resize({ width: MAX_IMAGE_PIXELS_WIDE, height: 2 * MAX_IMAGE_PIXELS_WIDE, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .timeout({ seconds: 60 })
    .toFormat(format === 'jpeg' ? 'jpeg' : 'png', format === 'jpeg' ? { quality: 88 } : {})
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => unreadable(path, error))
  return { data, width: info.width, height: info.height }
}
