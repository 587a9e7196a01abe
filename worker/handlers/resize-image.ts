import { extname } from 'node:path'
import type { Static } from 'typebox'
import { FilePath } from '../../core/file-path.js'
import { Type } from '../../core/schema.js'
import { Files } from './files.js'
import { defineHandler, type HandlerDeps } from './handler.js'
import { type OpenImage, openImage, unreadable } from './image.js'
import { givingUpOnRefusal, Refusal } from './refusal.js'

const MAX_INPUT_BYTES = 64 * 1024 * 1024
/** WebP's own limit, the smallest of the four. */
const MAX_SIDE = 16_383
const MAX_OUTPUT_PIXELS = 50_000_000

const FORMATS = ['jpeg', 'png', 'webp', 'avif'] as const
type Format = (typeof FORMATS)[number]
const BY_EXTENSION: Record<string, Format> = { '.jpg': 'jpeg', '.jpeg': 'jpeg', '.png': 'png', '.webp': 'webp', '.avif': 'avif' }

const Side = (name: string, other: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_SIDE, description: `${name} in pixels; follows from the ${other} when left out` }))

const Payload = Type.Object(
  {
    source: FilePath('The picture to read: jpeg, png, webp, gif (its first frame) or avif'),
    output: FilePath('The picture to write; one that is there is replaced'),
    width: Side('Width', 'height'),
    height: Side('Height', 'width'),
    fit: Type.Optional(
      Type.Enum(['cover', 'contain', 'fill', 'inside', 'outside'], {
        default: 'cover',
        description: 'When both sides are given: cover cuts off, contain pads, fill distorts, inside and outside keep the shape within or around them'
      })
    ),
    format: Type.Optional(Type.Enum([...FORMATS], { description: 'Left out, it follows from the name of the output, or stays what it is' })),
    quality: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Of jpeg and webp (80 when left out) and avif (50); png loses nothing and ignores it' }))
  },
  {
    additionalProperties: false,
    anyOf: [{ required: ['width'] }, { required: ['height'] }],
    'x-fault': { anyOf: 'needs a width, a height or both: the size to make the picture' }
  }
)
type Payload = Static<typeof Payload>

/** Makes a picture of another size or format. Safe to run twice: the output is replaced by the same picture, whole or not at all. */
export default ({ filesRoot }: HandlerDeps) => {
  const files = new Files(filesRoot)
  return defineHandler({
    type: 'resize_image',
    description: 'Makes a picture of another size or format',
    timeout_ms: 120_000,
    isolate: true, // pictures come from anywhere, and a decoder is native code
    payload: Payload,
    run: ({ payload, signal, assertOwned }) =>
      givingUpOnRefusal(async () => {
        const { source, output, width, height, fit = 'cover', quality } = payload
        const opened = await openImage(await files.read(source, MAX_INPUT_BYTES), source, ['jpeg', 'png', 'webp', 'gif', 'avif'])
        checkOutputSize(opened, payload)
        const format = payload.format ?? BY_EXTENSION[extname(output).toLowerCase()] ?? (opened.format === 'gif' ? 'png' : opened.format)

        signal.throwIfAborted()
        const background = { r: 255, g: 255, b: 255, alpha: format === 'jpeg' ? 1 : 0 }
        const resized = opened.image.resize({ width, height, fit, background }).timeout({ seconds: 100 }) // sharp takes no signal
        if (format === 'jpeg') resized.flatten({ background })
        const { data, info } = await resized
          .toFormat(format, format === 'png' ? {} : { quality })
          .toBuffer({ resolveWithObject: true })
          .catch((error: unknown) => unreadable(source, error))

        signal.throwIfAborted()
        await files.write(output, data, { mode: 'overwrite', beforeCommit: assertOwned })
        return { path: output, width: info.width, height: info.height, format, bytes: data.length }
      })
  })
}

/** Only one side is given, or the shape is kept: the other may become anything. */
function checkOutputSize(source: OpenImage, { width, height, fit = 'cover' }: Payload): void {
  let [w, h] = [width ?? 0, height ?? 0]
  if (!width || !height || fit === 'outside') {
    const scale = Math.max(w / source.width, h / source.height)
    ;[w, h] = [Math.round(source.width * scale), Math.round(source.height * scale)]
  }
  if (w > MAX_SIDE || h > MAX_SIDE || w * h > MAX_OUTPUT_PIXELS) {
    throw new Refusal(`the output would have ${w} x ${h} pixels; at most ${MAX_SIDE} a side and ${MAX_OUTPUT_PIXELS.toLocaleString('en')} in all are made`)
  }
}
