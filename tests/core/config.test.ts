import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, test as base } from 'vitest'
import { digestOf, entryOf } from '../../core/api-keys.js'
import { ConfigError, endpointsFile, loadConfig, type Need } from '../../core/config.js'
import { isLoopback } from '../../core/loopback.js'
import { configOrExit } from '../../core/service.js'

/** What `npm start` leaves behind. */
const LOCAL = { SUPABASE_URL: 'http://127.0.0.1:54321', SUPABASE_KEY: 'sb_secret_local', REDIS_URL: 'redis://127.0.0.1:6400' }
const HOSTED = { SUPABASE_URL: 'https://project.supabase.co', SUPABASE_KEY: 'sb_secret_hosted' }

const test = base.extend<{ dataDir: string; running: string }>({
  /** A folder where nothing was started. */
  dataDir: async ({}, use) => {
    const dir = await mkdtemp(join(tmpdir(), 'duly-config-'))
    await use(dir)
    await rm(dir, { recursive: true })
  },
  /** The folder of an `npm start` that runs. */
  running: async ({ dataDir }, use) => {
    await writeFile(endpointsFile(dataDir), JSON.stringify(LOCAL))
    await use(dataDir)
  }
})

/** The lines of a refusal, without the first, which is the same for all. */
function problemsOf(env: Record<string, string | undefined>, needs?: readonly Need[]): string[] {
  try {
    loadConfig(env, needs)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message.split('\n').slice(1).map((line) => line.trim())
  }
  return []
}
const namesIn = (problems: readonly string[]) => problems.map((problem) => problem.split(' ', 1)[0]).sort()

describe('a configuration', () => {
  test('has its defaults where the environment is silent', ({ dataDir }) => {
    expect(loadConfig({ DATA_DIR: dataDir }, [])).toMatchObject({ HOST: '127.0.0.1', PORT: 3000, WORKER_CONCURRENCY: 10, LEASE_MS: 15_000, REDIS_CLUSTER: false, queues: [] })
  })

  test('reads numbers, booleans and lists from text', ({ dataDir }) => {
    const config = loadConfig({ DATA_DIR: dataDir, PORT: '0', REDIS_CLUSTER: 'true', WORKER_QUEUES: 'mails, reports ,,default' }, [])
    expect(config).toMatchObject({ PORT: 0, REDIS_CLUSTER: true, queues: ['mails', 'reports', 'default'] })
  })

  test('makes paths absolute, and keeps files under DATA_DIR unless it is told otherwise', ({ dataDir }) => {
    expect(loadConfig({ DATA_DIR: dataDir }, [])).toMatchObject({ DATA_DIR: dataDir, FILES_ROOT: join(dataDir, 'files') })
    expect(loadConfig({ DATA_DIR: dataDir, FILES_ROOT: 'here', HANDLERS_DIR: 'mine' }, [])).toMatchObject({ FILES_ROOT: resolve('here'), HANDLERS_DIR: resolve('mine') })
  })

  test('takes no notice of variables that are not its own', ({ dataDir }) => {
    expect(loadConfig({ DATA_DIR: dataDir, PATH: '/bin', PORTAL: 'x' }, [])).not.toHaveProperty('PATH')
  })

  test.each(['', '  '])('takes %j as not set', (empty) => {
    const env = { DATA_DIR: '/nowhere', PORT: empty, SUPABASE_URL: empty, LOG_LEVEL: empty, ...{ DATABASE_URL: 'postgres://localhost/duly', REDIS_URL: 'redis://localhost' } }
    expect(loadConfig(env)).toMatchObject({ PORT: 3000, LOG_LEVEL: 'info' })
    expect(loadConfig(env)).not.toHaveProperty('SUPABASE_URL')
  })

  test('cannot be changed', ({ dataDir }) => {
    const config = loadConfig({ DATA_DIR: dataDir }, [])
    expect(Object.isFrozen(config) && Object.isFrozen(config.queues)).toBe(true)
  })
})

