import { FilePath } from '../../core/file-path.js'
import { Type } from '../../core/schema.js'
import { Files } from './files.js'
import { defineHandler, type HandlerDeps } from './handler.js'
import { givingUpOnRefusal } from './refusal.js'

/** Makes a folder and those above it. Safe to run twice: a folder that is there is left as it is. */
export default ({ filesRoot }: HandlerDeps) => {
  const files = new Files(filesRoot)
  return defineHandler({
    type: 'create_folder',
    description: 'Makes a folder, and the folders above it',
    timeout_ms: 30_000,
    payload: Type.Object({ path: FilePath('The folder to make') }, { additionalProperties: false }),
    run: ({ payload, assertOwned }) =>
      givingUpOnRefusal(async () => {
        assertOwned()
        return { path: payload.path, created: await files.makeFolder(payload.path) }
      })
  })
}
