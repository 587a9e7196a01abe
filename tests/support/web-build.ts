/** A dashboard as a build leaves it, but for its content. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inject } from 'vitest'

export const SCRIPT = `/* ${'long enough to be worth compressing '.repeat(20)}*/`
export const PAGE = '<!doctype html><html><head><meta charset="utf-8"><script type="module" src="./assets/index-3f2a9c01.js"></script></head><body></body></html>'

/** @returns Its folder, with a page, two files with digests in their names, and one without. */
export async function newWebBuild(): Promise<string> {
  const folder = await mkdtemp(join(inject('tempDir'), 'web-'))
  await mkdir(join(folder, 'assets'))
  await Promise.all([
    writeFile(join(folder, 'index.html'), PAGE),
    writeFile(join(folder, 'assets', 'index-3f2a9c01.js'), SCRIPT),
    writeFile(join(folder, 'assets', 'index-AbC_1-2x.css'), 'body{margin:0}'),
    writeFile(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  ])
  return folder
}
