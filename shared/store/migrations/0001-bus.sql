create schema bus;

-- A topic is made once with its partition count; made again it gets another bus id, so that nobody takes the new
-- offsets for the old ones.
create table bus.topic (
  id smallint generated always as identity primary key,
  name text not null unique,
  partitions smallint not null check (partitions > 0),
  bus_id text not null,
  created_at timestamptz not null default now()
);

-- Offsets come from this row's lock, not from a sequence: a sequence's numbers become visible out of order, and a
-- reader that has passed one would never see it.
create table bus.partition (
  topic_id smallint not null references bus.topic,
  partition smallint not null,
  next_offset bigint not null default 0,
  -- Where the log begins: older events were dropped by retention.
  first_offset bigint not null default 0,
  -- The last heartbeat: who has read everything is complete up to its position.
  heartbeat_position text collate "C",
  heartbeat_at timestamptz,
  primary key (topic_id, partition)
) with (fillfactor = 50);

create table bus.event (
  topic_id smallint not null,
  partition smallint not null,
  "offset" bigint not null,
  type text not null,
  key text not null,
  position text collate "C" not null,
  changed_at timestamptz not null,
  value text not null,
  appended_on date not null,
  primary key (topic_id, partition, "offset", appended_on)
) partition by range (appended_on);

create table bus.cursor (
  "group" text not null,
  topic_id smallint not null references bus.topic,
  partition smallint not null,
  next_offset bigint not null default 0,
  -- Number of the lease under which it last moved: an older holder's move is refused.
  fencing bigint not null default 0,
  -- What the group waits for, while it does.
  problem text,
  problem_since timestamptz,
  primary key ("group", topic_id, partition)
) with (fillfactor = 50);

-- The place just before a position.
create function bus.before(place text) returns text language sql immutable strict as $$
  select case
    when right(place, 8) <> '00000000'
      then left(place, 22) || lpad(to_hex(('x' || right(place, 8))::bit(32)::bigint - 1), 8, '0')
    when substr(place, 6, 16) <> '0000000000000000'
      then left(place, 5) || lpad(to_hex(('x' || substr(place, 6, 16))::bit(64)::bigint - 1), 16, '0') || '-ffffffff'
    else place
  end
$$;

-- Rows of a snapshot have no commit of their own.
create function bus.is_snapshot(place text) returns boolean language sql immutable strict as $$
  select substr(place, 6, 16) = '0000000000000000'
$$;

-- How far each group is, per partition: complete up to `position`, which was the source's at `changed_at`. With something
-- unread that is the place just before it; with nothing unread it is the last heartbeat. Neither ever goes back. Null while
-- a snapshot is unread: before its end nothing is complete.
create view bus.coverage as
select
  c."group",
  t.name as topic,
  p.partition,
  c.next_offset as events_read,
  p.next_offset - c.next_offset as events_behind,
  case when c.next_offset >= p.next_offset then p.heartbeat_position else bus.before(unread.position) end as position,
  case when c.next_offset >= p.next_offset then p.heartbeat_at else unread.changed_at - interval '1 millisecond' end as changed_at,
  c.problem,
  c.problem_since
from bus.cursor c
join bus.topic t on t.id = c.topic_id
join bus.partition p using (topic_id, partition)
-- Looked up once: the log has a table a day, and each look plans and opens all of them.
left join lateral (
  select e.position, e.changed_at from bus.event e
  where c.next_offset < p.next_offset and not bus.is_snapshot(e.position)
    and e.topic_id = c.topic_id and e.partition = c.partition and e."offset" = c.next_offset
) unread on true;
