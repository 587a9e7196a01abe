-- What people do to jobs: cancel, retry, change, duplicate, delete; one or a thousand in a call.
--
-- Each function answers, in the order of its ids, with a row for each: what became of it, or as `refused` why nothing did
-- (a code of core/errors.ts), and where the job is now. A call for a single job also answers with the job.

create function duly.acted(p_ids uuid[], p_outcomes text[], p_refusals text[])
returns json
language sql
stable
set search_path = ''
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
  select coalesce(json_agg(json_build_object(
           'id', i.id,
           'outcome', case when i.refused is null then i.outcome end,
           'refused', i.refused,
           'status', j.status, 'fence', j.fence, 'queue', j.queue, 'priority', j.priority, 'run_at_ms', duly.epoch_ms(j.run_at),
           'job', case when cardinality(p_ids) = 1 and j.id is not null then duly.job_json(j) end
         ) order by i.place), '[]')
    from unnest(p_ids, p_outcomes, p_refusals) with ordinality i(id, outcome, refused, place)
    left join duly.jobs j on j.id = i.id
$$;
comment on function duly.acted(uuid[], text[], text[]) is
  'The answer of every action: [{id, outcome, refused, status, fence, queue, priority, run_at_ms, job}]; job only for a single id.';

create function public.duly_cancel_jobs(p_ids uuid[])
returns json
language plpgsql
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_outcomes text[];
  v_refusals text[];
  v_missed   boolean;
begin
  loop
    update duly.jobs j
       set status = case j.status when 'pending' then 'cancelled' else j.status end,
           cancel_reason = case j.status when 'pending' then 'requested'::duly.cancel_reason end,
           finished_at = case j.status when 'pending' then duly.ceil_ms(now()) end,
           cancel_requested_at = case j.status when 'in_progress' then coalesce(j.cancel_requested_at, duly.ceil_ms(now())) end
     where j.id = any(p_ids)
       and j.status = any(array(select unnest('{pending,in_progress}'::duly.job_status[]))); -- the guard: a claim or a finish that commits first wins

    select array_agg(case j.status when 'cancelled' then 'cancelled' else 'cancel_requested' end order by i.place),
           array_agg(case when j.id is null then 'job_not_found' when j.status in ('completed', 'failed') then 'job_not_cancellable' end order by i.place),
           bool_or(j.status = 'pending' or j.status = 'in_progress' and j.cancel_requested_at is null)
      into v_outcomes, v_refusals, v_missed
      from unnest(p_ids) with ordinality i(id, place)
      left join duly.jobs j on j.id = i.id;
    exit when v_missed is not true; -- else one that had ended was retried in the meantime, and nobody has told it to stop
  end loop;
  return duly.acted(p_ids, v_outcomes, v_refusals);
end
$$;
comment on function public.duly_cancel_jobs(uuid[]) is
  'pending -> cancelled, and cancelled stays (outcome cancelled); a job in progress is told to stop, and whatever would run it again cancels it (outcome cancel_requested). See duly.acted.';

create function public.duly_retry_jobs(p_ids uuid[], p_fences integer[], p_outbox boolean, p_again boolean)
returns json
language plpgsql
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_custom_plan
as $$
declare
  v_moved    uuid[];
  v_refusals text[];
begin
  with moved as (
    update duly.jobs j
       set status = 'pending',
           attempt = 0,
           fence = j.fence + 1, -- a delayed copy of this request names the old one
           run_at = duly.ceil_ms(now()),
           started_at = null,
           finished_at = null,
           expires_at = null, -- who retries it wants it to run
           cancel_requested_at = null,
           cancel_reason = null,
           result = null
      from unnest(p_ids, p_fences) i(id, fence)
     where j.id = i.id
       and j.fence = i.fence -- the guard: it is still as it was seen
       and j.status = any(array(select unnest('{completed,failed,cancelled}'::duly.job_status[])))
    returning j.id
  )
  select coalesce(array_agg(m.id), '{}') into v_moved from moved m;

  if p_outbox then
    insert into duly.timeline_outbox (job_id) select unnest(v_moved);
  end if;

  select array_agg(
           case
             when j.id is null then 'job_not_found'
             when j.id = any(v_moved) or (p_again and j.fence > i.fence) then null -- by an earlier copy of this call
             when j.fence <> i.fence then 'fence_superseded'
             else 'job_not_retryable'
           end order by i.place
         )
    into v_refusals
    from unnest(p_ids, p_fences) with ordinality i(id, fence, place)
    left join duly.jobs j on j.id = i.id;
  return duly.acted(p_ids, array_fill('retried'::text, array[cardinality(p_ids)]), v_refusals);
