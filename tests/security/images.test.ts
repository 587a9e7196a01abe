/** Pictures that want more than they give: bombs, and what is no picture at all. What resize_image does with good ones is in tests/handlers/resize-image.test.ts. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { crc32, createDeflate, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect } from 'vitest'
import { type Bench, test } from '../handlers/support.js'

const bytes = (...parts: ReadonlyArray<Buffer | string | readonly number[]>): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part as readonly number[]))))
const u32 = (value: number): Buffer => Buffer.from([value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255])
const u16le = (value: number): Buffer => Buffer.from([value & 255, value >>> 8])

const PNG = '\x89PNG\r\n\x1a\n'
const chunk = (type: string, data: Buffer): Buffer => bytes(u32(data.length), type, data, u32(crc32(bytes(type, data))))
const png = (width: number, height: number, extra: Buffer = Buffer.alloc(0)): Buffer =>
  bytes(PNG, chunk('IHDR', bytes(u32(width), u32(height), [8, 2, 0, 0, 0])), extra, chunk('IDAT', deflateSync(Buffer.alloc(Math.min(height * (1 + 3 * width), 1_000)))), chunk('IEND', Buffer.alloc(0)))

/** @param frames - How many; each says that it is as large as `frame`, and has one pixel. */
function gif(width: number, height: number, frames = 1, frame: readonly [number, number] = [width, height]): Buffer {
  const one = bytes([0x2c, 0, 0, 0, 0], u16le(frame[0]), u16le(frame[1]), [0, 2, 2, 0x44, 1, 0])
  return bytes('GIF89a', u16le(width), u16le(height), [0x80, 0, 0, 0, 0, 0, 255, 255, 255], Buffer.concat(Array<Buffer>(frames).fill(one)), [0x3b])
}

const red = (width = 16, height = 16) => sharp({ create: { width, height, channels: 3, background: 'red' } })

/** A picture of a few bytes that says that it is 60,000 pixels wide and high, or as many as its format can say. */
const BOMBS: Record<string, () => Promise<Buffer> | Buffer> = {
  png: () => png(60_000, 60_000),
  gif: () => gif(60_000, 60_000),
  async jpeg() {
    const data = await red().jpeg().toBuffer()
    const frame = data.findIndex((byte, i) => byte === 0xff && [0xc0, 0xc2].includes(data[i + 1]!))
    data.writeUInt16BE(60_000, frame + 5)
    data.writeUInt16BE(60_000, frame + 7)
    return data
  },
  async webp() {
    const data = await red().webp({ lossless: true }).toBuffer()
    data.writeUInt32LE(16_382 + 16_382 * 2 ** 14, data.indexOf('VP8L') + 9) // 14 bits for each side, less one
    return data
  },
  async avif() {
    const data = await red().avif().toBuffer()
    data.writeUInt32BE(60_000, data.indexOf('ispe') + 8)
    data.writeUInt32BE(60_000, data.indexOf('ispe') + 12)
    return data
  }
}

/** As text it is a drawing that asks for a file of the machine. */
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><image href="file:///etc/passwd" width="10" height="10"/></svg>'

async function put(bench: Bench, path: string, data: Buffer | string): Promise<void> {
  await mkdir(bench.filesRoot, { recursive: true })
  await writeFile(bench.file(path), data)
}

const resize = (bench: Bench, change: object = {}) => bench.run('resize_image', { source: 'in.png', output: 'out.png', width: 10, ...change })
const intoPdf = (bench: Bench) => bench.run('generate_pdf', { title: 'T', blocks: [{ type: 'image', path: 'in.png' }], output: 'out.pdf' })

async function expectRefusal(bench: Bench, result: unknown, reason: RegExp): Promise<void> {
  expect(result).toEqual({ verdict: 'give_up', reason: expect.stringMatching(reason) })
  expect(await readdir(bench.filesRoot)).toEqual(['in.png'])
}

describe('a picture of a few bytes that claims billions of pixels', () => {
  test.for(Object.entries(BOMBS))('is refused before it is unpacked: %s', async ([, make], { bench }) => {
    const data = await make()
    expect(data.length).toBeLessThan(2_000)
    await put(bench, 'in.png', data)
    await expectRefusal(bench, await resize(bench), /pixel/)
  })

  test.for(['png', 'jpeg'])('is refused in a PDF too: %s', async (format, { bench }) => {
    await put(bench, 'in.png', await BOMBS[format]!())
    await expectRefusal(bench, await intoPdf(bench), /pixel/)
  })
})

