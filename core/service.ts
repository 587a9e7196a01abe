/** How a service begins: with a configuration that is right, or not at all. */
import dotenv from 'dotenv'
import { type Config, ConfigError, loadConfig, type Need, STORES } from './config.js'

/** Of sysexits.h: a person has to change something first, and starting again would not help. */
export const EX_CONFIG = 78

/** An argument of the worker that `npm start` starts after one that has died: rescued jobs are about to come. */
export const AFTER_LOSS = '--after-loss'

/** Reads `.env` and the environment. Ends the process where they are wrong, naming every wrong variable on standard error. */
export function configOrExit(service: string, needs: readonly Need[] = STORES): Config {
  dotenv.config({ quiet: true })
  try {
    const config = loadConfig(process.env, needs)
    delete process.env.API_KEYS // the config has the digests; crash reports and child processes would carry the keys along
    return config
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`duly ${service}: ${error.message}\n`)
    process.exit(EX_CONFIG)
  }
}
