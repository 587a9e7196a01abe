import { Type } from '../../core/schema.js'
import { defineHandler } from './handler.js'

/** Writes its payload to the log; for trying things out. Safe to run twice: it only says the same again. */
export default () =>
  defineHandler({
    type: 'log',
    description: 'Writes its payload to the log of the worker; for trying things out',
    timeout_ms: 10_000,
    payload: Type.Unknown({ description: 'Anything' }),
    async run({ payload, log }) {
      log.info({ entry: payload }, 'log job') // not under "payload", which the log hides
      return { logged: true }
    }
  })