describe('a wrong environment', () => {
  const WRONG = {
    DATA_DIR: '/nowhere',
    PORT: 'secret-port',
    LEASE_MS: '17',
    LOG_LEVEL: 'secret-level',
    WORKER_CONCURRENCY: '-31',
    REDIS_PREFIX: 'secret prefix',
    REDIS_URL: 'http://secret-redis',
    DATABASE_URL: 'mysql://user:secret-password@host/db',
    SMTP_URL: 'secret-smtp'
  }

  test('is refused with every problem at once, by variable', () => {
    expect(namesIn(problemsOf(WRONG))).toEqual(Object.keys(WRONG).filter((name) => name !== 'DATA_DIR').sort())
  })

  test('is refused without a value: it may hold a password', () => {
    expect(problemsOf(WRONG).join('\n')).not.toMatch(/secret|mysql|17\b|-31/)
  })

  test.each([
    ['a lease that no heartbeat can keep', { LEASE_MS: '499' }],
    ['a timer longer than JavaScript knows', { POLL_INTERVAL_MS: String(2 ** 31) }],
    ['a port that there is not', { PORT: '65536' }],
    ['a number with a unit', { SWEEP_GRACE_MS: '10s' }],
    ['half a port', { PORT: '1.5' }],
    ['a number in another notation', { PORT: '0x50' }],
    ['a yes that is neither true nor false', { REDIS_CLUSTER: 'yes' }],
    ['an address of something else', { SUPABASE_URL: 'postgres://localhost', SUPABASE_KEY: 'key' }]
  ])('such as %s', (_, env) => {
    expect(namesIn(problemsOf({ DATA_DIR: '/nowhere', ...env }, []))).toEqual([Object.keys(env)[0]])
  })

  test('names what is missing together with what is wrong', () => {
    expect(namesIn(problemsOf({ DATA_DIR: '/nowhere', PORT: 'x' }, ['store', 'redis', 'database']))).toEqual(['DATABASE_URL', 'PORT', 'REDIS_URL', 'SUPABASE_URL'])
  })

  test.each([
    ['serves jobs', ['store', 'redis'], ['REDIS_URL', 'SUPABASE_URL']],
    ['migrates', ['database'], ['DATABASE_URL']],
    ['needs no store', [], []]
  ] as Array<[string, Need[], string[]]>)('lacks for a process that %s only what that needs', (_, needs, missing) => {
    expect(namesIn(problemsOf({ DATA_DIR: '/nowhere' }, needs))).toEqual(missing)
  })

  test('has an address without its key, or a key without its address', () => {
    expect(namesIn(problemsOf({ DATA_DIR: '/nowhere', SUPABASE_URL: HOSTED.SUPABASE_URL }, []))).toEqual(['SUPABASE_KEY'])
    expect(namesIn(problemsOf({ DATA_DIR: '/nowhere', SUPABASE_KEY: HOSTED.SUPABASE_KEY }, []))).toEqual(['SUPABASE_URL'])
  })
})

