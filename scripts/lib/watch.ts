/** For `npm run dev`: compiles what changes, and says when there is something new to run. */
import { execFile } from 'node:child_process'
import { type FSWatcher, watch } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { keep } from './kept-process.js'

/** The compiler writes many files for one change. */
const SETTLE_MS = 300

const DIST = fileURLToPath(new URL('../..', import.meta.url))
const ROOT = join(DIST, '..')

export interface Watch {
  stop(): Promise<void>
}

/** @param onLine - Told what the compiler says. */
export function watchSources(onChange: () => void, onLine: (line: string) => void): Watch {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const compiler = keep(process.execPath, [tsc, '-p', join(ROOT, 'tsconfig.build.json'), '--watch', '--preserveWatchOutput'], {
    onOutput: (text) => text.split('\n').filter((line) => line.trim() !== '').forEach(onLine)
  })
  let settled: NodeJS.Timeout | undefined
  const watchers: FSWatcher[] = [
    watch(DIST, { recursive: true }, (_, file) => {
      if (!file || !/^(api|core|worker)\b.*\.(js|lua)$/.test(file)) return
      clearTimeout(settled)
      settled = setTimeout(onChange, SETTLE_MS)
    }),
    watch(join(ROOT, 'core', 'timeline'), (_, file) => {
      if (file?.endsWith('.lua')) execFile(process.execPath, [join(ROOT, 'scripts', 'build.mjs')], { cwd: ROOT }, () => {})
    })
  ]
  return {
    async stop() {
      clearTimeout(settled)
      for (const watcher of watchers) watcher.close()
      await compiler.stop()
    }
  }
}
