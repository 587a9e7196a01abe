-- What is asked about many jobs at once: rollups, live counts, queues, workers. Nothing here counts a whole table
-- that is large, and no row is written by two workers.

create table duly.job_stats (
  resolution       text             not null,
  period_start     timestamptz(0)   not null,
  worker_id        uuid             not null,
  queue            text             not null,
  type             text             not null,
  outcome          text             not null,
  count            integer          not null,
  wait_ms          double precision not null,
  lateness_ms      double precision not null,
  run_ms           double precision not null,
  wait_buckets     integer[]        not null,
  lateness_buckets integer[]        not null,
  run_buckets      integer[]        not null,
  primary key (resolution, period_start, worker_id, queue, type, outcome),
  constraint resolution_is_minute_or_hour check (resolution in ('minute', 'hour')),
  constraint stats_outcome_is_known check (outcome in ('completed', 'retry', 'failed', 'snoozed', 'rescued', 'cancelled')),
  constraint count_is_above_0 check (count > 0)
) with (fillfactor = 70); -- a row is replaced every few seconds while its period lasts: room for that in its page
comment on table duly.job_stats is 'Attempts that ended, per minute and per hour: a row for each worker, queue, type and outcome, written by that worker alone.';
comment on column duly.job_stats.worker_id is 'Under which id the worker first counted; one that is declared dead and goes on under a new id keeps it.';
comment on column duly.job_stats.wait_ms is 'Sum over the attempts that ran: start minus scheduled_at, or minus created_at when that is later.';
comment on column duly.job_stats.lateness_ms is 'Sum over the attempts that ran: start minus run_at.';
comment on column duly.job_stats.run_ms is 'Sum over the attempts that ran: how long the handler took.';
comment on column duly.job_stats.wait_buckets is 'Attempts in each bucket of core/histogram.ts, from the first one on, without the zeros at the end.';

alter table duly.job_stats enable row level security;

create function public.duly_flush_stats(
  p_worker_id        uuid,
  p_resolutions      text[],
  p_period_starts    timestamptz[],
  p_queues           text[],
  p_types            text[],
  p_outcomes         text[],
  p_counts           integer[],
  p_wait_ms          double precision[],
  p_lateness_ms      double precision[],
  p_run_ms           double precision[],
  p_wait_buckets     text[],
  p_lateness_buckets text[],
  p_run_buckets      text[]
)
returns json
language plpgsql
set search_path = ''
as $$
declare
  v_count integer;
begin
  insert into duly.job_stats as s
    (resolution, period_start, worker_id, queue, type, outcome, count, wait_ms, lateness_ms, run_ms, wait_buckets, lateness_buckets, run_buckets)
  select i.resolution, i.period_start, p_worker_id, i.queue, i.type, i.outcome, i.count, i.wait_ms, i.lateness_ms, i.run_ms,
         i.wait_buckets::integer[], i.lateness_buckets::integer[], i.run_buckets::integer[]
    from unnest(p_resolutions, p_period_starts, p_queues, p_types, p_outcomes, p_counts, p_wait_ms, p_lateness_ms, p_run_ms, p_wait_buckets, p_lateness_buckets, p_run_buckets)
      as i(resolution, period_start, queue, type, outcome, count, wait_ms, lateness_ms, run_ms, wait_buckets, lateness_buckets, run_buckets)
   where i.period_start < now() + interval '5 minutes' -- the period is the worker's label: what a wrong clock would label is in no future
   order by 1, 2, 4, 5, 6 -- two copies of a call lock their rows in one order
      on conflict (resolution, period_start, worker_id, queue, type, outcome) do update
     set count = excluded.count,
         wait_ms = excluded.wait_ms, lateness_ms = excluded.lateness_ms, run_ms = excluded.run_ms,
         wait_buckets = excluded.wait_buckets, lateness_buckets = excluded.lateness_buckets, run_buckets = excluded.run_buckets
   where excluded.count >= s.count; -- a copy that comes late knows less
  get diagnostics v_count = row_count;
  return json_build_object('stored', v_count);