describe('API keys', () => {
  const PLAIN = 'plain-secret-of-a-test'
  const keysOf = (text: string) => loadConfig({ DATA_DIR: '/nowhere', API_KEYS: text }, []).apiKeys
  const faultsOf = (text: string) => problemsOf({ DATA_DIR: '/nowhere', API_KEYS: text }, []).join('\n')

  test('are kept as digests, whether they are plain or hashed, and no text of them stays', () => {
    const text = `one:read:${PLAIN}, two:write:with:colons:in:it ,\n${entryOf('three', 'admin', 'another secret')}`
    const config = loadConfig({ DATA_DIR: '/nowhere', API_KEYS: text }, [])
    expect(config.apiKeys).toEqual([
      { name: 'one', scope: 'read', digest: digestOf(PLAIN) },
      { name: 'two', scope: 'write', digest: digestOf('with:colons:in:it') },
      { name: 'three', scope: 'admin', digest: digestOf('another secret') }
    ])
    expect(config).not.toHaveProperty('API_KEYS')
    expect(JSON.stringify(config)).not.toMatch(/secret|colons|sha256/)
    expect(Object.isFrozen(config.apiKeys)).toBe(true)
  })

  test('are nowhere in a service that has read them', () => {
    process.env.API_KEYS = `one:read:${PLAIN}`
    expect(configOrExit('test', []).apiKeys).toHaveLength(1)
    expect(process.env).not.toHaveProperty('API_KEYS')
  })

  test('are none where there is nothing, and never none where there is something', () => {
    expect(keysOf(' ')).toEqual([])
    expect(faultsOf(',')).toMatch(/^API_KEYS /)
  })

  test.each([
    ['just-a-secret-somebody-pasted', 'entry 1 is not name:scope:secret'],
    [`one:${PLAIN}`, 'entry 1 is not name:scope:secret'],
    [`:read:${PLAIN}`, 'entry 1 has a name'],
    [`o/e:read:${PLAIN}`, 'entry 1 has a name'],
    [`one:owner:${PLAIN}`, 'entry 1 has a scope that is not read, write, admin'],
    ['one:read:fifteen-letters', 'entry 1 has a secret of fewer than 16'],
    ['one:read:', 'entry 1 has a secret of fewer than 16'],
    [`one:read:${PLAIN}\u00e4`, 'entry 1 has a secret that no header can carry'],
    ['one:read:sha256=abc', 'entry 1 has a sha256='],
    [`one:read:SHA256=${'g'.repeat(64)}`, 'entry 1 has a sha256='],
    [`one:read:${PLAIN} one:write:${PLAIN}2`, 'entry 2 has the name of entry 1'],
    [`one:read:${PLAIN} two:write:${PLAIN}`, 'entry 2 has the key of entry 1'],
    [`one:read:${PLAIN} ${entryOf('two', 'admin', PLAIN).toUpperCase().replace('TWO:ADMIN', 'two:admin')}`, 'entry 2 has the key of entry 1']
  ])('such as %s are refused', (text, fault) => {
    expect(faultsOf(text)).toContain(`API_KEYS ${fault}`)
  })

  test('are refused with every fault of every entry, and without a word of them', () => {
    const faults = faultsOf('secret-1 na/me:owner:short, three:read:sha256=secret-3')
    expect(faults.split('; ')).toEqual([
      'API_KEYS entry 1 is not name:scope:secret',
      'entry 2 has a name that is not 1 to 100 letters, digits and "_.-"',
      'entry 2 has a scope that is not read, write, admin',
      'entry 2 has a secret of fewer than 16 characters',
      'entry 3 has a sha256= that is not followed by 64 hexadecimal digits'
    ])
  })
})

describe('an address that others can reach', () => {
  const KEY = 'one:read:plain-secret-of-a-test'

  test.each(['0.0.0.0', '::', '192.168.0.1', '::ffff:10.0.0.1', 'duly.example', '127.0.0.1.example', 'localhost.example'])('such as %s takes API keys, where a process opens it', (HOST) => {
    const problems = problemsOf({ DATA_DIR: '/nowhere', HOST }, ['port'])
    expect(problems).toEqual([expect.stringMatching(/^HOST .*API_KEYS.*npm run api-key.*HOST=127\.0\.0\.1$/)])
    expect(problems[0]).not.toContain(HOST)
    expect(problemsOf({ DATA_DIR: '/nowhere', HOST }, [])).toEqual([])
    expect(problemsOf({ DATA_DIR: '/nowhere', HOST, API_KEYS: KEY }, ['port'])).toEqual([])
    expect(namesIn(problemsOf({ DATA_DIR: '/nowhere', HOST, API_KEYS: ',' }, ['port']))).toEqual(['API_KEYS'])
  })

  test.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.255.0.3', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1'])('is not %s', (HOST) => {
    expect(isLoopback(HOST)).toBe(true)
    expect(problemsOf({ DATA_DIR: '/nowhere', HOST }, ['port'])).toEqual([])
  })
})

