-- Whoever changes a lease's number waits for the transactions that have checked it, and renewing it does not: a column that
-- is part of a key is locked more strongly than the rest.
alter table ops.lease add constraint lease_number unique (name, fencing);

-- What an event's data were, byte for byte. `event` holds them too where jsonb can (no NUL, no half of a character, no
-- number beyond its range), to be looked at and mended: what stands there is sent again, else these bytes.
alter table ops.parked add column value bytea;

-- A run waits while what it needs is away, and is run again where its connector was killed.
alter table ops.schedule_run drop constraint schedule_run_status_check;
alter table ops.schedule_run
  add constraint schedule_run_status_check check (status in ('waiting', 'running', 'done', 'failed', 'abandoned')),
  add column attempts integer not null default 0,
  add column next_try_at timestamptz;

-- What became of each object. `version` tells its content from another under the same key; of those handed over before
-- there was one only the time is known.
alter table ops.seen_object
  add column version text,
  add column status text not null default 'done' check (status in ('done', 'waiting', 'refused')),
  add column attempts integer not null default 0,
  add column next_try_at timestamptz,
  add column detail text;