end
$$;
comment on function public.duly_flush_stats(uuid, text[], timestamptz[], text[], text[], text[], integer[], double precision[], double precision[], double precision[], text[], text[], text[]) is
  'Stores what a worker has counted: absolute values, so that a call that is sent twice, or late, changes nothing. Buckets travel as text, since arrays of arrays cannot. Returns {stored}.';

create function public.duly_read_stats(p_resolution text, p_from_ms bigint, p_to_ms bigint, p_queue text, p_type text)
returns json
language plpgsql
stable
set search_path = ''
set jit = off
set plan_cache_mode = force_custom_plan -- what is planned for any range and any filter takes twice as long
as $$
declare
  v_stats json;
begin
  with chosen as not materialized ( -- with its arrays it would be written to disk; reading it twice is cheaper
    select date_trunc(p_resolution, s.period_start, 'UTC') as period, s.*
      from duly.job_stats s
     where s.resolution = case p_resolution when 'day' then 'hour' else p_resolution end
       and s.period_start >= to_timestamp(p_from_ms / 1000.0)
       and s.period_start < to_timestamp(p_to_ms / 1000.0)
       and (p_queue is null or s.queue = p_queue)
       and (p_type is null or s.type = p_type)
  ),
  sums as (
    select o.period, json_object_agg(o.outcome, o.count) as outcomes, sum(o.wait) as wait, sum(o.lateness) as lateness, sum(o.run) as run
      from (
        select c.period, c.outcome, sum(c.count) as count, sum(c.wait_ms) as wait, sum(c.lateness_ms) as lateness, sum(c.run_ms) as run
          from chosen c
         group by 1, 2
      ) o
     group by 1
  ),
  filled as ( -- the three histograms side by side: one after the other takes longer
    select c.period, b.place - 1 as bucket, coalesce(sum(b.wait), 0) as wait, coalesce(sum(b.lateness), 0) as lateness, coalesce(sum(b.run), 0) as run
      from chosen c
     cross join lateral unnest(c.wait_buckets, c.lateness_buckets, c.run_buckets) with ordinality b(wait, lateness, run, place)
     where b.wait > 0 or b.lateness > 0 or b.run > 0
     group by 1, 2
  ),
  histograms as (
    select f.period,
           json_agg(f.bucket order by f.bucket) filter (where f.wait > 0) as wait_buckets, json_agg(f.wait order by f.bucket) filter (where f.wait > 0) as wait_counts,
           json_agg(f.bucket order by f.bucket) filter (where f.lateness > 0) as lateness_buckets, json_agg(f.lateness order by f.bucket) filter (where f.lateness > 0) as lateness_counts,
           json_agg(f.bucket order by f.bucket) filter (where f.run > 0) as run_buckets, json_agg(f.run order by f.bucket) filter (where f.run > 0) as run_counts
      from filled f
     group by 1
  )
  select coalesce(json_agg(json_build_object(
           'period_start_ms', duly.epoch_ms(s.period),
           'outcomes', s.outcomes,
           'wait', json_build_object('sum_ms', s.wait, 'buckets', coalesce(h.wait_buckets, '[]'), 'counts', coalesce(h.wait_counts, '[]')),
           'lateness', json_build_object('sum_ms', s.lateness, 'buckets', coalesce(h.lateness_buckets, '[]'), 'counts', coalesce(h.lateness_counts, '[]')),
           'run', json_build_object('sum_ms', s.run, 'buckets', coalesce(h.run_buckets, '[]'), 'counts', coalesce(h.run_counts, '[]'))
         ) order by s.period), '[]')
    into v_stats
    from sums s
    left join histograms h on h.period = s.period;
  return v_stats;
