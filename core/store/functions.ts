/**
 * The SQL functions by name, with the type of each argument: what both transports need to call them.
 * A test compares this table with the catalogue of a migrated database.
 */
const FINISH = {
  p_worker_id: 'uuid',
  p_ids: 'uuid[]',
  p_fences: 'integer[]',
  p_outcomes: 'text[]',
  p_results: 'text[]',
  p_errors: 'text[]',
  p_delays_ms: 'bigint[]'
} as const

export const FUNCTIONS = {
  duly_create_jobs: {
    p_ids: 'uuid[]',
    p_queues: 'text[]',
    p_types: 'text[]',
    p_payloads: 'text[]',
    p_priorities: 'integer[]',
    p_scheduled_ats: 'timestamptz[]',
    p_max_retries: 'integer[]',
    p_backoffs: 'text[]',
    p_timeouts_ms: 'integer[]',
    p_outbox: 'boolean'
  },
  duly_get_job: { p_id: 'uuid' },
  duly_list_jobs: { p_before: 'uuid', p_limit: 'integer' },
  duly_cancel_job: { p_id: 'uuid' },
  duly_ping: {},
  duly_claim_jobs: { p_worker_id: 'uuid', p_ids: 'uuid[]', p_again: 'boolean' },
  duly_claim_due_jobs: { p_worker_id: 'uuid', p_queues: 'text[]', p_limit: 'integer' },
  duly_finish_jobs: { ...FINISH, p_again: 'boolean' },
  duly_exchange_jobs: { ...FINISH, p_claim_ids: 'uuid[]', p_again: 'boolean' },
  duly_register_worker: {
    p_id: 'uuid',
    p_host: 'text',
    p_pid: 'integer',
    p_concurrency: 'integer',
    p_types: 'text[]',
    p_queues: 'text[]',
    p_lease_ms: 'integer'
  },
  duly_beat: { p_worker_id: 'uuid' },
  duly_end_worker: { p_worker_id: 'uuid', p_reason: 'text' },
  duly_rescue_jobs: { p_worker_id: 'uuid', p_limit: 'integer' },
  duly_scan_pending: {
    p_queues: 'text[]',
    p_priorities: 'integer[]',
    p_after_run_at: 'timestamptz[]',
    p_after_ids: 'uuid[]',
    p_within_ms: 'bigint',
    p_skip_paused: 'boolean',
    p_limit: 'integer'
  },
  duly_count_pending: { p_within_ms: 'bigint' },
  duly_list_queues: {},
  duly_read_outbox: { p_done: 'bigint[]', p_limit: 'integer' }
} as const satisfies Record<string, Record<string, SqlType>>

export type SqlType = 'uuid' | 'text' | 'integer' | 'bigint' | 'boolean' | 'uuid[]' | 'text[]' | 'integer[]' | 'bigint[]' | 'timestamptz[]'

interface TypeScriptOf {
  uuid: string | null
  text: string
  integer: number
  bigint: number
  boolean: boolean
  'uuid[]': readonly string[]
  'text[]': readonly (string | null)[]
  'integer[]': readonly (number | null)[]
  'bigint[]': readonly number[]
  'timestamptz[]': readonly (string | null)[]
}

export type FunctionName = keyof typeof FUNCTIONS
export type Arguments<Name extends FunctionName> = {
  -readonly [Argument in keyof (typeof FUNCTIONS)[Name]]: (typeof FUNCTIONS)[Name][Argument] extends SqlType ? TypeScriptOf[(typeof FUNCTIONS)[Name][Argument]] : never
}
