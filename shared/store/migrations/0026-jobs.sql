-- Work that outlives the call that asked for it. Whoever runs a job holds the lease job/<id>; what is written under an older
-- fencing number is refused.
create table ops.job_record (
  id uuid primary key default gen_random_uuid(),
  function text not null,
  input json not null,
  -- The event that started it, which starts it once, and where such events come from: one that waits stands for the next.
  event_id text,
  series text,
  -- The subject of the caller's token.
  requested_by text,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  attempts integer not null default 0,
  -- Attempts that broke, or whose process died: these alone are limited.
  failures integer not null default 0,
  fencing bigint,
  share real,
  progress text,
  result json,
  problem json,
  created_at timestamptz not null default clock_timestamp(),
  run_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz,
  cancel_requested_at timestamptz,
  callback_url text,
  callback_attempts integer not null default 0,
  -- When it is told next; null where nobody is to be told, or has been.
  callback_at timestamptz
);
create unique index job_event on ops.job_record (function, event_id) where event_id is not null;
create index job_open on ops.job_record (function, run_at) where state in ('waiting', 'running');
create index job_callback on ops.job_record (function, callback_at) where callback_at is not null and finished_at is not null;
create index job_latest on ops.job_record (created_at desc);

create view ops.job as
select r.id, r.function, r.state, r.share, r.progress, r.attempts, r.fencing, l.owner, l.expires_at as heartbeat_until,
  r.result, r.problem, r.requested_by, r.created_at, r.run_at, r.started_at, r.finished_at, r.cancel_requested_at
from ops.job_record r left join ops.lease l on l.name = 'job/' || r.id and l.expires_at > clock_timestamp();
