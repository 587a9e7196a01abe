-- The two moves on the hot path: a claim starts an attempt, a finish ends it.
--
-- Plans are pinned by settings on the functions. Both look rows up by primary key, and two traps
-- turn that quadratic: a partial index on status, which the planner may take because the guard
-- proves its predicate (so the guard compares with a subselect, which proves nothing), and a
-- sequential or bitmap scan or a hash join, chosen while statistics are missing. What is left walks
-- the primary key in id order, so that two batches lock their rows in one order. (A pinned plan may look
-- expensive enough to be compiled, which takes a third of a second: hence no jit.)
--
-- Locks: finish and claim take rows of jobs, claim the row of its worker before (for key share). Rescue and the
-- end of a worker take the worker's row for update first and then only jobs that are free (skip locked), so no
-- two of them wait for each other in a circle. Nobody waits long: a row that a stranger keeps locked makes the
-- call fail after lock_timeout, and its second copy goes on without that row.

create function duly.expire(p_ids uuid[])
returns integer
language plpgsql
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_count integer;
begin
  update duly.jobs j
     set status = 'cancelled', cancel_reason = 'expired', finished_at = duly.ceil_ms(now())
   where j.id = any(p_ids)
     and j.status = (select 'pending'::duly.job_status) -- the guard: it may have been claimed, or given more time
     and j.expires_at <= now()
     and j.started_at is null;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function duly.expire(uuid[]) is
  'pending -> cancelled (expired), for those of the ids that have not started for the first time by their expires_at. Returns how many.';

create function public.duly_expire_jobs(p_limit integer)
returns json
language plpgsql
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
begin
  return json_build_object('expired', duly.expire(array(
    select j.id
      from duly.jobs j
     where j.status = 'pending'
       and j.expires_at <= now()
       and j.started_at is null
     order by j.expires_at -- along the index of those that can expire, not along all jobs
     limit p_limit
       for no key update skip locked
  )));
end
$$;
comment on function public.duly_expire_jobs(integer) is
  'pending -> cancelled (expired), at most p_limit: also where nobody claims, since no worker knows the type or the queue is paused. Returns {expired}.';

create function duly.claim(p_worker_id uuid, p_ids uuid[], p_again boolean)
returns json
language plpgsql
set search_path = ''
set timezone = 'UTC' -- times are written as they are stored: to_char takes three times as long
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
set lock_timeout = '250ms'
as $$
declare
  v_worker duly.workers;
  v_ids    uuid[] := p_ids;
  v_paused text[];
  v_jobs   json;
  v_later  json := '[]';
  v_count  integer;
