-- Propositions (docs/propositions.md): what each client would want, and what clients did meanwhile.
create schema propositions;

-- What clients did since the last builds, a row for each row of the source, and what says whose it was: orders, sales, searches
-- and lists that were shown. Rows are dropped once builds cover them.
create table propositions.recent (
  system text not null,
  source_table text not null,
  key text not null,
  position text collate "C" not null,
  is_deleted boolean not null,
  -- purchase, return, click, order, dismiss or view; null where the row only says whose other rows are.
  kind text,
  -- Its own, or that of what it belongs to: null while that is not known.
  client_id text,
  product_id text,
  -- What it is to other rows: order, sale, search or proposition, and its id.
  own_kind text,
  own_id text,
  -- What it belongs to, where that has the client.
  parent_kind text,
  parent_id text,
  -- Business date in the source's time zone, and the moment, by which rows are in order.
  day date,
  at timestamptz,
  written_at timestamptz not null default now(),
  primary key (system, source_table, key)
);
create index recent_by_client on propositions.recent (client_id, at desc, product_id)
  where kind is not null and product_id is not null and not is_deleted;
create index recent_of_client on propositions.recent (client_id) where client_id is not null;
create index recent_by_id on propositions.recent (own_kind, own_id) where own_id is not null;
create index recent_by_parent on propositions.recent (parent_kind, parent_id) where parent_id is not null;

-- The clients of the sources, with the last change that says whether they are there: what a client who is gone did is not kept,
-- in whatever order that comes.
create table propositions.client (
  client_id text primary key,
  -- Empty where a client was erased by hand.
  system text not null,
  source_table text not null,
  position text collate "C" not null,
  is_gone boolean not null
);
create view propositions.gone_client as select client_id, position from propositions.client where is_gone;

-- As search.snapshot and search.cleared: which partitions have seen a snapshot's end, and before which position all is gone.
create table propositions.snapshot (
  topic text not null,
  partition integer not null,
  epoch integer not null,
  primary key (topic, partition)
);
create table propositions.cleared (
  topic text primary key,
  position text collate "C" not null
);
