#!/usr/bin/env node
/** `npm run migrate`: brings the database behind `DATABASE_URL` to the schema of this version. */
import { Command } from 'commander'
import { config as loadEnvFile } from 'dotenv'
import { ConfigError, loadConfig } from '../core/config.js'
import { migrate } from './lib/migrations.js'

const command = new Command('migrate')
  .description('Apply the pending migrations of supabase/migrations to the database behind DATABASE_URL.')
  .option('--dry-run', 'say what would be applied and change nothing')
  .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 misuse.')
  .allowExcessArguments(false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse()

loadEnvFile({ quiet: true })
try {
  const { DATABASE_URL } = loadConfig(process.env, ['database'])
  await migrate(DATABASE_URL as string, { log: (line) => console.log(line), ...command.opts<{ dryRun?: boolean }>() })
} catch (error) {
  console.error(`migrate: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = error instanceof ConfigError ? 2 : 1
}
