/** Origins of web pages, as `CORS_ORIGINS` lists them. */

/** Stands for every origin. */
export const ANY_ORIGIN = '*'

/**
 * Reads origins that are separated by commas or whitespace: spelled as browsers send them, or none would ever match.
 *
 * @returns The origins, and every fault; an entry is named by its number.
 */
export function parseOrigins(text: string): { origins: string[]; faults: string[] } {
  const origins = text.split(/[\s,]+/).filter(Boolean)
  const faults = origins.flatMap((origin, i) =>
    origin === ANY_ORIGIN || isOrigin(origin) ? [] : [`entry ${i + 1} is not an origin as browsers send it, such as https://app.example.com or http://localhost:5173: lower case, no path, no slash at the end, no default port`]
  )
  return { origins: [...new Set(origins)], faults }
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text
}
