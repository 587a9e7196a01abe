import { crc32, deflateSync } from 'node:zlib'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import sharp from 'sharp'
import { describe, expect } from 'vitest'
import { type Bench, test } from './support.js'

const RED = { r: 255, g: 0, b: 0 }
const BLUE = { r: 0, g: 0, b: 255 }

/** A picture whose left half is red and whose right half is blue. */
const halves = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: BLUE } }).composite([{ input: { create: { width: Math.round(width / 2), height, channels: 3, background: RED } }, left: 0, top: 0 }])

async function put(bench: Bench, path: string, data: Buffer | string) {
  await mkdir(bench.filesRoot, { recursive: true })
  await writeFile(bench.file(path), data)
}

async function colourAt(data: Buffer, left: number, top: number): Promise<string> {
  const { data: [r = 0, g = 0, b = 0] } = await sharp(data).removeAlpha().extract({ left, top, width: 1, height: 1 }).raw().toBuffer({ resolveWithObject: true })
  return r > 200 && b > 200 && g > 200 ? 'white' : r > 200 && b < 60 ? 'red' : b > 200 && r < 60 ? 'blue' : `${r},${g},${b}`
}

/** A PNG of a few bytes that claims to be of any size. */
function hugePng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    crc.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, crc])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(1_000))), chunk('IEND', Buffer.alloc(0))])
}

