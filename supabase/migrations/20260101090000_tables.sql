-- The truth: jobs, what went wrong with them, their queues, and the workers that run them.
-- Nothing generic goes into `public`: users run Duly inside their own project.

create schema duly;

-- core/job.ts holds the same list, in the same order; a test compares the two.
create type duly.job_status as enum ('pending', 'in_progress', 'completed', 'failed', 'cancelled');
create type duly.cancel_reason as enum ('requested', 'expired');

create function duly.ceil_ms(t timestamptz)
returns timestamptz(3)
language sql
stable
as $$
  select date_trunc('milliseconds', t + interval '999 microseconds')
$$;
comment on function duly.ceil_ms(timestamptz) is
  'Rounds up to whole milliseconds, so that scores, JSON and Date are exact and nothing is due early.';

create function duly.iso(t timestamptz)
returns text
language sql
stable
as $$
  select to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
comment on function duly.iso(timestamptz) is
  'ISO 8601 with Z and three digits of milliseconds, exactly as JavaScript''s toISOString.';

create function duly.epoch_ms(t timestamptz)
returns bigint
language sql
stable -- not immutable, which date_part is not here: it would not be inlined, and be planned anew for each row
as $$
  select (date_part('epoch', t) * 1000)::bigint -- in floating point: extract() counts in numeric, and takes five times as long
$$;
comment on function duly.epoch_ms(timestamptz) is
  'Milliseconds since 1970: the score of a job in the timeline.';

-- Domains, where a check on the table would do: a check is evaluated again with every update of the row,
-- a domain only where the value is set. Checks by regular expression took a third of each claim and finish.
-- The length apart: as {0,99} in the pattern it makes an automaton of a hundred states, and a check takes 4 us instead of 0.4.
create domain duly.name as text
  constraint name_is_short_and_plain check (value ~ '^[A-Za-z0-9_][A-Za-z0-9_.:-]*$' and octet_length(value) <= 100);

create domain duly.instant as timestamptz(3)
  constraint instant_is_before_year_10000 check (value >= '0001-01-01 00:00Z' and value < '10000-01-01 00:00Z');

create domain duly.backoff as jsonb
  constraint backoff_is_a_known_policy check (
    value is null or coalesce(
      value ->> 'type' in ('exponential', 'linear', 'fixed')
      and case when jsonb_typeof(value -> 'delay_ms') = 'number' then (value ->> 'delay_ms')::numeric between 0 and 2592000000 end
      and case when jsonb_typeof(value -> 'max_ms') = 'number' then (value ->> 'max_ms')::numeric between 0 and 2592000000 end,
      false -- what is missing makes null, and null would pass
    )
  );

create domain duly.tags as text[]
  constraint tags_are_1_to_20_of_at_most_100_characters check (
    value is null or (
      cardinality(value) between 1 and 20 and array_ndims(value) = 1
      and array_position(value, null) is null and array_position(value, '') is null
      and array_to_string(value, E'\n', '') !~ '[^\n]{101}'
    )
  );

create domain duly.metadata as jsonb
  constraint metadata_is_an_object check (value is null or jsonb_typeof(value) = 'object');

create table duly.jobs (
  id           uuid            primary key,
  scheduled_at duly.instant    not null,
  run_at       duly.instant    not null,
  created_at   timestamptz(3)  not null default duly.ceil_ms(now()),
  started_at   timestamptz(3),
  finished_at  timestamptz(3),
  worker_id    uuid,
  status       duly.job_status not null default 'pending',
  attempt      integer         not null default 0,
  fence        integer         not null default 0,
  max_retries  integer         not null default 3,
  timeout_ms   integer,
  priority     smallint        not null default 0,
  queue        duly.name       not null default 'default',
  type         duly.name       not null,
  payload      jsonb           not null default '{}',
  backoff      duly.backoff,
  result       jsonb,
  last_error   text,
  tags         duly.tags,
  metadata     duly.metadata,
  expires_at   duly.instant,
  cancel_requested_at timestamptz(3),
  cancel_reason       duly.cancel_reason,

  constraint priority_is_0_to_9 check (priority between 0 and 9),
  constraint max_retries_is_0_to_100 check (max_retries between 0 and 100),
  constraint timeout_ms_is_1_to_a_day check (timeout_ms between 1 and 86400000),
  constraint cancel_reason_only_when_cancelled check ((cancel_reason is not null) = (status = 'cancelled')),
  constraint cancel_is_requested_only_of_a_started_job check (cancel_requested_at is null or status <> 'pending'),
  constraint worker_only_while_in_progress check ((worker_id is not null) = (status = 'in_progress')),
  constraint finished_at_only_at_the_end check ((finished_at is not null) = (status in ('completed', 'failed', 'cancelled')))
);
comment on table duly.jobs is 'One row for each job. Every change of status is one guarded statement in a function public.duly_*.';
comment on column duly.jobs.run_at is 'When the next attempt is due; scheduled_at stays what the user asked for.';
comment on column duly.jobs.attempt is 'Attempts started; a snooze or a hand-back takes its attempt back.';
comment on column duly.jobs.fence is 'Grows by one with every claim and every retry by an operator, and is never reset: a result that carries an old one changes nothing.';
comment on column duly.jobs.tags is 'Null when there are none: most jobs have none, and an empty array takes room in every row.';
comment on column duly.jobs.started_at is 'When the newest attempt was claimed; null again when the first one was handed back.';
comment on column duly.jobs.expires_at is 'A job that has not started for the first time by then is cancelled.';
comment on column duly.jobs.cancel_requested_at is 'Its attempt was told to stop; whatever does not complete it, or fail it for good, ends it cancelled.';