end
$$;
comment on function public.duly_read_stats(text, bigint, bigint, text, text) is
  'What all workers counted, per minute, hour or day (UTC, made of hours), of the periods that begin in [p_from_ms, p_to_ms); of one queue or type, or of all (null). Periods in which nothing ended are left out. Returns [{period_start_ms, outcomes, wait, lateness, run}], each measure as {sum_ms, buckets, counts}: the buckets that are not empty and how many are in each.';

create function duly.count_bounded(p_bound integer)
returns table (queue text, status duly.job_status, count bigint, more boolean)
language sql
stable
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
as $$
  -- The predicates of the partial indexes, spelled out: a status that comes from a row proves none.
  select q.name, s.status, n.count, n.count >= p_bound
    from (select k.name from duly.queues k order by k.name limit 1000) q
   cross join unnest('{pending,completed,failed,cancelled}'::duly.job_status[]) s(status)
   cross join lateral (
     select count(*)
       from (
         (select from duly.jobs j where j.queue = q.name and j.status = 'pending' and s.status = 'pending' limit p_bound)
         union all
         (select from duly.jobs j where j.queue = q.name and j.status = s.status and j.status in ('completed', 'failed', 'cancelled') limit p_bound)
       ) counted
   ) n
  union all
  select r.queue, 'in_progress', count(*), sum(count(*)) over () >= 20000
    from (select j.queue from duly.jobs j where j.status = 'in_progress' limit 20000) r
   group by r.queue
$$;
comment on function duly.count_bounded(integer) is
  'Counts the jobs of each queue and status through the partial indexes and stops at p_bound, where more is true: there may be more. The plan is pinned: to the planner a scan of the table looks cheaper, which for a rare status is the whole of it.';

create function public.duly_count_jobs()
returns json
language plpgsql
stable
set search_path = ''
set jit = off
as $$
declare
  c_enough  constant integer := 20000; -- rows that are read, whatever the table holds
  v_pages   bigint := pg_relation_size('duly.jobs'::regclass) / current_setting('block_size')::integer;
  v_density double precision; -- rows in a page
  v_percent double precision := 100;
  v_small   boolean := false;
  v_answer  json;
begin
  if v_pages <= 8000 then
    v_small := (select count(*) from (select from duly.jobs limit c_enough + 1) counted) <= c_enough;
  end if;
  if not v_small then
    select case when c.reltuples > 0 and c.relpages > 0 then c.reltuples / c.relpages else 40 end into v_density from pg_catalog.pg_class c where c.oid = 'duly.jobs'::regclass;
    v_percent := least(100, 100.0 * least(4000, ceil(c_enough / greatest(v_density, 1))) / greatest(v_pages, 1));
  end if;

  with read as (
    select j.queue::text as queue, j.type::text as type, j.status, count(*)::double precision as count
      from duly.jobs j
     where v_small
     group by 1, 2, 3
    union all
    -- The same pages each time: numbers that are asked for every few seconds move only when something has.
    select j.queue::text, j.type::text, j.status, count(*) * 100 / v_percent
      from duly.jobs j tablesample system (v_percent) repeatable (0)
     where not v_small
     group by 1, 2, 3
  ),
  sampled as (
    select r.queue, r.status, sum(r.count) as count from read r group by 1, 2
  ),
  bounded as (
    select b.*
      from duly.count_bounded(greatest(100, c_enough / greatest(1, (select count(*) from duly.queues)))::integer) b
     where not v_small
  ),
  cells as (
    select coalesce(b.queue, s.queue) as queue, coalesce(b.status, s.status) as status,
           case when b.more then greatest(b.count, s.count) when b.queue is not null then b.count else s.count end as count
      from sampled s
      full join bounded b on b.queue = s.queue and b.status = s.status
  ),
  types as (
    select r.type, sum(r.count) as count from read r group by 1 order by 2 desc, 1 limit 1000
  ),
  queues as (
    select c.queue, sum(c.count) as count from cells c group by 1 having sum(c.count) > 0 order by 2 desc, 1 limit 1000
  )
  select json_build_object(
           'total', (select coalesce(round(sum(c.count)), 0) from cells c),
           'by_status', (
             select json_object_agg(s.status, coalesce((select round(sum(c.count)) from cells c where c.status = s.status), 0))
               from unnest(enum_range(null::duly.job_status)) s(status)
           ),
           'by_type', (select coalesce(json_agg(json_build_object('type', t.type, 'count', round(t.count))), '[]') from types t),
           'by_queue', (select coalesce(json_agg(json_build_object('queue', q.queue, 'count', round(q.count))), '[]') from queues q),
           'estimated', not v_small,
           'now_ms', duly.epoch_ms(now())
         )
    into v_answer;
  return v_answer;
