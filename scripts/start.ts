#!/usr/bin/env node
/**
 * `npm start`: everything on one machine. Redis and a local Supabase unless the environment names others, then the API
 * and a worker, each a child process that is started again when it dies.
 *
 * Exit codes: 0 stopped, 1 failed (the port is taken, DATA_DIR is in use), 2 misuse, 78 the environment is wrong or
 * there is no Redis and none can be installed.
 */
import { Command } from 'commander'
import { config as loadEnvFile } from 'dotenv'
import { Starter } from './lib/starter.js'

const command = new Command('start')
  .description('Run everything: Redis, a local Supabase, the API and a worker.')
  .option('--watch', 'compile what changes and restart the API and the worker')
  .addHelpText('after', '\nConfigured by environment variables, see .env.example.\nExit codes: 0 stopped, 1 failed, 2 misuse, 78 wrong environment.')
  .allowExcessArguments(false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse()

loadEnvFile({ quiet: true })
await new Starter(process.env, command.opts<{ watch?: boolean }>()).run()
