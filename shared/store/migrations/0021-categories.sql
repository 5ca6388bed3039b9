-- Categories in tables of their own: a product points to them, and its own two columns have the names that they have now.
create table search.category (
  category_id text primary key,
  system text not null,
  source_table text not null,
  name text,
  position text collate "C" not null,
  is_deleted boolean not null default false
);

create table search.subcategory (
  subcategory_id text primary key,
  system text not null,
  source_table text not null,
  category_id text,
  name text,
  position text collate "C" not null,
  is_deleted boolean not null default false
);

-- Of which table of its system a row is: what is truncated, or read anew, is one table. Rows from before have '', when
-- a system had one table of a kind.
alter table search.product
  add column source_table text not null default '',
  add column category_id text,
  add column subcategory_id text,
  -- A price of any size: one that was mistyped must not stop the others.
  alter column list_price type numeric;
create index product_category on search.product (category_id) where category_id is not null;
create index product_subcategory on search.product (subcategory_id) where subcategory_id is not null;

alter table search.product_text add column source_table text not null default '';

-- Metres and kilograms come in fractions.
alter table search.stock
  add column source_table text not null default '',
  alter column quantity type numeric;

-- Topics and folders of tables with other characters in their names are called otherwise from now on: such a table counts as
-- one that was not captured yet, and is read again.
update ingest.capture c set relations = (
  select coalesce(jsonb_object_agg(r.key, r.value), '{}') from jsonb_each(c.relations) r
  where r.key ~ '^[A-Za-z0-9_-][A-Za-z0-9._-]*$'
);
