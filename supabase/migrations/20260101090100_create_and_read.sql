-- A job begins, and is read by its id.

-- No settings on it, so that it is inlined: a call for each row takes twice as long.
create function duly.job_json(j duly.jobs)
returns json
language sql
stable
as $$
  select json_build_object(
    'id', j.id, 'queue', j.queue, 'type', j.type, 'payload', j.payload, 'priority', j.priority, 'status', j.status,
    'scheduled_at', duly.iso(j.scheduled_at), 'run_at', duly.iso(j.run_at),
    'attempt', j.attempt, 'fence', j.fence, 'max_retries', j.max_retries, 'backoff', j.backoff, 'timeout_ms', j.timeout_ms,
    'expires_at', duly.iso(j.expires_at), 'tags', coalesce(to_json(j.tags::text[]), '[]'), 'metadata', coalesce(j.metadata::jsonb, '{}'),
    'result', j.result, 'last_error', j.last_error, 'worker_id', j.worker_id,
    'created_at', duly.iso(j.created_at), 'started_at', duly.iso(j.started_at), 'finished_at', duly.iso(j.finished_at),
    'cancel_requested_at', duly.iso(j.cancel_requested_at), 'cancel_reason', j.cancel_reason
  )
$$;
comment on function duly.job_json(duly.jobs) is 'A job as it goes over the wire: the fields of core/job.ts, in their order.';

create function public.duly_create_jobs(
  p_ids             uuid[],
  p_queues          text[],
  p_types           text[],
  p_payloads        text[],
  p_priorities      integer[],
  p_scheduled_ats   timestamptz[],
  p_delays_ms       bigint[],
  p_max_retries     integer[],
  p_backoffs        text[],
  p_timeouts_ms     integer[],
  p_expires_ats     timestamptz[],
  p_tags            text[],
  p_metadatas       text[],
  p_outbox          boolean default false,
  p_scope           text default null,
  p_idempotency_key text default null,
  p_request_hash    text default null
)
returns json
language plpgsql
set search_path = ''
set timezone = 'UTC' -- as in duly.claim
set enable_seqscan = off -- a plan that was made while the table was small would read all of it later
set enable_bitmapscan = off
as $$
declare
  v_ids     uuid[] := p_ids;
  v_made    duly.idempotency_keys;
  v_varies  boolean := num_nonnulls(p_scheduled_ats, p_delays_ms, p_backoffs, p_expires_ats) > 0; -- in what the caller cannot know
  v_columns json;
  v_count   integer := 0;
begin
  if p_idempotency_key is not null then
    -- Two statements: one that inserts or returns finds neither when another request is under way.
    insert into duly.idempotency_keys (scope, key, request_hash, job_ids)
    values (p_scope, p_idempotency_key, p_request_hash, p_ids)
    on conflict do nothing;
    select * into strict v_made from duly.idempotency_keys k where k.scope = p_scope and k.key = p_idempotency_key;
    if v_made.request_hash <> p_request_hash then
      raise sqlstate 'PT422' using
        message = 'idempotency_key_reused',
        detail = format('This Idempotency-Key was sent with another request at %s.', duly.iso(v_made.created_at));
    end if;
    v_ids := v_made.job_ids;
  end if;

  if v_ids = p_ids then -- else an earlier request has made them, and they may have run, or been deleted, since
    insert into duly.queues (name)
    select distinct q.name
      from unnest(p_queues) q(name)
     where not exists (select from duly.queues k where k.name = q.name)
        on conflict do nothing;

    with made as (
      insert into duly.jobs (id, queue, type, payload, priority, scheduled_at, run_at, max_retries, backoff, timeout_ms, expires_at, tags, metadata)
      select i.id, i.queue, i.type, i.payload::jsonb, i.priority,
             duly.ceil_ms(t.scheduled_at),
             duly.ceil_ms(greatest(t.scheduled_at, now())), -- a time in the past means now
             i.max_retries,
             '{"type": "exponential", "delay_ms": 2000, "max_ms": 3600000}'::jsonb || i.backoff::jsonb, -- null stays null: the default
             i.timeout_ms,
             duly.ceil_ms(i.expires_at),
             case when i.tags is not null then array(select json_array_elements_text(i.tags::json)) end,
             i.metadata::jsonb
        from unnest(p_ids, p_queues, p_types, p_payloads, p_priorities, p_scheduled_ats, p_delays_ms, p_max_retries, p_backoffs, p_timeouts_ms, p_expires_ats, p_tags, p_metadatas)
          as i(id, queue, type, payload, priority, scheduled_at, delay_ms, max_retries, backoff, timeout_ms, expires_at, tags, metadata)
       cross join lateral (select coalesce(i.scheduled_at, now() + coalesce(i.delay_ms, 0) * interval '1 ms') as scheduled_at) t
          on conflict (id) do nothing -- sent again after a lost reply
      returning id, scheduled_at, run_at, created_at, backoff, expires_at
    )
    select json_build_object(
             'created_at', min(m.created_at),
             'id', json_agg(m.id) filter (where v_varies),
             'scheduled_at', json_agg(m.scheduled_at) filter (where v_varies),
             'run_at', json_agg(m.run_at) filter (where v_varies),
             'backoff', json_agg(m.backoff) filter (where v_varies),
             'expires_at', json_agg(m.expires_at) filter (where v_varies)
           ), count(*)
      into v_columns, v_count
      from made m;

    if p_outbox then
      insert into duly.timeline_outbox (job_id) select unnest(p_ids);
    end if;
  end if;

  return json_build_object(
    'made', v_columns,
    'jobs', case when v_count < cardinality(v_ids) then (select json_agg(duly.job_json(j)) from duly.jobs j where j.id = any(v_ids)) end,
    'replayed', case when v_ids <> p_ids then to_json(v_ids) end
  );
