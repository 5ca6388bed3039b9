-- Models of propositions, what is known of products and clients since the latest build, and the lists of the last night.
create table propositions.model (
  version integer generated always as identity primary key,
  -- As in forecast.model.
  role text not null check (role in ('champion', 'challenger', 'retired')),
  trained_at timestamptz not null default now(),
  champion_at timestamptz,
  -- The first day that it did not see.
  origin date not null,
  -- Weights by feature, segments that the trend serves, days between purchases by product.
  parameters jsonb not null,
  -- Ids, in the order of their numbers.
  products jsonb not null,
  -- How much each product speaks for others (shared/propositions/model.ts).
  influence bytea not null,
  metrics jsonb not null,
  -- Build that it learnt from: {builtAt, position, changedAt, versions}.
  data jsonb not null,
  code_version text not null,
  mlflow jsonb
);
create unique index on propositions.model (role) where role <> 'retired';

-- What is known of each product before the day `origin`.
create table propositions.product (
  product_id text primary key,
  origin date not null,
  -- Purchases, decayed: by the half after 3, 7, 14 and 28 days, and all of them.
  recent3 double precision not null,
  recent7 double precision not null,
  recent14 double precision not null,
  recent28 double precision not null,
  total double precision not null,
  first_on date,
  price double precision,
  cost double precision
);

-- Purchases of the last 28 days by territory: for those of whom nothing is known.
create table propositions.territory_product (
  territory_id text not null,
  product_id text not null,
  buyers double precision not null,
  primary key (territory_id, product_id)
);

-- What each client did until the latest build: [[product, [day, …]], …], days counted from 1970-01-01, and lists of products.
create table propositions.history (
  client_id text primary key,
  bought jsonb not null,
  interested jsonb not null,
  returned jsonb not null,
  dismissed jsonb not null,
  territory_id text
);

-- The lists of the last night.
create table propositions.list (
  client_id text not null,
  rank integer not null,
  product_id text not null,
  score double precision not null,
  reason text not null,
  kind text not null,
  model text not null,
  version integer not null,
  position text collate "C",
  changed_at timestamptz,
  primary key (client_id, rank)
);

-- One row: which build the tables above are of.
create table propositions.scored (
  is_only boolean primary key default true check (is_only),
  build jsonb not null,
  origin date not null,
  scored_at timestamptz not null default clock_timestamp()
);

create view mart.mart_reco_client_top_n as
select client_id, rank, product_id, score, reason, kind, model, version, position, changed_at from propositions.list;
comment on view mart.mart_reco_client_top_n is
  'What each client would want, as of the last night, with the rules of the shop. Grain: one row per client and rank.';
