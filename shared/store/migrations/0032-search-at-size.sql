-- Products of a kind, and those that a filter leaves, without reading the others.
create index product_category_key on search.product (category_key, product_id) where not is_deleted;
create index product_subcategory_key on search.product (subcategory_key, product_id) where not is_deleted;
create index product_color_key on search.product (color_key, product_id) where not is_deleted;

-- Nothing reads it since vectors are kept by model.
drop table search.embedding;
