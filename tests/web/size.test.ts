/** What a browser has to load before it shows anything. */
import { readdir, readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const FOLDER = new URL('../../dist/web/', import.meta.url)

test('scripts and styles are below 100 kB, compressed', async () => {
  const names = (await readdir(FOLDER, { recursive: true })).filter((name) => /\.(js|css)$/.test(name))
  const sizes = await Promise.all(names.map(async (name) => gzipSync(await readFile(new URL(name, FOLDER)), { level: 9 }).length))
  expect(names.length).toBeGreaterThanOrEqual(3)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100_000)
})

test('the page has nothing inline, and no address that leaves its folder', async () => {
  const page = await readFile(new URL('index.html', FOLDER), 'utf8')
  expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=/)
  expect([...page.matchAll(/\b(?:src|href)="([^"]+)"/g)].map(([, address]) => address).filter((address) => /^(\/|\w+:|\.\.)/.test(address!))).toEqual([])
})
