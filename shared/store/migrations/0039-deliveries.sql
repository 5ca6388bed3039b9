-- Reports that are sent (docs/reports.md): who is to get which, and each that was sent. Addresses are not here: a recipient is a
-- keyed hash, and the name that the operator's file gives it.
create schema if not exists report;

create table report.subscription (
  subscription_id text primary key,
  delivery text not null,
  recipient text not null,
  label text not null,
  language text not null,
  -- Cron pattern and time zone: of another one nothing is due from before.
  schedule text not null,
  -- Due times up to here are in report.delivery, or are from before.
  considered_until timestamptz not null,
  unsubscribed_at timestamptz,
  unsubscribed_by text check (unsubscribed_by in ('recipient', 'operator')),
  unique (delivery, recipient)
);

create table report.delivery (
  subscription_id text not null references report.subscription,
  due_at timestamptz not null,
  state text not null
    check (state in ('due', 'sending', 'sent', 'failed', 'bounced', 'unsubscribed', 'skipped')),
  -- Somebody asked for it now.
  is_requested boolean not null default false,
  -- smtp, webhook or file.
  via text,
  report_id text,
  -- Also the fence: what a process writes down counts only while the number is its own.
  attempts integer not null default 0,
  next_try_at timestamptz,
  lease_until timestamptz,
  -- When this attempt began to hand it over: from then on it may have arrived.
  handed_at timestamptz,
  is_perhaps_twice boolean not null default false,
  problem text,
  created_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  primary key (subscription_id, due_at)
);
create index delivery_due on report.delivery (next_try_at) where state = 'due';
create index delivery_sending on report.delivery (lease_until) where state = 'sending';
create index delivery_created on report.delivery (created_at);