end
$$;
comment on function public.duly_count_jobs() is
  'Jobs by status, type and queue. Exact while there are at most 20,000; else estimated from a sample of pages of about as many rows, where whatever the partial indexes can count within a bound replaces the estimate. Returns {total, by_status, by_type, by_queue, estimated, now_ms}.';

create function public.duly_read_failures(p_queue text, p_type text, p_limit integer)
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
  c_newest  constant integer := 5000; -- rows that are read in the order of their failure
  c_pages   constant integer := 250;  -- of the table, for what failed before them
  v_queues  text[] := case when p_queue is null then array(select q.name from duly.queues q order by q.name limit 1000) else array[p_queue] end;
  v_share   integer := greatest(10, c_newest / greatest(1, cardinality(v_queues)));
  v_percent double precision := 0; -- nothing, while the newest are all
  v_answer  json;
begin
  if exists (
    select from unnest(v_queues) q(name)
     cross join lateral (
       select count(*) from (select from duly.jobs j where j.queue = q.name and j.status = 'failed' and j.status in ('completed', 'failed', 'cancelled') limit v_share) counted
     ) n
     where n.count >= v_share
  ) then
    v_percent := least(100, 100.0 * c_pages / greatest(1, pg_relation_size('duly.jobs'::regclass) / current_setting('block_size')::integer));
  end if;

  with newest as materialized (
    select q.name as queue, n.*
      from unnest(v_queues) q(name)
     cross join lateral (
       select j.id, j.type::text as type, left(j.last_error, 300) as error, j.finished_at
         from duly.jobs j
        where j.queue = q.name and j.status = 'failed' and j.status in ('completed', 'failed', 'cancelled')
        order by j.finished_at desc, j.id desc
        limit v_share
     ) n
  ),
  cut as (
    select n.queue, min(n.finished_at) as at from newest n group by 1 having count(*) >= v_share
  ),
  read as (
    select n.id, n.type, n.error, n.finished_at, 1::double precision as weight from newest n
    union all
    -- The same pages each time: numbers that are asked for every few seconds move only when something has.
    select j.id, j.type, left(j.last_error, 300), j.finished_at, 100 / nullif(v_percent, 0)
      from duly.jobs j tablesample system (v_percent) repeatable (0)
      join cut c on c.queue = j.queue
     where j.status = 'failed'
       and j.finished_at < c.at
  ),
  same as ( -- many have the very same text, and finding its words is what takes time
    select r.type, r.error,
           sum(r.weight) as total,
           sum(r.weight) filter (where r.finished_at > now() - interval '1 hour') as hour,
           sum(r.weight) filter (where r.finished_at > now() - interval '1 day') as day,
           sum(r.weight) filter (where r.finished_at > now() - interval '7 days') as week,
           min(r.finished_at) as first, max(r.finished_at) as last,
           max(r.id::text) as id -- the newest, as ids begin with the time
      from read r
     where p_type is null or r.type = p_type
     group by 1, 2
  ),
  worded as materialized (
    select s.*, nullif(duly.error_words(s.error), '') as words from same s -- no error and an empty one are one group, as in a filter
  ),
  groups as (
    select w.type, w.words,
           sum(w.total) as total, coalesce(sum(w.hour), 0) as hour, coalesce(sum(w.day), 0) as day, coalesce(sum(w.week), 0) as week,
           min(w.first) as first, max(w.last) as last,
           max(w.id)::uuid as id
      from worded w
     group by 1, 2
     order by day desc, total desc, last desc, 1, 2
     limit p_limit
  )
  select json_build_object(
           'failures', coalesce(json_agg(json_build_object(
             'type', g.type, 'error', g.words, 'error_group', duly.error_group(j.last_error),
             'sample', json_build_object('job_id', g.id, 'message', left(j.last_error, 2000)),
             'counts', json_build_object('hour', round(g.hour), 'day', round(g.day), 'week', round(g.week)),
             'total', round(g.total), 'first_seen_at', duly.iso(g.first), 'last_seen_at', duly.iso(g.last)
           ) order by g.day desc, g.total desc, g.last desc, g.type, g.words), '[]'),
           'estimated', v_percent > 0 and v_percent < 100,
           'now_ms', duly.epoch_ms(now())
         )
    into v_answer
    from groups g
    join duly.jobs j on j.id = g.id;
  return v_answer;
