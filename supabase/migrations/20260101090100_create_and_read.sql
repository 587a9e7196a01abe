-- What the API asks: create, read, list, cancel.

create function duly.job_json(j duly.jobs)
returns json
language sql
stable
set search_path = ''
as $$
  select json_build_object(
    'id', j.id, 'queue', j.queue, 'type', j.type, 'payload', j.payload, 'priority', j.priority, 'status', j.status,
    'scheduled_at', duly.iso(j.scheduled_at), 'run_at', duly.iso(j.run_at),
    'attempt', j.attempt, 'fence', j.fence, 'max_retries', j.max_retries, 'backoff', j.backoff, 'timeout_ms', j.timeout_ms,
    'result', j.result, 'last_error', j.last_error, 'worker_id', j.worker_id,
    'created_at', duly.iso(j.created_at), 'started_at', duly.iso(j.started_at), 'finished_at', duly.iso(j.finished_at)
  )
$$;
comment on function duly.job_json(duly.jobs) is 'A job as it goes over the wire: the fields of core/job.ts, in their order.';

create function public.duly_create_jobs(
  p_ids           uuid[],
  p_queues        text[],
  p_types         text[],
  p_payloads      text[],
  p_priorities    integer[],
  p_scheduled_ats timestamptz[],
  p_max_retries   integer[],
  p_backoffs      text[],
  p_timeouts_ms   integer[],
  p_outbox        boolean default false
)
returns json
language plpgsql
set search_path = ''
as $$
begin
  insert into duly.queues (name)
  select distinct q.name
    from unnest(p_queues) q(name)
   where not exists (select from duly.queues k where k.name = q.name)
      on conflict do nothing;

  insert into duly.jobs (id, queue, type, payload, priority, scheduled_at, run_at, max_retries, backoff, timeout_ms)
  select i.id, i.queue, i.type, i.payload::jsonb, i.priority,
         duly.ceil_ms(coalesce(i.scheduled_at, now())),
         duly.ceil_ms(greatest(coalesce(i.scheduled_at, now()), now())), -- a time in the past means now
         i.max_retries,
         '{"type": "exponential", "delay_ms": 2000, "max_ms": 3600000}'::jsonb || i.backoff::jsonb, -- null stays null: the default
         i.timeout_ms
    from unnest(p_ids, p_queues, p_types, p_payloads, p_priorities, p_scheduled_ats, p_max_retries, p_backoffs, p_timeouts_ms)
      as i(id, queue, type, payload, priority, scheduled_at, max_retries, backoff, timeout_ms)
      on conflict (id) do nothing; -- sent again after a lost reply

  if p_outbox then
    insert into duly.timeline_outbox (job_id) select unnest(p_ids);
  end if;

  return (select coalesce(json_agg(duly.job_json(j)), '[]') from duly.jobs j where j.id = any(p_ids));
end
$$;
comment on function public.duly_create_jobs(uuid[], text[], text[], text[], integer[], timestamptz[], integer[], text[], integer[], boolean) is
  'Nothing -> pending, all or none. Returns the jobs in no order; ids that exist already are answered as they are. A null time is now; p_outbox leaves word for the timeline.';

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
        from duly.job_attempts a
       where a.job_id = p_id
    )
  );
end
$$;
comment on function public.duly_get_job(uuid) is
  'Returns {job, attempts}: the job and its attempts that did not succeed, newest first. Raises job_not_found.';

create function public.duly_list_jobs(p_before uuid, p_limit integer)
returns json
language sql
stable
set search_path = ''
as $$
  select coalesce(json_agg(duly.job_json(page) order by page.id desc), '[]')
    from (
      select j.*
        from duly.jobs j
       where j.id < coalesce(p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
       order by j.id desc
       limit p_limit
    ) page
$$;
comment on function public.duly_list_jobs(uuid, integer) is
  'Returns jobs newest first (ids are UUIDv7), those before p_before, or from the newest when it is null.';

create function public.duly_cancel_job(p_id uuid)
returns json
language plpgsql
set search_path = ''
as $$
declare
  v_job duly.jobs;
begin
  update duly.jobs j
     set status = 'cancelled', finished_at = duly.ceil_ms(now())
   where j.id = p_id
     and j.status = 'pending' -- the guard: a claim that commits first wins
  returning * into v_job;

  if not found then
    select * into v_job from duly.jobs j where j.id = p_id;
    if not found then
      raise sqlstate 'PT404' using message = 'job_not_found', detail = format('There is no job %s.', p_id);
    end if;
    if v_job.status <> 'cancelled' then
      raise sqlstate 'PT409' using message = 'job_not_cancellable', detail = format('The job is %s.', v_job.status);
    end if;
  end if;
  return duly.job_json(v_job);
end
$$;
comment on function public.duly_cancel_job(uuid) is
  'pending -> cancelled; cancelled stays. Returns the job. Raises job_not_found, or job_not_cancellable, whose detail says the status.';

create function public.duly_ping()
returns json
language sql
stable
set search_path = ''
as $$
  select json_build_object('schema_version', '20260101090500', 'now_ms', duly.epoch_ms(now()))
$$;
comment on function public.duly_ping() is
  'Returns {schema_version, now_ms}: the newest migration, and the clock. core/store/schema-version.ts names the version that the code wants.';