end
$$;
comment on function public.duly_retry_jobs(uuid[], integer[], boolean, boolean) is
  'completed | failed | cancelled -> pending, due now, with all its attempts again, for the fences that the caller saw. The fence grows. See duly.acted.';

create function public.duly_update_jobs(p_ids uuid[], p_changes text, p_outbox boolean)
returns json
language plpgsql
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_custom_plan
as $$
declare
  c          jsonb := p_changes;
  v_now      boolean := coalesce((c ->> 'run_now')::boolean, false);
  v_moves    boolean := c ?| '{scheduled_at,delay_ms}';
  v_at       timestamptz := coalesce((c ->> 'scheduled_at')::timestamptz, now() + coalesce((c ->> 'delay_ms')::bigint, 0) * interval '1 ms');
  v_moved    uuid[];
  v_refusals text[];
begin
  with moved as (
    update duly.jobs j
       set scheduled_at = case when v_moves then duly.ceil_ms(v_at) else j.scheduled_at end,
           run_at = case when v_moves then duly.ceil_ms(greatest(v_at, now())) when v_now then least(j.run_at, duly.ceil_ms(now())) else j.run_at end,
           priority = coalesce((c ->> 'priority')::smallint, j.priority),
           payload = coalesce(c -> 'payload', j.payload),
           max_retries = coalesce((c ->> 'max_retries')::integer, j.max_retries),
           timeout_ms = case when c ? 'timeout_ms' then (c ->> 'timeout_ms')::integer else j.timeout_ms end,
           backoff = case when c ? 'backoff' then '{"type": "exponential", "delay_ms": 2000, "max_ms": 3600000}'::jsonb || nullif(c -> 'backoff', 'null') else j.backoff end,
           expires_at = case when c ? 'expires_at' then duly.ceil_ms((c ->> 'expires_at')::timestamptz) else j.expires_at end,
           tags = case when c ? 'tags' then nullif(array(select jsonb_array_elements_text(c -> 'tags')), '{}') else j.tags end,
           metadata = case when c ? 'metadata' then nullif(c -> 'metadata', '{}') else j.metadata end
     where j.id = any(p_ids)
       and j.status = (select 'pending'::duly.job_status) -- the guard: a claim that commits first wins
    returning j.id
  )
  select coalesce(array_agg(m.id), '{}') into v_moved from moved m;

  if p_outbox then
    insert into duly.timeline_outbox (job_id) select unnest(v_moved);
  end if;

  select array_agg(case when j.id is null then 'job_not_found' when not j.id = any(v_moved) then 'job_not_pending' end order by i.place)
    into v_refusals
    from unnest(p_ids) with ordinality i(id, place)
    left join duly.jobs j on j.id = i.id;
  return duly.acted(p_ids, array_fill('updated'::text, array[cardinality(p_ids)]), v_refusals);
end
$$;
comment on function public.duly_update_jobs(uuid[], text, boolean) is
  'Changes pending jobs. p_changes is a JSON object with any of scheduled_at, delay_ms, run_now, priority, payload, max_retries, timeout_ms, backoff, expires_at, tags, metadata; a new time in the past means now, run_now moves only run_at. See duly.acted.';

create function public.duly_duplicate_jobs(p_ids uuid[], p_new_ids uuid[], p_scheduled_at timestamptz, p_delay_ms bigint, p_outbox boolean)
returns json
language plpgsql
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_custom_plan
as $$
declare
  v_at timestamptz := coalesce(p_scheduled_at, now() + coalesce(p_delay_ms, 0) * interval '1 ms');
begin
  insert into duly.jobs (id, queue, type, payload, priority, scheduled_at, run_at, max_retries, backoff, timeout_ms, tags, metadata)
  select i.new_id, j.queue, j.type, j.payload, j.priority, duly.ceil_ms(v_at), duly.ceil_ms(greatest(v_at, now())),
         j.max_retries, j.backoff, j.timeout_ms, j.tags, j.metadata
    from unnest(p_ids, p_new_ids) i(id, new_id)
    join duly.jobs j on j.id = i.id
      on conflict (id) do nothing; -- sent again after a lost reply

  if p_outbox then
    insert into duly.timeline_outbox (job_id) select j.id from duly.jobs j where j.id = any(p_new_ids);
  end if;

  return (
    select coalesce(json_agg(json_build_object(
             'id', i.id,
             'outcome', case when n.id is not null then 'duplicated' end,
             'refused', case when n.id is null then 'job_not_found' end,
             'new_id', n.id, 'status', n.status, 'queue', n.queue, 'priority', n.priority, 'run_at_ms', duly.epoch_ms(n.run_at),
             'job', case when cardinality(p_ids) = 1 and n.id is not null then duly.job_json(n) end
           ) order by i.place), '[]')
      from unnest(p_ids, p_new_ids) with ordinality i(id, new_id, place)
      left join duly.jobs n on n.id = i.new_id
  );
