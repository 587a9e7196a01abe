/** A program whose wall clock is not the machine's: libfaketime, where it is installed (Debian: `apt-get install faketime`). */
import { access, readFile, writeFile } from 'node:fs/promises'

const LIBRARIES = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib', '/usr/local/lib'].map((folder) => `${folder}/faketime/libfaketime.so.1`)

/** @returns Why no clock can be shifted here; undefined when one can. */
export async function withoutFaketime(): Promise<string | undefined> {
  return (await findFaketime()) === undefined ? 'libfaketime is not installed (apt-get install faketime)' : undefined
}

/**
 * A small script that is the program under a clock which is this far ahead (ms). The monotonic clock stays.
 *
 * @param file - Where to write it.
 * @throws {Error} When libfaketime is not installed.
 */
export async function writeShifted(program: string, file: string, shiftMs: number): Promise<void> {
  const library = await findFaketime()
  if (library === undefined) throw new Error(await withoutFaketime())
  const settings = {
    FAKETIME: `${shiftMs < 0 ? '' : '+'}${shiftMs / 1_000}s`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    LD_PRELOAD: [library, ...(await systemLibrary())].join(':')
  }
  const assignments = Object.entries(settings).map(([name, value]) => `${name}='${value}'`)
  await writeFile(file, `#!/bin/sh\nexec env ${assignments.join(' ')} '${program}' "$@"\n`, { mode: 0o755 })
}

async function findFaketime(): Promise<string | undefined> {
  for (const library of LIBRARIES) if (await access(library).then(() => true, () => false)) return library
  return undefined
}

/** The C library by name, before others that bring a `malloc`: that of jemalloc asks for the time while libfaketime starts, and both give up. */
async function systemLibrary(): Promise<string[]> {
  const path = /\S+\/libc\.so\.6$/m.exec(await readFile('/proc/self/maps', 'utf8'))?.[0]
  return path === undefined ? [] : [path]
}