end
$$;
comment on function public.duly_read_failures(text, text, integer) is
  'Jobs that failed for good, by type and by the words of their error, of one queue or type, or of all (null): those that failed most within a day first. Reads the newest 5,000 (over all queues); of what failed before them a sample of 250 pages, and then estimated is true. Returns {failures: [{type, error, error_group, sample, counts: {hour, day, week}, total, first_seen_at, last_seen_at}], estimated, now_ms}.';

create function public.duly_read_queues(p_name text)
returns json
language sql
stable
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
as $$
  with chosen as (
    select q.* from duly.queues q where p_name is null or q.name = p_name order by q.name limit 1000
  ),
  bound as (
    select least(10000, greatest(100, 20000 / greatest(1, count(*)))) as rows from chosen
  ),
  running as (
    select r.queue, count(*) as count, sum(count(*)) over () >= 10000 as more
      from (select j.queue from duly.jobs j where j.status = 'in_progress' limit 10000) r
     group by 1
  )
  select coalesce(json_agg(json_build_object(
           'name', q.name, 'paused', q.paused, 'created_at', duly.iso(q.created_at),
           'pending', pending.count, 'overdue', overdue.count, 'in_progress', coalesce(r.count, 0),
           'at_least', array_remove(array[
             case when pending.count >= b.rows then 'pending' end,
             case when overdue.count >= b.rows then 'overdue' end,
             case when coalesce(r.more, (select bool_or(more) from running), false) then 'in_progress' end
           ], null),
           'oldest_overdue_ms', duly.epoch_ms(now()) - duly.epoch_ms(first.overdue),
           'next_due_at', duly.iso(first.future)
         ) order by q.name), '[]')
    from chosen q
   cross join bound b
   cross join lateral (
     select count(*) from (select from duly.jobs j where j.queue = q.name and j.status = 'pending' limit b.rows) counted
   ) pending
   cross join lateral (
     select count(*)
       from (
         select
           from generate_series(0, 9) p(priority)
          cross join lateral (
            select from duly.jobs j
             where j.queue = q.name and j.priority = p.priority and j.status = 'pending' and j.run_at <= now()
             limit b.rows
          ) due
          limit b.rows
       ) counted
   ) overdue
   cross join lateral (
     select min(o.run_at) as overdue, min(f.run_at) as future
       from generate_series(0, 9) p(priority)
       left join lateral (
         select j.run_at from duly.jobs j
          where j.queue = q.name and j.priority = p.priority and j.status = 'pending' and j.run_at <= now()
          order by j.run_at limit 1
       ) o on true
       left join lateral (
         select j.run_at from duly.jobs j
          where j.queue = q.name and j.priority = p.priority and j.status = 'pending' and j.run_at > now()
          order by j.run_at limit 1
       ) f on true
   ) first
    left join running r on r.queue = q.name