begin
  -- Rescue takes this row "for update": either it waits for this claim and sees its jobs, or this claim sees the end.
  select * into v_worker from duly.workers w where w.id = p_worker_id for key share;
  if not found or v_worker.ended_at is not null then
    raise sqlstate 'PT410' using
      message = 'worker_dead',
      detail = format('Worker %s is unknown or has ended; its jobs belong to others.', p_worker_id),
      hint = 'Register again under a new id.';
  end if;
  if v_worker.last_beat_at < now() - v_worker.lease_ms * interval '1 ms' then
    raise sqlstate 'PT409' using
      message = 'worker_silent',
      detail = format('Worker %s has not beaten within its lease of %s ms.', p_worker_id, v_worker.lease_ms),
      hint = 'Beat first, then claim again.';
  end if;
  v_paused := coalesce((select array_agg(q.name) from duly.queues q where q.paused), '{}');

  if p_again then
    -- The first copy may have failed at a row that somebody else keeps locked: the others go on without it.
    v_ids := array(select j.id from duly.jobs j where j.id = any(p_ids) order by j.id for no key update skip locked);
  end if;

  with claimed as (
    update duly.jobs j
       set status = 'in_progress',
           attempt = j.attempt + 1,
           fence = j.fence + 1,
           worker_id = p_worker_id,
           started_at = now()
     where j.id = any(v_ids)
       and j.status = (select 'pending'::duly.job_status) -- the guard: two callers, one winner
       and j.run_at <= now()
       and j.type = any(v_worker.types)
       and j.queue <> all(v_paused)
       and (j.expires_at is null or j.expires_at > now() or j.started_at is not null)
    returning j.*
  ),
  held as ( -- the same claim, sent before; its reply was lost
    select j.*
      from duly.jobs j
     where p_again
       and j.id = any(p_ids)
       and j.worker_id = p_worker_id
  )
  select json_build_object(
           'id', json_agg(j.id), 'queue', json_agg(j.queue), 'type', json_agg(j.type), 'payload', json_agg(j.payload), 'priority', json_agg(j.priority),
           'scheduled_at', json_agg(j.scheduled_at), 'run_at', json_agg(j.run_at), 'attempt', json_agg(j.attempt), 'fence', json_agg(j.fence),
           'max_retries', json_agg(j.max_retries), 'backoff', json_agg(j.backoff), 'timeout_ms', json_agg(j.timeout_ms), 'tags', json_agg(j.tags),
           'metadata', json_agg(j.metadata), 'created_at', json_agg(j.created_at), 'started_at', json_agg(j.started_at),
           -- A first claim looks nowhere. Not "exists": the planner may turn that into a hash of all attempts there are.
           'isolate', json_agg(case when j.fence > 1 then (select true from duly.job_attempts a where a.job_id = j.id and a.outcome = 'rescued' limit 1) end)
         ), count(*)
    into v_jobs, v_count
    from (select * from claimed union all select * from held) j;

  if v_count < cardinality(p_ids) then
    perform duly.expire(v_ids);

    select coalesce(json_agg(json_build_object(
             'id', j.id, 'queue', j.queue, 'priority', j.priority,
             'reason', case when j.type <> all(v_worker.types) then 'unknown_type'
                            when j.queue = any(v_paused) then 'queue_paused'
                            when j.run_at <= now() then 'locked'
                            else 'not_due' end,
             'wait_ms', greatest(0, duly.epoch_ms(j.run_at) - duly.epoch_ms(now()))
           )), '[]')
      into v_later
      from duly.jobs j
     where j.id = any(p_ids)
       and j.status = (select 'pending'::duly.job_status);
  end if;

  return json_build_object('jobs', v_jobs, 'later', v_later);
end
$$;
comment on function duly.claim(uuid, uuid[], boolean) is
  'pending -> in_progress. Returns {jobs, later}; an id in neither is taken, cancelled or finished. jobs holds columns, each an array, or null when there is none: names written once take half of the time and of the bytes. A job that has lost a worker before says isolate: true, others null. p_again also returns what an earlier copy of this call has claimed, and passes rows that others keep locked. Raises worker_dead, worker_silent, and 55P03 when a row stays locked: then send it again.';

create function public.duly_claim_jobs(p_worker_id uuid, p_ids uuid[], p_again boolean)
returns json
language plpgsql -- keeps its plan; one in SQL is parsed with every call
set search_path = ''
as $$
begin
  return duly.claim(p_worker_id, p_ids, p_again);
end
$$;
comment on function public.duly_claim_jobs(uuid, uuid[], boolean) is 'See duly.claim.';

create function public.duly_claim_due_jobs(p_worker_id uuid, p_queues text[], p_limit integer)
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
  v_types text[];
  v_ids   uuid[];
  v_claim json;
  v_next  timestamptz;
begin
  select w.types into v_types from duly.workers w where w.id = p_worker_id;

  -- Ten short walks for each queue, stopped as soon as there is enough: one walk over all priorities
  -- would pass every future job of the higher ones.
  select array_agg(picked.id)
    into v_ids
    from (
      select due.id
        from unnest(p_queues) with ordinality q(name, place)
        join duly.queues k on k.name = q.name and not k.paused
       cross join generate_series(9, 0, -1) p(priority)
       cross join lateral (
         select j.id
           from duly.jobs j
          where j.queue = q.name
            and j.priority = p.priority
            and j.status = 'pending'
            and j.run_at <= now()
            and j.type = any(v_types)
            and j.fence < 2147483647 -- it could grow no more, and that would refuse the claims of all others
          order by j.run_at, j.id
          limit p_limit
            for update skip locked
       ) due
       limit p_limit
    ) picked;

  v_claim := duly.claim(p_worker_id, coalesce(v_ids, '{}'), false); -- also when there is none: it says when this worker is dead

  if coalesce(cardinality(v_ids), 0) < p_limit then
    select min(due.run_at)
      into v_next
      from unnest(p_queues) q(name)
      join duly.queues k on k.name = q.name and not k.paused
     cross join generate_series(0, 9) p(priority)
     cross join lateral (
       select j.run_at
         from duly.jobs j
        where j.queue = q.name
          and j.priority = p.priority
          and j.status = 'pending'
          and j.type = any(v_types)
        order by j.run_at, j.id
        limit 1
     ) due;
  else
    v_next := now();
  end if;

  return json_build_object(
    'claimed', v_claim,
    'wait_ms', case when v_next is not null then greatest(0, duly.epoch_ms(v_next) - duly.epoch_ms(now())) end
  );
