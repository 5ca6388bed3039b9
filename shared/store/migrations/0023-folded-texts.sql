-- What is compared in a search is folded by our own code (shared/text), for a database's lower() knows only the letters of
-- its locale. These are first guesses; index-products folds every row at its next start, and says by `folding` which are done.
-- No key is longer than a row of a B-tree may be.
alter table search.product
  add column sku_key text collate "C",
  add column name_key text collate "C",
  add column category_key text collate "C",
  add column subcategory_key text collate "C",
  add column color_key text collate "C",
  add column folding integer not null default 0;
update search.product set
  sku_key = left(lower(sku), 200),
  name_key = left(lower(name), 200),
  category_key = left(lower(category), 200),
  subcategory_key = left(lower(subcategory), 200),
  color_key = left(lower(color), 200);
alter table search.category add column name_key text collate "C", add column folding integer not null default 0;
update search.category set name_key = left(lower(name), 200);
alter table search.subcategory add column name_key text collate "C", add column folding integer not null default 0;
update search.subcategory set name_key = left(lower(name), 200);

-- Distinct words of a product, for those who misspell them: apart from it, for a row that grows is compressed, and its words
-- are read with every search.
create table search.vocabulary (
  product_id text primary key,
  words text[] not null
);

drop index search.product_sku;
drop index search.product_name;
create index product_sku on search.product (sku_key);
create index product_name on search.product (name_key);

-- Longer ones than these did not fit the index at times; what comes from now on is shortened alike.
update search.product set model = left(model, 200) || '#' || encode(sha256(convert_to(model, 'UTF8')), 'hex')
where octet_length(model) > 800;
update search.product_text set model = left(model, 200) || '#' || encode(sha256(convert_to(model, 'UTF8')), 'hex')
where octet_length(model) > 800;

-- By what the master key is known to be the one that this store was begun with.
create table privacy.master_key (
  only_row boolean primary key default true check (only_row),
  sealed bytea not null
);
