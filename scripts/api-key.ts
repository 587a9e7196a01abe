#!/usr/bin/env node
/** `npm run api-key`: makes an API key, and what to write into `API_KEYS` for it. Changes nothing and keeps nothing. */
import { randomBytes } from 'node:crypto'
import { Argument, Command, InvalidArgumentError } from 'commander'
import { entryOf, isKeyName } from '../core/api-keys.js'
import { type Scope, SCOPES } from '../core/scope.js'

/** Bytes of randomness: 32 characters of base64url. */
const KEY_BYTES = 24

const name = new Argument('<name>', 'who will call with it: what the log says').argParser((text) => {
  if (isKeyName(text)) return text
  throw new InvalidArgumentError('It may have up to 100 letters, digits and "_.-".')
})

new Command('api-key')
  .description('Make an API key, and the entry of API_KEYS for it, which has only its SHA-256.')
  .addArgument(name)
  .addArgument(new Argument('<scope>', 'what it may do; each includes those before').choices(SCOPES))
  .addHelpText('after', '\nExit codes: 0 done, 2 misuse.')
  .allowExcessArguments(false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .action((name: string, scope: Scope) => {
    const key = `duly_${randomBytes(KEY_BYTES).toString('base64url')}`
    console.log(
      [
        'The key, for the caller. It is shown this once:',
        '',
        `  ${key}`,
        '',
        'Its entry, for API_KEYS; entries are separated by commas. Then restart the API:',
        '',
        `  ${entryOf(name, scope, key)}`
      ].join('\n')
    )
  })
  .parse()