-- These and the primary key are all: each further index is paid on every claim and every finish.
-- The order in which jobs run, and the order in which the timeline is rebuilt; the id makes it a keyset.
create index jobs_pending on duly.jobs (queue, priority desc, run_at, id) where status = 'pending';
create index jobs_in_progress on duly.jobs (worker_id) where status = 'in_progress';
-- What has ended, by queue and status: lists, counts, and what is past its retention. Paid once for each job.
create index jobs_ended on duly.jobs (queue, status, finished_at, id) where status in ('completed', 'failed', 'cancelled');
-- Few jobs have an end to their patience; the others pay nothing for it.
create index jobs_expiring on duly.jobs (expires_at) where status = 'pending' and expires_at is not null;

create table duly.job_attempts (
  job_id      uuid           not null references duly.jobs on delete cascade,
  fence       integer        not null,
  attempt     integer        not null,
  outcome     text           not null,
  error       jsonb,
  worker_id   uuid           not null,
  started_at  timestamptz(3) not null,
  finished_at timestamptz(3) not null default duly.ceil_ms(now()),
  primary key (job_id, fence),
  constraint outcome_is_known check (outcome in ('retry', 'failed', 'rescued', 'cancelled'))
);
comment on table duly.job_attempts is 'One row for each attempt that did not succeed.';

create table duly.idempotency_keys (
  scope        text           not null,
  key          text           not null,
  request_hash text           not null,
  job_ids      uuid[]         not null,
  created_at   timestamptz(3) not null default duly.ceil_ms(now()),
  primary key (scope, key)
);
comment on table duly.idempotency_keys is 'What a request with an Idempotency-Key has made, so that a copy of it makes nothing more. The scope keeps callers apart.';

create index idempotency_keys_by_age on duly.idempotency_keys (created_at);

create table duly.queues (
  name       duly.name      primary key,
  paused     boolean        not null default false,
  created_at timestamptz(3) not null default duly.ceil_ms(now())
);
comment on table duly.queues is 'A row for each queue, written on its first use. A job of a paused queue is not claimed.';

create domain duly.counts as jsonb
  constraint counts_are_a_small_object check (jsonb_typeof(value) = 'object' and octet_length(value::text) <= 2000);

create table duly.workers (
  id            uuid           primary key,
  host          text           not null,
  pid           integer        not null,
  concurrency   integer        not null,
  types         text[]         not null,
  queues        text[]         not null,
  lease_ms      integer        not null check (lease_ms > 0),
  started_at    timestamptz    not null default now(),
  last_beat_at  timestamptz    not null default now(),
  contact_since timestamptz    not null default now(),
  ended_at      timestamptz,
  end_reason    text,
  released_at   timestamptz,
  swept         duly.counts    not null default '{}',
  constraint end_reason_is_known check (end_reason in ('stopped', 'silent', 'declared_dead')),
  constraint end_has_a_reason check ((ended_at is not null) = (end_reason is not null)),
  constraint released_only_after_the_end check (released_at is null or ended_at is not null)
);
comment on table duly.workers is 'A row for each start of a worker. Its lease covers every job that it holds.';
comment on column duly.workers.contact_since is 'Since when it has beaten without a gap of half a lease: only who has been in contact for a whole lease may judge others.';
comment on column duly.workers.swept is 'How often its sweep did what, since its process began: {put_back, missing, ...} as in core/store/stats.ts.';
comment on column duly.workers.released_at is 'When the last of its jobs had been handed back or rescued; nothing is left to do for it.';

create index workers_unreleased on duly.workers (id) where released_at is null;

create table duly.timeline_outbox (
  id     bigint generated always as identity primary key,
  job_id uuid not null
);
comment on table duly.timeline_outbox is 'Jobs that somebody stored who could not reach the timeline: SQL, or an API without Redis. A worker adds them within a second.';

-- Row level security without a policy: whoever comes without the service role sees nothing.
alter table duly.jobs enable row level security;
alter table duly.job_attempts enable row level security;
alter table duly.idempotency_keys enable row level security;
alter table duly.queues enable row level security;
alter table duly.workers enable row level security;
alter table duly.timeline_outbox enable row level security;
