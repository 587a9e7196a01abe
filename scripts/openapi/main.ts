/** `npm run openapi`: writes what is made of the routes, or with --check says which of it is stale. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Command } from 'commander'
import { generatedFiles } from './files.js'

const command = new Command('openapi')
  .description('Write openapi.json, the Postman collection with its environments, and the types of the client.')
  .option('--check', 'write nothing and name each file that is stale')
  .addHelpText('after', '\nExit codes: 0 done or all fresh, 1 failed or stale, 2 misuse.')
  .allowExcessArguments(false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse()

const { check } = command.opts<{ check?: boolean }>()
for (const [path, text] of Object.entries(await generatedFiles())) {
  if (text === (await readFile(path, 'utf8').catch(() => undefined))) continue
  if (check) {
    console.error(`${path} is stale: run npm run openapi`)
    process.exitCode = 1
  } else {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
    console.log(`wrote ${path}`)
  }
}
