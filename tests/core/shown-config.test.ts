import { describe, expect, test } from 'vitest'
import { Env, loadConfig } from '../../core/config.js'
import { shownConfig, withoutCredentials } from '../../core/shown-config.js'

const SECRETS = ['s3cret-of-the-database', 's3cret-of-redis', 's3cret-of-the-mail-server', 's3cret-service-role-key', 's3cret-api-key-of-ann', 's3cret-in-a-parameter']
const [database, redis, mail, supabase, apiKey, parameter] = SECRETS as [string, string, string, string, string, string]

const config = loadConfig({
  DATA_DIR: '/nowhere',
  DATABASE_URL: `postgres://duly:${database}@db.internal:5432/duly?sslmode=require&password=${parameter}`,
  SUPABASE_URL: 'https://abc.supabase.co',
  SUPABASE_KEY: supabase,
  REDIS_URL: `rediss://:${redis}@redis.internal:6380/1`,
  SMTP_URL: `smtps://user%40example.com:${mail}@mail.internal`,
  API_KEYS: `ann:write:${apiKey}`,
  PORT: '8080'
})
const shown = new Map(shownConfig(config).map((variable) => [variable.name, variable]))

test('every variable is shown, in its order', () => {
  expect([...shown.keys()]).toEqual(Object.keys(Env.properties))
})

test('no secret is', () => {
  const text = JSON.stringify([...shown.values()])
  expect(SECRETS.filter((secret) => text.includes(secret))).toEqual([])
  expect(text).not.toContain(config.apiKeys[0]!.digest.toString('hex'))
})

test('what is set is told from what is not', () => {
  expect(shown.get('PORT')).toEqual({ name: 'PORT', value: 8080, is_default: false })
  expect(shown.get('HOST')).toEqual({ name: 'HOST', value: '127.0.0.1', is_default: true })
  expect(shown.get('HANDLERS_DIR')).toEqual({ name: 'HANDLERS_DIR', value: null, is_default: true })
  expect(shown.get('SUPABASE_KEY')).toEqual({ name: 'SUPABASE_KEY', value: '***', is_default: false })
  expect(shown.get('API_KEYS')).toEqual({ name: 'API_KEYS', value: 'ann:write:***', is_default: false })
  expect(shown.get('REDIS_URL')).toEqual({ name: 'REDIS_URL', value: 'rediss://***@redis.internal:6380/1', is_default: false })
})

describe('an address', () => {
  test.each([
    ['postgres://user:p@ss@db/duly', 'postgres://***@db/duly'],
    ['postgres://user:pass@a:1,b:2/duly?target_session_attrs=any', 'postgres://***@a:1,b:2/duly?***'],
    ['redis://localhost:6379', 'redis://localhost:6379'],
    ['redis://localhost?password=x', 'redis://localhost?***'],
    ['smtp://a:b/c@host', 'smtp://***@host'],
    ['postgres://user:12?34@db/duly', 'postgres://***'],
    ['redis://:12#34@redis', 'redis://***'],
    ['redis://localhost?user=a@b', 'redis://***']
  ])('%s is shown as %s', (address, expected) => {
    expect(withoutCredentials(address)).toBe(expected)
  })
})
