-- What Cordage's own functions record, such as searches: the log of the system "cordage", which is captured as any other.
-- Numbers come from this row's lock, so that they become visible in order.
create table ingest.own_counter (number bigint not null);
-- A position whose commit is zero is a snapshot's.
insert into ingest.own_counter values (1);

create table ingest.own_change (
  number bigint primary key,
  table_name text not null,
  -- What a repeat has as well: it is recorded once. Null where nothing is repeated.
  key text,
  -- By column, as text. Null once it is on the bus: then only the key is kept, for a day.
  row jsonb,
  recorded_at timestamptz not null default clock_timestamp(),
  unique (table_name, key)
);

-- Texts of searches, where the setting SEARCH_QUERIES keeps them; the lake has their hash alone.
create table search.query_text (
  search_id uuid primary key,
  query text not null,
  expires_at timestamptz not null
);
create index on search.query_text (expires_at);

-- What functions have read and written (docs/lineage.md). A job is a function, or a part of one, such as a model of a build.
create table ops.lineage_job (
  job text primary key,
  function text not null,
  -- The function's own run, where this is a part of it.
  parent text,
  run_id uuid not null,
  state text not null check (state in ('done', 'failed')),
  started_at timestamptz not null,
  ended_at timestamptz not null,
  -- Since this row was made.
  calls bigint not null,
  problem text
);

create table ops.lineage_use (
  job text not null references ops.lineage_job on delete cascade,
  dataset text not null,
  direction text not null check (direction in ('reads', 'writes')),
  -- What was read or written last, such as a Delta table's.
  version text,
  used_at timestamptz not null,
  primary key (job, dataset, direction)
);

create table ops.lineage_column (
  job text not null references ops.lineage_job on delete cascade,
  dataset text not null,
  ordinal smallint not null,
  name text not null,
  -- Where its values come from: [{"dataset", "column"}].
  origins jsonb not null,
  primary key (job, dataset, name)
);
