-- Which ordinals the changes of a SQL Server have in their commits, for as long as Debezium may send them again: a batch that
-- admitted new ones is a row (docs/decisions/0033-an-ordinal-is-remembered.md). LSNs in hex, compared as text.
create table ingest.raw_place (
  system text not null,
  epoch integer not null,
  -- Of two that admit the same at once the second finds its number taken.
  number bigint not null,
  -- What the changes lie between: their commits' LSNs, and their own with the number of the event at it.
  first_commit text collate "C" not null,
  last_commit text collate "C" not null,
  lowest_change text collate "C" not null,
  highest_change text collate "C" not null,
  -- By commit, then by change: the ordinal.
  ordinals json not null,
  -- The latest commit of the epoch by then, its highest change and its highest ordinal: what is beyond is new.
  reached_commit text collate "C" not null,
  reached_change text collate "C" not null,
  reached_ordinal bigint not null,
  admitted_at timestamptz not null default clock_timestamp(),
  primary key (system, epoch, number)
);
create index on ingest.raw_place (system, epoch, last_commit);
