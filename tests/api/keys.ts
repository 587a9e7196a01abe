/** Keys for tests, and how a request carries one. */
import { type ApiKey, digestOf } from '../../core/api-keys.js'
import { type Scope, SCOPES } from '../../core/scope.js'

/** The secret of each scope's key, which has the scope for a name. */
export const SECRETS: Record<Scope, string> = { read: 'read-key-of-the-tests', write: 'write-key-of-the-tests', admin: 'admin-key-of-the-tests' }

export const KEYS: ApiKey[] = SCOPES.map((scope) => ({ name: scope, scope, digest: digestOf(SECRETS[scope]) }))

export const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