end
$$;
comment on function public.duly_create_jobs(uuid[], text[], text[], text[], integer[], timestamptz[], bigint[], integer[], text[], integer[], timestamptz[], text[], text[], boolean, text, text, text) is
  'Nothing -> pending, all or none. Returns {made, jobs, replayed}. made holds what the caller cannot know of the jobs that are new, since to write whole jobs takes three times as long as to store them: created_at of them all, and columns of the times and backoffs, null when none were given and all are due when they were created. Where some are not new, jobs holds all of them, whole and as they are, in no order; else it is null. An array that is null is one of nulls. A null time is now, or in p_delays_ms; tags are JSON arrays; p_outbox leaves word for the timeline. With an idempotency key only the first request makes jobs: others are answered with those, as they are, and replayed has their ids; else it is null. Raises idempotency_key_reused.';

create function public.duly_find_created(p_scope text, p_idempotency_key text, p_request_hash text)
returns json
language sql
stable
set search_path = ''
as $$
  select json_build_object(
    'found', count(k.key) > 0,
    'jobs', coalesce(json_agg(duly.job_json(j) order by i.place) filter (where j.id is not null), '[]')
  )
    from duly.idempotency_keys k
   cross join lateral unnest(k.job_ids) with ordinality i(id, place)
    left join duly.jobs j on j.id = i.id
   where k.scope = p_scope
     and k.key = p_idempotency_key
     and k.request_hash = p_request_hash
$$;
comment on function public.duly_find_created(text, text, text) is
  'What a request with an idempotency key has made, if there was the same one before: {found, jobs}, without those that have been deleted since.';

create function public.duly_get_job(p_id uuid)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
  v_job duly.jobs;
begin
  select * into v_job from duly.jobs j where j.id = p_id;
  if not found then
    raise sqlstate 'PT404' using message = 'job_not_found', detail = format('There is no job %s.', p_id);
  end if;
  return json_build_object(
    'job', duly.job_json(v_job),
    'attempts', (
      select coalesce(json_agg(json_build_object(
               'fence', a.fence, 'attempt', a.attempt, 'outcome', a.outcome, 'error', a.error, 'worker_id', a.worker_id,
               'started_at', duly.iso(a.started_at), 'finished_at', duly.iso(a.finished_at)
             ) order by a.fence desc), '[]')
        from (select * from duly.job_attempts t where t.job_id = p_id order by t.fence desc limit 100) a -- retries by operators have no end
    )
  );
end
$$;
comment on function public.duly_get_job(uuid) is
  'Returns {job, attempts}: the job and its newest 100 attempts that did not succeed, newest first. Raises job_not_found.';

create function public.duly_ping()
returns json
language sql
stable
set search_path = ''
as $$
  select json_build_object('schema_version', '20260101090500', 'now_ms', duly.epoch_ms(now()), 'server_version', current_setting('server_version'))
$$;
comment on function public.duly_ping() is
  'Returns {schema_version, now_ms, server_version}: the newest migration, the clock, and which Postgres this is. core/store/schema-version.ts names the version that the code wants.';
