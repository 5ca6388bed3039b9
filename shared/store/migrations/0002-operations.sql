create schema ingest;
create schema privacy;
create schema mart;

-- One row per captured system: how far capture is, written in the transaction that appends its events.
create table ingest.capture (
  system text primary key,
  state text not null check (state in ('snapshot', 'streaming', 'lost')),
  epoch integer not null,
  slot text not null,
  -- Tables whose snapshot is complete, each with its number at the source: one that is added later, or that another has
  -- taken the place of, needs a new one.
  relations jsonb not null default '{}',
  -- Everything up to here is on the bus. The log before it may be let go at the source.
  confirmed_lsn pg_lsn,
  -- The last event appended: what the source sends again up to here is skipped.
  position text collate "C",
  retained_bytes bigint,
  retained_limit_bytes bigint,
  problem text,
  updated_at timestamptz not null default now()
);

create table ingest.quarantine (
  id bigint generated always as identity primary key,
  system text not null,
  table_name text not null,
  file text not null,
  line integer not null,
  column_name text,
  reason text not null,
  value text,
  quarantined_at timestamptz not null default now()
);

-- A personal key per client, wrapped by the master key: without it the client's encrypted and hashed values are noise.
create table privacy.client_key (
  system text not null,
  client_id text not null,
  wrapped bytea not null,
  created_at timestamptz not null default now(),
  primary key (system, client_id)
);

create table privacy.erased (
  system text not null,
  client_id text not null,
  erased_at timestamptz not null default now(),
  primary key (system, client_id)
);

-- Whoever holds a lease works alone; its fencing number grows with each holder, and writes under an older one fail.
create table ops.lease (
  name text primary key,
  owner text not null,
  fencing bigint not null,
  expires_at timestamptz not null
) with (fillfactor = 50);

create table ops.parked (
  id bigint generated always as identity primary key,
  function text not null,
  topic text not null,
  event_id text not null,
  -- The event after policy. Null where admission itself failed: then only its coordinates are kept.
  event jsonb,
  -- A fixed word, which becomes a metric label.
  reason text not null,
  -- Which column, which field; never a value.
  detail text,
  parked_at timestamptz not null default now(),
  replay_requested_at timestamptz,
  unique (function, event_id)
);

create table ops.schedule_run (
  -- <function>/<number of the schedule in its trigger file>
  schedule text not null,
  due_at timestamptz not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  status text not null default 'running' check (status in ('running', 'done', 'failed', 'abandoned')),
  detail text,
  primary key (schedule, due_at)
);

-- Objects that a bucket trigger has handed over.
create table ops.seen_object (
  function text not null,
  key text not null,
  modified_at timestamptz not null,
  seen_at timestamptz not null default now(),
  primary key (function, key)
);
