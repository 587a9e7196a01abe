import type { Examples } from '../openapi/route.js'
import { JOB_ID } from './job.js'

const state = {
  version: '0.1.0',
  node: 'v20.20.2',
  pid: 4711,
  memory_mb: 96,
  started_at: '2026-11-22T07:00:00.000Z',
  now: '2026-11-22T09:30:00.512Z',
  store: { status: 'ok', latency_ms: 1.4, transport: 'postgres', version: '17.4', schema_version: '20260101090500', clock_offset_ms: 0 },
  redis: { status: 'ok', latency_ms: 0.3, version: 'redis 7.0.15' },
  agreement: { missing: 0, ghost: 0, late: 0, compared: 412, complete: true, lost_queues: 0 },
  mail: { mode: 'files', server: null, from: 'Duly <duly@localhost>', kept: { count: 12, newest_at: '2026-11-22T09:12:40.001Z' } }
}

export const system = {
  get_system: {
    200: {
      for_an_admin: { ...state, configuration: [{ name: 'PORT', value: 3000, is_default: true }, { name: 'REDIS_URL', value: 'redis://***@redis.internal:6379/0', is_default: false }, { name: 'SUPABASE_KEY', value: '***', is_default: false }] },
      for_others: { ...state, configuration: null }
    }
  },
  sync: {
    body: { look: { dry_run: true }, all: {} },
    200: {
      done: { dry_run: false, count: 412, added: 1, queues: [{ queue: 'default', count: 412, added: 1 }], duration_ms: 31 },
      differs: {
        dry_run: true, agree: false,
        queues: [{ queue: 'default', pending: 412, in_redis: 411, missing: 1, ghost: 0, late: 0, verdict: 'differs' }],
        missing: [{ id: JOB_ID, queue: 'default', priority: 0, run_at_ms: 1_795_339_800_000 }], ghost: [], late: [], duration_ms: 3_040
      }
    }
  }
} satisfies Record<string, Examples>
