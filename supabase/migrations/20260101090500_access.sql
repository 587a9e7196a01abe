-- Who may do what: the service role everything, everybody else nothing.
-- New Supabase projects grant nothing by default, older ones grant too much; so both are said, by name.

grant usage on schema duly to service_role;
grant select, insert, update, delete on all tables in schema duly to service_role;
grant usage on all sequences in schema duly to service_role;

revoke execute on all functions in schema duly from public, anon, authenticated;
grant execute on all functions in schema duly to service_role;

revoke execute on function
  public.duly_create_jobs, public.duly_find_created, public.duly_get_job, public.duly_ping,
  public.duly_list_jobs, public.duly_find_jobs, public.duly_count_found,
  public.duly_cancel_jobs, public.duly_retry_jobs, public.duly_update_jobs, public.duly_duplicate_jobs, public.duly_delete_jobs,
  public.duly_read_states, public.duly_explain_job, public.duly_expire_jobs,
  public.duly_claim_jobs, public.duly_claim_due_jobs, public.duly_finish_jobs, public.duly_exchange_jobs,
  public.duly_register_worker, public.duly_beat, public.duly_end_worker, public.duly_rescue_jobs,
  public.duly_scan_pending, public.duly_count_pending, public.duly_list_queues, public.duly_read_outbox,
  public.duly_list_templates,
  public.duly_get_template,
  public.duly_create_template,
  public.duly_replace_template,
  public.duly_delete_template,
  public.duly_flush_stats,
  public.duly_read_stats,
  public.duly_count_jobs,
  public.duly_read_failures,
  public.duly_read_queues,
  public.duly_set_paused,
  public.duly_list_workers,
  public.duly_list_types,
  public.duly_tidy,
  public.duly_prune_jobs,
  public.duly_report_swept,
  public.duly_schedule_job,
  public.duly_cancel_job
from public, anon, authenticated;

grant execute on function
  public.duly_create_jobs, public.duly_find_created, public.duly_get_job, public.duly_ping,
  public.duly_list_jobs, public.duly_find_jobs, public.duly_count_found,
  public.duly_cancel_jobs, public.duly_retry_jobs, public.duly_update_jobs, public.duly_duplicate_jobs, public.duly_delete_jobs,
  public.duly_read_states, public.duly_explain_job, public.duly_expire_jobs,
  public.duly_claim_jobs, public.duly_claim_due_jobs, public.duly_finish_jobs, public.duly_exchange_jobs,
  public.duly_register_worker, public.duly_beat, public.duly_end_worker, public.duly_rescue_jobs,
  public.duly_scan_pending, public.duly_count_pending, public.duly_list_queues, public.duly_read_outbox,
  public.duly_list_templates,
  public.duly_get_template,
  public.duly_create_template,
  public.duly_replace_template,
  public.duly_delete_template,
  public.duly_flush_stats,
  public.duly_read_stats,
  public.duly_count_jobs,
  public.duly_read_failures,
  public.duly_read_queues,
  public.duly_set_paused,
  public.duly_list_workers,
  public.duly_list_types,
  public.duly_tidy,
  public.duly_prune_jobs,
  public.duly_report_swept,
  public.duly_schedule_job,
  public.duly_cancel_job
to service_role;

notify pgrst, 'reload schema';
