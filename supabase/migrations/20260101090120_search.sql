-- What the list, the export and every action on a filter ask: which jobs are meant, in which order, from where on.
--
-- One function finds, so that a count, a preview and an action by the same filter mean the same jobs. It reads in
-- chunks and stops when it has enough or its time is over; the position where it stopped is where the next call goes on.
--
-- Ways through the jobs, each a function duly.next_* that returns the chunk after a position:
-- - next_created: along the primary key, newest or oldest first; for what is common. Over long stretches without a job of
--   the statuses and queues that are meant it jumps, by way of the partial indexes.
-- - next_candidate: what is rare by status and queue, or named by id, is read from the partial indexes at once and sorted;
-- - next_finished and next_due: the partial indexes hold ended jobs by finished_at and pending ones by run_at.
--   What fits is looked at only where the next of all queues are known: an error's words cost more than its row.
-- The lean table has no index by run_at for jobs that are not pending: to sort those by it all are read, within the time.

create type duly.job_filter as (
  ids      uuid[],
  id_from  uuid,              -- with id_to: a prefix of an id, if any job has it; else only the text is searched
  id_to    uuid,
  statuses duly.job_status[],
  types    text[],
  queues   text[],
  tags     text[],            -- all of them
  error_pattern text,         -- for ilike, escaped: in the last error
  error_group   text,         -- of the last error: see duly.error_group
  pattern  text,              -- for ilike, escaped
  payload_patterns text[],    -- the same, and as JSON writes it
  from_at  timestamptz,       -- of the time that is sorted by: included
  to_at    timestamptz,       -- not included
  recent   boolean,           -- from_at was not asked for: text is only looked for in what is recent
  created_until timestamptz   -- included: an action that goes on leaves out what came after it began
);

create function duly.read_filter(p_filter text)
returns duly.job_filter
language plpgsql
stable
set search_path = ''
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_custom_plan
as $$
declare
  f duly.job_filter := jsonb_populate_record(null::duly.job_filter, p_filter::jsonb);
begin
  if f.id_from is not null then
    if exists (select from duly.jobs j where j.id between f.id_from and f.id_to) then
      f.pattern := null;
      f.payload_patterns := null;
    else
      f.id_from := null;
      f.id_to := null;
    end if;
  end if;
  if f.pattern is not null and f.from_at is null then
    f.from_at := now() - interval '24 hours'; -- text is not indexed: only what is recent is read unless told otherwise
    f.recent := true;
  end if;
  return f;
end
$$;
comment on function duly.read_filter(text) is
  'The filter that a caller has sent as JSON text, with what follows from it: whether its search is the beginning of an id, and from when on text is looked for.';

-- No settings on these, or they would not be inlined: a call for each row would cost more than all else.
create function duly.error_words(p_error text)
returns text
language sql
immutable
as $$
  select regexp_replace(left(p_error, 300), '[0-9a-fA-F-]*[0-9][0-9a-fA-F-]*', '*', 'g')
$$;
comment on function duly.error_words(text) is
  'The beginning of an error with * for what differs each time: ids, hexadecimal words and numbers, which are all that has a digit and nothing else but digits, a to f and dashes. One class of letters, since a pattern that tells them apart takes three times as long.';

create function duly.error_group(p_error text)
returns text
language sql
immutable
as $$
  select left(md5(coalesce(duly.error_words(p_error), '')), 16)
$$;
comment on function duly.error_group(text) is 'The same 16 digits for errors of the same words; a job without an error has those of the empty one.';

create function duly.matches(j duly.jobs, f duly.job_filter)
returns boolean
language sql
stable
as $$
  select (f.ids is null or j.id = any(f.ids))
     and (f.id_from is null or j.id between f.id_from and f.id_to)
     and (f.statuses is null or j.status = any(f.statuses))
     and (f.types is null or j.type = any(f.types))
     and (f.queues is null or j.queue = any(f.queues))
     and (f.tags is null or j.tags @> f.tags)
     and (f.error_pattern is null or j.last_error collate "C" ilike f.error_pattern)
     and (f.created_until is null or j.created_at <= f.created_until)
     and (f.error_group is null or duly.error_group(j.last_error) = f.error_group)
     and (f.pattern is null -- in collation C: only ASCII letters of either case are the same, and it costs a third
          or j.type collate "C" ilike f.pattern
          or array_to_string(j.tags, ' ') collate "C" ilike f.pattern
          or j.last_error collate "C" ilike f.pattern
          or j.payload::text collate "C" ilike any(f.payload_patterns))
