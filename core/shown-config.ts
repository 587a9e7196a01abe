/** The configuration as people may see it: every variable with its value, and no secret. */
import { type Config, Env } from './config.js'

export interface ShownVariable {
  readonly name: string
  /** Null when it is not set. Of a secret no more than that it is set, of an address no credentials. */
  readonly value: string | number | boolean | null
  readonly is_default: boolean
}

/** By their names, so that a variable that is new is not shown because nobody thought of it here. */
const ADDRESS = /_URL$/
const SECRET = /KEY$|SECRET|PASSWORD|TOKEN/
const HIDDEN = '***'

export function shownConfig(config: Config): ShownVariable[] {
  return Object.entries(Env.properties as Record<string, { readonly default?: unknown }>).map(([name, schema]) => {
    const given = valueOf(config, name)
    const value = given === undefined || given === '' ? null : given
    return { name, value: value === null ? null : hide(name, value), is_default: given === (schema.default ?? undefined) }
  })
}

function valueOf(config: Config, name: string): string | number | boolean | undefined {
  if (name === 'API_KEYS') return config.apiKeys.map(({ name, scope }) => `${name}:${scope}:${HIDDEN}`).join(', ')
  return config[name as keyof Config] as string | number | boolean | undefined
}

function hide(name: string, value: string | number | boolean): string | number | boolean {
  if (SECRET.test(name)) return HIDDEN
  return ADDRESS.test(name) ? withoutCredentials(String(value)) : value
}

/** Where it leads, and nothing of who comes: parameters may hold passwords as well. */
export function withoutCredentials(address: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(address)?.[0] ?? ''
  const rest = address.slice(scheme.length)
  const end = rest.search(/[?#]/)
  if (end >= 0 && rest.lastIndexOf('@') > end) return `${scheme}${HIDDEN}` // a password with a ? or # in it, or a parameter with an @: nobody knows
  const place = (end < 0 ? rest : rest.slice(0, end)).replace(/^.*@/s, `${HIDDEN}@`)
  return `${scheme}${place}${end < 0 ? '' : `?${HIDDEN}`}`
}
