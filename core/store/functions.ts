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

const TEMPLATE = { p_id: 'uuid', p_name: 'text', p_description: 'text', p_body: 'text', p_variables: 'text[]' } as const

export const FUNCTIONS = {
  duly_create_jobs: {
    p_ids: 'uuid[]',
    p_queues: 'text[]',
    p_types: 'text[]',
    p_payloads: 'text[]',
    p_priorities: 'integer[]',
    p_scheduled_ats: 'timestamptz[]',
    p_delays_ms: 'bigint[]',
    p_max_retries: 'integer[]',
    p_backoffs: 'text[]',
    p_timeouts_ms: 'integer[]',
    p_expires_ats: 'timestamptz[]',
    p_tags: 'text[]',
    p_metadatas: 'text[]',
    p_outbox: 'boolean',
    p_scope: 'text',
    p_idempotency_key: 'text',
    p_request_hash: 'text'
  },
  duly_find_created: { p_scope: 'text', p_idempotency_key: 'text', p_request_hash: 'text' },
  duly_get_job: { p_id: 'uuid' },
  duly_list_jobs: {
    p_filter: 'text',
    p_sort: 'text',
    p_desc: 'boolean',
    p_after_at: 'timestamptz',
    p_after: 'uuid',
    p_skip: 'integer',
    p_limit: 'integer',
    p_budget_ms: 'integer'
  },
  duly_find_jobs: { p_filter: 'text', p_after_at: 'timestamptz', p_after: 'uuid', p_until: 'timestamptz', p_limit: 'integer', p_budget_ms: 'integer' },
  duly_count_found: { p_filter: 'text', p_sort: 'text', p_exact: 'boolean', p_from: 'text', p_budget_ms: 'integer' },
  duly_cancel_jobs: { p_ids: 'uuid[]' },
  duly_retry_jobs: { p_ids: 'uuid[]', p_fences: 'integer[]', p_outbox: 'boolean', p_again: 'boolean' },
  duly_update_jobs: { p_ids: 'uuid[]', p_changes: 'text', p_outbox: 'boolean' },
  duly_duplicate_jobs: { p_ids: 'uuid[]', p_new_ids: 'uuid[]', p_scheduled_at: 'timestamptz', p_delay_ms: 'bigint', p_outbox: 'boolean' },
  duly_delete_jobs: { p_ids: 'uuid[]', p_again: 'boolean' },
  duly_read_states: { p_ids: 'uuid[]' },
  duly_explain_job: { p_id: 'uuid' },
  duly_expire_jobs: { p_limit: 'integer' },
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
  duly_read_outbox: { p_done: 'bigint[]', p_limit: 'integer' },
  duly_list_templates: {},
  duly_get_template: { p_id: 'uuid' },
  duly_create_template: TEMPLATE,
  duly_replace_template: TEMPLATE,
  duly_delete_template: { p_id: 'uuid', p_again: 'boolean' },
  duly_flush_stats: {
    p_worker_id: 'uuid',
    p_resolutions: 'text[]',
    p_period_starts: 'timestamptz[]',
    p_queues: 'text[]',
    p_types: 'text[]',
    p_outcomes: 'text[]',
    p_counts: 'integer[]',
    p_wait_ms: 'double precision[]',
    p_lateness_ms: 'double precision[]',
    p_run_ms: 'double precision[]',
    p_wait_buckets: 'text[]',
    p_lateness_buckets: 'text[]',
    p_run_buckets: 'text[]'
  },
  duly_read_stats: { p_resolution: 'text', p_from_ms: 'bigint', p_to_ms: 'bigint', p_queue: 'text', p_type: 'text' },
  duly_count_jobs: {},
  duly_read_failures: { p_queue: 'text', p_type: 'text', p_limit: 'integer' },
  duly_read_queues: { p_name: 'text' },
  duly_set_paused: { p_name: 'text', p_paused: 'boolean' },
  duly_list_workers: { p_ended_within_ms: 'bigint', p_limit: 'integer' },
  duly_report_swept: { p_worker_id: 'uuid', p_swept: 'text' },
  duly_list_types: {},
  duly_tidy: { p_limit: 'integer' },
  duly_prune_jobs: {
    p_keep_completed_ms: 'bigint',
    p_keep_failed_ms: 'bigint',
    p_keep_cancelled_ms: 'bigint',
    p_queues: 'text[]',
    p_statuses: 'text[]',
    p_after_at: 'timestamptz[]',
    p_after_ids: 'uuid[]',
    p_limit: 'integer'
  }
} as const satisfies Record<string, Record<string, SqlType>>

/** For users alone: `duly.schedule_job` and `duly.cancel_job` over REST. Nothing here calls them. */
export const FOR_USERS = ['duly_schedule_job', 'duly_cancel_job'] as const

export type SqlType = 'uuid' | 'text' | 'integer' | 'bigint' | 'boolean' | 'timestamptz' | 'uuid[]' | 'text[]' | 'integer[]' | 'bigint[]' | 'double precision[]' | 'timestamptz[]'

interface TypeScriptOf {
  uuid: string | null
  text: string | null
  integer: number
  bigint: number | null
  boolean: boolean
  timestamptz: string | null
  'uuid[]': readonly string[]
  'text[]': readonly (string | null)[]
  'integer[]': readonly (number | null)[]
  'bigint[]': readonly number[]
  'double precision[]': readonly number[]
  'timestamptz[]': readonly (string | null)[]
}

export type FunctionName = keyof typeof FUNCTIONS
export type Arguments<Name extends FunctionName> = {
  -readonly [Argument in keyof (typeof FUNCTIONS)[Name]]: (typeof FUNCTIONS)[Name][Argument] extends SqlType ? TypeScriptOf[(typeof FUNCTIONS)[Name][Argument]] : never
}
