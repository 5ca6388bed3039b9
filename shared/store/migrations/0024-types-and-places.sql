-- Epochs of before have commits of 16 digits, which a SQL Server's log outgrows: from then on it is another epoch, whose
-- commits have as many digits as the source's (docs/decisions/0017-as-many-digits-as-the-sources-log.md).
alter table ingest.raw_epoch add column is_wide boolean not null default false;

-- A snapshot's rows have a commit of 16 zeros, whatever a commit's digits are.
create or replace function bus.is_snapshot(place text) returns boolean language sql immutable strict as $$
  select substr(place, 6, 17) = '0000000000000000-'
$$;

-- Values that became null because their column's type has no place for them, or because there is no client whose key
-- would treat them. Counted by column: never which rows, never what they were.
create table ingest.replaced_value (
  system text not null,
  table_name text not null,
  column_name text not null,
  -- A fixed word, which becomes a metric label.
  reason text not null,
  count bigint not null,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  primary key (system, table_name, column_name, reason)
);
