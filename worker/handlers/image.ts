/** Opens pictures of jobs with sharp, after a look at what they are and how large they unpack. */
import type { Metadata, Sharp } from 'sharp'
import { Refusal } from './refusal.js'

export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif'

/** 100 megapixels: a 4 x 3 picture of 11,500 x 8,600; unpacked it takes 400 MB. A few kilobytes can claim to be more. */
const MAX_PIXELS = 100_000_000

/** Of the list of brands at the beginning of an AVIF; encoders write 20 to 40. sharp takes a longer one for no HEIF. */
const MAX_FTYP_BYTES = 2_048

export interface OpenImage {
  /** Turned upright by its EXIF orientation. */
  readonly image: Sharp
  readonly format: ImageFormat
  /** Of the upright picture. */
  readonly width: number
  readonly height: number
}

/**
 * @param path - As the user wrote it, for the message.
 * @throws {Refusal} When it is not of one of the formats, is broken, or has too many pixels.
 */
export async function openImage(data: Buffer, path: string, formats: readonly ImageFormat[]): Promise<OpenImage> {
  const format = formatOf(data)
  if (!format || !formats.includes(format)) {
    throw new Refusal(`"${path}" is ${format ? `a ${format} picture` : 'not a picture that is known here'}; ${formats.join(', ')} are taken`)
  }
  const { default: sharp } = await import('sharp')
  const image = sharp(data, { autoOrient: true, failOn: 'error', limitInputPixels: MAX_PIXELS })
  const metadata = await image.metadata().catch((error: unknown) => unreadable(path, error))
  // sharp chooses its decoder by rules of its own, which somebody may have served along with ours.
  if (formatIn(metadata) !== format) throw new Refusal(`"${path}" begins like a ${format} picture and is none`)
  const { width, height } = upright(metadata)
  if (width * height > MAX_PIXELS) throw new Refusal(`"${path}" has ${width} x ${height} pixels; at most ${MAX_PIXELS.toLocaleString('en')} are taken`)
  return { image, format, width, height }
}

/** A picture that cannot be decoded will not be decoded later either; one that took too long may be. */
export function unreadable(path: string, error: unknown): never {
  if ((error as Error).message.startsWith('timeout')) throw error
  throw new Refusal(`"${path}" cannot be read as a picture: ${(error as Error).message}`)
}

/** HEIF holds pictures of several codecs; only that of AVIF is let in. */
const formatIn = ({ format, compression }: Metadata): string => (format === 'heif' && compression === 'av1' ? 'avif' : format)

const upright = ({ autoOrient, width, height }: Metadata) => ({ width: autoOrient?.width ?? width, height: autoOrient?.height ?? height })

/**
 * By the first bytes, before a decoder sees them: sharp itself would also open SVG, which may name other files, and
 * formats whose decoders are seldom looked at.
 */
function formatOf(data: Buffer): ImageFormat | undefined {
  const text = (from: number, to: number) => data.toString('latin1', from, to)
  if (text(0, 3) === '\xff\xd8\xff') return 'jpeg'
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'png'
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp'
  if (text(0, 6) === 'GIF87a' || text(0, 6) === 'GIF89a') return 'gif'
  // The length in front: an SVG may begin with the comment "<!--ftypavif-->", and as text it would be far longer.
  if (text(4, 8) === 'ftyp' && /^avi[fs]$/.test(text(8, 12)) && data.readUInt32BE(0) <= MAX_FTYP_BYTES) return 'avif'
  return undefined
}
