-- A row for each model that makes vectors of products: a new one is built beside the old, and vectors of one model are
-- compared with each other alone. The graph of each is an index of its own (functions/search/index-products).
create table search.product_vector (
  product_id text not null,
  model text not null,
  version text not null,
  -- Of the text and the model: the vector is made again only when this changes.
  text_hash text not null,
  -- In half precision, which orders products alike and takes half of the memory.
  vector halfvec not null,
  primary key (product_id, model, version)
);
insert into search.product_vector select product_id, model, version, '', embedding from search.embedding;
comment on table search.embedding is 'Of the version before, which reads it until it is replaced';

create temporary table vector_readers on commit drop as
select grantee from information_schema.role_table_grants
where table_schema = 'mart' and table_name = 'vector_product_embeddings' and privilege_type = 'SELECT' and grantee <> grantor;
drop view mart.vector_product_embeddings;
create view mart.vector_product_embeddings as
select v.product_id, v.model, v.version, v.vector::vector
from search.product_vector v
join search.product p on p.product_id = v.product_id and not p.is_deleted;
comment on view mart.vector_product_embeddings is
  'What search compares products by: the vectors of each product''s texts, one of each model. Grain: one row per product, model and version.';

do $$
declare reader text;
begin
  for reader in select grantee from vector_readers loop
    execute format('grant select on mart.vector_product_embeddings to %s',
      case when reader = 'PUBLIC' then 'public' else quote_ident(reader) end);
  end loop;
end $$;

-- Of the texts that a product's words were made of: they are made again only when it changes.
alter table search.vocabulary add column text_hash text not null default '';
-- The first of its words are those that it is called by.
alter table search.vocabulary add column names integer not null default 0;

-- Every search reads the words of many products: to unpack them would take longer than to read them whole.
alter table search.product alter column words set storage external;

-- A number without what divides it, as people type it.
alter table search.product add column sku_bare text;
create index product_sku_bare on search.product (sku_bare);
