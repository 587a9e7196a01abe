import type { Examples } from '../openapi/route.js'

export const session = {
  get_session: {
    200: {
      logged_in: { authenticated: true, name: 'ann', scopes: ['read', 'write'], open: false, expires_at: '2026-11-22T21:30:00.000Z' },
      nobody: { authenticated: false, name: 'anonymous', scopes: [], open: false, expires_at: null },
      no_keys: { authenticated: false, name: 'anonymous', scopes: ['read', 'write', 'admin'], open: true, expires_at: null }
    }
  },
  log_in: { body: { with_a_key: { key: 'QmFzZTY0LWxpa2UtcmFuZG9tLWtleQ' } } }
} satisfies Record<string, Examples>
