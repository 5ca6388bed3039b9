-- What checks have found in builds (docs/quality.md). A build is known by when it was built.
create table ops.quality_run (
  run_id bigint generated always as identity primary key,
  built_at timestamptz not null,
  -- Up to when the build has the source's changes; null where that is not known.
  changed_at timestamptz,
  state text not null check (state in ('passed', 'warned', 'failed')),
  started_at timestamptz not null,
  finished_at timestamptz not null default clock_timestamp(),
  checks integer not null default 0,
  -- Why the checks could not run; the build then counts as failed.
  problem text
);
create index quality_run_of on ops.quality_run (built_at, run_id desc);

create table ops.quality_result (
  run_id bigint not null references ops.quality_run on delete cascade,
  check_name text not null,
  model text not null,
  column_name text,
  severity text not null check (severity in ('critical', 'warning')),
  -- A silenced one did not pass, and neither stops nor warns.
  state text not null check (state in ('passed', 'failed', 'silenced')),
  description text not null,
  observed text not null default '',
  expected text not null default '',
  failing bigint not null default 0,
  -- The first rows that fail: keys and dates, never a value of a person.
  keys jsonb not null default '[]',
  -- When the first of the runs was, one after the other, in which it did not pass.
  since timestamptz,
  primary key (run_id, check_name)
);

-- A check that is set aside for a time. It comes back by itself.
create table ops.quality_silence (
  silence_id bigint generated always as identity primary key,
  check_name text not null,
  reason text not null,
  silenced_by text,
  from_at timestamptz not null default clock_timestamp(),
  until_at timestamptz not null,
  check (until_at >= from_at)
);
