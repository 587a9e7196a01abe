-- What the timeline is rebuilt and repaired from.

create function public.duly_scan_pending(
  p_queues       text[],
  p_priorities   integer[],
  p_after_run_at timestamptz[],
  p_after_ids    uuid[],
  p_within_ms    bigint,
  p_skip_paused  boolean,
  p_limit        integer
)
returns json
language plpgsql
stable
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_custom_plan
as $$
declare
  v_until timestamptz := now() + p_within_ms * interval '1 ms';
begin
  return json_build_object(
    'until_ms', duly.epoch_ms(v_until),
    'scans', (
      select coalesce(json_agg(json_build_object('ids', page.ids, 'run_ats_ms', page.run_ats_ms) order by s.place), '[]')
        from unnest(p_queues, p_priorities, p_after_run_at, p_after_ids) with ordinality
          as s(queue, priority, after_run_at, after_id, place)
       cross join lateral (
         select coalesce(array_agg(j.id), '{}')::text as ids, -- in the order of the walk
                coalesce(array_agg(duly.epoch_ms(j.run_at)), '{}')::text as run_ats_ms
           from (
             select p.id, p.run_at
               from duly.jobs p
              where p.queue = s.queue
                and p.priority = s.priority
                and p.status = 'pending'
                and p.run_at <= v_until
                and (p.run_at, p.id) > (s.after_run_at, s.after_id)
                and not (p_skip_paused and exists (select from duly.queues q where q.name = s.queue and q.paused))
              order by p.run_at, p.id
              limit p_limit
           ) j
       ) page
    )
  );
end
$$;
comment on function public.duly_scan_pending(text[], integer[], timestamptz[], uuid[], bigint, boolean, integer) is
  'Several walks over pending jobs in one call, each over one queue and priority, earliest first, from after a position until now + p_within_ms (negative: overdue by that much), at most p_limit each. Returns {until_ms, scans: [{ids, run_ats_ms}]} in the order of the walks, ids and times as array literals.';

create function public.duly_count_pending(p_within_ms bigint)
returns json
language sql
stable
set search_path = ''
set jit = off
set enable_seqscan = off -- ten walks over an index, not ten over a table of which most is not pending
set enable_bitmapscan = off
as $$
  select coalesce(json_agg(json_build_object('queue', c.queue, 'count', c.count) order by c.queue), '[]')
    from (
      select q.name as queue, sum(n.count) as count
        from duly.queues q
       cross join generate_series(0, 9) p(priority)
       cross join lateral (
         select count(*)
           from duly.jobs j
          where j.queue = q.name
            and j.priority = p.priority
            and j.status = 'pending'
            and j.run_at <= now() + p_within_ms * interval '1 ms'
       ) n
       group by q.name
    ) c
$$;
comment on function public.duly_count_pending(bigint) is
  'Counts the pending jobs that are due until now + p_within_ms, for each queue: [{queue, count}]. Costs as much as there are: for sync, which walks them all anyway.';

create function public.duly_list_queues()
returns json
language sql
stable
set search_path = ''
as $$
  select coalesce(json_agg(json_build_object('name', q.name, 'paused', q.paused) order by q.name), '[]') from duly.queues q
$$;
comment on function public.duly_list_queues() is 'Returns every queue that ever had a job: [{name, paused}].';

create function public.duly_read_outbox(p_done bigint[], p_limit integer)
returns json
language plpgsql
set search_path = ''
as $$
begin
  delete from duly.timeline_outbox o where o.id = any(p_done);
  return (
    select coalesce(json_agg(json_build_object(
             'outbox_id', o.id, 'id', o.job_id, 'queue', j.queue, 'priority', j.priority,
             'run_at_ms', case when j.status = 'pending' then duly.epoch_ms(j.run_at) end
           ) order by o.id), '[]')
      from (select * from duly.timeline_outbox order by id limit p_limit) o
      left join duly.jobs j on j.id = o.job_id
  );
end
$$;
comment on function public.duly_read_outbox(bigint[], integer) is
  'Removes the rows that are done and returns the oldest of the rest. run_at_ms is null for a job that is pending no more: such a row is done. Rows stay until they are named as done.';
