-- Counted with each change of the index, in its transaction: what was found is kept for as long as none of these counts changes.
-- A row for each writer that is alone, so that none waits for another.
create table search.change_count (
  writer text primary key,
  changes bigint not null
);
