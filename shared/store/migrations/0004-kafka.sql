-- Which log a topic's events lie in: '' is the one in the store, anything else a Kafka cluster's id.
alter table bus.topic add column cluster text not null default '';

-- The offset before which everything lies that the last heartbeat speaks for.
alter table bus.partition add column heartbeat_offset bigint not null default 0;
update bus.partition set heartbeat_offset = next_offset;

-- The last event that a group has read of a partition: it is complete up to there. Null while a snapshot is being read:
-- before its end nothing is complete.
alter table bus.cursor add column position text collate "C", add column changed_at timestamptz;

-- How far each group is, per partition: complete up to `position`, which was the source's at `changed_at`. Who has read
-- everything that lay before the last heartbeat is complete up to that, else up to the last event read. Neither ever goes
-- back.
create or replace view bus.coverage as
select
  c."group",
  t.name as topic,
  p.partition,
  c.next_offset as events_read,
  greatest(p.next_offset - c.next_offset, 0) as events_behind,
  case when c.next_offset >= p.heartbeat_offset then greatest(p.heartbeat_position, c.position) else c.position end as position,
  case when c.next_offset >= p.heartbeat_offset then greatest(p.heartbeat_at, c.changed_at) else c.changed_at end as changed_at,
  c.problem,
  c.problem_since
from bus.cursor c
join bus.topic t on t.id = c.topic_id
join bus.partition p using (topic_id, partition);

drop function bus.before;

-- Where in a system's raw topic each of its snapshots began: whoever reads a message again finds the epoch that it had.
create table ingest.raw_epoch (
  system text not null,
  bus_id text not null,
  first_offset bigint not null,
  epoch integer not null,
  -- The first message behind the snapshot; null while it runs.
  end_offset bigint,
  primary key (system, bus_id, first_offset)
);