describe('the origins of pages', () => {
  const faultsOf = (CORS_ORIGINS: string, env = {}) => problemsOf({ DATA_DIR: '/nowhere', CORS_ORIGINS, ...env }, [])

  test('are a list', () => {
    expect(loadConfig({ DATA_DIR: '/nowhere', CORS_ORIGINS: 'https://a.example, http://localhost:5173 http://[::1]:8000' }, []).corsOrigins).toEqual(['https://a.example', 'http://localhost:5173', 'http://[::1]:8000'])
  })

  test.each(['https://a.example/', 'https://a.example/path', 'https://a.example:443', 'https://A.example', 'a.example', 'https://*.a.example/', 'https://me@a.example', 'null', 'file:///x', 'https://'])('are refused where no browser would send them so: %s', (origin) => {
    expect(faultsOf(`https://fine.example ${origin}`)).toEqual([expect.stringMatching(/^CORS_ORIGINS entry 2 is not an origin as browsers send it/)])
  })

  test('may be any only where there are keys', () => {
    expect(faultsOf('*')).toEqual([expect.stringMatching(/^CORS_ORIGINS \* is for an API with API_KEYS/)])
    expect(faultsOf('*', { API_KEYS: 'one:read:plain-secret-of-a-test' })).toEqual([])
  })
})

describe('the endpoints of a running npm start', () => {
  test('are used where the environment is silent', ({ running }) => {
    expect(loadConfig({ DATA_DIR: running })).toMatchObject(LOCAL)
  })

  test('give way to the environment', ({ running }) => {
    expect(loadConfig({ DATA_DIR: running, REDIS_URL: 'redis://elsewhere' })).toMatchObject({ ...LOCAL, REDIS_URL: 'redis://elsewhere' })
    expect(loadConfig({ DATA_DIR: running, ...HOSTED })).toMatchObject({ ...HOSTED, REDIS_URL: LOCAL.REDIS_URL })
  })

  test('never lend the local key to another address, nor the local address to another key', ({ running }) => {
    expect(namesIn(problemsOf({ DATA_DIR: running, SUPABASE_URL: HOSTED.SUPABASE_URL }))).toEqual(['SUPABASE_KEY'])
    expect(namesIn(problemsOf({ DATA_DIR: running, SUPABASE_KEY: HOSTED.SUPABASE_KEY }))).toEqual(['SUPABASE_URL'])
  })

  test('do not stand beside a database of one\'s own', ({ running }) => {
    const config = loadConfig({ DATA_DIR: running, DATABASE_URL: 'postgres://localhost/duly' })
    expect(config).toMatchObject({ DATABASE_URL: 'postgres://localhost/duly', REDIS_URL: LOCAL.REDIS_URL })
    expect(config).not.toHaveProperty('SUPABASE_URL')
  })

  test.each(['', '{"REDIS_URL":', 'null'])('are nothing while the file holds %j', async (content) => {
    const dir = await mkdtemp(join(tmpdir(), 'duly-config-'))
    await writeFile(endpointsFile(dir), content)
    expect(namesIn(problemsOf({ DATA_DIR: dir }))).toEqual(['REDIS_URL', 'SUPABASE_URL'])
    await rm(dir, { recursive: true })
  })
})

describe('how long jobs stay', () => {
  test('is a length of time, or for ever', () => {
    expect(loadConfig({ DATA_DIR: '/nowhere' }, []).keep).toEqual({ completed: 7 * 86_400_000, failed: 30 * 86_400_000, cancelled: 7 * 86_400_000 })
    expect(loadConfig({ DATA_DIR: '/nowhere', KEEP_COMPLETED: '1h30m', KEEP_FAILED: 'forever', KEEP_CANCELLED: ' 0s ' }, []).keep).toEqual({ completed: 5_400_000, failed: null, cancelled: 0 })
  })

  test.each(['never', '7 days', '-1d', '200000d', 'forever!'])('is not %j', (wrong) => {
    expect(namesIn(problemsOf({ ...HOSTED, REDIS_URL: 'redis://x', KEEP_FAILED: wrong }))).toEqual(['KEEP_FAILED'])
  })
})
