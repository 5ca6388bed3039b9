-- What clicks say for or against a product that a query finds, from -1 to 1 (functions/search/learn-clicks).
create table search.click_evidence (
  -- Of search.query_key; empty for a product whatever was asked.
  query_key text not null,
  product_id text not null,
  evidence real not null check (evidence between -1 and 1),
  primary key (query_key, product_id)
);

-- Queries that were asked since the setting SEARCH_RANKING learns, as a hash of their folded text, by which an answer finds
-- what was learnt. The lake has that hash by the system's key only.
create table search.query_key (
  key text primary key,
  seen_on date not null default current_date
);
