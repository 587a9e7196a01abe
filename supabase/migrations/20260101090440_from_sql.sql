-- For users: jobs from SQL, inside a transaction of one's own. docs/sql.md shows how.

create function duly.uuid_v7()
returns uuid
language sql
volatile
set search_path = ''
as $$
  -- 48 bits of milliseconds, version 7, then the random rest of a version 4 id.
  select (
    lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0')
    || '7' || substr(r.hex, 14)
  )::uuid
  from (select replace(gen_random_uuid()::text, '-', '') as hex) r
$$;
comment on function duly.uuid_v7() is 'An id that sorts by the time of its making, as the API makes them.';

create function duly.schedule_job(
  p_type         text,
  p_payload      jsonb       default '{}',
  p_scheduled_at timestamptz default null,
  p_queue        text        default 'default',
  p_priority     integer     default 0,
  p_max_retries  integer     default 3,
  p_backoff      jsonb       default null,
  p_timeout_ms   integer     default null,
  p_expires_at   timestamptz default null,
  p_tags         text[]      default null,
  p_metadata     jsonb       default null
)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_id uuid := duly.uuid_v7();
begin
  -- As duly_create_jobs, but for one job and without an answer: a trigger may come here ten thousand times in a transaction.
  if not exists (select from duly.queues q where q.name = p_queue) then
    insert into duly.queues (name) values (p_queue) on conflict do nothing;
  end if;
  insert into duly.jobs (id, queue, type, payload, priority, scheduled_at, run_at, max_retries, backoff, timeout_ms, expires_at, tags, metadata)
  values (
    v_id, p_queue, p_type, p_payload, p_priority,
    duly.ceil_ms(coalesce(p_scheduled_at, now())),
    duly.ceil_ms(greatest(p_scheduled_at, now())), -- a time in the past means now
    p_max_retries,
    '{"type": "exponential", "delay_ms": 2000, "max_ms": 3600000}'::jsonb || p_backoff, -- null stays null: the default
    p_timeout_ms,
    duly.ceil_ms(p_expires_at),
    nullif(p_tags, '{}'),
    nullif(p_metadata, '{}')
  );
  insert into duly.timeline_outbox (job_id) values (v_id);
  perform pg_notify('duly_outbox', ''); -- once for each transaction, however many jobs, when it commits
  return v_id;
end
$$;
comment on function duly.schedule_job(text, jsonb, timestamptz, text, integer, integer, jsonb, integer, timestamptz, text[], jsonb) is
  'Schedules a job inside the caller''s own transaction: a rollback leaves nothing. Returns its id. A null time is now. The worker validates the payload, since this bypasses the API; names, times and numbers are refused here (23514, 23502). docs/sql.md has examples.';

create function duly.cancel_job(p_id uuid)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_acted json := public.duly_cancel_jobs(array[p_id]) -> 0;
begin
  case v_acted ->> 'refused'
    when 'job_not_found' then
      raise sqlstate 'PT404' using message = 'job_not_found', detail = format('There is no job %s.', p_id);
    when 'job_not_cancellable' then
      raise sqlstate 'PT409' using message = 'job_not_cancellable', detail = format('Job %s is %s and cannot be cancelled any more.', p_id, v_acted ->> 'status');
    else
      return v_acted ->> 'outcome';
  end case;
end
$$;
comment on function duly.cancel_job(uuid) is
  'Cancels a job inside the caller''s own transaction. Returns cancelled, after whose commit no start follows, or cancel_requested for a job in progress, which is told to stop and does not run again. Raises job_not_found, and job_not_cancellable for a job that completed or failed.';

create function duly.given_json(p_given jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select case jsonb_typeof(p_given) when 'string' then (p_given #>> '{}')::jsonb else p_given end
$$;
comment on function duly.given_json(jsonb) is
  'JSON that a caller of the REST layer gave, as itself or as text: what stands between them may encode an object twice.';

create function public.duly_schedule_job(
  p_type         text,
  p_payload      jsonb       default '{}',
  p_scheduled_at timestamptz default null,
  p_queue        text        default 'default',
  p_priority     integer     default 0,
  p_max_retries  integer     default 3,
  p_backoff      jsonb       default null,
  p_timeout_ms   integer     default null,
  p_expires_at   timestamptz default null,
  p_tags         text[]      default null,
  p_metadata     jsonb       default null
)
returns json
language sql
set search_path = ''
as $$
  select json_build_object('id', duly.schedule_job(
    p_type, duly.given_json(p_payload), p_scheduled_at, p_queue, p_priority, p_max_retries, duly.given_json(p_backoff), p_timeout_ms, p_expires_at, p_tags, duly.given_json(p_metadata)
  ))
$$;
comment on function public.duly_schedule_job(text, jsonb, timestamptz, text, integer, integer, jsonb, integer, timestamptz, text[], jsonb) is
  'duly.schedule_job for callers of the REST layer, such as an Edge Function with the secret key. p_payload, p_backoff and p_metadata are objects, or JSON text. Returns {id}.';

create function public.duly_cancel_job(p_id uuid)
returns json
language sql
set search_path = ''
as $$
  select json_build_object('id', p_id, 'outcome', duly.cancel_job(p_id))
$$;
comment on function public.duly_cancel_job(uuid) is
  'duly.cancel_job for callers of the REST layer. Returns {id, outcome}. Raises job_not_found, job_not_cancellable.';