end
$$;
comment on function public.duly_duplicate_jobs(uuid[], uuid[], timestamptz, bigint, boolean) is
  'New pending jobs with what others were created with, but for their times; whatever the status of those. Answers as duly.acted, about the new jobs, whose ids are new_id.';

create function public.duly_delete_jobs(p_ids uuid[], p_again boolean)
returns json
language plpgsql
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_custom_plan
as $$
declare
  v_deleted  uuid[];
  v_refusals text[];
begin
  with deleted as (
    delete from duly.jobs j
     where j.id = any(p_ids)
       and j.status = any(array(select unnest('{completed,failed,cancelled}'::duly.job_status[]))) -- the guard: it may have been retried
    returning j.id
  )
  select coalesce(array_agg(d.id), '{}') into v_deleted from deleted d;

  select array_agg(
           case
             when j.id is not null and not j.id = any(v_deleted) then 'job_not_deletable'
             when j.id is null and not (p_again or i.id = any(v_deleted)) then 'job_not_found'
           end order by i.place
         )
    into v_refusals
    from unnest(p_ids) with ordinality i(id, place)
    left join duly.jobs j on j.id = i.id;
  return duly.acted(p_ids, array_fill('deleted'::text, array[cardinality(p_ids)]), v_refusals);
end
$$;
comment on function public.duly_delete_jobs(uuid[], boolean) is 'completed | failed | cancelled -> nothing, with its attempts. See duly.acted.';

create function public.duly_read_states(p_ids uuid[])
returns json
language sql
stable
set search_path = ''
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
  select coalesce(json_agg(json_build_object(
           'id', i.id, 'status', j.status, 'fence', j.fence, 'queue', j.queue, 'priority', j.priority, 'run_at_ms', duly.epoch_ms(j.run_at)
         ) order by i.place), '[]')
    from unnest(p_ids) with ordinality i(id, place)
    left join duly.jobs j on j.id = i.id
$$;
comment on function public.duly_read_states(uuid[]) is 'What an action would find, and where the job is: [{id, status, fence, queue, priority, run_at_ms}] in the order given; nulls for a job that does not exist.';

create function public.duly_explain_job(p_id uuid)
returns json
language plpgsql
stable
set search_path = ''
set plan_cache_mode = force_custom_plan
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
    'now', duly.iso(duly.ceil_ms(now())),
    'queue_paused', coalesce((select q.paused from duly.queues q where q.name = v_job.queue), false),
    'workers', (
      select json_build_object(
               'alive', count(*),
               'of_type', count(*) filter (where v_job.type = any(w.types)),
               'of_queue', count(*) filter (where w.queues = '{}' or v_job.queue = any(w.queues)),
               'able', count(*) filter (where v_job.type = any(w.types) and (w.queues = '{}' or v_job.queue = any(w.queues))),
               'slots', coalesce(sum(w.concurrency) filter (where v_job.type = any(w.types) and (w.queues = '{}' or v_job.queue = any(w.queues))), 0),
               'running', coalesce(sum((select count(*) from duly.jobs r where r.worker_id = w.id and r.status = 'in_progress'))
                            filter (where v_job.type = any(w.types) and (w.queues = '{}' or v_job.queue = any(w.queues))), 0)
             )
        from duly.workers w
       where w.released_at is null
         and w.ended_at is null
         and w.last_beat_at >= now() - w.lease_ms * interval '1 ms'
    ),
    'ahead', (
      -- Those that are due, of its queue, and come first; counted up to a thousand.
      select count(*)
        from (
          select
            from generate_series(v_job.priority, 9) r(priority)
           cross join lateral (
             select
               from duly.jobs j
              where v_job.status = 'pending'
                and j.queue = v_job.queue
                and j.priority = r.priority
                and j.status = 'pending'
                and j.run_at <= now()
                and (j.priority > v_job.priority or (j.run_at, j.id) < (v_job.run_at, v_job.id))
              limit 1000
           ) first
           limit 1000
        ) counted
    ),
    'attempts', (
      select coalesce(json_agg(json_build_object('outcome', a.outcome, 'finished_at', duly.iso(a.finished_at)) order by a.fence desc), '[]')
        from (select * from duly.job_attempts n where n.job_id = p_id order by n.fence desc limit 1) a
    )
  );
end
$$;
comment on function public.duly_explain_job(uuid) is
  'What decides when a job can start: {job, now, queue_paused, workers: {alive, of_type, of_queue, able, slots, running}, ahead, attempts: the newest}. Raises job_not_found.';