$$;
comment on function public.duly_read_queues(text) is
  'One queue, or with null the first thousand by name: [{name, paused, created_at, pending, overdue, in_progress, at_least, oldest_overdue_ms, next_due_at}]. Counting stops at a bound (10,000, less with many queues); at_least names the numbers of which there are more.';

create function public.duly_set_paused(p_name text, p_paused boolean)
returns json
language plpgsql
set search_path = ''
set lock_timeout = '250ms'
as $$
declare
  v_queue duly.queues;
begin
  -- A claim holds this table "row share" from before it reads which queues are paused until its commit, because it
  -- locks the row of its worker first. So this waits for every claim that may have read the old state, and every
  -- claim that begins from now on waits for this commit: once a pause was answered, nothing starts. Locks of the
  -- table are granted in the order of asking; "for update" on the rows would be passed by by claims that overlap.
  -- Whoever keeps a claim open holds up the others for the lock_timeout at most; the call is then sent again.
  if p_paused then
    lock table duly.workers in exclusive mode;
  end if;
  update duly.queues q
     set paused = p_paused
   where q.name = p_name
  returning * into v_queue;
  if not found then
    raise sqlstate 'PT404' using message = 'queue_not_found', detail = format('There is no queue "%s".', p_name);
  end if;
  return json_build_object('name', v_queue.name, 'paused', v_queue.paused);
end
$$;
comment on function public.duly_set_paused(text, boolean) is
  'Pauses or resumes a queue. Once a pause has committed no job of the queue starts; those that run go on. Returns {name, paused}. Raises queue_not_found, and 55P03 when a claim stays open: then send it again.';

create function public.duly_list_workers(p_ended_within_ms bigint, p_limit integer)
returns json
language sql
stable
set search_path = ''
as $$
  select coalesce(json_agg(json_build_object(
           'id', w.id, 'host', w.host, 'pid', w.pid,
           'status', case
             when w.end_reason = 'stopped' then 'stopped'
             when w.ended_at is not null then 'lost'
             when w.last_beat_at < now() - w.lease_ms * interval '1 ms' then 'silent'
             else 'alive'
           end,
           'concurrency', w.concurrency,
           'running', (select count(*) from duly.jobs j where j.worker_id = w.id and j.status = 'in_progress'),
           'types', w.types, 'queues', w.queues, 'lease_ms', w.lease_ms,
           'started_at', duly.iso(w.started_at), 'last_beat_at', duly.iso(w.last_beat_at),
           'ended_at', duly.iso(w.ended_at), 'end_reason', w.end_reason, 'swept', w.swept
         ) order by w.started_at desc, w.id desc), '[]')
    from (
      select *
        from duly.workers
       where ended_at is null or ended_at > now() - p_ended_within_ms * interval '1 ms'
       order by started_at desc, id desc
       limit p_limit
    ) w
$$;
comment on function public.duly_list_workers(bigint, integer) is
  'Workers that have not ended, and those that ended within p_ended_within_ms, newest first. status is alive, silent (past its lease, not judged yet), stopped (by itself) or lost.';

create function public.duly_report_swept(p_worker_id uuid, p_swept text)
returns json
language plpgsql
set search_path = ''
as $$
begin
  update duly.workers w
     set swept = p_swept::jsonb
   where w.id = p_worker_id
     and w.ended_at is null
     and w.swept is distinct from p_swept::jsonb;
  return json_build_object('stored', found);
end
$$;
comment on function public.duly_report_swept(uuid, text) is
  'Notes what the sweep of a worker has done so far: absolute counts, so that a call may be sent twice. Returns {stored}.';

create function public.duly_list_types()
returns json
language sql
stable
set search_path = ''
as $$
  select coalesce(json_agg(t.type order by t.type), '[]')
    from (select distinct unnest(w.types) as type from duly.workers w where w.released_at is null and w.ended_at is null) t
$$;
comment on function public.duly_list_types() is 'Every job type that a worker that has not ended has a handler for.';
