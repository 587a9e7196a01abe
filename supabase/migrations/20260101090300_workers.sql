-- Ownership is leased to workers, not to jobs: a worker beats in its one row, and that covers all that it holds.

create function public.duly_register_worker(
  p_id          uuid,
  p_host        text,
  p_pid         integer,
  p_concurrency integer,
  p_types       text[],
  p_queues      text[],
  p_lease_ms    integer
)
returns json
language sql
set search_path = ''
as $$
  insert into duly.workers (id, host, pid, concurrency, types, queues, lease_ms)
  values (p_id, p_host, p_pid, p_concurrency, p_types, p_queues, p_lease_ms)
  on conflict (id) do nothing; -- sent again after a lost reply
  select json_build_object('now_ms', duly.epoch_ms(clock_timestamp()));
$$;
comment on function public.duly_register_worker(uuid, text, integer, integer, text[], text[], integer) is
  'A worker starts; its id is new at each start. Returns {now_ms}.';

create function public.duly_beat(p_worker_id uuid)
returns json
language plpgsql
set search_path = ''
as $$
begin
  update duly.workers w
     set contact_since = case when w.last_beat_at < now() - w.lease_ms * interval '0.5 ms' then now() else w.contact_since end,
         last_beat_at = now()
   where w.id = p_worker_id
     and w.ended_at is null;
  if not found then
    raise sqlstate 'PT410' using
      message = 'worker_dead',
      detail = format('Worker %s is unknown or has ended; its jobs belong to others.', p_worker_id),
      hint = 'Register again under a new id.';
  end if;

  return json_build_object(
    'held', (
      select coalesce(json_agg(json_build_object('id', j.id, 'fence', j.fence)), '[]')
        from duly.jobs j
       where j.worker_id = p_worker_id
         and j.status = 'in_progress'
    ),
    'cancelled', (
      select coalesce(json_agg(json_build_object('id', j.id, 'fence', j.fence)), '[]')
        from duly.jobs j
       where j.worker_id = p_worker_id
         and j.status = 'in_progress'
         and j.cancel_requested_at is not null
    ),
    'queues', (select coalesce(json_agg(json_build_object('name', q.name, 'paused', q.paused) order by q.name), '[]') from duly.queues q),
    'now_ms', duly.epoch_ms(clock_timestamp()) -- last, so that it is as fresh as can be
  );
end
$$;
comment on function public.duly_beat(uuid) is
  'Renews the lease of a worker. Returns {held, cancelled, queues, now_ms}: what the store thinks it holds, which of it was told to stop, every queue, the clock. Raises worker_dead.';

create function public.duly_end_worker(p_worker_id uuid, p_reason text)
returns json
language plpgsql
set search_path = ''
as $$
begin
  perform from duly.workers w where w.id = p_worker_id for update; -- waits for a claim that is under way
  update duly.workers w
     set ended_at = now(), end_reason = p_reason
   where w.id = p_worker_id
     and w.ended_at is null;
  return json_build_object('ended', found);
end
$$;
comment on function public.duly_end_worker(uuid, text) is
  'Ends a worker that stops (stopped) or that its supervisor has seen exit (declared_dead): what it still holds can be rescued at once. Returns {ended: false} when it had ended or is unknown.';

create function public.duly_rescue_jobs(p_worker_id uuid, p_limit integer)
returns json
language plpgsql
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
declare
  v_rescued json;
begin
  -- After an outage of the database every live worker looks dead, so only who has itself been in
  -- contact for a whole lease may judge: by then the living have beaten again.
  if exists (
    select from duly.workers w
     where w.id = p_worker_id and w.ended_at is null
       and w.contact_since <= now() - w.lease_ms * interval '1 ms'
       and w.last_beat_at >= now() - w.lease_ms * interval '0.5 ms'
  ) then
    update duly.workers w
       set ended_at = now(), end_reason = 'silent'
     where w.ended_at is null
       and w.id in (
         select s.id
           from duly.workers s
          where s.released_at is null
            and s.ended_at is null
            and s.last_beat_at < now() - s.lease_ms * interval '1 ms'
          order by s.id
            for update skip locked -- a claim holds its row: it is not silent
       );
  end if;

  with lost as (
    select held.id, w.id as worker_id, w.host, w.pid, w.end_reason
      from duly.workers w
     cross join lateral (
       select j.id
         from duly.jobs j
        where j.worker_id = w.id
          and j.status = 'in_progress'
        limit p_limit
          for update skip locked
     ) held
     where w.released_at is null
       and w.ended_at is not null
     limit p_limit
  ),
  rescued as (
    update duly.jobs j
       set status = duly.status_after('retry', j.cancel_requested_at, j.attempt, j.max_retries),
           finished_at = case when duly.status_after('retry', j.cancel_requested_at, j.attempt, j.max_retries) <> 'pending' then duly.ceil_ms(now()) end,
           cancel_reason = case when duly.status_after('retry', j.cancel_requested_at, j.attempt, j.max_retries) = 'cancelled' then 'requested'::duly.cancel_reason end,
           run_at = case when duly.status_after('retry', j.cancel_requested_at, j.attempt, j.max_retries) = 'pending' then duly.ceil_ms(now()) else j.run_at end,
           worker_id = null,
           last_error = format('Worker lost: %s (host %s, pid %s) ended (%s) while it held this job.', l.worker_id, l.host, l.pid, l.end_reason)
      from lost l
     where j.id = l.id
       and j.status = 'in_progress'
       and j.worker_id = l.worker_id -- the guard: it is still the lost one's
    returning j.*, l.worker_id as lost_worker_id
  ),
  noted as (
    insert into duly.job_attempts (job_id, fence, attempt, outcome, error, worker_id, started_at)
    select r.id, r.fence, r.attempt, 'rescued', json_build_object('name', 'WorkerLost', 'message', r.last_error), r.lost_worker_id, r.started_at
      from rescued r
  )
  select coalesce(json_agg(json_build_object(
           'id', r.id, 'queue', r.queue, 'priority', r.priority, 'status', r.status,
           'run_at_ms', duly.epoch_ms(r.run_at), 'type', r.type, 'worker_id', r.lost_worker_id
         )), '[]')
    into v_rescued
    from rescued r;

  update duly.workers w
     set released_at = now()
   where w.released_at is null
     and w.ended_at is not null
     and not exists (select from duly.jobs j where j.worker_id = w.id and j.status = 'in_progress');

  return v_rescued;
end
$$;
comment on function public.duly_rescue_jobs(uuid, integer) is
  'in_progress -> pending, failed when no attempt is left, or cancelled when that was requested: for workers that have ended or are silent past their lease. The attempt counts. Returns the jobs with where they are now. p_worker_id is who asks; it judges nobody before it has been in contact for a whole lease.';
