-- What is past its retention is removed, in steps that are bounded whatever has piled up.

-- Statistics, workers and keys: a kind in each function, so that one more is one more line in duly_tidy.

create function duly.tidy_stats(p_limit integer)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_count integer;
begin
  with old as (
    select o.ctid
      from duly.job_stats o
     where (o.resolution = 'minute' and o.period_start < now() - interval '2 days')
        or (o.resolution = 'hour' and o.period_start < now() - interval '400 days')
     limit p_limit
       for update skip locked
  )
  delete from duly.job_stats s using old where s.ctid = old.ctid;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function duly.tidy_stats(integer) is 'Removes at most p_limit rows: minutes older than 2 days, hours older than 400. Returns how many.';

create function duly.tidy_workers(p_limit integer)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_count integer;
begin
  delete from duly.workers w
   where w.id in (select o.id from duly.workers o where o.released_at < now() - interval '7 days' limit p_limit for update skip locked);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function duly.tidy_workers(integer) is 'Removes at most p_limit workers that ended, and of which nothing was left to rescue, more than a week ago. Returns how many.';

create function duly.tidy_idempotency_keys(p_limit integer)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_count integer;
begin
  delete from duly.idempotency_keys k
   where (k.scope, k.key) in (
     select o.scope, o.key from duly.idempotency_keys o where o.created_at < now() - interval '24 hours' order by o.created_at limit p_limit for update skip locked
   );
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function duly.tidy_idempotency_keys(integer) is 'Removes at most p_limit keys that were first sent more than 24 hours ago: a request with one of them makes jobs again. Returns how many.';

create function public.duly_tidy(p_limit integer)
returns json
language sql
set search_path = ''
as $$
  select json_build_object(
    'stats', duly.tidy_stats(p_limit),
    'workers', duly.tidy_workers(p_limit),
    'idempotency_keys', duly.tidy_idempotency_keys(p_limit)
  )
$$;
comment on function public.duly_tidy(integer) is
  'Removes what is past its retention, at most p_limit rows of each kind. Returns how many of each: a kind that answers p_limit may have more.';

-- Jobs that have ended: along jobs_ended, queue by queue and status by status.

create function duly.remove_ended(p_ids uuid[])
returns uuid[]
language plpgsql
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_custom_plan
set lock_timeout = '50ms'
as $$
declare
  v_count integer := cardinality(p_ids);
  v_part  integer := (v_count + 31) / 32;
  v_kept  uuid[] := '{}';
begin
  begin
    delete from duly.jobs j
     where j.id = any(p_ids)
       and j.status = any(array(select unnest('{completed,failed,cancelled}'::duly.job_status[]))); -- the guard: it may have been retried
    return '{}';
  exception
    -- A table of the user's refers to one of them, a trigger of theirs objects, or a stranger locks one of its attempts.
    when integrity_constraint_violation or raise_exception or lock_not_available then
      if v_count = 1 then
        return p_ids;
      end if;
  end;
  for v_first in 1..v_count by v_part loop
    v_kept := v_kept || duly.remove_ended(p_ids[v_first:v_first + v_part - 1]);
  end loop;
  return v_kept;
end
$$;
comment on function duly.remove_ended(uuid[]) is
  'completed | failed | cancelled -> nothing, with their attempts. A batch that is refused is split, into 32 parts at a time, until the culprit stands alone. Returns the ids that could not be removed.';

create function public.duly_prune_jobs(
  p_keep_completed_ms bigint,
  p_keep_failed_ms    bigint,
  p_keep_cancelled_ms bigint,
  p_queues            text[],
  p_statuses          text[],
  p_after_at          timestamptz[],
  p_after_ids         uuid[],
  p_limit             integer
)
returns json
language plpgsql
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set enable_mergejoin = off
set plan_cache_mode = force_custom_plan
as $$
declare
  v_ids      uuid[];
  v_queues   text[];
  v_statuses text[];
  v_ats      timestamptz[];
  v_kept     uuid[] := '{}';
begin
  set constraints all immediate; -- a reference that is checked at commit would undo the whole step there

  select array_agg(old.id), array_agg(old.queue), array_agg(old.status), array_agg(old.finished_at)
    into v_ids, v_queues, v_statuses, v_ats
    from (
      select ended.id, q.name as queue, s.status, ended.finished_at
        from duly.queues q
       cross join (
         values ('completed'::duly.job_status, p_keep_completed_ms), ('failed', p_keep_failed_ms), ('cancelled', p_keep_cancelled_ms)
       ) s(status, keep_ms)
        left join unnest(p_queues, p_statuses, p_after_at, p_after_ids) a(queue, status, at, id) on a.queue = q.name and a.status = s.status::text
       cross join lateral (
         select j.id, j.finished_at
           from duly.jobs j
          where j.queue = q.name
            and j.status = s.status
            and j.status in ('completed', 'failed', 'cancelled') -- proves the predicate of the index
            and j.finished_at < now() - s.keep_ms * interval '1 ms' -- null: for ever
            and (j.finished_at, j.id) > (coalesce(a.at, '-infinity'), coalesce(a.id, '00000000-0000-0000-0000-000000000000'))
          order by j.finished_at, j.id
          limit p_limit
            for update skip locked
       ) ended
       limit p_limit
    ) old;

  if v_ids is not null then
    v_kept := duly.remove_ended(v_ids);
  end if;

  return json_build_object(
    'removed', coalesce(cardinality(v_ids), 0) - cardinality(v_kept),
    'more', coalesce(cardinality(v_ids), 0) >= p_limit,
    'kept', (
      select coalesce(json_agg(json_build_object(
               'queue', k.queue, 'status', k.status, 'count', k.count, 'at_ms', duly.epoch_ms(k.last[1]::timestamptz), 'id', k.last[2], 'example', k.example
             )), '[]')
        from (
          select i.queue, i.status, count(*) filter (where i.kept) as count, max(i.id::text) filter (where i.kept) as example,
                 max(array[duly.iso(i.at), i.id::text]) as last
            from (
              select o.*, o.id = any(v_kept) as kept from unnest(v_ids, v_queues, v_statuses, v_ats) o(id, queue, status, at)
            ) i
           group by 1, 2
          having bool_or(i.kept)
        ) k
    )
  );
end
$$;
comment on function public.duly_prune_jobs(bigint, bigint, bigint, text[], text[], timestamptz[], uuid[], integer) is
  'Removes at most p_limit jobs that ended longer ago than their status is kept (null: for ever), with their attempts, oldest first in each queue and status; locked ones are passed. What cannot be removed is left, and answered with the place behind which the next call may go on: p_queues, p_statuses, p_after_at, p_after_ids. Returns {removed, more, kept: [{queue, status, count, at_ms, id, example}]}.';
