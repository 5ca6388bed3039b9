-- How each mart was made, for whoever asks where a number comes from; what was published before, for comparison; and what
-- the numbers are called.
alter table ops.mart
  add column key jsonb not null default '[]',
  -- Rows of other marts that its rows are made of: [{mart, columns, where}].
  add column trace jsonb not null default '[]';

-- The models of the published build, as they ran.
create table ops.model (
  model text primary key,
  sql text not null,
  parents text[] not null
);

-- Publications whose schemas are still there.
create table ops.publication (
  number integer primary key,
  published_at timestamptz not null default now(),
  built_at timestamptz not null,
  position text,
  changed_at timestamptz,
  -- [{mart, key, columns, access, rowRules, rows}]
  marts jsonb not null
);

-- What people call the numbers (dbt/metrics), as the published build had them.
create table ops.metric (
  metric text primary key,
  definition jsonb not null
);

-- How long each model and test of the finished builds took.
create table ops.build_time (
  built_at timestamptz not null default now(),
  node text not null,
  ms integer not null,
  primary key (built_at, node)
);

-- Vectors of products, for those who work with them, as search has them: fresher than the marts.
alter table search.embedding
  add column model text not null default 'all-MiniLM-L6-v2',
  add column version text not null default 'q8';
alter table search.embedding alter column model drop default, alter column version drop default;
create view mart.vector_product_embeddings as
select e.product_id, e.model, e.version, e.embedding as vector
from search.embedding e
join search.product p on p.product_id = e.product_id and not p.is_deleted;
comment on view mart.vector_product_embeddings is
  'What search compares products by: the vector of each product''s texts, with the model that made it. Grain: one row per product.';
