create extension if not exists vector;
create schema search;

-- What a search answers with, one row per product. A deleted product stays as a tombstone with its position, so that an
-- older event that comes late does not bring it back.
create table search.product (
  product_id text primary key,
  system text not null,
  sku text,
  name text,
  model text,
  description text,
  category text,
  subcategory text,
  color text,
  list_price numeric(19, 4),
  position text collate "C" not null,
  is_deleted boolean not null default false,
  -- Words of all its texts, in every language; null until they are read.
  words tsvector
) with (fillfactor = 70);
create index product_words on search.product using gin (words);
create index product_model on search.product (model);
create index product_sku on search.product (lower(sku));
create index product_name on search.product (lower(name));

create table search.product_text (
  system text not null,
  model text not null,
  culture text not null,
  description text,
  position text collate "C" not null,
  is_deleted boolean not null default false,
  primary key (system, model, culture)
);

create table search.stock (
  product_id text not null,
  location text not null,
  system text not null,
  quantity integer,
  position text collate "C" not null,
  is_deleted boolean not null default false,
  primary key (product_id, location)
) with (fillfactor = 70);

-- Apart from price and stock: their ticks must not rewrite the graph.
create table search.embedding (
  product_id text primary key,
  -- Of the text and the model: the vector is made again only when this changes.
  text_hash text not null,
  embedding vector(384) not null
);

-- Before which place of a topic everything is gone: by a truncation, or because a complete snapshot did not bring it.
create table search.cleared (
  topic text primary key,
  position text collate "C" not null
);

-- Partitions of a topic whose snapshot of an epoch is complete.
create table search.snapshot (
  topic text not null,
  partition smallint not null,
  epoch integer not null,
  primary key (topic, partition)
);