test('of a GIF with 100,000 frames only the first is unpacked', async ({ bench }) => {
  await put(bench, 'in.png', gif(2_000, 2_000, 100_000, [1, 1])) // all of them would be 1.6 TB
  expect(await resize(bench)).toMatchObject({ format: 'png', width: 10, height: 10 })
  expect((await sharp(await readFile(bench.file('out.png'))).metadata()).pages).toBeUndefined()
})

test.for(['iCCP', 'zTXt'])('a PNG whose %s unpacks to a gigabyte takes no such memory', async (type, { bench }) => {
  const megabyte = Buffer.alloc(1 << 20)
  const gigabyte = Readable.from(Array<Buffer>(1_024).fill(megabyte)).pipe(createDeflate({ level: 1 }))
  await put(bench, 'in.png', png(4, 4, chunk(type, bytes('Name', [0, 0], await buffer(gigabyte)))))
  const peakBefore = process.resourceUsage().maxRSS
  await resize(bench)
  expect(process.resourceUsage().maxRSS - peakBefore).toBeLessThan(300 * 1024) // kilobytes
})

test.for<[string, object]>([
  ['wider than the limit', { width: 16_384 }],
  ['higher than the limit', { height: 16_384 }]
])('an output %s is refused before the job is stored', async ([, change], { bench }) => {
  const registry = await bench.registry()
  expect(registry.validate('resize_image', { source: 'a', output: 'b', ...change })).toEqual([{ pointer: expect.stringMatching(/width|height/), detail: expect.stringContaining('16383 or less') }])
})

test.for<[string, object]>([
  ['by one side', { width: 16_000 }],
  ['by both', { width: 16_000, height: 16_000, fit: 'fill' }],
  ['around them', { width: 9_000, height: 9_000, fit: 'outside' }]
])('an output of more than 50 megapixels is refused, asked for %s', async ([, change], { bench }) => {
  await put(bench, 'in.png', await red(400, 400).png().toBuffer())
  await expectRefusal(bench, await resize(bench, change), /the output would have/)
})

/** First bytes of what other programs open, and sharp itself would partly too. */
const OTHERS: Record<string, Buffer | string> = {
  SVG,
  'SVG behind a byte order mark': `\xef\xbb\xbf${SVG}`,
  'compressed SVG': Buffer.from('1f8b0800000000000003', 'hex'),
  PDF: '%PDF-1.7\n',
  PostScript: '%!PS-Adobe-3.0 EPSF-3.0\n',
  TIFF: 'II*\0\x08\0\0\0',
  BMP: 'BM\x36\0\0\0',
  ICO: '\0\0\x01\0\x01\0',
  'JPEG 2000': '\0\0\0\x0cjP  \r\n\x87\n',
  'JPEG XL': '\xff\x0a',
  HEIC: '\0\0\0\x18ftypheic\0\0\0\0mif1heic',
  'an HEIF of any kind': '\0\0\0\x18ftypmif1\0\0\0\0mif1avif',
  PPM: 'P6 1 1 255\n\0\0\0',
  FITS: 'SIMPLE  =                    T',
  Radiance: '#?RADIANCE\n',
  'a script of ImageMagick': 'push graphic-context\nviewbox 0 0 1 1\nimage over 0,0 1,1 "file:///etc/passwd"\n',
  'a WAV': 'RIFF\x24\0\0\0WAVEfmt ',
  HTML: '<!doctype html><img src="file:///etc/passwd">'
}

describe('what is none of the five formats', () => {
  test.for(Object.entries(OTHERS))('is refused by its first bytes, whatever its name says: %s', async ([, data], { bench }) => {
    await put(bench, 'in.png', typeof data === 'string' ? Buffer.from(data, 'latin1') : data)
    await expectRefusal(bench, await resize(bench), /"in\.png" is not a picture that is known here; jpeg, png, webp, gif, avif are taken/)
    await expectRefusal(bench, await intoPdf(bench), /jpeg, png are taken/)
  })

  test.for([
    ['jpeg', '\xff\xd8\xff'], ['png', PNG], ['webp', 'RIFF<!--WEBP-->'], ['gif', 'GIF89a'], ['avif', '\0\0\0\x20ftypavif'],
    ['avif whose length is text', '<!--ftypavif-->'], ['avif that moves, whose length is text', '<!--ftypavis-->']
  ])('an SVG behind the first bytes of %s is refused', async ([, start], { bench }) => {
    await put(bench, 'in.png', Buffer.from(`${start}${SVG}`, 'latin1'))
    await expectRefusal(bench, await resize(bench), /^"in\.png" /)
    await expectRefusal(bench, await intoPdf(bench), /^"in\.png" /)
  })
})
