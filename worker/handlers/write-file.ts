import type { Fault } from '../../core/errors.js'
import { FilePath } from '../../core/file-path.js'
import { Type } from '../../core/schema.js'
import { Files } from './files.js'
import { defineHandler, type HandlerDeps } from './handler.js'
import { givingUpOnRefusal } from './refusal.js'

/** Most bytes in one job, and in a file that is appended to. */
const MAX_BYTES = 10 * 1024 * 1024
const MAX_APPENDED_BYTES = 1024 * 1024 * 1024

/** RFC 4648, with its padding. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/**
 * Writes text or bytes to a file.
 *
 * `create` and `overwrite` are safe to run twice: the file appears whole or not at all, and one that holds exactly these
 * bytes counts as created. `append` is not: when a worker dies after it wrote and before it said so, the next attempt
 * adds the same again. No marker beside the file closes that gap, because file and marker cannot change in one step; with
 * `max_retries: 0` it is written at most once.
 */
export default ({ filesRoot }: HandlerDeps) => {
  const files = new Files(filesRoot)
  return defineHandler({
    type: 'write_file',
    description: 'Writes text or bytes to a file: a new one, in place of another, or at its end',
    timeout_ms: 60_000,
    payload: Type.Object(
      {
        path: FilePath('The file to write; missing folders are made'),
        content: Type.String({ maxLength: Math.ceil(MAX_BYTES / 3) * 4, description: 'What to write' }),
        encoding: Type.Optional(Type.Enum(['utf8', 'base64'], { default: 'utf8', description: 'How content is to be read: as text, or as bytes in base64' })),
        mode: Type.Optional(
          Type.Enum(['create', 'overwrite', 'append'], { default: 'create', description: 'create refuses to replace a file, overwrite replaces it, append adds to its end' })
        )
      },
      { additionalProperties: false }
    ),
    check({ content, encoding }): Fault[] {
      if (encoding === 'base64' && (content.length % 4 !== 0 || !BASE64.test(content))) {
        return [{ pointer: '/content', detail: 'must be base64 (A-Z, a-z, 0-9, "+", "/", padded with "=") as encoding says' }]
      }
      if (Buffer.byteLength(content, encoding) > MAX_BYTES) return [{ pointer: '/content', detail: `must have at most ${MAX_BYTES} bytes` }]
      return []
    },
    run: ({ payload: { path, content, encoding = 'utf8', mode = 'create' }, assertOwned }) =>
      givingUpOnRefusal(async () => {
        const data = Buffer.from(content, encoding)
        if (mode === 'append') return { path, bytes: data.length, size: await files.append(path, data, { maxBytes: MAX_APPENDED_BYTES, beforeCommit: assertOwned }) }
        await files.write(path, data, { mode, beforeCommit: assertOwned })
        return { path, bytes: data.length, size: data.length }
      })
  })
}
