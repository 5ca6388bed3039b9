-- Demand forecasts (docs/forecasts.md): trained models, what they know of each product, and what they say of it.
create schema forecast;

create table forecast.model (
  version integer generated always as identity primary key,
  -- The champion serves; the challenger is the newest that did not win; both and the retired ones can be called back.
  role text not null check (role in ('champion', 'challenger', 'retired')),
  trained_at timestamptz not null default now(),
  -- When it last became the champion; null where it never was.
  champion_at timestamptz,
  -- The first day that it did not see.
  origin date not null,
  -- ONNX of its members, by name, with SHA-256 of each in `parameters`.
  members jsonb not null,
  -- Whatever else is needed to forecast: names of features, choice by product, volume, calibration.
  parameters jsonb not null,
  -- What its back-test showed, overall and by segment.
  metrics jsonb not null,
  -- Build that it learnt from: {builtAt, position, changedAt, versions}.
  data jsonb not null,
  code_version text not null,
  -- Its run and version in MLflow, where that could be reached.
  mlflow jsonb
);
create unique index on forecast.model (role) where role <> 'retired';

-- What is known of each product on the last day of the latest build: the online store that scoring reads.
create table forecast.feature (
  product_id text primary key,
  -- The first day that is not known.
  origin date not null,
  category text,
  subcategory text,
  values jsonb not null,
  -- The last days, for answers: from history_from on, one element a day. Null: the product was not there yet.
  history_from date not null,
  quantity real[] not null,
  out_of_stock boolean[] not null,
  position text collate "C",
  changed_at timestamptz
);

-- What is forecast for each product: element 1 is the day `origin`. Units of a day, not negative.
create table forecast.product (
  product_id text primary key,
  origin date not null,
  mean real[] not null,
  p10 real[] not null,
  p50 real[] not null,
  p90 real[] not null,
  -- What moved it most: [{feature, factor, value}].
  why jsonb not null,
  model text not null,
  version integer not null references forecast.model,
  position text collate "C",
  changed_at timestamptz,
  scored_at timestamptz not null default now()
);

-- What was forecast for days that have come since, a week before them at most.
create table forecast.past (
  product_id text not null,
  date date not null,
  origin date not null,
  mean real not null,
  p10 real not null,
  p90 real not null,
  -- served: people saw it. back-test: a model that knew earlier days only would have said it.
  basis text not null check (basis in ('served', 'back-test')),
  primary key (product_id, date)
);
create index on forecast.past (date);

-- The forecast as a mart. Scoring keeps it, not the warehouse's build: it is in no schema of a publication.
create view mart.mart_forecast_product_day as
select p.product_id, (p.origin + (d.ahead - 1)::int) as date, d.mean, d.p10, d.p50, d.p90,
  p.origin, p.model, p.version, p.position, p.changed_at
from forecast.product p
cross join lateral unnest(p.mean, p.p10, p.p50, p.p90) with ordinality as d (mean, p10, p50, p90, ahead);
comment on view mart.mart_forecast_product_day is
  'What is forecast to be sold of each product on each coming day, with the band in which eight of ten days should fall. Grain: one row per product and day.';
alter table ops.mart alter column schema_number drop not null;
