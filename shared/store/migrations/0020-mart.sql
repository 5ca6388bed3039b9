-- One row per published mart: which schema its view shows, and what that was built from. Written in the transaction
-- that moves the views, so that a reader finds the two together.
create table ops.mart (
  mart text primary key,
  schema_number integer not null,
  rows bigint not null,
  columns jsonb not null,
  description text not null,
  -- The warehouse's build.
  built_at timestamptz not null,
  -- Null where it is not known up to where the lake's tables had landed.
  position text collate "C",
  changed_at timestamptz,
  versions jsonb not null,
  published_at timestamptz not null default now()
);

-- Each publication takes a number of its own; gaps are those that failed.
create sequence ops.mart_schema;
