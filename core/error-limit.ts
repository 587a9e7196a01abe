/**
 * Ajv with `allErrors` lists every fault, however many there are: of a body of 16 MiB eight million, which is more than
 * fits into memory, and of one of 1 MiB enough to hold up everybody for a second. Here it stops when it has seen plenty.
 */
import type { CodeOptions, ErrorObject, ValidateFunction } from 'ajv'

/** More than are ever told; a union counts those of all its branches. */
export const MAX_ERRORS = 1_000

/** For Ajv's option of this name: Ajv has none that ends a validation, so the code that it writes is told to give up. */
export const code: CodeOptions = {
  process: (text) => text.replace(/\berrors(?:\+\+| = vErrors\.length);/g, (counting) => `${counting}if(errors>${MAX_ERRORS})throw vErrors;`)
}

/** A validator with its errors beside it, as Ajv's own. */
export interface Limited {
  (value: unknown): boolean
  errors: ErrorObject[] | null
}

/** @param validate - Compiled with {@link code}. */
export function limited(validate: ValidateFunction): Limited {
  const check: Limited = Object.assign(
    (value: unknown) => {
      try {
        const fits = validate(value)
        check.errors = validate.errors ?? null
        return fits
      } catch (error) {
        if (!Array.isArray(error)) throw error
        check.errors = error as ErrorObject[]
        return false
      }
    },
    { errors: null }
  )
  return check
}