end
$$;
comment on function public.duly_claim_due_jobs(uuid, text[], integer) is
  'pending -> in_progress without the timeline, highest priority first, then earliest, queue by queue. Returns {claimed: as duly.claim, wait_ms: until the next is due, or null}. A copy sent again claims others; the heartbeat hands the first ones back. Raises worker_dead, worker_silent.';

-- No settings on it: it is inlined.
create function duly.status_after(p_outcome text, p_cancel_requested_at timestamptz, p_attempt integer, p_max_retries integer)
returns duly.job_status
language sql
immutable
as $$
  select case
    when p_outcome = 'completed' then 'completed'::duly.job_status
    when p_outcome = 'failed' then 'failed'::duly.job_status
    when p_cancel_requested_at is not null then 'cancelled'::duly.job_status
    when p_outcome = 'retry' and p_attempt > p_max_retries then 'failed'::duly.job_status
    else 'pending'::duly.job_status
  end
$$;
comment on function duly.status_after(text, timestamptz, integer, integer) is
  'Where a job is after its attempt: what was done is done, also when it was to be cancelled; whatever would run again is cancelled then.';

create function duly.finish(
  p_worker_id uuid,
  p_ids       uuid[],
  p_fences    integer[],
  p_outcomes  text[],
  p_results   text[],
  p_errors    text[],
  p_delays_ms bigint[],
  p_again     boolean
)
returns json
language plpgsql
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set lock_timeout = '250ms'
as $$
declare
  v_now     timestamptz := duly.ceil_ms(now());
  v_free    uuid[];
  v_moved   json := '[]';
  v_count   integer;
  v_before  json := '[]';
  v_refused json := '[]';
  v_locked  json := '[]';
