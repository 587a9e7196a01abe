/** The browser of these tests: the system's own. Nothing is downloaded. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** @returns `CHROMIUM_PATH`, else a Chromium on PATH, else one that Playwright has installed; undefined when there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const onPath = (env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)))
  return [env.CHROMIUM_PATH, ...onPath, chromium.executablePath()].find((path) => path !== undefined && path !== '' && isProgram(path))
}

export const CHROMIUM = findChromium()
if (CHROMIUM === undefined) console.warn('browser tests are skipped: there is no Chromium. Install one (apt-get install chromium) or set CHROMIUM_PATH.')

/** Without a sandbox, since root may not have one; and without what a browser asks of the network by itself. */
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM!, args: ARGS })