$$;
comment on function duly.matches(duly.jobs, duly.job_filter) is 'Whether a job is meant by a filter, its times aside.';

create function duly.sort_time(j duly.jobs, p_sort text)
returns timestamptz
language sql
immutable
as $$
  select case p_sort when 'created' then j.created_at when 'scheduled' then j.run_at else j.finished_at end
$$;
comment on function duly.sort_time(duly.jobs, text) is 'The time by which a list is sorted: created, scheduled (run_at) or finished.';

create function duly.first_id_at(t timestamptz)
returns uuid
language sql
immutable strict
as $$
  select (lpad(to_hex(greatest(0, least(281474976710655, floor(extract(epoch from t) * 1000)::bigint))), 12, '0') || '00000000000000000000')::uuid
$$;
comment on function duly.first_id_at(timestamptz) is 'The smallest UUIDv7 of a time.';

create function duly.candidates(f duly.job_filter, p_limit integer)
returns uuid[]
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
  v_queues   text[] := coalesce(f.queues, array(select q.name from duly.queues q));
  v_statuses duly.job_status[] := coalesce(f.statuses, enum_range(null::duly.job_status));
begin
  if f.ids is not null then
    return array(select distinct i.id from unnest(f.ids) i(id));
  end if;
  return array(
    (select p.id
       from unnest(v_queues) q(name)
      cross join generate_series(0, 9) r(priority)
      cross join lateral (
        select j.id from duly.jobs j where j.queue = q.name and j.priority = r.priority and j.status = 'pending' limit p_limit
      ) p
      where 'pending' = any(v_statuses)
      limit p_limit)
    union all
    (select j.id from duly.jobs j where j.status = 'in_progress' and j.queue = any(v_queues) and 'in_progress' = any(v_statuses) limit p_limit)
    union all
    (select e.id
       from unnest(v_queues) q(name)
      cross join unnest('{completed,failed,cancelled}'::duly.job_status[]) s(status)
      cross join lateral (
        select j.id from duly.jobs j where j.queue = q.name and j.status = s.status and j.status in ('completed', 'failed', 'cancelled') limit p_limit
      ) e
      where s.status = any(v_statuses)
      limit p_limit)
    limit p_limit
  );
end
$$;
comment on function duly.candidates(duly.job_filter, integer) is
  'Ids that a filter by id, status and queue leaves, in no order, at most p_limit: whoever gets that many has learned that there are too many.';

create function duly.nearest_candidate(f duly.job_filter, p_desc boolean, p_after uuid, p_limit integer)
returns uuid
language plpgsql
stable
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_custom_plan
as $$
declare
  v_queues   text[] := coalesce(f.queues, array(select q.name from duly.queues q));
  v_statuses duly.job_status[] := coalesce(f.statuses, enum_range(null::duly.job_status));
  v_count    integer;
  v_ids      uuid[];
begin
  select count(*), array_agg(c.id order by c.id) filter (where case when p_desc then c.id < p_after else c.id > p_after end)
    into v_count, v_ids
    from (
      select j.id from duly.jobs j where 'pending' = any(v_statuses) and j.status = 'pending' and j.queue = any(v_queues)
      union all
      select j.id from duly.jobs j where 'in_progress' = any(v_statuses) and j.status = 'in_progress' and j.queue = any(v_queues)
      union all
      select j.id from duly.jobs j where j.status in ('completed', 'failed', 'cancelled') and j.status = any(v_statuses) and j.queue = any(v_queues)
      limit p_limit
    ) c;
  return case when v_count = p_limit then p_after when p_desc then v_ids[cardinality(v_ids)] else v_ids[1] end;
end
$$;
comment on function duly.nearest_candidate(duly.job_filter, boolean, uuid, integer) is
  'The next id that a filter by status and queue leaves, or null when none follows. Reads every entry of the partial indexes that these have, which is cheaper than every row in between; p_after when there are p_limit of them or more, and it is not.';

create type duly.step as (
  at      timestamptz,
  id      uuid,
  matches boolean
);