describe('resize_image', () => {
  test.for([
    [{ width: 100 }, 100, 50], [{ height: 100 }, 200, 100], [{ width: 100, height: 100 }, 100, 100], [{ width: 100, height: 100, fit: 'inside' }, 100, 50],
    [{ width: 100, height: 100, fit: 'outside' }, 200, 100], [{ width: 100, height: 100, fit: 'contain' }, 100, 100], [{ width: 30, height: 90, fit: 'fill' }, 30, 90], [{ width: 800 }, 800, 400]
  ] as const)('makes %j of a 400 x 200 picture %i x %i', async ([size, width, height], { bench }) => {
    await put(bench, 'in.png', await halves(400, 200).png().toBuffer())
    const result = await bench.run('resize_image', { source: 'in.png', output: 'small/out.png', ...size })
    const data = await readFile(bench.file('small/out.png'))
    expect(await sharp(data).metadata()).toMatchObject({ width, height, format: 'png' })
    expect(result).toEqual({ path: 'small/out.png', width, height, format: 'png', bytes: data.length })
    expect(await readdir(bench.file('small'))).toEqual(['out.png'])
  })

  test.for([['jpeg', 'jpeg'], ['png', 'png'], ['webp', 'webp'], ['avif', 'heif']])('writes %s', async ([format, read], { bench }) => {
    await put(bench, 'in.jpg', await halves(100, 80).jpeg().toBuffer())
    expect(await bench.run('resize_image', { source: 'in.jpg', output: 'out', width: 50, format, quality: 70 })).toMatchObject({ format, width: 50, height: 40 })
    expect(await sharp(await readFile(bench.file('out'))).metadata()).toMatchObject({ width: 50, height: 40, format: read })
  })

  test('takes the format from the name of the output, else from the source', async ({ bench }) => {
    await put(bench, 'in.webp', await halves(100, 80).webp().toBuffer())
    expect(await bench.run('resize_image', { source: 'in.webp', output: 'out.JPG', width: 50 })).toMatchObject({ format: 'jpeg' })
    expect(await bench.run('resize_image', { source: 'in.webp', output: 'out', width: 50 })).toMatchObject({ format: 'webp' })
  })

  test('reads gif and avif', async ({ bench }) => {
    await put(bench, 'in.gif', await halves(100, 80).gif().toBuffer())
    await put(bench, 'in.avif', await halves(100, 80).avif().toBuffer())
    expect(await bench.run('resize_image', { source: 'in.gif', output: 'a', width: 50 })).toMatchObject({ format: 'png', height: 40 })
    expect(await bench.run('resize_image', { source: 'in.avif', output: 'b.png', width: 50 })).toMatchObject({ format: 'png', height: 40 })
  })

  test('better quality takes more bytes', async ({ bench }) => {
    const noise = sharp({ create: { width: 200, height: 200, channels: 3, background: RED, noise: { type: 'gaussian', mean: 128, sigma: 40 } } })
    await put(bench, 'in.png', await noise.png().toBuffer())
    const bytes = async (quality: number) => ((await bench.run('resize_image', { source: 'in.png', output: 'out.jpg', width: 150, quality })) as { bytes: number }).bytes
    expect(await bytes(90)).toBeGreaterThan(2 * await bytes(20))
  })

  test('turns a photo upright as its camera says, and measures it upright', async ({ bench }) => {
    // Orientation 6: the right side of the stored picture is the bottom of the upright one.
    await put(bench, 'in.jpg', await halves(400, 200).withMetadata({ orientation: 6 }).jpeg().toBuffer())
    expect(await bench.run('resize_image', { source: 'in.jpg', output: 'out.png', width: 100 })).toMatchObject({ width: 100, height: 200 })
    const data = await readFile(bench.file('out.png'))
    expect(await colourAt(data, 50, 20)).toBe('red')
    expect(await colourAt(data, 50, 180)).toBe('blue')
    expect((await sharp(data).metadata()).orientation).toBeUndefined()
  })

  test('pads and fills what is transparent with white where the format knows no transparency', async ({ bench }) => {
    await put(bench, 'in.png', await sharp({ create: { width: 100, height: 50, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } }).png().toBuffer())
    await bench.run('resize_image', { source: 'in.png', output: 'out.jpg', width: 100, height: 100, fit: 'contain' })
    const data = await readFile(bench.file('out.jpg'))
    expect([await colourAt(data, 50, 5), await colourAt(data, 50, 50)]).toEqual(['white', 'white'])
  })

  test('run twice, writes the same picture', async ({ bench }) => {
    await put(bench, 'in.jpg', await halves(400, 200).jpeg().toBuffer())
    const once = async () => {
      await bench.run('resize_image', { source: 'in.jpg', output: 'out.webp', width: 90 })
      return readFile(bench.file('out.webp'))
    }
    expect((await once()).equals(await once())).toBe(true)
  })

  test('refuses a few bytes that unpack to a billion pixels', async ({ bench }) => {
    await put(bench, 'bomb.png', hugePng(50_000, 20_000))
    expect(await bench.run('resize_image', { source: 'bomb.png', output: 'out.png', width: 10 })).toMatchObject({ verdict: 'give_up', reason: expect.stringMatching(/"bomb\.png" .*pixel/) })
    expect(await readdir(bench.filesRoot)).toEqual(['bomb.png'])
  })

  test('refuses to make a picture larger than its limits', async ({ bench }) => {
    await put(bench, 'line.png', await halves(10_000, 2).png().toBuffer())
    await put(bench, 'in.png', await halves(400, 200).png().toBuffer())
    expect(await bench.run('resize_image', { source: 'line.png', output: 'out.png', height: 1_000 })).toMatchObject({ verdict: 'give_up', reason: expect.stringContaining('5000000 x 1000') })
    expect(await bench.run('resize_image', { source: 'in.png', output: 'out.png', width: 16_000 })).toMatchObject({ verdict: 'give_up', reason: expect.stringContaining('16000 x 8000') })
    expect(await bench.run('resize_image', { source: 'in.png', output: 'out.png', width: 10_000, height: 10_000, fit: 'outside' })).toMatchObject({ verdict: 'give_up' })
  })

  test.for<[string, string | Buffer, string]>([
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><image href="file:///etc/passwd"/></svg>', 'not a picture that is known here'],
    ['an SVG behind white space', '  \n<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', 'not a picture'],
    ['a TIFF', Buffer.from('49492a00080000000000', 'hex'), 'not a picture'],
    ['a text', 'hello', 'not a picture'],
    ['nothing', '', 'not a picture'],
    ['half a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'cannot be read as a picture']
  ])('refuses %s', async ([, data, reason], { bench }) => {
    await put(bench, 'in.png', data)
    expect(await bench.run('resize_image', { source: 'in.png', output: 'out.png', width: 10 })).toEqual({ verdict: 'give_up', reason: expect.stringContaining(reason) })
  })

  test('refuses a picture that ends too early', async ({ bench }) => {
    const whole = await halves(400, 200).png().toBuffer()
    await put(bench, 'in.png', whole.subarray(0, whole.length / 2))
    expect(await bench.run('resize_image', { source: 'in.png', output: 'out.png', width: 10 })).toMatchObject({ verdict: 'give_up', reason: expect.stringContaining('"in.png" cannot be read') })
    expect(await readdir(bench.filesRoot)).toEqual(['in.png'])
  })

  test('waits for a source that is not there yet', async ({ bench }) => {
    await expect(bench.run('resize_image', { source: 'later.png', output: 'out.png', width: 10 })).rejects.toThrow('"later.png" does not exist in FILES_ROOT')
  })

  test('stops with the reason of the signal, and by a worker that lost the job writes nothing', async ({ bench }) => {
    await put(bench, 'in.png', await halves(400, 200).png().toBuffer())
    const payload = { source: 'in.png', output: 'out.png', width: 10 }
    await expect(bench.run('resize_image', payload, { signal: AbortSignal.abort(new Error('timed out')) })).rejects.toThrow('timed out')
    await expect(bench.run('resize_image', payload, { assertOwned: () => { throw new Error('lost') } })).rejects.toThrow('lost')
    expect(await readdir(bench.filesRoot)).toEqual(['in.png'])
  })

  test.for<[object, string, string]>([
    [{}, '', 'needs a width, a height or both'], [{ width: 0 }, '/width', '1 or more'], [{ width: 20_000 }, '/width', '16383 or less'], [{ width: 1, format: 'svg' }, '/format', 'must be one of'],
    [{ width: 1, quality: 101 }, '/quality', '100 or less'], [{ width: 1, fit: 'kover' }, '/fit', 'did you mean "cover"?'], [{ width: 1, source: '../a' }, '/source', '".."']
  ])('%j is refused at %j', async ([change, pointer, detail], { bench }) => {
    const registry = await bench.registry()
    expect(registry.validate('resize_image', { source: 'a', output: 'b', ...change })).toEqual([{ pointer, detail: expect.stringContaining(detail) }])
  })
})