begin
  if p_again then -- as in duly.claim
    v_free := array(select j.id from duly.jobs j where j.id = any(p_ids) order by j.id for no key update skip locked);
  end if;

  -- Most attempts complete: nothing about them depends on what the row says, and nothing is told.
  update duly.jobs j
     set status = 'completed',
         finished_at = v_now,
         worker_id = null,
         result = i.result::jsonb
    from unnest(p_ids, p_fences, p_outcomes, p_results) as i(id, fence, outcome, result)
   where i.outcome = 'completed'
     and j.id = i.id
     and j.fence = i.fence -- the guard: only the current claim may end
     and j.status = (select 'in_progress'::duly.job_status)
     and (v_free is null or j.id = any(v_free));
  get diagnostics v_count = row_count;

  if 'completed' <> any(p_outcomes) then
    with moved as (
      update duly.jobs j
         set status = duly.status_after(i.outcome, j.cancel_requested_at, j.attempt, j.max_retries),
             finished_at = case when duly.status_after(i.outcome, j.cancel_requested_at, j.attempt, j.max_retries) <> 'pending' then v_now end,
             cancel_reason = case when duly.status_after(i.outcome, j.cancel_requested_at, j.attempt, j.max_retries) = 'cancelled' then 'requested'::duly.cancel_reason end,
             run_at = case
               when i.outcome in ('snoozed', 'retry') and duly.status_after(i.outcome, j.cancel_requested_at, j.attempt, j.max_retries) = 'pending'
                 then duly.ceil_ms(now() + i.delay_ms * interval '1 ms')
               else j.run_at -- a hand-back keeps its place
             end,
             attempt = j.attempt - (i.outcome in ('snoozed', 'handed_back'))::integer, -- not counted
             started_at = case when i.outcome = 'handed_back' and j.attempt = 1 then null else j.started_at end, -- it has not run yet
             expires_at = case when i.outcome = 'snoozed' then null else j.expires_at end, -- it has run: a hand-back must not make it one that has not
             worker_id = null,
             result = i.result::jsonb,
             last_error = coalesce(i.error::jsonb ->> 'message', j.last_error)
        from unnest(p_ids, p_fences, p_outcomes, p_results, p_errors, p_delays_ms)
          as i(id, fence, outcome, result, error, delay_ms)
       where i.outcome <> 'completed'
         and j.id = i.id
         and j.fence = i.fence -- the guard, as above
         and j.status = (select 'in_progress'::duly.job_status)
         and (v_free is null or j.id = any(v_free))
      returning j.id, j.queue, j.priority, j.status, j.run_at, j.fence, j.attempt, j.started_at, i.outcome, i.error
    ),
    noted as (
      insert into duly.job_attempts (job_id, fence, attempt, outcome, error, worker_id, started_at)
      select m.id, m.fence, m.attempt, case m.status when 'pending' then 'retry' else m.status::text end, m.error::jsonb, p_worker_id, m.started_at
        from moved m
       where m.outcome in ('retry', 'failed')
    )
    select coalesce(json_agg(json_build_object(
             'id', m.id, 'queue', m.queue, 'priority', m.priority, 'status', m.status, 'run_at_ms', duly.epoch_ms(m.run_at)
           )), '[]'),
           v_count + count(*)
      into v_moved, v_count
      from moved m;
  end if;

  -- The rest was either finished by an earlier copy of this call, which is as good, or belongs to somebody else by now.
  if v_count < cardinality(p_ids) then
    select coalesce(json_agg(json_build_object(
             'id', j.id, 'queue', j.queue, 'priority', j.priority, 'status', j.status, 'run_at_ms', duly.epoch_ms(j.run_at)
           )) filter (where as_told and j.status <> 'completed'), '[]'),
           coalesce(json_agg(i.id) filter (where as_told is not true and is_locked is not true), '[]'),
           coalesce(json_agg(i.id) filter (where is_locked), '[]')
      into v_before, v_refused, v_locked
      from unnest(p_ids, p_fences, p_outcomes) as i(id, fence, outcome)
      left join duly.jobs j on j.id = i.id and j.fence = i.fence
     cross join lateral (
       select j.status = any(case i.outcome
                when 'completed' then '{completed}'
                when 'failed' then '{failed}'
                when 'retry' then '{pending,failed,cancelled}'
                else '{pending,cancelled}'
              end::duly.job_status[]),
              j.status = 'in_progress' and v_free is not null and not j.id = any(v_free)
     ) t(as_told, is_locked);
    v_moved := v_before; -- read after the update: it holds what this copy moved, too
  end if;

  return json_build_object('moved', v_moved, 'refused', v_refused, 'locked', v_locked);
end
$$;
comment on function duly.finish(uuid, uuid[], integer[], text[], text[], text[], bigint[], boolean) is
  'in_progress -> completed | pending | failed | cancelled, for the fences given. Returns {moved, refused, locked}: where every job is now that did not complete; the ids whose fence is not the current one: their results changed nothing; with p_again, the ids that others keep locked: send them again later. Raises 55P03 when a row stays locked.';

create function public.duly_finish_jobs(
  p_worker_id uuid,
  p_ids       uuid[],
  p_fences    integer[],
  p_outcomes  text[],
  p_results   text[],
  p_errors    text[],
  p_delays_ms bigint[],
  p_again     boolean
)
returns json
language plpgsql -- as duly_claim_jobs
set search_path = ''
as $$
begin
  return duly.finish(p_worker_id, p_ids, p_fences, p_outcomes, p_results, p_errors, p_delays_ms, p_again);
end
$$;
comment on function public.duly_finish_jobs(uuid, uuid[], integer[], text[], text[], text[], bigint[], boolean) is 'See duly.finish.';

create function public.duly_exchange_jobs(
  p_worker_id uuid,
  p_ids       uuid[],
  p_fences    integer[],
  p_outcomes  text[],
  p_results   text[],
  p_errors    text[],
  p_delays_ms bigint[],
  p_claim_ids uuid[],
  p_again     boolean
)
returns json
language plpgsql
set search_path = ''
as $$
begin
  -- Nested as they are: taking them apart would read the whole text of both once for each part.
  return json_build_object(
    'finished', duly.finish(p_worker_id, p_ids, p_fences, p_outcomes, p_results, p_errors, p_delays_ms, p_again),
    'claimed', duly.claim(p_worker_id, p_claim_ids, p_again)
  );
end
$$;
comment on function public.duly_exchange_jobs(uuid, uuid[], integer[], text[], text[], text[], bigint[], uuid[], boolean) is
  'duly_finish_jobs and duly_claim_jobs in one round trip and one transaction. Returns {finished, claimed}: what either returns.';