create function duly.next_created(f duly.job_filter, p_desc boolean, p_after uuid, p_limit integer)
returns setof duly.step
language plpgsql
stable
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_custom_plan
as $$
declare
  -- Ids carry the clock of whoever made them, so the range is wider than the times that are compared below.
  v_low  uuid := greatest(duly.first_id_at(f.from_at - interval '10 minutes'), f.id_from, '00000000-0000-0000-0000-000000000000');
  v_high uuid := least(duly.first_id_at(f.to_at + interval '10 minutes'), f.id_to, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
begin
  if p_desc then
    return query
      select j.created_at::timestamptz, j.id, duly.matches(j, f) and (f.from_at is null or j.created_at >= f.from_at) and (f.to_at is null or j.created_at < f.to_at)
        from duly.jobs j
       where j.id >= v_low and j.id <= v_high and (p_after is null or j.id < p_after)
       order by j.id desc
       limit p_limit;
  else
    return query
      select j.created_at::timestamptz, j.id, duly.matches(j, f) and (f.from_at is null or j.created_at >= f.from_at) and (f.to_at is null or j.created_at < f.to_at)
        from duly.jobs j
       where j.id >= v_low and j.id <= v_high and (p_after is null or j.id > p_after)
       order by j.id
       limit p_limit;
  end if;
end
$$;
comment on function duly.next_created(duly.job_filter, boolean, uuid, integer) is 'The next jobs by id, which is the order of their creation.';

create function duly.next_candidate(f duly.job_filter, p_ids uuid[])
returns setof duly.step
language sql
stable
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
  select j.created_at, s.id,
         coalesce(duly.matches(j, f) and (f.from_at is null or j.created_at >= f.from_at) and (f.to_at is null or j.created_at < f.to_at), false)
    from unnest(p_ids) with ordinality s(id, place)
    left join duly.jobs j on j.id = s.id
   order by s.place
$$;
comment on function duly.next_candidate(duly.job_filter, uuid[]) is 'The given jobs in the given order.';

create function duly.next_finished(f duly.job_filter, p_desc boolean, p_after_at timestamptz, p_after uuid, p_limit integer)
returns setof duly.step
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
  v_queues   text[] := coalesce(f.queues, array(select q.name from duly.queues q));
  v_statuses duly.job_status[] := array(
    select s from unnest('{completed,failed,cancelled}'::duly.job_status[]) s where f.statuses is null or s = any(f.statuses)
  );
  v_from     timestamptz := coalesce(f.from_at, '-infinity');
  v_to       timestamptz := coalesce(f.to_at, 'infinity');
begin
  if p_desc then
    return query
      select c.at, c.id, duly.matches(j, f)
        from (
          select e.*
            from unnest(v_queues) q(name)
           cross join unnest(v_statuses) s(status)
           cross join lateral (
             select j.finished_at::timestamptz, j.id
               from duly.jobs j
              where j.queue = q.name and j.status = s.status and j.status in ('completed', 'failed', 'cancelled')
                and j.finished_at >= v_from and j.finished_at < v_to
                and (j.finished_at, j.id) < (coalesce(p_after_at, 'infinity'), coalesce(p_after, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
              order by j.finished_at desc, j.id desc
              limit p_limit
           ) e(at, id)
           order by e.at desc, e.id desc
           limit p_limit
        ) c
        join duly.jobs j on j.id = c.id
       order by c.at desc, c.id desc;
  else
    return query
      select c.at, c.id, duly.matches(j, f)
        from (
          select e.*
            from unnest(v_queues) q(name)
           cross join unnest(v_statuses) s(status)
           cross join lateral (
             select j.finished_at::timestamptz, j.id
               from duly.jobs j
              where j.queue = q.name and j.status = s.status and j.status in ('completed', 'failed', 'cancelled')
                and j.finished_at >= v_from and j.finished_at < v_to
                and (j.finished_at, j.id) > (coalesce(p_after_at, '-infinity'), coalesce(p_after, '00000000-0000-0000-0000-000000000000'))
              order by j.finished_at, j.id
              limit p_limit
           ) e(at, id)
           order by e.at, e.id
           limit p_limit
        ) c
        join duly.jobs j on j.id = c.id
       order by c.at, c.id;
  end if;
end
$$;
comment on function duly.next_finished(duly.job_filter, boolean, timestamptz, uuid, integer) is 'The next jobs by finished_at, of those that have ended.';

create function duly.next_due(f duly.job_filter, p_desc boolean, p_after_at timestamptz, p_after uuid, p_limit integer)
returns setof duly.step
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
  v_queues text[] := coalesce(f.queues, array(select q.name from duly.queues q));
  v_from   timestamptz := coalesce(f.from_at, '-infinity');
  v_to     timestamptz := coalesce(f.to_at, 'infinity');
begin
  if p_desc then
    return query
      select c.at, c.id, duly.matches(j, f)
        from (
          select e.*
            from unnest(v_queues) q(name)
           cross join generate_series(0, 9) r(priority)
           cross join lateral (
             select j.run_at::timestamptz, j.id
               from duly.jobs j
              where j.queue = q.name and j.priority = r.priority and j.status = 'pending'
                and j.run_at >= v_from and j.run_at < v_to
                and (j.run_at, j.id) < (coalesce(p_after_at, 'infinity'), coalesce(p_after, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
              order by j.run_at desc, j.id desc
              limit p_limit
           ) e(at, id)
           order by e.at desc, e.id desc
           limit p_limit
        ) c
        join duly.jobs j on j.id = c.id
       order by c.at desc, c.id desc;
  else
    return query
      select c.at, c.id, duly.matches(j, f)
        from (
          select e.*
            from unnest(v_queues) q(name)
           cross join generate_series(0, 9) r(priority)
           cross join lateral (
             select j.run_at::timestamptz, j.id
               from duly.jobs j
              where j.queue = q.name and j.priority = r.priority and j.status = 'pending'
                and j.run_at >= v_from and j.run_at < v_to
                and (j.run_at, j.id) > (coalesce(p_after_at, '-infinity'), coalesce(p_after, '00000000-0000-0000-0000-000000000000'))
              order by j.run_at, j.id
              limit p_limit
           ) e(at, id)
           order by e.at, e.id
           limit p_limit
        ) c
        join duly.jobs j on j.id = c.id
       order by c.at, c.id;
  end if;
end
$$;
comment on function duly.next_due(duly.job_filter, boolean, timestamptz, uuid, integer) is 'The next jobs by run_at, of those that are pending.';

create type duly.found as (
  ids        uuid[],      -- in the order asked for
  fences     integer[],
  more       boolean,     -- the filter may mean further jobs
  at         timestamptz, -- with id: after this job it goes on; null at the end, and when the time was over before a page began
  id         uuid,
  scanned_at timestamptz  -- how far it was looked, when that is not the end
);

create function duly.find_all_by_run_at(f duly.job_filter, p_desc boolean, p_after_at timestamptz, p_after uuid, p_limit integer, p_until timestamptz)
returns uuid[]
language plpgsql
stable
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_custom_plan
as $$
declare
  v_best    uuid[] := '{}'; -- the first p_limit of what was read so far
  v_best_at timestamptz[] := '{}';
  v_last    uuid := '00000000-0000-0000-0000-000000000000';
  v_count   integer;
begin
  loop
    with chunk as materialized (
      select j.id, j.run_at::timestamptz as at,
             duly.matches(j, f)
             and (f.from_at is null or j.run_at >= f.from_at)
             and (f.to_at is null or j.run_at < f.to_at)
             and (p_after is null or case when p_desc then (j.run_at, j.id) < (p_after_at, p_after) else (j.run_at, j.id) > (p_after_at, p_after) end) as matches
        from duly.jobs j
       where j.id > v_last
       order by j.id
       limit 20000
    ),
    best as (
      select c.at, c.id from chunk c where c.matches
      union all
      select b.at, b.id from unnest(v_best_at, v_best) b(at, id)
    ),
    asked as (
      select * from best order by case when p_desc then best.at end desc, case when p_desc then best.id end desc, best.at, best.id limit p_limit
    )
    select (select count(*) from chunk c),
           (select c.id from chunk c order by c.id desc limit 1),
           coalesce(array_agg(a.id order by case when p_desc then a.at end desc, case when p_desc then a.id end desc, a.at, a.id), '{}'),
           coalesce(array_agg(a.at order by case when p_desc then a.at end desc, case when p_desc then a.id end desc, a.at, a.id), '{}')
      into v_count, v_last, v_best, v_best_at
      from asked a;
    exit when v_count < 20000;
    if clock_timestamp() > p_until then
      raise sqlstate 'PT422' using
        message = 'too_many_jobs',
        detail = 'Sorting by scheduled reads every job that is not pending, and there are too many for the time that it may take. Add status=pending, or sort by created or finished.';
    end if;
  end loop;
  return v_best;
end
$$;
comment on function duly.find_all_by_run_at(duly.job_filter, boolean, timestamptz, uuid, integer, timestamptz) is
  'The first jobs by run_at, whatever their status: reads them all. Raises too_many_jobs when the time is over.';

create function duly.find_jobs(
  p_filter    text,
  p_sort      text,
  p_desc      boolean,
  p_after_at  timestamptz,
  p_after     uuid,
  p_skip      integer,
  p_limit     integer,
  p_budget_ms integer
)
returns duly.found
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
  f       duly.job_filter := duly.read_filter(p_filter);
  v_until timestamptz := clock_timestamp() + p_budget_ms * interval '1 ms';
  v_set   uuid[];
  v_chunk integer := case when f.ids is not null then 1 else least(greatest(2 * (p_skip + p_limit + 1), 200), 5000) end;
  v_read  integer := 0; -- since there was something
  v_bound integer := greatest(20000, p_limit + p_skip); -- more candidates than these are not worth to be sorted
  v_chose boolean := p_sort <> 'created' or (f.ids is null and f.statuses is null and f.queues is null);
  v_jump  uuid;
  v_at    timestamptz := p_after_at;
  v_last  uuid := p_after;
  v_skip  integer := p_skip;
  v_step  record;
  v_ids   uuid[] := '{}';
  v_ats   timestamptz[] := '{}';
  v_found duly.found;
  v_since timestamptz := case when f.recent then f.from_at end;
  v_begin uuid;
begin
  if p_sort = 'scheduled' and f.statuses is distinct from array['pending'::duly.job_status] then
    v_ids := duly.find_all_by_run_at(f, p_desc, p_after_at, p_after, p_skip + p_limit + 1, v_until);
    v_ids := v_ids[p_skip + 1:];
    v_found.more := cardinality(v_ids) > p_limit;
    v_found.ids := v_ids[1:p_limit];
    if v_found.more then
      select j.run_at, j.id into v_found.at, v_found.id from duly.jobs j where j.id = v_ids[p_limit];
    else
      v_found.scanned_at := v_since;
    end if;
    v_found.fences := array(select j.fence from unnest(v_found.ids) with ordinality i(id, place) join duly.jobs j on j.id = i.id order by i.place);
    return v_found;
  end if;

  if p_sort = 'created' and f is null and p_skip > 0 and v_last is null then -- nothing to look at
    v_last := coalesce(
      case when p_desc then (select j.id from duly.jobs j order by j.id desc offset p_skip - 1 limit 1) else (select j.id from duly.jobs j order by j.id offset p_skip - 1 limit 1) end,
      case when p_desc then '00000000-0000-0000-0000-000000000000' else 'ffffffff-ffff-ffff-ffff-ffffffffffff' end::uuid
    );
    v_skip := 0;
  end if;

  loop
    with chunk as materialized (
      select n.* from duly.next_candidate(f, coalesce(v_set[1:v_chunk], array[v_jump])) with ordinality n(at, id, matches, place) where v_set is not null or v_jump is not null
      union all
      select n.* from duly.next_created(f, p_desc, v_last, v_chunk) with ordinality n(at, id, matches, place) where p_sort = 'created' and v_set is null and v_jump is null
      union all
      select n.* from duly.next_finished(f, p_desc, v_at, v_last, v_chunk) with ordinality n(at, id, matches, place) where p_sort = 'finished'
      union all
      select n.* from duly.next_due(f, p_desc, v_at, v_last, v_chunk) with ordinality n(at, id, matches, place) where p_sort = 'scheduled'
    )
    select count(*)::integer as count,
           (array_agg(c.at order by c.place desc))[1] as at,
           (array_agg(c.id order by c.place desc))[1] as id,
           coalesce(array_agg(c.id order by c.place) filter (where c.matches), '{}') as ids,
           coalesce(array_agg(c.at order by c.place) filter (where c.matches), '{}') as ats
      into v_step
      from chunk c;
    v_set := v_set[v_chunk + 1:];
    v_at := coalesce(v_step.at, v_at);
    v_begin := v_last;
    v_last := coalesce(v_step.id, v_last);
    v_ids := v_ids || v_step.ids[v_skip + 1:];
    v_ats := v_ats || v_step.ats[v_skip + 1:];
    v_skip := greatest(0, v_skip - cardinality(v_step.ids));

    if cardinality(v_ids) > p_limit then
      v_found.more := true;
      v_found.at := v_ats[p_limit];
      v_found.id := v_ids[p_limit];
      exit;
    elsif v_step.count < v_chunk and v_jump is null then
      v_found.more := false;
      v_found.scanned_at := v_since;
      exit;
    elsif clock_timestamp() > v_until then
      v_found.more := true;
      v_found.scanned_at := v_at;
      if v_skip = 0 then
        v_found.at := v_at;
        v_found.id := v_last;
      end if;
      exit;
    end if;

    v_jump := null;
    v_read := case when cardinality(v_step.ids) = 0 then v_read + v_step.count else 0 end;
    v_chunk := least(2 * v_chunk, 5000);
    if not v_chose and (v_chunk = 5000 or f.ids is not null) then
      -- Not common enough to be found at once. If it is rare, better to read all of it than everything in between.
      v_chose := true;
      v_set := duly.candidates(f, v_bound);
      if cardinality(v_set) >= v_bound and f.ids is null then
        v_set := null;
      elsif p_desc then
        v_set := array(select c.id from unnest(v_set) c(id) where v_last is null or c.id < v_last order by c.id desc);
      else
        v_set := array(select c.id from unnest(v_set) c(id) where v_last is null or c.id > v_last order by c.id);
      end if;
    elsif v_read >= 20000 and p_sort = 'created' and v_set is null and (f.statuses is not null or f.queues is not null)
       and not exists (
         select -- of this chunk: where such jobs are, but none that fits, there is nothing to jump over
           from duly.jobs j
          where j.id between least(v_begin, v_last) and greatest(v_begin, v_last)
            and (f.statuses is null or j.status = any(f.statuses))
            and (f.queues is null or j.queue = any(f.queues))
       ) then
      v_jump := duly.nearest_candidate(f, p_desc, v_last, 200000);
      if v_jump is null then
        v_found.more := false;
        v_found.scanned_at := v_since;
        exit;
      end if;
      v_jump := nullif(v_jump, v_last);
      v_read := case when v_jump is not null then 0 end; -- null when there are too many: read on, and do not ask again before something fits
    end if;
  end loop;

  v_found.ids := v_ids[1:p_limit];
  v_found.fences := array(select j.fence from unnest(v_found.ids) with ordinality i(id, place) join duly.jobs j on j.id = i.id order by i.place);
  return v_found;
end
$$;
comment on function duly.find_jobs(text, text, boolean, timestamptz, uuid, integer, integer, integer) is
  'The ids of the jobs that a filter means (JSON text of duly.job_filter), sorted by created, scheduled (run_at) or finished, after a position, p_skip left out, at most p_limit. Looks for p_budget_ms; then the answer is what was found so far, scanned_at says how far, and (at, id) where to go on. A search for text without from_at looks at the last 24 hours. Raises too_many_jobs.';

create function public.duly_list_jobs(
  p_filter    text,
  p_sort      text,
  p_desc      boolean,
  p_after_at  timestamptz,
  p_after     uuid,
  p_skip      integer,
  p_limit     integer,
  p_budget_ms integer
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
as $$
declare
  v_found duly.found := duly.find_jobs(p_filter, p_sort, p_desc, p_after_at, p_after, p_skip, p_limit, p_budget_ms);
  v_jobs  text[] := '{}';
  v_bytes bigint := 0;
  v_id    uuid;
  v_job   text;
begin
  -- What was found in full, but not more than a few megabytes of it: the next page has the rest. One by one, since the
  -- size of a payload in the table says little: it is compressed there, and a thousand small rows may be a gigabyte.
  foreach v_id in array v_found.ids loop
    select duly.job_json(j)::text into v_job from duly.jobs j where j.id = v_id;
    v_bytes := v_bytes + octet_length(v_job);
    if v_bytes > 4000000 and cardinality(v_jobs) > 0 then
      v_found.more := true;
      v_found.scanned_at := null;
      select duly.sort_time(j, p_sort), j.id into v_found.at, v_found.id from duly.jobs j where j.id = v_found.ids[cardinality(v_jobs)];
      exit;
    end if;
    v_jobs := v_jobs || v_job;
  end loop;
  return json_build_object(
    'jobs', ('[' || array_to_string(v_jobs, ',') || ']')::json, 'more', v_found.more, 'scanned_at', duly.iso(v_found.scanned_at),
    'next', case when v_found.id is not null then json_build_object('at', duly.iso(v_found.at), 'id', v_found.id) end
  );
end
$$;
comment on function public.duly_list_jobs(text, text, boolean, timestamptz, uuid, integer, integer, integer) is
  'See duly.find_jobs. Returns {jobs, more, next: {at, id} or null, scanned_at}.';

create function public.duly_find_jobs(
  p_filter    text,
  p_after_at  timestamptz,
  p_after     uuid,
  p_until     timestamptz,
  p_limit     integer,
  p_budget_ms integer
)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
  -- Of jobs that have ended the partial index has those of a status together, among however many others; but times are
  -- those of the creation here, and a search looks at what was created lately.
  v_ended  boolean := coalesce(p_filter::jsonb -> 'statuses' <@ '["completed", "failed", "cancelled"]' and not p_filter::jsonb ?| array['ids', 'from_at', 'to_at', 'pattern'], false);
  v_until  timestamptz := coalesce(p_until, duly.ceil_ms(now()));
  -- What the action itself brings back lies behind its end: a retried job that fails once more, a duplicate. Without
  -- this bound it would be met again and again. The first call sees none of that.
  v_filter jsonb := p_filter::jsonb || case when p_until is null then '{}' when v_ended then jsonb_build_object('to_at', p_until + interval '1 ms') else jsonb_build_object('created_until', p_until) end;
  v_found  duly.found := duly.find_jobs(v_filter::text, case when v_ended then 'finished' else 'created' end, false, p_after_at, p_after, 0, p_limit, p_budget_ms);
begin
  return json_build_object(
    'ids', to_json(v_found.ids), 'fences', to_json(v_found.fences), 'more', v_found.more,
    'next', case when v_found.more then json_build_object('at', duly.iso(v_found.at), 'id', v_found.id, 'until', duly.iso(v_until)) end
  );
end
$$;
comment on function public.duly_find_jobs(text, timestamptz, uuid, timestamptz, integer, integer) is
  'What an action on a filter acts on, oldest first, where all have ended by when they did: {ids, fences, more, next: {at, id, until} or null}. next goes on behind the last one, and leaves out what ended, or was created, after the first call. See duly.find_jobs.';

create function duly.count_ended(f duly.job_filter, p_from jsonb, p_until timestamptz)
returns json
language plpgsql
stable
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_custom_plan
as $$
declare
  c_chunk constant integer := 10000;
  v_from  timestamptz := coalesce(f.from_at, '-infinity');
  v_to    timestamptz := coalesce(f.to_at, 'infinity');
  v_count bigint := 0;
  v_at    timestamptz := coalesce((p_from ->> 'at')::timestamptz, '-infinity');
  v_last  uuid := coalesce((p_from ->> 'id')::uuid, '00000000-0000-0000-0000-000000000000');
  v_part  record;
  v_step  record;
begin
  for v_part in
    select distinct q.name collate "C" as queue, s.status
      from unnest(coalesce(f.queues, array(select k.name from duly.queues k))) q(name)
     cross join unnest('{completed,failed,cancelled}'::duly.job_status[]) s(status)
     where (f.statuses is null or s.status = any(f.statuses))
       and (p_from is null or (q.name collate "C", s.status) >= (p_from ->> 'queue' collate "C", (p_from ->> 'status')::duly.job_status))
     order by 1, 2
  loop
    if p_from is null or v_part.queue <> p_from ->> 'queue' or v_part.status <> (p_from ->> 'status')::duly.job_status then
      v_at := '-infinity';
      v_last := '00000000-0000-0000-0000-000000000000';
    end if;
    loop
      select count(*) as count, count(*) filter (where c.matches) as matching,
             (array_agg(c.at order by c.at desc, c.id desc))[1] as at, (array_agg(c.id order by c.at desc, c.id desc))[1] as id
        into v_step
        from (
          select j.finished_at::timestamptz as at, j.id, duly.matches(j, f) as matches
            from duly.jobs j
           where j.queue = v_part.queue and j.status = v_part.status and j.status in ('completed', 'failed', 'cancelled')
             and j.finished_at >= v_from and j.finished_at < v_to
             and (j.finished_at, j.id) > (v_at, v_last)
           order by j.finished_at, j.id
           limit c_chunk
        ) c;
      v_count := v_count + v_step.matching;
      exit when v_step.count < c_chunk;
      v_at := v_step.at;
      v_last := v_step.id;
      if clock_timestamp() > p_until then
        return json_build_object('count', v_count, 'estimated', false, 'next', json_build_object('queue', v_part.queue, 'status', v_part.status, 'at', duly.iso(v_at), 'id', v_last)::text);
      end if;
    end loop;
  end loop;
  return json_build_object('count', v_count, 'estimated', false, 'next', null);
end
$$;
comment on function duly.count_ended(duly.job_filter, jsonb, timestamptz) is
  'Counts jobs that have ended, queue by queue through their partial index, from where the call before stopped: {count, estimated, next}.';

create function public.duly_count_found(p_filter text, p_sort text, p_exact boolean, p_from text, p_budget_ms integer)
returns json
language plpgsql
stable
set search_path = ''
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_custom_plan
as $$
declare
  f       duly.job_filter := duly.read_filter(p_filter);
  v_until timestamptz := clock_timestamp() + p_budget_ms * interval '1 ms';
  v_found duly.found;
  v_count bigint := 0;
  -- Ids carry the clock of whoever made them, as in duly.next_created.
  v_low   uuid := greatest(case when p_sort = 'created' then duly.first_id_at(f.from_at - interval '10 minutes') end, f.id_from, '00000000-0000-0000-0000-000000000000');
  v_high  uuid := least(case when p_sort = 'created' then duly.first_id_at(f.to_at + interval '10 minutes') end, f.id_to, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  v_last  uuid := (p_from::jsonb ->> 'id')::uuid;
  v_step  record;
  v_share float8;
begin
  if p_exact and f.ids is null and f.id_from is null
     and (p_sort = 'finished' or f.statuses <@ '{completed,failed,cancelled}'::duly.job_status[] and f.from_at is null and f.to_at is null) then
    return duly.count_ended(f, p_from::jsonb, v_until);
  end if;
  if p_from is null then
    v_found := duly.find_jobs(p_filter, p_sort, true, null, null, 0, 1000, p_budget_ms);
    if not v_found.more then
      return json_build_object('count', cardinality(v_found.ids), 'estimated', false, 'next', null);
    end if;
  end if;
  if p_exact then
    loop
      select count(*) as count, count(*) filter (where c.matches) as matching, (array_agg(c.id order by c.id desc))[1] as id
        into v_step
        from (
          select j.id,
                 duly.matches(j, f)
                 and coalesce(t.at >= coalesce(f.from_at, '-infinity') and t.at < coalesce(f.to_at, 'infinity'), false) as matches
            from duly.jobs j
           cross join lateral (select duly.sort_time(j, p_sort) as at) t
           where j.id >= v_low and j.id <= v_high and (v_last is null or j.id > v_last)
           order by j.id
           limit 20000
        ) c;
      v_count := v_count + v_step.matching;
      if v_step.count < 20000 then
        return json_build_object('count', v_count, 'estimated', false, 'next', null);
      end if;
      v_last := v_step.id;
      if clock_timestamp() > v_until then
        return json_build_object('count', v_count, 'estimated', false, 'next', json_build_object('id', v_last)::text);
      end if;
    end loop;
  end if;

  -- About a thousand pages of a large table.
  v_share := least(100, 100 * 1000.0 / greatest(1, pg_relation_size('duly.jobs') / current_setting('block_size')::integer));
  select greatest(cardinality(v_found.ids), round(count(*) * 100 / v_share))
    into v_count
    from duly.jobs j tablesample system (v_share)
   cross join lateral (select duly.sort_time(j, p_sort) as at) t
   where duly.matches(j, f)
     and t.at >= coalesce(f.from_at, '-infinity')
     and t.at < coalesce(f.to_at, 'infinity');
  return json_build_object('count', v_count, 'estimated', true, 'next', null);
end
$$;
comment on function public.duly_count_found(text, text, boolean, text, integer) is
  'How many jobs a list by this filter and sort has: {count, estimated, next}. Counted when there are few. Else estimated from a sample, or with p_exact counted for p_budget_ms: then next, unless it is null, is the p_from of a call that counts the others.';
