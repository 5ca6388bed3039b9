-- How far a capture is, in words of its own kind: which tables it has read, as they were defined then, and what it is
-- reading now.
alter table ingest.capture add column progress jsonb not null default '{}', add column reading jsonb not null default '{}',
  add column owed jsonb not null default '{}', add column last_commit jsonb;

update ingest.capture c set progress = jsonb_build_object(
  'epochs', jsonb_build_array(jsonb_build_object('epoch', c.epoch, 'from', '0/0')),
  'tables', (select coalesce(jsonb_object_agg(key, jsonb_build_object('epoch', c.epoch, 'oid', value)), '{}') from jsonb_each(c.relations)));

alter table ingest.capture drop column relations;

-- The offset from which on a partition is complete: before it a snapshot of its table was being written. Null where none
-- was, and the greatest number while one runs.
alter table bus.partition add column complete_offset bigint;

create or replace view bus.coverage as
select
  c."group",
  t.name as topic,
  p.partition,
  c.next_offset as events_read,
  greatest(p.next_offset - c.next_offset, 0) as events_behind,
  case when c.next_offset < p.complete_offset then null
    when c.next_offset >= p.heartbeat_offset then greatest(p.heartbeat_position, c.position) else c.position end as position,
  case when c.next_offset < p.complete_offset then null
    when c.next_offset >= p.heartbeat_offset then greatest(p.heartbeat_at, c.changed_at) else c.changed_at end as changed_at,
  c.problem,
  c.problem_since
from bus.cursor c
join bus.topic t on t.id = c.topic_id
join bus.partition p using (topic_id, partition);
