-- How each mart was made, for whoever asks where a number comes from.
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
